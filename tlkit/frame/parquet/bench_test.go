package parquet

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/frame"
)

// benchTable is like the table that pandas is measured with: ten columns of a shop, some of
// them with missing values, in no order.
func benchTable(rows int) frame.Table {
	rng := rand.New(rand.NewPCG(3, 4))
	gaps := func(i int) bool { return rng.Float64() < 0.1 }
	texts := func(gap bool, f func() string) []frame.Cell[string] {
		out := make([]frame.Cell[string], rows)
		for i := range out {
			if gap && gaps(i) {
				out[i].Null = true
			} else {
				out[i].Value = strings.Clone(f()) // a text in memory of its own, as a reader makes it
			}
		}
		return out
	}
	floats := func(f func() float64) []frame.Cell[float64] {
		out := make([]frame.Cell[float64], rows)
		for i := range out {
			if gaps(i) {
				out[i] = frame.Cell[float64]{Value: math.NaN(), Null: true}
			} else {
				out[i].Value = f()
			}
		}
		return out
	}
	ints := func(f func(i int) int) []frame.Cell[int] {
		out := make([]frame.Cell[int], rows)
		for i := range out {
			out[i].Value = f(i)
		}
		return out
	}
	round := func(v float64, digits int) float64 {
		p := math.Pow10(digits)
		return math.Round(v*p) / p
	}
	order := rng.Perm(rows)
	members := make([]frame.Cell[bool], rows)
	for i := range members {
		members[i].Value = rng.IntN(2) == 0
	}
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	t, err := frame.New(nil,
		frame.Series("id", ints(func(i int) int { return order[i] })),
		frame.Series("city", texts(true, func() string { return fmt.Sprintf("city %d", rng.IntN(50)) })),
		frame.Series("product", texts(false, func() string { return fmt.Sprintf("product-%04d", rng.IntN(1000)) })),
		frame.Series("when", texts(false, func() string { return day.AddDate(0, 0, rng.IntN(1500)).Format(time.DateOnly) })),
		frame.Series("qty", floats(func() float64 { return float64(1 + rng.IntN(99)) })),
		frame.Series("price", floats(func() float64 { return round(math.Exp(3+rng.NormFloat64()), 2) })),
		frame.Series("score", floats(func() float64 { return round(rng.NormFloat64(), 6) })),
		frame.Series("temp", floats(func() float64 { return round(15+8*rng.NormFloat64(), 3) })),
		frame.Series("member", members),
		frame.Series("visits", ints(func(int) int { return rng.IntN(1000) })),
	)
	if err != nil {
		panic(err)
	}
	return t
}

func BenchmarkWrite(b *testing.B) {
	t := benchTable(1_050_000)
	path := filepath.Join(b.TempDir(), "b.parquet")
	b.ResetTimer()
	for b.Loop() {
		if err := Write(path, t, WriteOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	var buf bytes.Buffer
	if err := Encode(b.Context(), nil, &buf, benchTable(1_050_000), WriteOptions{}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(buf.Len()))
	for b.Loop() {
		if _, err := Decode(b.Context(), nil, bytes.NewReader(buf.Bytes()), int64(buf.Len()), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
