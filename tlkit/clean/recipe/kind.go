package recipe

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// SetKind makes columns of a kind: it reads numbers, dates and booleans that are written as
// text, writes numbers as text, and says that texts are a category. White space around a
// value does not count, and a missing value stays one.
type SetKind struct {
	Columns []string   `json:"columns"`
	Kind    frame.Kind `json:"kind"`

	// Format is how dates are written, as frame.ParseDateFormat reads it; empty means ISO 8601.
	Format string `json:"format,omitempty"`
	// DecimalComma reads 1,5 as one and a half. Group stands between groups of digits, as
	// the comma in 1,000,000, and is left out.
	DecimalComma bool   `json:"decimalComma,omitempty"`
	Group        string `json:"group,omitempty"`
	// Levels and Ordered are those of a category; see frame.Field.
	Levels  []string `json:"levels,omitempty"`
	Ordered bool     `json:"ordered,omitempty"`

	// OnError is what becomes of a value that is not of the kind. Empty refuses the step,
	// and names the value. KeepOriginal makes a column of mixed cells, which is text.
	OnError OnError `json:"onError,omitempty"`
}

func (SetKind) Name() string { return "set-kind" }

func (k SetKind) String() string {
	s := fmt.Sprintf("make %s %v", listed("column", k.Columns), k.Kind)
	if k.Format != "" {
		s += ", written as " + quoted(k.Format)
	}
	if len(k.Levels) > 0 {
		s += fmt.Sprintf(" of the levels %s", strings.TrimPrefix(listed("", k.Levels), "s "))
	}
	return s
}

func (k SetKind) check() error {
	if k.Kind == frame.Auto || k.Kind > frame.Category {
		return option("the kind %v; choose Text, Int, Float, Bool, Date or Category", k.Kind)
	}
	if k.Kind == frame.Date {
		if _, err := frame.ParseDateFormat(k.Format); err != nil {
			return option("%v", err)
		}
	}
	if k.Group != "" && strings.ContainsAny(k.Group, "0123456789+-eE"+k.point()) {
		return option("%q between groups of digits, which is part of a number", k.Group)
	}
	return k.OnError.check()
}

func (k SetKind) point() string {
	if k.DecimalComma {
		return ","
	}
	return "."
}

func (k SetKind) apply(ctx context.Context, _ progress.Reporter, s state) (outcome, error) {
	var changed []built
	for _, name := range k.Columns {
		c, err := s.Column(name)
		if err != nil {
			return outcome{}, err
		}
		if c.Kind == k.Kind && k.Kind != frame.Category && s.mixed[name] == nil {
			continue
		}
		b, err := k.column(ctx, s, c)
		if err != nil {
			return outcome{}, err
		}
		changed = append(changed, b)
	}
	if changed == nil {
		return outcome{state: s}, nil
	}
	out, err := s.with(changed...)
	return outcome{state: out}, err
}

// column makes one column of the kind.
func (k SetKind) column(ctx context.Context, s state, c frame.Column) (built, error) {
	field := frame.Field{Name: c.Name, Kind: k.Kind}
	switch k.Kind {
	case frame.Int:
		return convert(ctx, k, s, c, field, k.whole, func(v int) grel.Value { return grel.IntValue(int64(v)) })
	case frame.Float:
		return convert(ctx, k, s, c, field, k.number, grel.FloatValue)
	case frame.Bool:
		return convert(ctx, k, s, c, field, boolean, grel.BoolValue)
	case frame.Date:
		format, err := frame.ParseDateFormat(k.Format)
		if err != nil {
			return built{}, option("%v", err)
		}
		read := func(v string) (string, bool) { return format.Read(strings.TrimSpace(v)) }
		return convert(ctx, k, s, c, field, read, func(v string) grel.Value {
			t, _ := frame.ParseDate(v) // it was just written
			return grel.DateValue(t)
		})
	}
	read := func(v string) (string, bool) { return v, true }
	if k.Kind == frame.Category {
		field.Levels, field.Ordered = k.Levels, k.Ordered
		if len(k.Levels) > 0 {
			known := map[string]bool{}
			for _, l := range k.Levels {
				known[l] = true
			}
			read = func(v string) (string, bool) { return v, known[v] }
		}
	}
	return convert(ctx, k, s, c, field, read, grel.StringValue)
}

// convert reads each value of a column as one of type T.
func convert[T frame.Value](ctx context.Context, k SetKind, s state, c frame.Column, field frame.Field,
	read func(string) (T, bool), typed func(T) grel.Value) (built, error) {
	cells := frame.MakeCells[T](c.Len())
	bad := make([][]int, (c.Len()+diffPiece-1)/diffPiece) // rows, by piece
	err := parallel.Chunks(ctx, len(cells), diffPiece, func(chunk, low, high int) {
		for i := low; i < high; i++ {
			if c.Missing(i) {
				cells[i].Null = true
				continue
			}
			v, ok := read(c.Format(i))
			cells[i] = frame.Cell[T]{Value: v, Null: !ok}
			if !ok {
				bad[chunk] = append(bad[chunk], i)
			}
		}
	})
	if err != nil {
		return built{}, err
	}
	rows := slices.Concat(bad...)
	switch {
	case len(rows) == 0 || k.OnError == SetToBlank:
		return built{series: frame.Series(c.Name, cells), field: field}, nil
	case k.OnError == "":
		return built{}, fmt.Errorf("%w: column %.40q, row %d: %.60q is no %v, nor are %d others; replace them first, or set OnError",
			frame.ErrKind, c.Name, rows[0], c.Format(rows[0]), k.Kind, len(rows)-1)
	}
	get := s.cells(c)
	values := make([]grel.Value, len(cells))
	for i, cell := range cells {
		if !cell.Null {
			values[i] = typed(cell.Value)
		}
	}
	for _, i := range rows {
		if values[i] = get(i); k.OnError == StoreError {
			values[i] = grel.ErrorValue(fmt.Sprintf("%.60q is no %v", c.Format(i), k.Kind))
		}
	}
	return settle(c.Name, values, frame.Column{}), nil
}

// plainNumber is a number's text in Go's form: no groups of digits, a decimal point. What is
// no number is "".
func (k SetKind) plainNumber(s string) string {
	s = strings.TrimSpace(s)
	if k.Group != "" {
		s = strings.ReplaceAll(s, k.Group, "")
	}
	if k.DecimalComma {
		if strings.Contains(s, ".") {
			return ""
		}
		s = strings.Replace(s, ",", ".", 1)
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' && c != 'e' && c != 'E' {
			return ""
		}
	}
	return s
}

func (k SetKind) number(s string) (float64, bool) {
	switch strings.TrimSpace(s) { // as tables write them
	case "inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	}
	v, err := strconv.ParseFloat(k.plainNumber(s), 64)
	return v, err == nil
}

func (k SetKind) whole(s string) (int, bool) {
	plain := k.plainNumber(s)
	if v, err := strconv.Atoi(plain); err == nil {
		return v, true
	}
	// 3.0 and 1e3 are whole too; from 2⁵³ on it is not known whether they are.
	v, err := strconv.ParseFloat(plain, 64)
	if err != nil || v != math.Trunc(v) || math.Abs(v) >= 1<<53 {
		return 0, false
	}
	return int(v), true
}

func boolean(s string) (bool, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "1", "1.0":
		return true, true
	case "false", "0", "0.0":
		return false, true
	}
	return false, false
}
