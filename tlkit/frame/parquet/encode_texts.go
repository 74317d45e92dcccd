package parquet

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
)

const (
	mostTexts     = 1 << 20 // entries of a dictionary
	mostTextBytes = 8 << 20 // and their bytes
	mostBound     = 256     // bytes of a smallest or largest text; longer ones are left out
)

func (e *encoder) textColumn(c *writeColumn, cells []frame.Cell[string]) encoded {
	if c.levels != nil {
		if out, ok := e.categories(c, cells); ok {
			return out
		}
	}
	if e.worthCoding(cells) {
		if out, ok := e.codedTexts(c, cells); ok {
			return out
		}
	}
	return e.plainTexts(c, cells)
}

// worthCoding guesses whether a dictionary makes the texts smaller.
func (e *encoder) worthCoding(cells []frame.Cell[string]) bool {
	seed := maphash.MakeSeed()
	bytes, n := 0, 0
	sample := e.sampled(len(cells), func(i int) uint64 {
		if cells[i].Null {
			return 0
		}
		bytes += len(cells[i].Value)
		n++
		return maphash.String(seed, cells[i].Value)
	})
	if n == 0 {
		return true
	}
	rows := float64(len(cells) - e.nulls)
	each := float64(bytes)/float64(n) + 4
	different := float64(distinct(sample, len(cells)))
	return different*each+rows*float64(bits.Len(uint(different)))/8 < 0.6*rows*each &&
		different <= mostTexts && different*each <= mostTextBytes
}

func (e *encoder) codedTexts(c *writeColumn, cells []frame.Cell[string]) (encoded, bool) {
	if e.texts == nil {
		e.texts = newTextIndex()
	}
	d := e.texts
	d.reset()
	codes := grown(&e.codes, len(cells)-e.nulls)
	k := 0
	for i := range cells {
		if cells[i].Null {
			continue
		}
		codes[k] = d.code(cells[i].Value)
		k++
		if len(d.values) > mostTexts || d.bytes > 4*mostTextBytes {
			return encoded{}, false
		}
	}
	out := e.coded(codes, appendTexts(nil, d.values), len(d.values))
	var b bounds
	for _, s := range d.values {
		c.check(s)
		b.add(s)
	}
	out.min, out.max = b.bytes()
	return out, true
}

// categories uses the one dictionary that the column has for all row groups, with the levels
// in their order; ok is false if it is too large for a page.
func (e *encoder) categories(c *writeColumn, cells []frame.Cell[string]) (out encoded, ok bool) {
	d := c.levels
	if d.bytes+4*len(d.values) > 1<<30 {
		return encoded{}, false
	}
	codes := grown(&e.codes, len(cells)-e.nulls)
	used := grown(&e.presence, len(d.values))
	clear(used)
	k := 0
	for i := range cells {
		if !cells[i].Null {
			codes[k] = d.find(cells[i].Value)
			used[codes[k]] = 1
			k++
		}
	}
	out = e.coded(codes, appendTexts(nil, d.values), len(d.values))
	var b bounds
	for i, s := range d.values {
		c.check(s)
		if used[i] == 1 {
			b.add(s)
		}
	}
	out.min, out.max = b.bytes()
	return out, true
}

func appendTexts(b []byte, values []string) []byte {
	size := 0
	for _, s := range values {
		size += 4 + len(s)
	}
	if b == nil {
		b = make([]byte, 0, size)
	}
	for _, s := range values {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

// plainTexts keeps the texts as they are. Pages end by their bytes.
func (e *encoder) plainTexts(c *writeColumn, cells []frame.Cell[string]) encoded {
	out := encoded{encoding: format.Plain, ends: []int{}}
	var b bounds
	size, start := 0, 0
	at := make([]int, 1, len(cells)/pageRows+8) // the first row of each page, and
	first := make([]int, 1, cap(at))            // its first value
	value := 0
	for i := range cells {
		if size >= pageBytes || i-start == pageRows {
			out.ends = append(out.ends, i)
			at, first = append(at, i), append(first, value)
			size, start = 0, i
		}
		if !cells[i].Null {
			s := cells[i].Value
			c.check(s)
			b.add(s)
			size += 4 + len(s)
			value++
		}
	}
	out.ends = append(out.ends, len(cells))
	out.min, out.max = b.bytes()
	out.page = func(dst []byte, low, high int) []byte {
		k := 0
		for k+1 < len(first) && first[k+1] <= low {
			k++
		}
		for i, n := at[k], first[k]; n < high; i++ {
			if cells[i].Null {
				continue
			}
			if n >= low {
				s := cells[i].Value
				dst = append(binary.LittleEndian.AppendUint32(dst, uint32(len(s))), s...)
			}
			n++
		}
		return dst
	}
	return out
}

// bounds keep the smallest and the largest text.
type bounds struct {
	low, high string
	any       bool
}

func (b *bounds) add(s string) {
	if !b.any {
		b.low, b.high, b.any = s, s, true
		return
	}
	if s < b.low {
		b.low = s
	}
	if s > b.high {
		b.high = s
	}
}

// bytes are the bounds for the file. An empty text is a bound too, so it is not nil.
func (b *bounds) bytes() (low, high []byte) {
	if !b.any || len(b.low) > mostBound || len(b.high) > mostBound {
		return nil, nil
	}
	return append([]byte{}, b.low...), append([]byte{}, b.high...)
}

func (e *encoder) boolColumn(cells []frame.Cell[bool]) encoded {
	n := len(cells) - e.nulls
	vals := grown(&e.ints, (n+63)/64)
	clear(vals)
	k, trues := 0, 0
	for i := range cells {
		if cells[i].Null {
			continue
		}
		if cells[i].Value {
			vals[k/64] |= 1 << (k % 64)
			trues++
		}
		k++
	}
	out := encoded{encoding: format.Plain, page: func(dst []byte, low, high int) []byte {
		for low < high {
			word := uint64(vals[low/64]) >> (low % 64)
			if rest := 64 - low%64; rest < high-low && low%64 > 0 {
				word |= uint64(vals[low/64+1]) << rest
			}
			take := min(high-low, 64)
			if take < 64 {
				word &= 1<<take - 1
			}
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], word)
			dst = append(dst, b[:(take+7)/8]...)
			low += take
		}
		return dst
	}}
	if n > 0 {
		out.min, out.max = []byte{0}, []byte{0}
		if trues > 0 {
			out.max[0] = 1
		}
		if trues == n {
			out.min[0] = 1
		}
	}
	return out
}
