package dedupe

import (
	"fmt"
	"html"
	"strings"

	"transferlab/tlkit/internal/wording"
)

// Report says what was taken out of a table.
type Report struct {
	What     string    // "equal rows" or "near duplicates"
	Columns  []string  // that were compared; empty where whole rows were
	Rows     int       // of the table
	Groups   int       // of rows that stand for one thing
	Kept     int       // rows of the result
	Dropped  []int     // the rows that are not in it, ascending
	Examples []Example // the first few
	Merged   bool      // survivors were filled
	Filled   []Filled  // cells that survivors got from others
}

// Example is a row that was dropped and the one that stays in its place; −1 if none does.
type Example struct{ Dropped, Kept int }

// Filled counts the cells of a column that were filled.
type Filled struct {
	Column string
	Cells  int
}

// shown is how many examples a report has.
const shown = 5

// Summary is the report in one sentence.
func (r *Report) Summary() string {
	in := ""
	if len(r.Columns) > 0 {
		in = " by " + list(r.Columns)
	}
	s := fmt.Sprintf("%s%s: %s in, %d dropped in %s, %d left", r.What, in, wording.Count(r.Rows, "row"), len(r.Dropped), wording.Count(r.Groups, "group"), r.Kept)
	if r.Merged {
		cells, columns := 0, make([]string, len(r.Filled))
		for i, f := range r.Filled {
			cells += f.Cells
			columns[i] = fmt.Sprintf("%s %d", f.Column, f.Cells)
		}
		s += "; " + wording.Count(cells, "missing cell") + " filled from dropped rows"
		if cells > 0 {
			s += " (" + list(columns) + ")"
		}
	}
	return s
}

// list writes names for people, the first eight of them.
func list(names []string) string {
	const most = 8
	var b strings.Builder
	for i, n := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(cut(n, 40))
	}
	return b.String()
}

func (r *Report) examples() string {
	if len(r.Examples) == 0 {
		return ""
	}
	said := make([]string, len(r.Examples))
	for i, e := range r.Examples {
		said[i] = fmt.Sprintf("row %d → row %d", e.Dropped, e.Kept)
		if e.Kept < 0 {
			said[i] = fmt.Sprintf("row %d", e.Dropped)
		}
	}
	s := "dropped: " + strings.Join(said, ", ")
	if more := len(r.Dropped) - len(r.Examples); more > 0 {
		s += fmt.Sprintf(", and %d more", more)
	}
	return s
}

// String is the report as plain text.
func (r *Report) String() string {
	s := r.Summary() + "\n"
	if e := r.examples(); e != "" {
		s += e + "\n"
	}
	return s
}

// HTML is the report as a paragraph.
func (r *Report) HTML() string {
	s := "<p>" + html.EscapeString(r.Summary())
	if e := r.examples(); e != "" {
		s += "<br>" + html.EscapeString(e)
	}
	return s + "</p>"
}
