package frame

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"
)

// anyTable draws a table of all kinds, with values that are hard to write.
func anyTable(rng *rand.Rand) Table {
	rows := []int{0, 1, 2, 5, 40, 700}[rng.IntN(6)]
	gone := rng.IntN(5)
	missing := func() bool {
		switch gone {
		case 0:
			return true
		case 1:
			return false
		}
		return rng.IntN(gone) == 0
	}
	var cols []series.Series
	var schema Schema
	names := []string{"a", "name", "", "a b", "x,y", "\"q\"", "line\nbreak", "#c", "007", "naïve", " lead", "\ufeffmark", "NA", "é;"}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i := range 1 + rng.IntN(5) {
		name := names[i]
		text := func(draw func() string) series.Series {
			return Series(name, fill(rows, func(int) Cell[string] {
				if missing() {
					return Cell[string]{Null: true}
				}
				return Cell[string]{Value: draw()}
			}))
		}
		switch rng.IntN(8) {
		case 0:
			cols = append(cols, Series(name, fill(rows, func(int) Cell[int] {
				if missing() {
					return Cell[int]{Null: true}
				}
				return Cell[int]{Value: int(rng.Uint64()) >> rng.IntN(64)}
			})))
		case 1:
			cols = append(cols, Series(name, fill(rows, func(int) Cell[float64] {
				if missing() {
					return missingFloat
				}
				return Cell[float64]{Value: []float64{someFloat(rng), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 12}[max(rng.IntN(10)-4, 0)]}
			})))
		case 2:
			cols = append(cols, Series(name, fill(rows, func(int) Cell[bool] {
				if missing() {
					return Cell[bool]{Null: true}
				}
				return Cell[bool]{Value: rng.IntN(2) == 0}
			})))
		case 3:
			cols = append(cols, text(func() string { return strings.ToValidUTF8(someNumber(rng), "?") }))
		case 4:
			cols = append(cols, text(func() string { return []string{"true", "false"}[rng.IntN(2)] }))
		case 5:
			cols = append(cols, text(func() string {
				return fmt.Sprintf("%04d-%02d-%02d", 1+rng.IntN(9999), 1+rng.IntN(12), 1+rng.IntN(28))
			}))
			schema = append(schema, Field{Name: name, Kind: Date, Format: []string{"", "%d.%m.%Y", "%B %d, %Y", "%j/%Y"}[rng.IntN(4)]})
		case 6:
			levels := []string{"low", "", "high", "7", "a,b", "NA"}
			cols = append(cols, text(func() string { return levels[rng.IntN(len(levels))] }))
			schema = append(schema, Field{Name: name, Kind: Category, Levels: [][]string{nil, levels}[rng.IntN(2)], Ordered: rng.IntN(2) == 0})
		default:
			pieces := []string{"a", "B", "é", "日本", "\"", "\"\"", ",", ";", "\t", "\n", "\r", "\r\n", " ", "#", "NA", "-999", "\x00", "'", "=1+1", "\ufeff", "\U0001F600", "x"}
			cols = append(cols, text(func() string {
				s := ""
				for range rng.IntN(5) {
					s += pieces[rng.IntN(len(pieces))]
				}
				return s
			}))
		}
	}
	return mustTable(schema, cols...)
}

// writingOptions draws options that matter to how text is written.
func writingOptions(rng *rand.Rand) CSVOptions {
	o := uglyOptions(rng)
	o.SkipRows, o.MaxRows, o.MaxField, o.MaxColumns, o.Types, o.Columns, o.Names = 0, 0, 0, 0, nil, nil, nil
	o.NumberNames, o.NoQuote, o.QuotedMissing = false, false, false
	o.Encoding = []string{"", "", "utf-8", "utf-16", "utf-16be", "gb18030"}[rng.IntN(6)]
	return o
}

func TestEveryTableReadsBackAsItWas(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 11))
		table, o := anyTable(rng), writingOptions(rng)
		path := filepath.Join(dir, "table.csv"+[]string{"", ".gz", ".zst"}[max(rng.IntN(6)-3, 0)])
		if err := WriteCSV(path, table, o); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := CSV(path, o).Read(t.Context(), nil)
		if err != nil {
			b, _ := os.ReadFile(path)
			t.Fatalf("seed %d: %v\n%q", seed, err, b)
		}
		if diff := tableDiff(back, table); diff != "" {
			b, _ := os.ReadFile(path)
			t.Fatalf("seed %d: %s\n%q\n%+v", seed, diff, b, o)
		}
	}
}
