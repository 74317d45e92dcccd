package recipe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// Rename gives a column another name.
type Rename struct {
	From string `json:"from"`
	To   string `json:"to"`
}

func (Rename) Name() string { return "rename" }
func (r Rename) String() string {
	return fmt.Sprintf("rename column %s to %s", quoted(r.From), quoted(r.To))
}
func (r Rename) check() error { return nil }

func (r Rename) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	if slices.Contains(s.Names(), r.To) {
		return outcome{}, taken(r.To)
	}
	out, err := s.renamed(r.From, r.To)
	return outcome{state: out, renamed: []Renamed{{r.From, r.To}}}, err
}

// taken is the error for a new column whose name is another's.
func taken(name string) error {
	return fmt.Errorf("%w: there is a column %.40q already; choose another name, or remove or rename that one first", frame.ErrShape, name)
}

// Remove takes columns away.
type Remove struct {
	Columns []string `json:"columns"`
}

func (Remove) Name() string     { return "remove-columns" }
func (r Remove) String() string { return "remove " + listed("column", r.Columns) }
func (r Remove) check() error   { return nil }

func (r Remove) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	out, err := s.without(r.Columns...)
	return outcome{state: out}, err
}

// Keep keeps these columns, in this order, and takes the others away.
type Keep struct {
	Columns []string `json:"columns"`
}

func (Keep) Name() string     { return "keep-columns" }
func (k Keep) String() string { return "keep " + listed("column", k.Columns) + " in this order" }
func (k Keep) check() error   { return nil }

func (k Keep) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	out, err := s.pick(k.Columns...)
	return outcome{state: out}, err
}

// Move puts a column at another place.
type Move struct {
	Column string `json:"column"`
	To     int    `json:"to"` // the place that it has afterwards, from 0
}

func (Move) Name() string { return "move-column" }
func (m Move) String() string {
	return fmt.Sprintf("move column %s to place %d", quoted(m.Column), m.To)
}

func (m Move) check() error {
	if m.To < 0 {
		return option("place %d of column %.40q; places are counted from 0", m.To, m.Column)
	}
	return nil
}

func (m Move) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	if _, err := s.Column(m.Column); err != nil {
		return outcome{}, err
	}
	names := s.Names()
	if m.To >= len(names) {
		return outcome{}, option("place %d of column %.40q; the table has %d columns, and places are counted from 0", m.To, m.Column, len(names))
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == m.Column })
	out, err := s.pick(slices.Insert(names, m.To, m.Column)...)
	return outcome{state: out}, err
}

// listed names columns for people.
func listed(what string, names []string) string {
	const most = 8
	parts := make([]string, 0, most+1)
	for i, n := range names {
		if i == most {
			parts = append(parts, fmt.Sprintf("%d more", len(names)-most))
			break
		}
		parts = append(parts, quoted(n))
	}
	if len(names) != 1 {
		what += "s"
	}
	return what + " " + strings.Join(parts, ", ")
}
