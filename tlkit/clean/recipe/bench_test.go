package recipe

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// million is a table of a million rows and ten columns.
func million(b *testing.B) frame.Table {
	const rows = 1_000_000
	g := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 5000)
	for i := range words {
		words[i] = fmt.Sprintf(" Word %d;x%d ", i, i%17)
	}
	texts := func(name string, n int) series.Series {
		cells := make([]frame.Cell[string], rows)
		for i := range cells {
			cells[i] = frame.Cell[string]{Value: words[g.IntN(n)], Null: g.IntN(20) == 0}
		}
		return frame.Series(name, cells)
	}
	numbers := func(name string) series.Series {
		cells := make([]frame.Cell[float64], rows)
		for i := range cells {
			cells[i] = frame.Cell[float64]{Value: g.NormFloat64(), Null: g.IntN(20) == 0}
		}
		return frame.Series(name, cells)
	}
	ints := make([]frame.Cell[int], rows)
	for i := range ints {
		ints[i].Value = g.IntN(1000)
	}
	t, err := frame.New(nil, texts("a", 5000), texts("b", 50), texts("c", 5), numbers("n1"), numbers("n2"), numbers("n3"), numbers("n4"), numbers("n5"), frame.Series("i", ints), texts("d", 5000))
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// BenchmarkSteps is each step by itself, on a million rows, with its entry in the history.
func BenchmarkSteps(b *testing.B) {
	t := million(b)
	for _, s := range []Step{
		Rename{"a", "A"}, Remove{[]string{"b"}}, Text{Do: []TextOp{Trim}}, Text{Columns: []string{"a"}, Do: []TextOp{Trim, Title}},
		Transform{Column: "a", Expression: "value.trim()"}, Transform{Column: "a", Expression: `value.trim().toUppercase().replace("WORD", "W")`},
		Transform{Column: "i", Expression: "value+1"}, Transform{Column: "b", Expression: `value.replace(/\d+/, "")`},
		AddColumn{Column: "new", Expression: `cells["i"].value * 2`}, Replace{Column: "b", Edits: []Edit{{From: []string{" Word 1;x1 "}, To: "one"}}},
		FillDown{Column: "a"}, BlankDown{Column: "c"}, DropRows{Where: Where{Facets: []Facet{{List: &List{Column: "c", Blank: true}}}}},
		DropRows{Where: Where{Facets: []Facet{{Range: &Range{Column: "n1", From: new(1.0)}}}}}, DropRows{Where: Where{Facets: []Facet{{Text: &Search{Column: "a", Query: "word 11"}}}}},
		SplitColumn{Column: "a", Splitter: Splitter{Separator: ";"}}, SplitCells{"a", "b", Splitter{Separator: ";"}}, JoinColumns{Columns: []string{"a", "i"}, To: "ai"},
		SetKind{Columns: []string{"i"}, Kind: frame.Float}, DropDuplicates{Columns: []string{"a", "i"}, Keep: dedupe.First}, Fill{Numbers: impute.Median},
	} {
		b.Run(s.String(), func(b *testing.B) {
			for b.Loop() {
				h := BeginTrain(split.WholeAsTrain(t))
				if _, err := h.Do(background, nil, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
