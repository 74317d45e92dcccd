package parquet

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
)

// goldens is testdata/golden.json, which golden.py made: what pyarrow reads from the files
// beside it.
type goldens struct {
	Files map[string]struct {
		Table   *int
		Refused []string
	}
	Tables [][]goldenColumn
}

type goldenColumn struct {
	Name     string
	Kind     frame.Kind
	Values   []*string
	Decimals []*string
	Levels   []string
	Ordered  bool
	Format   string
}

func readGoldens(t *testing.T) goldens {
	t.Helper()
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Files) < 30 {
		t.Fatalf("%d files", len(g.Files))
	}
	return g
}

func TestFilesOfPandasAndPyarrow(t *testing.T) {
	g := readGoldens(t)
	for name, want := range g.Files {
		t.Run(name, func(t *testing.T) {
			got, err := File(filepath.Join("testdata", name+".parquet"), Options{}).Read(t.Context(), nil)
			if want.Table == nil {
				var e *Error
				if !errors.As(err, &e) || !strings.HasPrefix(e.Path, "testdata") {
					t.Fatalf("got %v, want an error", err)
				}
				for _, part := range want.Refused {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("%v\nlacks %q", err, part)
					}
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			cols := g.Tables[*want.Table]
			if got.Ncol() != len(cols) {
				t.Errorf("columns %q", got.Names())
			}
			for i, w := range cols {
				if got.Names()[i] != w.Name {
					t.Errorf("column %d is %q, want %q", i, got.Names()[i], w.Name)
				}
				compare(t, got, w)
			}
		})
	}
}

func compare(t *testing.T, got frame.Table, want goldenColumn) {
	t.Helper()
	c, err := got.Column(want.Name)
	if err != nil {
		t.Error(err)
		return
	}
	if c.Kind != want.Kind || c.Field.Format != want.Format || c.Ordered != want.Ordered || !slices.Equal(c.Levels, want.Levels) || c.Len() != len(want.Values) {
		t.Errorf("column %s: %v in form %q with levels %q (ordered: %v) and %d rows; want %v, %q, %q, %v, %d", want.Name,
			c.Kind, c.Field.Format, c.Levels, c.Ordered, c.Len(), want.Kind, want.Format, want.Levels, want.Ordered, len(want.Values))
		return
	}
	for i, v := range want.Values {
		if v == nil || c.Missing(i) {
			if (v == nil) != c.Missing(i) {
				t.Errorf("column %s, row %d: missing is %v", want.Name, i+1, c.Missing(i))
			}
			continue
		}
		if c.Kind == frame.Float {
			f, err := strconv.ParseFloat(*v, 64)
			if err != nil || math.Float64bits(f) != math.Float64bits(c.Floats[i].Value) {
				t.Errorf("column %s, row %d: %v, want %s", want.Name, i+1, c.Floats[i].Value, *v)
			}
		} else if c.Format(i) != *v {
			t.Errorf("column %s, row %d: %q, want %q", want.Name, i+1, c.Format(i), *v)
		}
	}
}

func TestDecimalsAsText(t *testing.T) {
	g := readGoldens(t)
	got, err := File("testdata/kinds.parquet", Options{DecimalText: true}).Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, w := range g.Tables[*g.Files["kinds"].Table] {
		switch {
		case w.Decimals != nil:
			w.Values, w.Kind = w.Decimals, frame.Text
		case w.Name == "dec0":
			w.Kind = frame.Text
		default:
			continue
		}
		compare(t, got, w)
		seen++
	}
	if seen != 5 {
		t.Errorf("%d columns of decimals", seen)
	}
	// What is too long for a number is text too.
	got, err = File("testdata/decimal_digits.parquet", Options{DecimalText: true}).Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := got.Column("dec"); c.Format(0) != "1.5000" || c.Format(1) != "1234567890123.4567" {
		t.Errorf("%q, %q", c.Format(0), c.Format(1))
	}
}
