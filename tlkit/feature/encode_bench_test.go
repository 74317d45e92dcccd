package feature

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// thousandValues is a table of a text column with 1,000 values, which are one text in
// memory each, as a table that was read from a file has them, or not.
func thousandValues(b *testing.B, rows int, shared bool) frame.Table {
	r := rand.New(rand.NewPCG(1, 1))
	cells := frame.MakeCells[string](rows)
	known := make([]string, 1000)
	for k := range known {
		known[k] = fmt.Sprintf("value_%d", k)
	}
	for i := range cells {
		k := r.IntN(len(known))
		if cells[i].Value = known[k]; !shared {
			cells[i].Value = fmt.Sprintf("value_%d", k)
		}
	}
	return tableOf(b, nil, frame.Series("v", cells))
}

func BenchmarkOneHot(b *testing.B) {
	for name, shared := range map[string]bool{"shared": true, "apart": false} {
		t := thousandValues(b, 1_000_000, shared)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f := mustFit(b, Pipeline{Steps: []Step{OneHotEncoder{}}}, t)
				if _, err := f.Sparse(b.Context(), nil, t); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+" fit", func(b *testing.B) {
			for b.Loop() {
				mustFit(b, Pipeline{Steps: []Step{OneHotEncoder{}}}, t)
			}
		})
	}
}

func BenchmarkEncodeFit(b *testing.B) {
	t := thousandValues(b, 1_000_000, true)
	y := frame.MakeCells[float64](t.Nrow())
	for i := range y {
		y[i].Value = float64(i % 17)
	}
	t, err := t.With(frame.Series("y", y))
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range []Step{OrdinalEncoder{}, TargetEncoder{}, FrequencyEncoder{}} {
		b.Run(stepName(s), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := (Pipeline{Target: "y", Steps: []Step{s}}).FitMatrix(b.Context(), nil, split.WholeAsTrain(t)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncodeRow(b *testing.B) {
	t := thousandValues(b, 10_000, true)
	cols := make([]frame.Column, 20)
	c, err := t.Column("v")
	if err != nil {
		b.Fatal(err)
	}
	table := frame.Table{}
	for j := range cols {
		if table, err = table.With(c.Series(fmt.Sprint("v", j))); err != nil {
			b.Fatal(err)
		}
	}
	for _, s := range []Step{OrdinalEncoder{}, OneHotEncoder{MaxCategories: 10}, OneHotEncoder{}, HashingEncoder{}} {
		b.Run(fmt.Sprintf("%T", s), func(b *testing.B) {
			f := mustFit(b, Pipeline{Steps: []Step{s}}, table)
			r, err := f.Row()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				for k := range 20 {
					_ = r.SetText(k, c.Texts[k].Value)
				}
				if _, err := r.Features(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
