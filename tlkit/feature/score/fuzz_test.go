package score

import (
	"encoding/binary"
	"math"
	"testing"
)

func FuzzScores(f *testing.F) {
	f.Add([]byte("0123456789abcdef0123456789abcdef0123456789abcdef"), uint8(2), uint8(3))
	f.Add(make([]byte, 160), uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, p, k uint8) {
		cols := int(p)%4 + 1
		n := min(len(b)/8/(cols+1), 64)
		x := make([][]float64, cols+1)
		for j := range x {
			x[j] = make([]float64, n)
			for i := range n {
				x[j][i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*(j*n+i):]))
			}
		}
		classes := make([]int, n)
		for i := range classes {
			classes[i] = int(b[i]) % (int(k) + 1)
		}
		for name, score := range scorers(classes, x[cols]) {
			if got, err := score(ctx, nil, x[:cols]); (err == nil) != (len(got) > 0) {
				t.Errorf("%s: %v with %v", name, got, err)
			}
		}
	})
}
