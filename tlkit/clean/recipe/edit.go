package recipe

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// Replace gives cells of a column other values, found by the value that they have: the
// merging of clusters, or OpenRefine's mass edit.
type Replace struct {
	Column string `json:"column"`
	Edits  []Edit `json:"edits"`

	// Expression, in GREL, gives the value by which an edit is found; empty means value.
	Expression string `json:"expression,omitempty"`
	Where      Where  `json:"where,omitzero"`
}

// Edit says which cells get a value, and which. Where several edits name a text, the last
// one counts.
type Edit struct {
	From   []string `json:"from,omitempty"`   // the values as text; dates as the table shows them, or as GREL writes them
	Blank  bool     `json:"blank,omitempty"`  // cells without a value, or with empty text, too
	Errors bool     `json:"errors,omitempty"` // cells for which the expression gives an error too

	To      string     `json:"to,omitempty"`
	As      frame.Kind `json:"as,omitempty"`      // what To is: Text, Int, Float, Bool or Date; Auto: what the column holds if To reads as that, else text
	Missing bool       `json:"missing,omitempty"` // the cells lose their value; To is empty
}

func (Replace) Name() string { return "replace" }

func (r Replace) String() string {
	var parts []string
	for i, e := range r.Edits {
		if i == 3 {
			parts = append(parts, fmt.Sprintf("%d more", len(r.Edits)-3))
			break
		}
		parts = append(parts, e.String())
	}
	return fmt.Sprintf("replace in column %s%s: %s", of(r.Column, r.Expression), r.Where.where(), strings.Join(parts, "; "))
}

func (e Edit) String() string {
	var from []string
	for i, f := range e.From {
		if i == 3 {
			from = append(from, fmt.Sprintf("%d more", len(e.From)-3))
			break
		}
		from = append(from, quoted(f))
	}
	to := quoted(e.To)
	if e.Missing {
		to = "no value"
	}
	return alternatives(from, "", e.Blank, e.Errors) + " by " + to
}

func (r Replace) check() error {
	if _, err := parse(r.Expression); err != nil {
		return err
	}
	for i, e := range r.Edits {
		if _, err := e.value(frame.Text); err != nil {
			return fmt.Errorf("edit %d: %w", i+1, err)
		}
	}
	return r.Where.check()
}

// value is To as what it is in a column of a kind.
func (e Edit) value(column frame.Kind) (grel.Value, error) {
	if e.Missing {
		if e.To != "" {
			return grel.Value{}, option("cells that lose their value and get %.40q; choose one", e.To)
		}
		return grel.Value{}, nil
	}
	kind := e.As
	if kind == frame.Auto {
		kind = column
	}
	switch kind {
	case frame.Auto, frame.Text, frame.Category:
		return grel.StringValue(e.To), nil
	case frame.Int:
		if n, err := strconv.ParseInt(e.To, 10, 64); err == nil {
			return grel.IntValue(n), nil
		}
	case frame.Float:
		if f, err := strconv.ParseFloat(e.To, 64); err == nil {
			return grel.FloatValue(f), nil
		}
	case frame.Bool:
		if b, err := strconv.ParseBool(e.To); err == nil {
			return grel.BoolValue(b), nil
		}
	case frame.Date:
		if t, ok := frame.ParseDate(e.To); ok {
			return grel.DateValue(t), nil
		}
	}
	if e.As == frame.Auto {
		return grel.StringValue(e.To), nil
	}
	return grel.Value{}, option("%.40q as %v; write a value of that kind, or leave As out", e.To, e.As)
}

func (r Replace) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	c, err := s.Column(r.Column)
	if err != nil {
		return outcome{}, err
	}
	rows, err := r.Where.rows(ctx, s)
	if err != nil {
		return outcome{}, err
	}
	e, err := s.prepare(r.Expression, r.Column)
	if err != nil {
		return outcome{}, err
	}
	find, err := r.finder(c.Kind)
	if err != nil {
		return outcome{}, err
	}
	changed := newChanges(s.Nrow())
	shown := func(int) string { return "" }
	if r.Expression == "" && c.Kind == frame.Date {
		shown = c.Format
	}
	err = e.each(ctx, rows, s.Nrow(), func(i int, v grel.Value, _ func(grel.Value) (grel.Value, error)) error {
		if to, ok := find(v, shown(i)); ok {
			changed.set(i, to)
		}
		return nil
	})
	if err != nil {
		return outcome{}, err
	}
	out, err := s.changed(c, changed)
	return outcome{state: out}, err
}

// finder finds the new value of a value, by its text in GREL or by how the table shows it.
func (r Replace) finder(column frame.Kind) (find func(v grel.Value, shown string) (grel.Value, bool), err error) {
	texts := map[string]grel.Value{}
	var blanks, errors *grel.Value
	for _, e := range r.Edits {
		to, err := e.value(column)
		if err != nil {
			return nil, err
		}
		for _, f := range e.From {
			texts[f] = to
		}
		if e.Blank {
			blanks = &to
		}
		if e.Errors {
			errors = &to
		}
	}
	given := func(v *grel.Value) (grel.Value, bool) {
		if v == nil {
			return grel.Value{}, false
		}
		return *v, true
	}
	return func(v grel.Value, shown string) (grel.Value, bool) {
		switch {
		case v.IsError():
			return given(errors)
		case blank(v):
			return given(blanks)
		}
		to, ok := texts[v.String()]
		if !ok && shown != "" {
			to, ok = texts[shown]
		}
		return to, ok
	}, nil
}

// Merge makes a Replace of new values by old ones, as text.Clusters.Merge gives them.
func Merge(column string, values map[string]string) Replace {
	from := map[string][]string{}
	for old, now := range values {
		from[now] = append(from[now], old)
	}
	r := Replace{Column: column}
	for _, now := range slices.Sorted(maps.Keys(from)) {
		slices.Sort(from[now])
		r.Edits = append(r.Edits, Edit{From: from[now], Blank: slices.Contains(from[now], ""), To: now})
	}
	return r
}
