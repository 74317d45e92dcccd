package estimate

import (
	"context"
	"fmt"
	"testing"
)

func BenchmarkNeighbours(b *testing.B) {
	for _, n := range []int{1000, 20000} {
		for _, p := range []int{2, 4, 6, 8, 10, 14, 50} {
			x, _, _ := ring(1, n, p, false)
			rows := x.RawMatrix()
			q, _, _ := ring(2, 2000, p, false)
			for name, ix := range map[string]index{"brute": newBrute(rows), "tree": newKDTree(rows)} {
				b.Run(fmt.Sprintf("n=%d/p=%d/%s", n, p, name), func(b *testing.B) {
					for b.Loop() {
						_ = ix.search(context.Background(), nil, q.RawMatrix(), 5, func(int, []near) {})
					}
				})
			}
		}
	}
}

func BenchmarkLogistic(b *testing.B) {
	x, _, labels := ring(1, 20000, 50, false)
	for name, o := range map[string]Logistic{"squares": {}, "absolute values": {L1Ratio: 1, C: 0.1}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := o.Fit(context.Background(), nil, x, labels); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBayesianRidge(b *testing.B) {
	x, y, _ := ring(1, 20000, 20, false)
	for b.Loop() {
		if _, err := (BayesianRidge{}).Fit(context.Background(), nil, x, y); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLinear(b *testing.B) {
	for _, shape := range [][2]int{{100000, 20}, {10000, 100}, {2000, 500}, {200, 2000}} {
		x, y := sparseTable(1, shape[0], shape[1])
		for name, r := range map[string]Regressor{"least squares": LinearRegression{}, "ridge": Ridge{}, "lasso": Lasso{Alpha: 0.1}, "lasso cv": LassoCV{}} {
			b.Run(fmt.Sprintf("n=%d/p=%d/%s", shape[0], shape[1], name), func(b *testing.B) {
				for b.Loop() {
					if _, err := r.Fit(context.Background(), nil, x, y); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkElimination leaves one of 100 columns out at a time, without the rows.
func BenchmarkElimination(b *testing.B) {
	x, y := sparseTable(1, 20000, 100)
	for b.Loop() {
		g, err := NewGram(context.Background(), x, y)
		if err != nil {
			b.Fatal(err)
		}
		for columns := range 100 {
			at := make([]int, columns+1)
			for j := range at {
				at[j] = j
			}
			if _, err := g.Ridge(context.Background(), 1, at); err != nil {
				b.Fatal(err)
			}
		}
	}
}
