package parallel

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestChunksCoverEverythingOnce(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 7, 64, 1000} {
		for _, size := range []int{0, 1, 3, 64, 5000} {
			seen := make([]atomic.Int32, max(n, 0))
			err := Chunks(t.Context(), n, size, func(chunk, low, high int) {
				if low != chunk*max(size, 1) {
					t.Errorf("n %d, size %d: chunk %d begins at %d", n, size, chunk, low)
				}
				for i := low; i < high; i++ {
					seen[i].Add(1)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range seen {
				if seen[i].Load() != 1 {
					t.Fatalf("n %d, size %d: item %d was seen %d times", n, size, i, seen[i].Load())
				}
			}
		}
	}
}

func TestEachStopsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var calls atomic.Int32
	err := Each(ctx, 1000, func(int) {
		if calls.Add(1) == 5 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || calls.Load() > 500 {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
}

func TestAPanicReachesTheCaller(t *testing.T) {
	defer func() {
		if r := recover(); r != "seven" {
			t.Errorf("recovered %v", r)
		}
	}()
	_ = Each(t.Context(), 100, func(i int) {
		if i == 7 {
			panic("seven")
		}
	})
	t.Error("the panic was lost")
}
