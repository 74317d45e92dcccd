package feature

import (
	"fmt"
	"math"
)

const hiding = " Columns that say much the same hide each other: the model still has the other one while one is shuffled."

// Summary says which columns matter, and how many do not show that they do.
func (i *Importances) Summary() string {
	var some []string
	for _, c := range i.Columns {
		if c.Matters() {
			some = append(some, fmt.Sprintf("%.40q (%.3f)", c.Column, c.Drop.Value))
		}
	}
	const most = 5
	more := ""
	if len(some) > most {
		more = fmt.Sprintf(" and %d more", len(some)-most)
		some = some[:most]
	}
	base := fmt.Sprintf("%v is %.3f on %d held rows", i.Metric, i.Base, i.Rows)
	if math.IsNaN(i.Base) {
		base = fmt.Sprintf("%v cannot be told from %d held rows", i.Metric, i.Rows)
	}
	if len(some) == 0 {
		return base + ". No column shows that it matters: all intervals have 0 in them." + hiding
	}
	rest := 0
	for _, c := range i.Columns {
		if !c.Matters() {
			rest++
		}
	}
	s := fmt.Sprintf("%s. What it loses where a column is shuffled: %s%s.", base, joined(some), more)
	if rest > 0 {
		s += fmt.Sprintf(" Of %d of %d columns these rows do not show that they matter.", rest, len(i.Columns))
	}
	return s + hiding
}

// heading says what was done.
func (i *Importances) heading() string {
	return fmt.Sprintf("loss of %v on %d held rows, each column shuffled %d times, seed %d; 95 %% intervals", i.Metric, i.Rows, i.Repeats, i.Seed)
}

func (i *Importances) cells() (head []string, rows [][]string) {
	for _, c := range i.Columns {
		rows = append(rows, []string{label(c.Column), c.Drop.String()})
	}
	return []string{"column", "loss of " + i.Metric.String()}, rows
}

// String is the importances as a table in plain text.
func (i *Importances) String() string {
	head, rows := i.cells()
	return i.heading() + "\n" + textTable(head, rows) + i.Summary() + "\n"
}

// HTML is the importances as a table.
func (i *Importances) HTML() string {
	head, rows := i.cells()
	return htmlParagraph(i.heading()) + htmlTable(head, rows) + htmlParagraph(i.Summary())
}
