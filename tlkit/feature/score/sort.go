package score

import "math"

// A sorter sorts numbers and remembers which row each came from. Its memory is used again
// from column to column.
type sorter struct {
	keys, keys2 []uint64
	from, from2 []uint32
}

// sort reads v and leaves keys in ascending order and from beside
// them: the rows they had. Equal numbers keep the order of their rows. None is NaN.
//
// It is radix sort from the last byte to the first, over keys whose unsigned order is that
// of the numbers; bytes that all keys share are passed over.
func (s *sorter) sort(v []float64) {
	n := len(v)
	if cap(s.keys) < n {
		*s = sorter{make([]uint64, n), make([]uint64, n), make([]uint32, n), make([]uint32, n)}
	}
	s.keys, s.keys2, s.from, s.from2 = s.keys[:n], s.keys2[:n], s.from[:n], s.from2[:n]
	var counts [8][256]uint32
	for i, x := range v {
		k := keyOf(x)
		s.keys[i], s.from[i] = k, uint32(i)
		for b := range 8 {
			counts[b][byte(k>>(8*b))]++
		}
	}
	for b := range 8 {
		if count := &counts[b]; n > 0 && int(count[byte(s.keys[0]>>(8*b))]) < n {
			s.pass(8*b, count)
		}
	}
}

// pass orders by the byte at shift; count has how often each of its values occurs.
func (s *sorter) pass(shift int, count *[256]uint32) {
	at := uint32(0)
	for d, c := range count {
		count[d] = at
		at += c
	}
	from, keys2, from2 := s.from[:len(s.keys)], s.keys2, s.from2
	for i, k := range s.keys {
		d := byte(k >> shift)
		to := count[d]
		count[d] = to + 1
		keys2[to], from2[to] = k, from[i]
	}
	s.keys, s.keys2, s.from, s.from2 = s.keys2, s.keys, s.from2, s.from
}

// keyOf maps numbers to integers of the same order; -0 and 0 to the same.
func keyOf(x float64) uint64 {
	b := math.Float64bits(x)
	if x == 0 {
		b = 0
	}
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// valueOf is the number that keyOf was given.
func valueOf(k uint64) float64 {
	return math.Float64frombits(k ^ (^uint64(int64(k)>>63) | 1<<63))
}

// runs calls f for each stretch [low, high) of equal numbers.
func (s *sorter) runs(f func(low, high int)) {
	for low := 0; low < len(s.keys); {
		high := low + 1
		for high < len(s.keys) && s.keys[high] == s.keys[low] {
			high++
		}
		f(low, high)
		low = high
	}
}
