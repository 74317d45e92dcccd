package product

import (
	"math/rand/v2"
	"testing"
)

func TestOuterIsTheSumOfOuterProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const rows = 11
	a, b := make([]float64, rows*Width), make([]float64, rows*Width)
	for i := range a {
		a[i], b[i] = float64(rng.IntN(19)-9), float64(rng.IntN(19)-9)
	}
	for name, f := range map[string]func(*Block, []float64, []float64){"Outer": Outer, "outerGo": outerGo} {
		var c Block
		c[9] = 1
		f(&c, a, b)
		f(&c, nil, nil)
		for i := range Width {
			for j := range Width {
				want := 0.0
				if i == 1 && j == 1 {
					want = 1
				}
				for r := range rows {
					want += a[r*Width+i] * b[r*Width+j]
				}
				if c[i*Width+j] != want {
					t.Fatalf("%s: %d, %d is %v, want %v", name, i, j, c[i*Width+j], want)
				}
			}
		}
	}
}

func TestScreenIsItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const features, count = 3, 2
	points, panels, start := make([]float32, features*Points), make([]float32, count*Rows*features), make([]float32, count*Rows)
	for _, s := range [][]float32{points, panels, start} {
		for i := range s {
			s[i] = float32(rng.IntN(9) - 4)
		}
	}
	limit := [Points]float32{-9, -3, -1, 0, 1, 3, 9, 99}
	for name, f := range map[string]func([]uint32, []float32, []float32, []float32, *[Points]float32){"Screen": Screen, "screenGo": screenGo} {
		mask := make([]uint32, count*Points)
		f(mask, points, panels, start, &limit)
		f(nil, points, panels, start, &limit)
		for k := range count {
			for i := range Points {
				for r := range Rows {
					sum := start[k*Rows+r]
					for j := range features {
						sum += points[j*Points+i] * panels[(k*features+j)*Rows+r]
					}
					if want := sum >= limit[i]; (mask[k*Points+i]>>r&1 == 1) != want {
						t.Fatalf("%s: panel %d, point %d, row %d: %v against %v", name, k, i, r, sum, limit[i])
					}
				}
			}
		}
	}
}

func BenchmarkOuter(b *testing.B) {
	x := make([]float64, 256*Width)
	var c Block
	for b.Loop() {
		Outer(&c, x, x)
	}
	b.ReportMetric(float64(b.N)*256*Width*Width*2/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func BenchmarkScreen(b *testing.B) {
	const features, count = 20, 32
	points, panels, start := make([]float32, features*Points), make([]float32, count*Rows*features), make([]float32, count*Rows)
	mask := make([]uint32, count*Points)
	limit := [Points]float32{1, 1, 1, 1, 1, 1, 1, 1}
	for b.Loop() {
		Screen(mask, points, panels, start, &limit)
	}
	b.ReportMetric(float64(b.N)*features*count*Rows*Points*2/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
