package hdf5

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// dataspace is a shape.
type dataspace struct {
	shape []int  // nil where there is nothing at all, empty for one element
	most  []int  // how far each dimension may grow; -1 without end
	count uint64 // elements
}

// maxRank is HDF5's own limit.
const maxRank = 32

func (f *File) dataspace(m message) (dataspace, error) {
	c := f.messageCursor(m)
	version, rank, flags := c.u8(), c.u8(), c.u8()
	switch version {
	case 1:
		c.skip(5)
	case 2:
		if kind := c.u8(); c.err == nil && kind == 2 {
			return dataspace{}, nil
		}
	default:
		c.fail("a dataspace of version %d, 1 and 2 are known", version)
	}
	if rank > maxRank {
		c.fail("a dataspace of %d dimensions", rank)
	}
	s := dataspace{shape: []int{}, count: 1}
	for range rank {
		n := c.length()
		if c.err == nil && n > math.MaxInt {
			c.fail("a dimension of %d", n)
		}
		s.shape = append(s.shape, int(n))
	}
	s.most = slices.Clone(s.shape)
	for i := 0; flags&1 != 0 && i < rank; i++ {
		s.most[i] = -1
		if n := c.length(); n <= math.MaxInt {
			s.most[i] = int(n)
		}
	}
	if c.err != nil {
		return s, c.err
	}
	var ok bool
	if s.count, ok = product(s.shape); !ok {
		c.fail("a shape of %v: more elements than can be counted", s.shape)
	}
	return s, c.err
}

// product multiplies the dimensions; ok is false where that is beyond 2⁶³.
func product(shape []int) (n uint64, ok bool) {
	if slices.Contains(shape, 0) {
		return 0, true
	}
	n = 1
	for _, d := range shape {
		high, low := bits.Mul64(n, uint64(d))
		if n = low; high > 0 || n > math.MaxInt64 {
			return 0, false
		}
	}
	return n, true
}

// class is what a datatype is at bottom.
type class int

const (
	classOther class = iota // not read; the name says what
	classInt
	classFloat
	classBrain // bfloat16
	classBool
	classFixed // text of fixed length
	classText  // text of variable length
	classOpaque
)

// datatype says how an element's bytes read.
type datatype struct {
	class  class
	size   int // bytes
	big    bool
	signed bool
	pad    int    // of text: 0 ends at a NUL, 1 with NULs, 2 with spaces
	name   string // as NumPy spells it
}

// classNames are the format's classes.
var classNames = [...]string{"integer", "float", "time", "string", "bit field", "opaque", "compound", "reference",
	"enumeration", "variable length", "array", "complex"}

// datatype reads a datatype. What this package does not read is not an error here: it has
// the class classOther.
func (f *File) datatype(m message) (datatype, error) { return parseType(f.messageCursor(m), 0) }

func parseType(c *cursor, depth int) (datatype, error) {
	head := c.u8()
	flags := c.uint(3)
	t := datatype{size: int(c.u32()), big: flags&1 != 0}
	kind, version := head&15, head>>4
	switch {
	case c.err != nil:
		return t, c.err
	case version < 1 || version > 5:
		c.fail("a datatype of version %d", version)
	case kind >= len(classNames):
		c.fail("a datatype of class %d", kind)
	case t.size == 0 || depth > 8:
		c.fail("a datatype of %d bytes", t.size)
	}
	if c.err != nil {
		return t, c.err
	}
	t.name = classNames[kind]
	switch kind {
	case 0:
		t.integer(c, flags)
	case 1:
		t.floating(c, flags)
	case 3:
		t.class, t.pad, t.name = classFixed, int(flags&15), fmt.Sprintf("|S%d", t.size)
	case 5:
		t.class, t.name = classOpaque, fmt.Sprintf("|V%d", t.size)
	case 8:
		return t.enumeration(c, int(flags&0xffff), version, depth)
	case 9:
		t.variable(c, flags)
	}
	return t, c.err
}

// order spells the byte order.
func (t *datatype) order() string {
	switch {
	case t.size == 1:
		return "|"
	case t.big:
		return ">"
	}
	return "<"
}

func (t *datatype) integer(c *cursor, flags uint64) {
	at, precision := c.u16(), c.u16()
	if t.signed = flags&8 != 0; t.signed {
		t.name = fmt.Sprintf("%si%d", t.order(), t.size)
	} else {
		t.name = fmt.Sprintf("%su%d", t.order(), t.size)
	}
	if at == 0 && precision == 8*t.size && slices.Contains([]int{1, 2, 4, 8}, t.size) {
		t.class = classInt
		return
	}
	t.name = fmt.Sprintf("integer of %d bits", precision)
}

// floats are the layouts of floating point that are read: bits, place and size of the
// exponent, size of the mantissa, bias.
var floats = map[[5]uint64]class{
	{16, 10, 5, 10, 15}:    classFloat,
	{32, 23, 8, 23, 127}:   classFloat,
	{64, 52, 11, 52, 1023}: classFloat,
	{16, 7, 8, 7, 127}:     classBrain,
}

func (t *datatype) floating(c *cursor, flags uint64) {
	at, precision := c.uint(2), c.uint(2)
	exponentAt, exponent, mantissaAt, mantissa := c.uint(1), c.uint(1), c.uint(1), c.uint(1)
	bias := c.uint(4)
	sign := flags >> 8 & 255
	t.class = floats[[5]uint64{precision, exponentAt, exponent, mantissa, bias}]
	implied, vax := flags>>4&3 == 2, flags&64 != 0
	if at != 0 || mantissaAt != 0 || int(precision) != 8*t.size || sign != precision-1 || !implied || vax {
		t.class = classOther
	}
	switch t.class {
	case classFloat:
		t.name = fmt.Sprintf("%sf%d", t.order(), t.size)
	case classBrain:
		t.name = "bfloat16"
	default:
		t.name = fmt.Sprintf("floating point of %d bits, %d of them exponent", precision, exponent)
	}
}

// enumeration is read as its numbers, and as boolean where it is FALSE and TRUE of one byte,
// which is how h5py keeps those.
func (t *datatype) enumeration(c *cursor, members, version, depth int) (datatype, error) {
	base, err := parseType(c, depth+1)
	if err != nil {
		return *t, err
	}
	if base.class != classInt || base.size != t.size {
		return *t, unsound(c.at, "an enumeration of %s", base.name)
	}
	var names []string
	for range members {
		n := slices.Index(c.b[c.pos:], 0)
		if n < 0 {
			c.fail("a name without an end")
			return *t, c.err
		}
		names = append(names, string(c.take(n)))
		if c.skip(1); version < 3 {
			c.skip(min(-(n+1)&7, c.left()))
		}
	}
	values := c.take(members * base.size)
	if base.size == 1 && slices.Equal(names, []string{"FALSE", "TRUE"}) && string(values) == "\x00\x01" {
		base.class, base.name = classBool, "|b1"
	}
	return base, c.err
}

// variable is text of variable length; other sequences are not read. The base type does
// not matter.
func (t *datatype) variable(c *cursor, flags uint64) {
	if flags&15 == 1 {
		t.class, t.name = classText, "|O"
		if t.size != 8+c.widths.offset {
			c.fail("text of variable length in %d bytes", t.size)
		}
	}
}
