package feature

import (
	"fmt"
	"math"
	"strings"
)

// heading says what the selector did.
func (s StepScores) heading() string {
	kept := 0
	for _, c := range s.Columns {
		if c.Kept {
			kept++
		}
	}
	text := fmt.Sprintf("step %d, %s, kept %d of %d features", s.Step+1, s.Name, kept, len(s.Columns))
	if len(s.Curve) > 0 {
		text += fmt.Sprintf("; %v is of the folds that it chose by, so that the best looks better than it is", s.Metric)
	}
	return text
}

// cells have a row for each feature, and those columns that the selector knows something of.
func (s StepScores) cells() (head []string, rows [][]string) {
	has := func(f func(ColumnScore) bool) bool {
		for _, c := range s.Columns {
			if f(c) {
				return true
			}
		}
		return false
	}
	score := has(func(c ColumnScore) bool { return !math.IsNaN(c.Score) })
	p := has(func(c ColumnScore) bool { return !math.IsNaN(c.P) })
	rank := has(func(c ColumnScore) bool { return c.Rank > 0 })
	head = []string{"feature"}
	for _, h := range []struct {
		name string
		has  bool
	}{{s.By, score}, {"p", p}, {"rank", rank}, {"kept", true}} {
		if h.has {
			head = append(head, h.name)
		}
	}
	for _, c := range s.Columns {
		r := []string{label(c.Name)}
		if score {
			r = append(r, shortNumber(c.Score, "%.4g"))
		}
		if p {
			r = append(r, shortNumber(c.P, "%.2g"))
		}
		if rank {
			r = append(r, fmt.Sprint(c.Rank))
		}
		rows = append(rows, append(r, map[bool]string{true: "yes", false: "no"}[c.Kept]))
	}
	return head, rows
}

// curve has a row for each number of features that was tried.
func (s StepScores) curve() (head []string, rows [][]string) {
	change := false
	for _, c := range s.Curve {
		change = change || c.Column != ""
	}
	head = []string{"features", s.Metric.String(), "standard error"}
	if change {
		head = append(head, "added or left out")
	}
	for _, c := range s.Curve {
		r := []string{fmt.Sprint(c.Features), shortNumber(c.Mean(), "%.4f"), shortNumber(c.StandardError(), "%.4f")}
		if change {
			r = append(r, label(c.Column))
		}
		rows = append(rows, r)
	}
	return head, rows
}

// shortNumber is a number, or a dash where there is none.
func shortNumber(v float64, format string) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf(format, v)
}

// String is the scores as a table in plain text, and the curve as a second one.
func (s StepScores) String() string {
	var b strings.Builder
	head, rows := s.cells()
	b.WriteString(s.heading() + "\n" + textTable(head, rows))
	if len(s.Curve) > 0 {
		head, rows = s.curve()
		b.WriteString(textTable(head, rows))
	}
	return b.String()
}

// HTML is the scores as a table, and the curve as a second one.
func (s StepScores) HTML() string {
	head, rows := s.cells()
	out := htmlParagraph(s.heading()) + htmlTable(head, rows)
	if len(s.Curve) > 0 {
		head, rows = s.curve()
		out += htmlTable(head, rows)
	}
	return out
}
