package feature

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// Points that lie near a line in many dimensions have one component, along the line.
func TestPCAFindsALine(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	n, d := 60, 200
	along := make([]float64, d)
	norm := 0.0
	for j := range along {
		along[j] = rng.NormFloat64()
		norm += along[j] * along[j]
	}
	rows := make([][]float32, n)
	at := make([]float64, n)
	mean := 0.0
	for i := range rows {
		at[i] = rng.NormFloat64()
		mean += at[i] / float64(n)
		rows[i] = make([]float32, d)
		for j := range rows[i] {
			rows[i][j] = float32(5 + at[i]*along[j] + 1e-3*rng.NormFloat64())
		}
	}
	p, err := PCA(rows, 3)
	if err != nil {
		t.Fatal(err)
	}
	if p.Share[0] < 0.999 || p.Share[1] > 1e-3 || p.Share[2] > p.Share[1] {
		t.Error("shares", p.Share)
	}
	sign := math.Copysign(1, p.Rows[0][0]*(at[0]-mean))
	for i, v := range p.Column(0) {
		if want := sign * (at[i] - mean) * math.Sqrt(norm); math.Abs(v-want) > 0.02 {
			t.Errorf("row %d: %v, want %v", i, v, want)
		}
	}
}

// All components together keep every distance.
func TestPCASmall(t *testing.T) {
	p, err := PCA([][]float32{{1, 2}, {3, 4}, {5, 7}, {2, 9}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	// The squared lengths of all coordinates are the total sum of squares, 8.75 + 29.
	sum := 0.0
	for _, r := range p.Rows {
		sum += r[0]*r[0] + r[1]*r[1]
	}
	if math.Abs(sum-37.75) > 1e-4 || math.Abs(p.Share[0]+p.Share[1]-1) > 1e-6 {
		t.Error(sum, p.Share)
	}
}

func TestPCAErrors(t *testing.T) {
	for name, rows := range map[string][][]float32{
		"none": nil, "one": {{1}}, "ragged": {{1, 2}, {1}, {2, 3}}, "NaN": {{1}, {float32(math.NaN())}, {3}},
	} {
		if _, err := PCA(rows, 1); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := PCA([][]float32{{1, 1}, {1, 1}, {1, 1}}, 2); err != nil || p.Share[0] != 0 || p.Rows[2][0] != 0 {
		t.Error("equal rows:", p, err)
	}
}
