package recipe

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// TextOp is something that is done to a text.
type TextOp string

// What is done; see the functions of package text.
const (
	Trim          TextOp = "trim"           // white space at the ends goes
	Collapse      TextOp = "collapse"       // runs of white space become one blank
	Lower         TextOp = "lower"          // lower case
	Upper         TextOp = "upper"          // upper case
	Title         TextOp = "title"          // the first letter of each word in title case
	NFC           TextOp = "nfc"            // Unicode's normal forms
	NFD           TextOp = "nfd"            //
	NFKC          TextOp = "nfkc"           //
	NFKD          TextOp = "nfkd"           //
	StripAccents  TextOp = "strip-accents"  // é becomes e
	StripControls TextOp = "strip-controls" // what is not seen goes
	PlainQuotes   TextOp = "plain-quotes"   // “ becomes "
	PlainDashes   TextOp = "plain-dashes"   // – becomes -
	MendEncoding  TextOp = "mend-encoding"  // Ã© becomes é
	EmptyMissing  TextOp = "empty-missing"  // empty text becomes a missing value
)

// textOps are all of them, and what they do.
func textOps() map[TextOp]func(string) string {
	normal := func(f text.Form) func(string) string {
		return func(s string) string { return text.Normalize(s, f) }
	}
	return map[TextOp]func(string) string{
		Trim: text.Trim, Collapse: text.CollapseBlanks, Lower: text.Lower, Upper: text.Upper, Title: text.Title,
		NFC: normal(text.NFC), NFD: normal(text.NFD), NFKC: normal(text.NFKC), NFKD: normal(text.NFKD),
		StripAccents: text.StripAccents, StripControls: text.StripControls,
		PlainQuotes: text.PlainQuotes, PlainDashes: text.PlainDashes,
		MendEncoding: func(s string) string { mended, _ := text.Mojibake(s); return mended },
		EmptyMissing: func(s string) string { return s },
	}
}

// Text cleans the texts of columns, by one operation after the other.
type Text struct {
	Columns []string `json:"columns,omitempty"` // empty: all columns of text and categories
	Do      []TextOp `json:"do"`
}

func (Text) Name() string { return "text" }

func (t Text) String() string {
	ops := make([]string, len(t.Do))
	for i, op := range t.Do {
		ops[i] = string(op)
	}
	where := "all text"
	if len(t.Columns) > 0 {
		where = listed("column", t.Columns)
	}
	return strings.Join(ops, ", ") + " of " + where
}

func (t Text) check() error {
	known := textOps()
	for _, op := range t.Do {
		if known[op] == nil {
			names := make([]string, 0, len(known))
			for k := range known {
				names = append(names, string(k))
			}
			slices.Sort(names)
			hint := "they are " + strings.Join(names, ", ")
			if near := frame.Nearest(string(op), names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return option("no operation on text is called %.40q; %s", string(op), hint)
		}
	}
	return nil
}

func (t Text) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	cols, err := s.textColumns(t.Columns)
	if err != nil {
		return outcome{}, err
	}
	known := textOps()
	var ops []func(string) string
	for _, op := range t.Do {
		ops = append(ops, known[op])
	}
	do := func(v string) string {
		for _, op := range ops {
			v = op(v)
		}
		return v
	}
	gone := slices.Contains(t.Do, EmptyMissing)
	var changed []built
	for _, c := range cols {
		cells, any, err := mapTexts(ctx, c.Texts, do, gone)
		if err != nil {
			return outcome{}, err
		}
		levels, moved := mapLevels(c.Levels, do, gone)
		if any || moved {
			c.Levels = levels
			changed = append(changed, built{series: frame.Series(c.Name, cells), field: c.Field})
		}
	}
	if changed == nil {
		return outcome{state: s}, nil
	}
	out, err := s.with(changed...)
	return outcome{state: out}, err
}

// textColumns are the columns of these names, which have to be text, or all that are.
// Dates are not among them, and neither are columns with cells of several types.
func (s state) textColumns(names []string) ([]frame.Column, error) {
	cols, err := s.Columns(names...)
	if err != nil {
		return nil, err
	}
	var out []frame.Column
	for _, c := range cols {
		is := c.Kind == frame.Text || c.Kind == frame.Category
		if !is && len(names) > 0 {
			return nil, fmt.Errorf("%w: column %.40q is %v, and text is needed; leave it out, or make it text with SetKind", frame.ErrKind, c.Name, c.Kind)
		}
		if is {
			out = append(out, c)
		}
	}
	return out, nil
}

// mapTexts does something to each text. any is whether a cell changed; if none did, the
// cells are those that were given.
func mapTexts(ctx context.Context, from []frame.Cell[string], do func(string) string, emptyMissing bool) (to []frame.Cell[string], any bool, err error) {
	to = frame.MakeCells[string](len(from))
	changed := make([]bool, (len(from)+diffPiece-1)/diffPiece)
	err = parallel.Chunks(ctx, len(from), diffPiece, func(chunk, low, high int) {
		for i := low; i < high; i++ {
			c := from[i]
			if !c.Null {
				was := c.Value
				c.Value = do(was)
				if emptyMissing && c.Value == "" {
					c.Null = true
				}
				if c.Null || c.Value != was {
					changed[chunk] = true
				}
			}
			to[i] = c
		}
	})
	if !slices.Contains(changed, true) {
		return from, false, err
	}
	return to, true, err
}

// mapLevels does the same to a category's levels; two that become one stand once.
func mapLevels(levels []string, do func(string) string, emptyMissing bool) (out []string, changed bool) {
	for _, l := range levels {
		now := do(l)
		changed = changed || now != l
		if !slices.Contains(out, now) && !(emptyMissing && now == "") {
			out = append(out, now)
		}
	}
	return out, changed || len(out) != len(levels)
}
