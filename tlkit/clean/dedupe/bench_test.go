package dedupe

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"transferlab/tlkit/frame"
)

// wide makes the table of the benchmark: n rows × 10 columns, of which one in twenty-one is
// a copy of another, with 5 % of the cells missing.
func wide(b *testing.B, n int) frame.Table {
	rng := rand.New(rand.NewPCG(1, 1))
	from := make([]int, n)
	for i := range from {
		from[i] = i
		if i%21 == 20 {
			from[i] = rng.IntN(i)
		}
	}
	var out frame.Table
	for c := range 10 {
		name := "c" + strconv.Itoa(c)
		gone := func() bool { return rng.IntN(20) == 0 }
		var err error
		switch c % 5 {
		case 0, 1:
			cells := make([]frame.Cell[float64], n)
			for i := range cells {
				cells[i] = frame.Cell[float64]{Value: rng.NormFloat64(), Null: gone()}
			}
			out, err = out.With(frame.Series(name, cells))
		case 2, 3:
			cells := make([]frame.Cell[int], n)
			for i := range cells {
				cells[i] = frame.Cell[int]{Value: rng.IntN(1000), Null: gone()}
			}
			out, err = out.With(frame.Series(name, cells))
		default:
			cells := make([]frame.Cell[string], n)
			for i := range cells {
				cells[i] = frame.Cell[string]{Value: "group " + strconv.Itoa(rng.IntN(500)), Null: gone()}
			}
			out, err = out.With(frame.Series(name, cells))
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	out, err := out.Take(from)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func BenchmarkDrop(b *testing.B) {
	in := wide(b, 1_050_000)
	for b.Loop() {
		if _, _, err := Drop(in, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	in := wide(b, 1_050_000)
	for b.Loop() {
		if _, err := Find(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFindNear(b *testing.B) {
	in, _ := planted(b, 1, 5000)
	o := NearOptions{Compare: []Compare{{Column: "name", Weight: 2}, {Column: "town", By: Levenshtein}, {Column: "year", By: Numbers}}, Threshold: 0.9,
		Blocks: []Block{{Keys: []Key{{Column: "name", By: Prefix, Length: 2}}}, {Keys: []Key{{Column: "name"}}, Window: 10}}}
	for b.Loop() {
		g := near(b, in, o)
		b.ReportMetric(float64(g.Compared), "pairs")
	}
}

func BenchmarkAllPairs(b *testing.B) {
	in, _ := planted(b, 1, 2500)
	o := NearOptions{Compare: []Compare{{Column: "name"}}, Threshold: 0.9}
	for b.Loop() {
		g := near(b, in, o)
		b.ReportMetric(float64(g.Compared), "pairs")
	}
}
