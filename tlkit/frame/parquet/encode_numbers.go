package parquet

import (
	"encoding/binary"
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/internal/iso"
)

// How numbers are kept is chosen for each chunk by what it would take: few different values
// as places in a dictionary, other whole numbers as differences, and others as they are.

const (
	sampleSize    = 1 << 12
	mostNumbers   = 1 << 19 // entries of a dictionary: 4 MiB, which stays in the cache
	smallRange    = 1 << 16 // whole numbers so near to each other are numbered by a table
	sampledBlocks = 16
	deltaBlock    = 128
	bitsOfRun     = 64 // of one value among others in a dictionary's indices, at most
)

func (e *encoder) intColumn(cells []frame.Cell[int]) encoded {
	vals := grown(&e.ints, len(cells)-e.nulls)
	if e.nulls == 0 {
		for i := range cells {
			vals[i] = int64(cells[i].Value)
		}
	} else {
		k := 0
		for i := range cells {
			if !cells[i].Null {
				vals[k] = int64(cells[i].Value)
				k++
			}
		}
	}
	return e.wholeNumbers(vals, format.Int64)
}

// dateColumn keeps dates as the numbers that they are in the file; all of them parse.
func (e *encoder) dateColumn(c *writeColumn, cells []frame.Cell[string]) encoded {
	vals := grown(&e.ints, len(cells)-e.nulls)
	k := 0
	for i := range cells {
		if cells[i].Null {
			continue
		}
		switch c.store {
		case storeDay:
			vals[k], _ = iso.ParseDay(cells[i].Value)
		case storeMicros:
			day, nanos, _ := iso.ParseInstant(cells[i].Value)
			vals[k], _ = iso.Ticks(day, nanos, 1e6)
		default:
			day, nanos, _ := iso.ParseInstant(cells[i].Value)
			vals[k], _ = iso.Ticks(day, nanos, 1e9)
		}
		k++
	}
	return e.wholeNumbers(vals, c.physical())
}

// appendInt writes a value as the physical type has it.
func appendInt(b []byte, v int64, physical format.Type) []byte {
	if physical == format.Int32 {
		return binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return binary.LittleEndian.AppendUint64(b, uint64(v))
}

func (e *encoder) wholeNumbers(vals []int64, physical format.Type) encoded {
	if len(vals) == 0 {
		return plainInts(vals, physical)
	}
	low, high, last, runs := vals[0], vals[0], vals[0], 1
	for _, v := range vals {
		low, high = min(low, v), max(high, v)
		if v != last {
			last = v
			runs++
		}
	}
	size := 64
	if physical == format.Int32 {
		size = 32
	}
	n := float64(len(vals))
	different := float64(distinct(e.sampled(len(vals), func(i int) uint64 { return uint64(vals[i]) }), len(vals)))
	plain := n * float64(size)
	differences := n * deltaBits(vals)
	coded := different*float64(size) + min(n*float64(bits.Len(uint(max(different-1, 1)))), float64(runs*bitsOfRun))
	var out encoded
	switch {
	case coded <= differences && coded < 0.8*plain && different <= mostNumbers:
		ok := false
		if out, ok = e.codedInts(vals, low, high, physical); ok {
			break
		}
		fallthrough
	case differences < 0.9*plain:
		out = e.deltaInts(vals, physical)
	default:
		out = plainInts(vals, physical)
	}
	out.min, out.max = appendInt(nil, low, physical), appendInt(nil, high, physical)
	return out
}

// sampled takes some of n values, at places spread by chance that is always the same.
func (e *encoder) sampled(n int, at func(i int) uint64) []uint64 {
	s := grown(&e.sample, min(n, sampleSize))
	if n <= sampleSize {
		for i := range s {
			s[i] = at(i)
		}
		return s
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range s {
		s[i] = at(rng.IntN(n))
	}
	return s
}

// deltaBits guesses how many bits a value takes as a difference, from some blocks.
func deltaBits(vals []int64) float64 {
	if len(vals) < 2 {
		return 64
	}
	blocks := (len(vals) - 2) / deltaBlock
	total, n := 0, 0
	for k := range min(blocks, sampledBlocks) + 1 {
		at := 0
		if blocks > 0 {
			at = k * blocks / (min(blocks, sampledBlocks) + 1) * deltaBlock
		}
		part := vals[at:min(at+deltaBlock+1, len(vals))]
		least, most := int64(math.MaxInt64), int64(math.MinInt64)
		for i := 1; i < len(part); i++ {
			d := part[i] - part[i-1]
			least, most = min(least, d), max(most, d)
		}
		if len(part) > 1 {
			total += (len(part) - 1) * bits.Len64(uint64(most-least))
			n += len(part) - 1
		}
	}
	return float64(total)/float64(n) + 0.5 // the blocks' heads
}

func plainInts(vals []int64, physical format.Type) encoded {
	return encoded{encoding: format.Plain, page: func(dst []byte, low, high int) []byte {
		for _, v := range vals[low:high] {
			dst = appendInt(dst, v, physical)
		}
		return dst
	}}
}

func (e *encoder) deltaInts(vals []int64, physical format.Type) encoded {
	enc := &delta.BinaryPackedEncoding{}
	return encoded{encoding: format.DeltaBinaryPacked, page: func(dst []byte, low, high int) []byte {
		if physical == format.Int32 {
			narrow := grown(&e.codes, high-low)
			for i, v := range vals[low:high] {
				narrow[i] = int32(v)
			}
			e.runs, _ = enc.EncodeInt32(e.runs, narrow)
		} else {
			e.runs, _ = enc.EncodeInt64(e.runs, vals[low:high])
		}
		return append(dst, e.runs...)
	}}
}

// codedInts puts the values into a dictionary; ok is false if there are too many.
func (e *encoder) codedInts(vals []int64, low, high int64, physical format.Type) (out encoded, ok bool) {
	codes := grown(&e.codes, len(vals))
	var dict []byte
	entries := 0
	if span := uint64(high) - uint64(low); span < smallRange && span <= 4*uint64(len(vals)) {
		place := grown(&e.presence, int(span)+1)
		clear(place)
		for _, v := range vals {
			place[v-low] = 1
		}
		for i, here := range place {
			if here == 1 {
				place[i] = int32(entries)
				dict = appendInt(dict, low+int64(i), physical)
				entries++
			}
		}
		for i, v := range vals {
			codes[i] = place[v-low]
		}
		return e.coded(codes, dict, entries), true
	}
	d := e.wordTable()
	for i, v := range vals {
		codes[i] = d.code(uint64(v))
		if len(d.values) > mostNumbers {
			return encoded{}, false
		}
	}
	for _, v := range d.values {
		dict = appendInt(dict, int64(v), physical)
	}
	return e.coded(codes, dict, len(d.values)), true
}

func (e *encoder) wordTable() *wordIndex {
	if e.numbers == nil {
		e.numbers = newWordIndex()
	}
	e.numbers.reset()
	return e.numbers
}

func (e *encoder) floatColumn(cells []frame.Cell[float64]) encoded {
	levels := grown(&e.levels, len(cells))
	vals := grown(&e.words, len(cells))
	k := 0
	for i := range cells {
		if cells[i].Missing() {
			levels[i] = 0
		} else {
			levels[i] = 1
			vals[k] = math.Float64bits(cells[i].Value)
			k++
		}
	}
	e.nulls = len(cells) - k
	vals = vals[:k]
	different := float64(distinct(e.sampled(k, func(i int) uint64 { return vals[i] }), k))
	coded := different*64 + float64(k)*float64(bits.Len(uint(max(different-1, 1))))
	if k > 0 && coded < 0.8*64*float64(k) && different <= mostNumbers {
		codes := grown(&e.codes, k)
		d := e.wordTable()
		for i, v := range vals {
			codes[i] = d.code(v)
			if len(d.values) > mostNumbers {
				return plainFloats(vals)
			}
		}
		dict := make([]byte, 0, 8*len(d.values))
		for _, v := range d.values {
			dict = binary.LittleEndian.AppendUint64(dict, v)
		}
		out := e.coded(codes, dict, len(d.values))
		out.min, out.max = floatBounds(d.values)
		return out
	}
	return plainFloats(vals)
}

func plainFloats(vals []uint64) encoded {
	out := encoded{encoding: format.Plain, page: func(dst []byte, low, high int) []byte {
		for _, v := range vals[low:high] {
			dst = binary.LittleEndian.AppendUint64(dst, v)
		}
		return dst
	}}
	out.min, out.max = floatBounds(vals)
	return out
}

// floatBounds are the smallest and the largest value, where a zero counts as both of its
// signs, as the format demands.
func floatBounds(vals []uint64) (least, most []byte) {
	if len(vals) == 0 {
		return nil, nil
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range vals {
		f := math.Float64frombits(v)
		if f < low {
			low = f
		}
		if f > high {
			high = f
		}
	}
	if low == 0 {
		low = math.Copysign(0, -1)
	}
	if high == 0 {
		high = 0
	}
	return binary.LittleEndian.AppendUint64(nil, math.Float64bits(low)), binary.LittleEndian.AppendUint64(nil, math.Float64bits(high))
}
