//go:build linux && cgo

package blocks

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

const mebi = 1 << 20

func taken(t *testing.T, align, size int) unsafe.Pointer {
	t.Helper()
	p, ok := take(align, size)
	if !ok {
		t.Fatalf("no block of %d bytes", size)
	}
	if uintptr(p)%uintptr(align) != 0 {
		t.Fatalf("%p is not aligned to %d", p, align)
	}
	return p
}

// A block comes back for a request of its size or up to an eighth less, and for no other.
func TestWhatComesBack(t *testing.T) {
	for _, c := range []struct {
		name        string
		first, then int
		align       int
		same        bool
	}{
		{"the same size", 10 * mebi, 10 * mebi, 64, true},
		{"a little less", 10 * mebi, 9 * mebi, 64, true},
		{"half", 10 * mebi, 5 * mebi, 64, false},
		{"more", 10 * mebi, 11 * mebi, 64, false},
		{"a gibibyte", 1 << 30, 1 << 30, 64, true},
		{"small blocks are not kept", 1000, 1000, 64, false},
	} {
		Release()
		before := Now()
		p := taken(t, 64, c.first)
		give(p)
		q := taken(t, c.align, c.then)
		after := Now()
		if got := after.Hits - before.Hits; (got == 1) != c.same || c.same && p != q {
			t.Errorf("%s: %d hits; %p, then %p", c.name, got, p, q)
		}
		give(q)
	}
	Release()
	if u := Now(); u.Kept != 0 || u.Live != 0 {
		t.Errorf("after all were given back and released: %+v", u)
	}
}

// A block that is kept is not given out where it does not lie as asked.
func TestAlignment(t *testing.T) {
	defer Release()
	for range 50 {
		p := taken(t, 64, 3*mebi)
		q := taken(t, 1<<22, 3*mebi)
		give(p)
		give(q)
	}
}

// What is kept and what is in use are together never more than was once in use, and
// blocks that nobody asks for again make room.
func TestNeverMoreThanOnceInUse(t *testing.T) {
	Release()
	defer Release()
	rng := rand.New(rand.NewPCG(1, 2))
	var held []unsafe.Pointer
	most := int64(0)
	for range 20_000 {
		if len(held) > 40 || len(held) > 0 && rng.IntN(2) == 0 {
			i := rng.IntN(len(held))
			give(held[i])
			held[i] = held[len(held)-1]
			held = held[:len(held)-1]
		} else {
			held = append(held, taken(t, 64, mebi+rng.IntN(8*mebi)))
		}
		u := Now()
		most = max(most, u.Live)
		if u.Live+u.Kept > most+most/8 || u.Live < 0 || u.Kept < 0 {
			t.Fatalf("%+v, where at most %d were in use", u, most)
		}
	}
	for _, p := range held {
		give(p)
	}
	if u := Now(); u.Live != 0 {
		t.Errorf("%d bytes are counted as in use", u.Live)
	}
}

// More blocks than there are places for are given and taken as the C library does.
func TestMoreBlocksThanPlaces(t *testing.T) {
	Release()
	var held []unsafe.Pointer
	for range 1500 {
		held = append(held, taken(t, 64, mebi))
	}
	for _, p := range held {
		give(p)
	}
	for range 100 {
		give(taken(t, 64, mebi))
	}
	Release()
	if u := Now(); u.Kept != 0 || u.Live != 0 {
		t.Errorf("%+v", u)
	}
}

// No block is given to two at a time.
func TestTogether(t *testing.T) {
	defer Release()
	var all sync.WaitGroup
	for id := range 8 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(id), 3))
			for range 500 {
				size := mebi * (1 + rng.IntN(4))
				p, ok := take(64, size)
				if !ok {
					t.Error("no block")
					return
				}
				b := unsafe.Slice((*byte)(p), size)
				for i := 0; i < size; i += 4096 {
					b[i] = byte(id)
				}
				for i := 0; i < size; i += 4096 {
					if b[i] != byte(id) {
						t.Errorf("%d finds %d in its block", id, b[i])
						return
					}
				}
				give(p)
			}
		})
	}
	all.Wait()
}

// A block that was freed past this package is not counted any more once it comes again.
func TestFreedByAnotherWay(t *testing.T) {
	Release()
	const size = 40 * mebi
	before := Now().Live
	p, lost := taken(t, 64, size), 1
	for range 100 {
		lose(p)
		q := taken(t, 64, size)
		if q == p {
			give(q)
			Release()
			if got := Now().Live - before; got > int64(lost)*(size+mebi)-size {
				t.Errorf("%d bytes are in use, where %d blocks of %d were lost and one of them came again", got, lost, size)
			}
			return
		}
		p = q
		lost++
	}
	t.Error("no block came again")
}

// A request that cannot be met fails as the C library's does, and gives up what is kept
// before.
func TestTooMuch(t *testing.T) {
	Release()
	give(taken(t, 64, 5*mebi))
	if p, ok := take(64, 1<<62); ok {
		give(p)
		t.Error("4 EiB were given")
	}
	if u := Now(); u.Kept != 0 {
		t.Errorf("%d bytes are kept while memory is short", u.Kept)
	}
	if p, ok := take(3, 5*mebi); ok {
		give(p)
		t.Error("an alignment of 3 was taken")
	}
	give(nil)
}

// A library that is not loaded, or calls no such functions, is left as it is.
func TestKeepSaysWhyNot(t *testing.T) {
	for path, says := range map[string]string{
		"/nowhere/plugin.so": "not loaded",
		"libc.so.6":          "no posix_memalign",
	} {
		if err := Keep(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
}
