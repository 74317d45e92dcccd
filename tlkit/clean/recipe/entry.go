package recipe

import (
	"time"
)

// Shape is the size of a table.
type Shape struct {
	Rows    int
	Columns int
}

// Renamed is a column that got another name.
type Renamed struct {
	From string
	To   string
}

// Changed counts the cells of a column that a step changed.
type Changed struct {
	Column string
	Cells  int
	// From and To are the column's kinds where the step changed it; "" where it did not.
	From string
	To   string
}

// A Cell is one cell before and after a step.
type Cell struct {
	Row    int // in the table after the step, from 0
	Column string
	Before Value
	After  Value
}

// Value is a cell's value as text.
type Value struct {
	Text    string `json:"text,omitempty"`
	Missing bool   `json:"missing,omitempty"`
}

// String is the text in quotes, or "missing".
func (v Value) String() string {
	if v.Missing {
		return "missing"
	}
	return quoted(v.Text)
}

// A Row is a row that a step dropped.
type Row struct {
	Row    int // in the table before the step, from 0
	Values []Value
}

// Entry says what one step did to a table.
type Entry struct {
	Step   Step
	Before Shape
	After  Shape

	// Changed counts the cells that changed, by column, for columns with any.
	Changed []Changed
	// Dropped and Made count rows that the step took away or put in.
	Dropped, Made int
	// Added and Removed are columns that are there after the step, or before it, alone;
	// Renamed ones are not among them.
	Added, Removed []string
	Renamed        []Renamed
	Reordered      bool // the columns that stay stand in another order

	// Cells are a few of the changed cells, the first of each column; Rows a few of the
	// dropped rows.
	Cells []Cell
	Rows  []Row
	// Columns names the values of Rows.
	Columns []string

	Notes []string // what a person should know
	Took  time.Duration
}

// CellsChanged counts the changed cells of all columns.
func (e Entry) CellsChanged() int {
	n := 0
	for _, c := range e.Changed {
		n += c.Cells
	}
	return n
}

// Log says what each step did, in order.
type Log struct {
	Entries []Entry
	// Rows are, for each row of the result, the row of the input that it comes from, from
	// 0, or -1 for a row that a step made.
	Rows []int
}
