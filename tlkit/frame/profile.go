package frame

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// ProfileOptions say what a profile looks at. The zero value looks at every column and
// knows of no target.
type ProfileOptions struct {
	// Target is the column that is to be predicted. Every other column is asked how much of
	// it that column alone gives away. Empty means none.
	Target string

	Top  int // how many of the most frequent values of a column are listed; 0 means 8
	Bins int // how many bars a histogram may have; 0 means 40

	// RelationRows is how many rows correlations, associations and the target are
	// calculated from. 0 means all of them, as long as that takes about a second, and
	// otherwise as many as do; -1 means all of them whatever it takes.
	RelationRows int

	// Seed chooses these rows where they are not all.
	Seed uint64
}

// TableProfile is one look at a table: what is in each column, how the columns hang together,
// and what is suspicious. It shows itself as text, as HTML and as JSON.
type TableProfile struct {
	Rows          int
	Missing       int // cells without a value
	DuplicateRows int // rows that equal an earlier one
	Columns       []ColumnProfile
	Warnings      []Warning // the more serious first
	Target        string

	// RelationRows is how many rows the following come from: all, or a random part of them.
	RelationRows int
	Pearson      Matrix // of the columns of numbers, from the rows where both have a value
	Spearman     Matrix // likewise, of their ranks; equal values share the mean of theirs
	CramersV     Matrix // of the columns with 2 to 50 different texts or booleans: 0 to 1
}

// ColumnProfile is what is in one column.
type ColumnProfile struct {
	Name     string          `json:"name"`
	Kind     Kind            `json:"kind"`
	Missing  int             `json:"missing"`
	Distinct int             `json:"distinct"` // different values; missing is none
	Top      []ValueCount    `json:"top"`      // the most frequent ones
	Numbers  *NumbersProfile `json:"numbers,omitempty"`
	Texts    *TextsProfile   `json:"texts,omitempty"` // of text and categories
	Dates    *DatesProfile   `json:"dates,omitempty"`

	// Tells is how much this column alone says of the target, from 0 to 1; nil without a
	// target, and of the target itself.
	Tells *Telling `json:"tells,omitempty"`
}

// ValueCount is a value, written as text, and how many rows have it.
type ValueCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// NumbersProfile is what the numbers of a column are like. Without values the measures are
// NaN.
type NumbersProfile struct {
	Mean, Std, Min, Max float64
	Quantiles           [len(quantileParts)]float64 // at 1, 5, 25, 50, 75, 95 and 99 %
	Zeros, Negative     int
	Infinite            int

	// LowFence and HighFence are Tukey's: one and a half times the distance of the quartiles
	// below the first and above the third. Outliers counts the values beyond them.
	LowFence, HighFence float64
	Outliers            int
	Histogram           Histogram
}

var quantileParts = [7]float64{0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}

// Quartiles are the first, the second (the median) and the third.
func (n *NumbersProfile) Quartiles() (q1, median, q3 float64) {
	return n.Quantiles[2], n.Quantiles[3], n.Quantiles[4]
}

// Histogram counts values between edges: bar i those from Edges[i] up to, and but for the
// last bar without, Edges[i+1]. Where few values lie very far from the others they are
// counted apart, so that the bars show something: Below and Above are as many as lie
// outside the edges.
type Histogram struct {
	Edges        []float64
	Counts       []int
	Below, Above int
}

// TextsProfile is what the texts of a column are like. Lengths are in Unicode code points.
type TextsProfile struct {
	Shortest   string  `json:"shortest"` // an example; long ones are cut
	Longest    string  `json:"longest"`
	MinLength  int     `json:"minLength"`
	MaxLength  int     `json:"maxLength"`
	MeanLength float64 `json:"meanLength"`
	Empty      int     `json:"empty"`    // rows with the empty text, which is a value
	Blanks     int     `json:"blanks"`   // rows whose text begins or ends with white space
	Numeric    int     `json:"numeric"`  // rows whose text is a number
	Dates      int     `json:"dates"`    // rows whose text is a date in ISO 8601
	Variants   int     `json:"variants"` // values that differ from another in case or outer blanks alone
}

// DatesProfile is what the dates of a column are like.
type DatesProfile struct {
	First     string    `json:"first"`
	Last      string    `json:"last"`
	Bad       int       `json:"bad"`       // rows whose text is no date
	Histogram Histogram `json:"histogram"` // of seconds since 1970
}

// Telling is how well one column alone predicts the target, from 0 (no better than knowing
// nothing) to 1 (exactly), and by which measure.
type Telling struct {
	Score   float64 `json:"score"`
	Measure string  `json:"measure"`
}

// Matrix holds a number for each pair of columns; NaN where there is none.
type Matrix struct {
	Columns []string
	Values  [][]float64 // symmetric
}

// Warning is something in a table that is worth a look.
type Warning struct {
	Kind    WarningKind `json:"kind"`
	Column  string      `json:"column,omitempty"` // empty: the whole table
	Other   string      `json:"other,omitempty"`  // a second column
	Count   int         `json:"count,omitempty"`  // rows, or values
	Serious bool        `json:"serious"`
	Text    string      `json:"text"` // what it is and what to do
}

// WarningKind is what a warning is about.
type WarningKind string

// What a profile warns of.
const (
	WarnLeak            WarningKind = "leak"
	WarnMixed           WarningKind = "mixed types"
	WarnNumbersAsText   WarningKind = "numbers as text"
	WarnDatesAsText     WarningKind = "dates as text"
	WarnBadDates        WarningKind = "bad dates"
	WarnMissingMarkers  WarningKind = "missing markers"
	WarnEmpty           WarningKind = "empty column"
	WarnConstant        WarningKind = "constant"
	WarnNearConstant    WarningKind = "nearly constant"
	WarnMissing         WarningKind = "missing values"
	WarnDuplicateColumn WarningKind = "duplicate column"
	WarnDuplicateRows   WarningKind = "duplicate rows"
	WarnVariants        WarningKind = "variants"
	WarnBlanks          WarningKind = "outer blanks"
	WarnIdentifier      WarningKind = "identifier"
	WarnInfinite        WarningKind = "infinite values"
	WarnOutliers        WarningKind = "outliers"
	WarnCorrelated      WarningKind = "correlated"
)

// Profile looks a table over, two columns and more at a time. Counts are exact. It
// reports progress by columns and stops when ctx ends.
func Profile(ctx context.Context, rep progress.Reporter, t Table, o ProfileOptions) (*TableProfile, error) {
	cols, err := t.Columns()
	if err != nil {
		return nil, err
	}
	if o.Target != "" {
		if _, err := t.Column(o.Target); err != nil {
			return nil, fmt.Errorf("frame: target of a profile: %w", err)
		}
	}
	if int64(t.Nrow()) > math.MaxInt32 {
		return nil, fmt.Errorf("frame: %w: %d rows, and at most %d can be profiled; profile a part of the table", ErrLimit, t.Nrow(), math.MaxInt32)
	}
	if o.Top <= 0 {
		o.Top = 8
	}
	if o.Bins <= 0 {
		o.Bins = 40
	}
	p := &TableProfile{Rows: t.Nrow(), Target: o.Target, RelationRows: t.Nrow()}
	looks, err := lookAtColumns(ctx, rep, t, cols, o, p)
	if err != nil {
		return nil, err
	}
	if err := p.relate(ctx, t, looks, o); err != nil {
		return nil, err
	}
	for _, l := range looks {
		p.Columns = append(p.Columns, l.ColumnProfile)
		p.Missing += l.Missing
	}
	p.warn(cols, looks)
	return p, nil
}

// A look is the profile of a column and what is needed of it afterwards.
type look struct {
	ColumnProfile
	column Column
	codes  codes // kept where relations are calculated from all rows
	texts  textFindings
	far    int // values beyond three times the distance of the quartiles
}

// lookAtColumns profiles the columns, and finds duplicate rows, which take longest and come
// first.
func lookAtColumns(ctx context.Context, rep progress.Reporter, t Table, cols []Column, o ProfileOptions, p *TableProfile) ([]look, error) {
	rep = progress.Or(rep)
	keep := p.relationRows(cols, o) == t.Nrow()
	looks := make([]look, len(cols))
	order := make([]int, len(cols)) // numbers first: they take longer than texts
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(cols[a]), rank(cols[b])) })
	var done atomic.Int64
	report := func() {
		rep.Report(progress.Event{Task: "profile", Done: done.Add(1), Total: int64(len(cols) + 1), Unit: "columns"})
	}
	err := parallel.Each(ctx, len(cols)+1, func(i int) {
		defer report()
		if i == 0 {
			if ids, n, err := t.Identify(); err == nil {
				p.DuplicateRows = len(ids) - n
			}
			return
		}
		at := order[i-1]
		looks[at] = lookAt(cols[at], keep, o)
	})
	return looks, err
}

func rank(c Column) int {
	if c.Numeric() {
		return 0
	}
	return 1
}

// lookAt profiles one column.
func lookAt(c Column, keep bool, o ProfileOptions) look {
	l := look{column: c}
	l.Name, l.Kind = c.Name, c.Kind
	switch c.Kind {
	case Int:
		lookAtNumbers(&l, c.Ints, keep, o)
	case Float:
		lookAtNumbers(&l, c.Floats, keep, o)
	default:
		lookAtKinds(&l, keep, o)
	}
	return l
}
