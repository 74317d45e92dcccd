package split

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// million is a table of a million rows: 20 columns of floats, and a class of ten as text
// and as numbers, a group of about ten rows, and a rising time.
var million = sync.OnceValue(func() frame.Table {
	const n = 1_000_000
	rng := rand.New(rand.NewPCG(1, 1))
	var cols []series.Series
	for k := range 20 {
		c := frame.MakeCells[float64](n)
		for i := range c {
			c[i].Value = rng.NormFloat64()
		}
		cols = append(cols, frame.Series(fmt.Sprint("x", k), c))
	}
	text, number := frame.MakeCells[string](n), frame.MakeCells[int](n)
	group, time := frame.MakeCells[int](n), frame.MakeCells[int](n)
	for i := range n {
		k := rng.IntN(10)
		text[i].Value, number[i].Value = fmt.Sprint("class ", k), k
		group[i].Value, time[i].Value = rng.IntN(n/10), i
	}
	cols = append(cols, frame.Series("class", text), frame.Series("number", number), frame.Series("group", group), frame.Series("time", time))
	t, err := frame.New(frame.Schema{{Name: "class", Kind: frame.Category}}, cols...)
	if err != nil {
		panic(err)
	}
	return t
})

// BenchmarkMillion splits a table of a million rows, of 20 floats and the columns that are
// needed, from the table to three tables.
func BenchmarkMillion(b *testing.B) {
	all := million()
	var floats []string
	for k := range 20 {
		floats = append(floats, fmt.Sprint("x", k))
	}
	for _, c := range []struct {
		name string
		o    RowOptions
		plan func(src Source) Splitter
	}{
		{"Random", RowOptions{}, func(s Source) Splitter { return Random(s, Options{}) }},
		{"StratifiedText", RowOptions{Label: "class"}, func(s Source) Splitter { return Stratified(s, Options{}) }},
		{"StratifiedNumber", RowOptions{Label: "number"}, func(s Source) Splitter { return Stratified(s, Options{}) }},
		{"StratifiedBins", RowOptions{Target: "x0", Bins: 10}, func(s Source) Splitter { return Stratified(s, Options{}) }},
		{"StratifiedGroups", RowOptions{Label: "number", Group: "group"}, func(s Source) Splitter { return Stratified(s, Options{}) }},
		{"ByTime", RowOptions{Time: "time"}, func(s Source) Splitter { return ByTime(s, TimeOptions{}) }},
	} {
		table, err := all.Pick(append(used(c.o), floats...)...)
		if c.o.Target != "" {
			table, err = all.Pick(floats...)
		}
		if err != nil {
			b.Fatal(err)
		}
		parts := func(b *testing.B) Splitter {
			rows, err := Rows(table, c.o)
			if err != nil {
				b.Fatal(err)
			}
			return c.plan(rows)
		}
		b.Run(c.name+"/Parts", func(b *testing.B) {
			for b.Loop() {
				if _, err := parts(b).Parts(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/Tables", func(b *testing.B) {
			for b.Loop() {
				if _, _, _, err := Tables(ctx, table, parts(b)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func used(o RowOptions) []string {
	var out []string
	for _, n := range []string{o.Label, o.Group, o.Time} {
		if n != "" {
			out = append(out, n)
		}
	}
	return out
}

// BenchmarkGrowth makes the positions of a stratified split of more and more items.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000, 5_000_000} {
		labels := make([]string, n)
		for i := range labels {
			labels[i] = fmt.Sprint("class ", i*7919%10)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Stratified(ByLabel(labels), Options{}).Parts(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFolds makes the positions of five stratified folds of a million items.
func BenchmarkFolds(b *testing.B) {
	rows, err := Rows(million(), RowOptions{Label: "number"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := StratifiedKFold(rows, FoldOptions{Valid: -1}).Parts(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck looks over a split of a million rows that has every leak.
func BenchmarkCheck(b *testing.B) {
	rows, err := Rows(million(), RowOptions{Label: "class", Group: "group", Time: "time", Target: "x1", Duplicates: true})
	if err != nil {
		b.Fatal(err)
	}
	plain, err := Rows(million(), RowOptions{})
	if err != nil {
		b.Fatal(err)
	}
	parts, err := Random(plain, Options{}).Parts(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Check(ctx, rows, parts); err != nil {
			b.Fatal(err)
		}
	}
}
