package recipe

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// SplitColumn splits the texts of a column into new columns beside it, as OpenRefine does.
// They are named after it, "name 1", "name 2", …, with numbers that are free, and there are
// as many as the longest split has pieces; in a fitted recipe at least as many as the
// training rows had.
type SplitColumn struct {
	Column string `json:"column"`
	Splitter
	// Most is how many pieces there are at most, the last one with all that is left; 0: any
	// number. At a regular expression, empty pieces at the end are left out where it is 0,
	// and kept where it is negative.
	Most int `json:"most,omitempty"`

	// Guess makes numbers of pieces that are numbers.
	Guess bool `json:"guess,omitempty"`
	// Keep keeps the column that is split. Otherwise it is removed, with what it holds in
	// rows that are not chosen.
	Keep  bool  `json:"keep,omitempty"`
	Where Where `json:"where,omitzero"`
}

func (SplitColumn) Name() string { return "split-column" }

func (c SplitColumn) String() string {
	return fmt.Sprintf("split column %s into columns %s%s", quoted(c.Column), c.Splitter, c.Where.where())
}

func (c SplitColumn) check() error {
	if err := c.Splitter.check(); err != nil {
		return err
	}
	return c.Where.check()
}

func (c SplitColumn) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	col, err := s.Column(c.Column)
	if err != nil {
		return outcome{}, err
	}
	rows, err := c.Where.rows(ctx, s)
	if err != nil {
		return outcome{}, err
	}
	split, err := c.splitter(c.Most, false)
	if err != nil {
		return outcome{}, err
	}
	guess, err := guesser()
	if err != nil {
		return outcome{}, err
	}
	text, blank := s.texts(col), s.blank(col)
	var pieces [][]grel.Value // by column
	for i := range s.Nrow() {
		if i%diffPiece == 0 && ctx.Err() != nil {
			return outcome{}, ctx.Err()
		}
		t, ok := text(i)
		if !ok || blank(i) || !rows.has(i) {
			continue
		}
		parts, err := split(t)
		if err != nil {
			return outcome{}, fmt.Errorf("row %d: %w", i, err)
		}
		for k, p := range parts {
			if k == len(pieces) {
				if k == maxColumns {
					return outcome{}, fmt.Errorf("%w: row %d has more than %d pieces; set Most", frame.ErrLimit, i, maxColumns)
				}
				if err := fits(s.Nrow(), s.Ncol()+k+1); err != nil {
					return outcome{}, err
				}
				pieces = append(pieces, make([]grel.Value, s.Nrow()))
			}
			if pieces[k][i] = grel.StringValue(p); c.Guess {
				pieces[k][i] = guess(p)
			}
		}
	}
	names := s.Names()
	var fresh []built
	number := 1
	for _, values := range pieces {
		name := fmt.Sprintf("%s %d", c.Column, number)
		for number++; slices.Contains(names, name); number++ {
			name = fmt.Sprintf("%s %d", c.Column, number)
		}
		fresh = append(fresh, settle(name, values, frame.Column{}))
	}
	out, err := s.insert(slices.Index(names, c.Column)+1, fresh...)
	if err == nil && !c.Keep {
		out, err = out.without(c.Column)
	}
	return outcome{state: out}, err
}

// guesser is OpenRefine's guess at what a text is: a whole number, a finite number, or text.
func guesser() (func(string) grel.Value, error) {
	e, err := grel.Parse("value.toNumber()")
	if err != nil {
		return nil, err
	}
	return func(s string) grel.Value {
		text := grel.StringValue(s)
		t := strings.TrimFunc(s, unicode.IsSpace)
		if t == "" || t[0] < 0x80 && !strings.ContainsRune("0123456789+-.", rune(t[0])) {
			return text
		}
		v, err := e.Eval(grel.Bindings{Current: grel.StringValue(t)})
		if err != nil || v.IsError() || math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			return text
		}
		return v
	}, nil
}
