package frame

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"
)

// ugly makes a table whose columns hold few values, and all that go wrong: missing ones,
// infinities, both zeros, empty text, text that looks like a missing value.
func ugly(seed uint64, n int) Table {
	rng := rand.New(rand.NewPCG(seed, 7))
	gone := func() bool { return rng.IntN(4) == 0 }
	floats := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1.5, 1e308, 5e-324, -2}
	texts := []string{"", "NaN", "NA", "a", "A", "a ", "é", "e\u0301", "a\nb", "日本"}
	return mustTable(Schema{{Name: "day", Kind: Date}, {Name: "size", Kind: Category, Levels: []string{"small", "medium", "large"}, Ordered: true}},
		Series("text", fill(n, func(int) Cell[string] { return Cell[string]{texts[rng.IntN(len(texts))], gone()} })),
		Series("float", fill(n, func(int) Cell[float64] { return Cell[float64]{floats[rng.IntN(len(floats))], gone()} })),
		Series("int", fill(n, func(int) Cell[int] { return Cell[int]{rng.IntN(5) - 2, gone()} })),
		Series("big", fill(n, func(int) Cell[int] { return Cell[int]{math.MaxInt - rng.IntN(3), gone()} })),
		Series("bool", fill(n, func(int) Cell[bool] { return Cell[bool]{rng.IntN(2) == 0, gone()} })),
		Series("day", fill(n, func(int) Cell[string] { return Cell[string]{fmt.Sprintf("2024-02-%02d", 1+rng.IntN(6)), gone()} })),
		Series("size", fill(n, func(int) Cell[string] {
			return Cell[string]{[]string{"small", "medium", "large"}[rng.IntN(3)], gone()}
		})))
}

func fill[T Value](n int, f func(int) Cell[T]) []Cell[T] {
	cells := make([]Cell[T], n)
	for i := range cells {
		cells[i] = f(i)
	}
	return cells
}

// values makes cells of plain values.
func values[T Value](vs ...T) []Cell[T] {
	return fill(len(vs), func(i int) Cell[T] { return Cell[T]{Value: vs[i]} })
}

func mustTable(schema Schema, cols ...series.Series) Table {
	t, err := New(schema, cols...)
	if err != nil {
		panic(err)
	}
	return t
}

// must stops a test whose call failed: must(Sort(t, …))(t).
func must[V any](v V, err error) func(testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// plainRows writes rows so that equal ones, and only these, have equal text.
func plainRows(t testing.TB, table Table, names ...string) []string {
	t.Helper()
	cols := must(table.Columns(names...))(t)
	rows := make([]string, table.Nrow())
	for i := range rows {
		var b strings.Builder
		for _, c := range cols {
			switch {
			case c.Missing(i):
				b.WriteString("|-")
			case c.Kind == Float && c.Floats[i].Value == 0:
				b.WriteString("|0.0")
			default:
				fmt.Fprintf(&b, "|%q", c.Format(i))
			}
		}
		rows[i] = b.String()
	}
	return rows
}

// onCores calls f with one processor and with four.
func onCores(t *testing.T, f func(t *testing.T) string) {
	t.Helper()
	before := runtime.GOMAXPROCS(1)
	one := f(t)
	runtime.GOMAXPROCS(4)
	four := f(t)
	runtime.GOMAXPROCS(before)
	if one != four {
		t.Errorf("one core and four give different results:\n%.600s\n%.600s", one, four)
	}
}

// listing writes a table's schema and rows.
func listing(t testing.TB, table Table) string {
	t.Helper()
	return fmt.Sprint(table.Names(), table.Schema, "\n", strings.Join(plainRows(t, table), "\n"))
}
