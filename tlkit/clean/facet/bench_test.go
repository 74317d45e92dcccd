package facet_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"transferlab/tlkit/clean/facet"
	"transferlab/tlkit/frame"
)

func BenchmarkFacets(b *testing.B) {
	const rows = 1_000_000
	rng := rand.New(rand.NewPCG(1, 1))
	words, dates, values := make([]frame.Cell[string], rows), make([]frame.Cell[string], rows), make([]frame.Cell[float64], rows)
	for i := range rows {
		words[i].Value = fmt.Sprintf("value %d", rng.IntN(2000))
		dates[i].Value = fmt.Sprintf("%04d-%02d-%02d", 1990+rng.IntN(30), 1+rng.IntN(12), 1+rng.IntN(28))
		values[i].Value = rng.NormFloat64()
	}
	t, err := frame.New(frame.Schema{{Name: "date", Kind: frame.Date}}, frame.Series("word", words), frame.Series("date", dates), frame.Series("number", values))
	if err != nil {
		b.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"Text":       func() error { _, err := facet.Text(t, "word", facet.TextOptions{}); return err },
		"IgnoreCase": func() error { _, err := facet.Text(t, "word", facet.TextOptions{IgnoreCase: true}); return err },
		"Numeric":    func() error { _, err := facet.Numeric(t, "number", facet.NumericOptions{}); return err },
		"TimeLine":   func() error { _, err := facet.TimeLine(t, "date", facet.TimeOptions{}); return err },
		"Length":     func() error { _, err := facet.Length(t, "word", facet.Options{}); return err },
		"Duplicates": func() error { _, err := facet.Duplicates(t, []string{"word"}, facet.Options{}); return err },
		"Blank":      func() error { _, err := facet.Blank(t, "word", facet.Options{}); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
