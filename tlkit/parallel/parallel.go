// Package parallel splits loops over the processor's cores, so that the result never
// depends on how many there are.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Chunks calls f for the ranges [low, high) that cut 0…n into pieces of size items (the
// last may be shorter), several at a time, and returns when all are done. chunk counts
// the pieces from 0. Which goroutine gets which piece is open; the pieces themselves are
// always the same, so a sum that is kept for each chunk and added up in their order has
// the same bits on every machine.
//
// When ctx ends, no further piece begins and ctx's error is returned. A panic in f is
// passed on to the caller once the other pieces that had begun are done.
func Chunks(ctx context.Context, n, size int, f func(chunk, low, high int)) error {
	size = max(size, 1)
	pieces := (max(n, 0) + size - 1) / size
	return each(ctx, pieces, func(c int) { f(c, c*size, min(n, (c+1)*size)) })
}

// Each calls f(0) … f(n-1), several at a time, as [Chunks] does with pieces of one item.
func Each(ctx context.Context, n int, f func(i int)) error { return each(ctx, n, f) }

func each(ctx context.Context, n int, f func(i int)) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			f(i)
		}
		return ctx.Err()
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed atomic.Pointer[any]
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() {
				if r := recover(); r != nil {
					failed.CompareAndSwap(nil, &r)
				}
			}()
			for failed.Load() == nil && ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= n {
					return
				}
				f(i)
			}
		}()
	}
	wg.Wait()
	if r := failed.Load(); r != nil {
		panic(*r)
	}
	return ctx.Err()
}
