package product

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/sys/cpu"
)

// TestAssemblerAgreesWithGo runs every way that this processor has. What surrounds the
// output must stay as it was.
func TestAssemblerAgreesWithGo(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	type outer func(c *Block, a, b *float64, rows int)
	type screen func(mask *uint32, points, panels, start *float32, limit *[Points]float32, features, count int)
	outers, screens := map[string]outer{}, map[string]screen{}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		outers["AVX2"], screens["AVX2"] = outerAVX2, screenAVX2
	}
	if cpu.X86.HasAVX512F {
		outers["AVX-512"], screens["AVX-512"] = outerAVX512, screenAVX512
	}
	for name, f := range outers {
		for _, rows := range []int{1, 2, 3, 8, 257} {
			a, b := make([]float64, rows*Width), make([]float64, rows*Width)
			for i := range a {
				a[i], b[i] = rng.NormFloat64(), rng.NormFloat64()
			}
			var around [3]Block
			var want Block
			for i := range want {
				want[i] = float64(i)
				around[1][i] = float64(i)
			}
			f(&around[1], &a[0], &b[0], rows)
			outerGo(&want, a, b)
			for i, v := range want {
				if d := math.Abs(v - around[1][i]); !(d < 1e-12*float64(rows+64)) {
					t.Fatalf("outer by %s, %d rows: number %d is %v, want %v", name, rows, i, around[1][i], v)
				}
			}
			if around[0] != (Block{}) || around[2] != (Block{}) {
				t.Fatalf("outer by %s writes beyond its block", name)
			}
		}
	}
	for name, f := range screens {
		for _, features := range []int{1, 2, 7, 64} {
			for _, count := range []int{1, 2, 5} {
				points, panels, start := make([]float32, features*Points), make([]float32, count*Rows*features), make([]float32, count*Rows)
				for _, s := range [][]float32{points, panels, start} {
					for i := range s {
						s[i] = float32(rng.IntN(9) - 4) // whole: no rounding, so that all ways agree, ties included
					}
				}
				start[3], start[count*Rows-1] = float32(math.NaN()), float32(math.Inf(-1))
				limit := [Points]float32{0, 1, -1, 2, float32(math.Inf(-1)), float32(math.Inf(1)), float32(math.NaN()), 5}
				got, want := make([]uint32, count*Points+2), make([]uint32, count*Points)
				f(&got[1], &points[0], &panels[0], &start[0], &limit, features, count)
				screenGo(want, points, panels, start, &limit)
				if !slices.Equal(got[1:len(got)-1], want) || got[0] != 0 || got[len(got)-1] != 0 {
					t.Fatalf("screen by %s, %d features, %d panels: %b, want %b", name, features, count, got, want)
				}
				if want[4] != math.MaxUint32 || want[6] != math.MaxUint32 || want[0]>>3&1 != 1 {
					t.Fatalf("what is not a number was sorted out: %b", want)
				}
			}
		}
	}
}
