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
	for b.Loop() {
		if _, err := (Logistic{}).Fit(context.Background(), nil, x, labels); err != nil {
			b.Fatal(err)
		}
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
