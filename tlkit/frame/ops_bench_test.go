package frame

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
	"unsafe"
)

// sales makes a table of that many rows like those that people clean: 10 columns, one row
// in twenty a duplicate, one cell in twenty missing. Every text has memory of its own, as
// it has after a file was read.
func sales(n int) Table {
	rng := rand.New(rand.NewPCG(1, 2))
	own := textsOfTheirOwn()
	ids, qty, visits := make([]Cell[int], n), make([]Cell[int], n), make([]Cell[int], n)
	city, product, when := make([]Cell[string], n), make([]Cell[string], n), make([]Cell[string], n)
	price, score, temp := make([]Cell[float64], n), make([]Cell[float64], n), make([]Cell[float64], n)
	member := make([]Cell[bool], n)
	gone := func() bool { return rng.IntN(10) == 0 }
	round := func(v, digits float64) float64 { return math.Round(v*digits) / digits }
	for i, k := range rng.Perm(n) {
		ids[i] = Cell[int]{Value: k}
		city[i] = Cell[string]{Value: own("city " + strconv.Itoa(rng.IntN(50))), Null: gone()}
		product[i] = Cell[string]{Value: own("product-" + strconv.Itoa(1000+rng.IntN(1000)))}
		when[i] = Cell[string]{Value: own(time.Unix(1577836800+86400*int64(rng.IntN(1500)), 0).UTC().Format(time.DateOnly))}
		qty[i] = Cell[int]{Value: 1 + rng.IntN(99), Null: gone()}
		price[i] = Cell[float64]{Value: round(math.Exp(3+rng.NormFloat64()), 100), Null: gone()}
		score[i] = Cell[float64]{Value: round(rng.NormFloat64(), 1e6), Null: gone()}
		temp[i] = Cell[float64]{Value: round(15+8*rng.NormFloat64(), 1e3), Null: gone()}
		member[i] = Cell[bool]{Value: rng.IntN(2) == 0}
		visits[i] = Cell[int]{Value: rng.IntN(1000)}
	}
	for i := range n {
		if city[i].Null {
			city[i].Value = ""
		}
	}
	t, err := New(Schema{{Name: "when", Kind: Date}},
		Series("id", ids), Series("city", city), Series("product", product), Series("when", when), Series("qty", qty),
		Series("price", price), Series("score", score), Series("temp", temp), Series("member", member), Series("visits", visits))
	if err != nil {
		panic(err)
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
		if i > 0 && rng.IntN(20) == 0 {
			rows[i] = rng.IntN(i)
		}
	}
	if t, err = t.Take(rows); err != nil {
		panic(err)
	}
	return t
}

// textsOfTheirOwn copies texts into large blocks.
func textsOfTheirOwn() func(string) string {
	var block []byte
	return func(s string) string {
		if cap(block)-len(block) < len(s) {
			block = make([]byte, 0, 1<<20)
		}
		at := len(block)
		block = append(block, s...)
		return unsafe.String(unsafe.SliceData(block[at:]), len(s))
	}
}

func BenchmarkIdentify(b *testing.B) {
	t := sales(1_050_000)
	for _, keys := range [][]string{nil, {"city", "product"}, {"id"}, {"price"}, {"product"}, {"member"}} {
		name := "whole rows"
		if keys != nil {
			name = keys[0]
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, n, err := t.Identify(keys...)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n), "kinds")
			}
		})
	}
}

func BenchmarkFirstOfEach(b *testing.B) {
	t := sales(1_050_000)
	for b.Loop() {
		ids, n, err := t.Identify()
		if err != nil {
			b.Fatal(err)
		}
		rows := make([]int, 0, n)
		for i, id := range ids {
			if int(id) == len(rows) {
				rows = append(rows, i)
			}
		}
		if _, err = t.Take(rows); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGroupBy(b *testing.B) {
	t := sales(1_050_000)
	means := []Agg{{Column: "price", Stat: Mean}, {Column: "score", Stat: Mean}, {Column: "temp", Stat: Mean}}
	for _, c := range []struct {
		name string
		keys []string
		aggs []Agg
	}{
		{"city and product, 3 means", []string{"city", "product"}, means},
		{"city, 3 means", []string{"city"}, means},
		{"id, 3 means", []string{"id"}, means},
		{"city and product, median", []string{"city", "product"}, []Agg{{Column: "price", Stat: Median}}},
		{"city, nunique and mode", []string{"city"}, []Agg{{Column: "product", Stat: NUnique}, {Column: "qty", Stat: Mode}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := GroupBy(t, c.keys, c.aggs, GroupOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDescribe(b *testing.B) {
	t := sales(1_050_000)
	numbers, err := t.Pick(t.Numeric()...)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		t    Table
	}{{"numbers", numbers}, {"all columns", t}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Describe(c.t); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSort(b *testing.B) {
	t := sales(1_050_000)
	for _, by := range [][]By{{Asc("price")}, {Asc("city"), Desc("product")}, {Asc("id")}} {
		b.Run(by[0].Column, func(b *testing.B) {
			for b.Loop() {
				if _, err := SortedRows(t, by...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJoin(b *testing.B) {
	t := sales(1_050_000)
	products, err := GroupBy(t, []string{"product"}, []Agg{{Column: "price", Stat: Max}}, GroupOptions{})
	if err != nil {
		b.Fatal(err)
	}
	ids, err := t.Pick("id", "score")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		right Table
		o     JoinOptions
	}{{"a thousand products", products, JoinOptions{On: []string{"product"}, How: Left}}, {"a million ids", ids, JoinOptions{On: []string{"id"}}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Join(t, c.right, c.o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkProfile(b *testing.B) {
	t := sales(1_050_000)
	for _, target := range []string{"", "price"} {
		b.Run("target "+target, func(b *testing.B) {
			for b.Loop() {
				if _, err := Profile(b.Context(), nil, t, ProfileOptions{Target: target}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
