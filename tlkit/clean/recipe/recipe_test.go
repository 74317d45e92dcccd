package recipe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// table makes a table of columns, each a line "name kind: cell, cell…". A cell is text; -
// is missing, and "" (two quotes) is empty text.
func tableOf(t testing.TB, lines ...string) frame.Table {
	t.Helper()
	var schema frame.Schema
	var cols []series.Series
	for _, l := range lines {
		head, rest, ok := strings.Cut(l, ":")
		name, kindName, ok2 := strings.Cut(head, " ")
		if !ok || !ok2 {
			t.Fatalf("column %q", l)
		}
		var cells []string
		if rest != "" {
			cells = strings.Split(rest, ",")
		}
		for i := range cells {
			if cells[i] = strings.TrimPrefix(cells[i], " "); cells[i] == `""` {
				cells[i] = ""
			}
		}
		f := frame.Field{Name: name}
		if err := f.Kind.UnmarshalText([]byte(kindName)); err != nil {
			t.Fatal(err)
		}
		switch f.Kind {
		case frame.Int:
			cols = append(cols, parsed[int](t, name, cells))
		case frame.Float:
			cols = append(cols, parsed[float64](t, name, cells))
		case frame.Bool:
			cols = append(cols, parsed[bool](t, name, cells))
		default:
			cols = append(cols, parsed[string](t, name, cells))
			if f.Kind != frame.Text {
				schema = schema.With(f)
			}
		}
	}
	out, err := frame.New(schema, cols...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func parsed[T frame.Value](t testing.TB, name string, cells []string) series.Series {
	t.Helper()
	out := make([]frame.Cell[T], len(cells))
	for i, c := range cells {
		switch v := any(&out[i].Value).(type) {
		case *string:
			*v = c
		default:
			if c == "-" {
				break
			}
			if _, err := fmt.Sscan(c, v); err != nil {
				t.Fatalf("%q: %v", c, err)
			}
		}
		out[i].Null = c == "-"
	}
	return frame.Series(name, out)
}

// dump writes a table as tableOf reads it, a column a line.
func dump(t testing.TB, table frame.Table) string {
	t.Helper()
	cols, err := table.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, c := range cols {
		fmt.Fprintf(&b, "%s %v:", c.Name, c.Kind)
		for i := range c.Len() {
			v := c.Format(i)
			switch {
			case c.Missing(i):
				v = "-"
			case v == "":
				v = `""`
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(" " + v)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// same reports that two tables differ.
func equal(t testing.TB, got frame.Table, want ...string) {
	t.Helper()
	if g, w := dump(t, got), strings.Join(want, "\n")+"\n"; g != w {
		t.Errorf("got\n%swant\n%s", g, w)
	}
}
