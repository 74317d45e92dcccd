package hdf5

import "fmt"

// Where a dataset's bytes are.
const (
	layoutCompact    = 0 // in the header itself
	layoutContiguous = 1 // in one piece
	layoutChunked    = 2 // in pieces of one shape, which an index finds
	layoutVirtual    = 3 // in other datasets
)

// How chunks are found.
const (
	indexSingle     = 1 // there is one
	indexImplicit   = 2 // they lie one after the other
	indexFixed      = 3 // an array of addresses
	indexExtensible = 4 // an array of addresses that grows
	indexTree       = 5 // a B-tree of version 2
	indexOldTree    = 6 // a B-tree of version 1; the number is this package's
)

// layout is where the elements are.
type layout struct {
	kind int
	data []byte // of compact ones
	at   uint64 // of the elements, or of the index
	size uint64 // of contiguous ones, in bytes

	chunk      []int // shape of a chunk
	element    int   // bytes of an element, as the layout has it
	index      int
	refused    string // what this package does not read; "" is fine
	plainEdges bool   // chunks that reach beyond the shape have no filters
	packed     uint64 // bytes of a single chunk with filters
	mask       uint32 // filters that a single chunk goes without
}

func (f *File) layout(m message) (layout, error) {
	c := f.messageCursor(m)
	var l layout
	switch version := c.u8(); version {
	case 1, 2:
		l.oldest(c)
	case 3:
		l.usual(c, l.chunksByTree)
	case 4:
		l.usual(c, l.chunks)
	default:
		l.refused = fmt.Sprintf("a layout of version %d", version)
	}
	switch {
	case l.kind == layoutVirtual:
		l.refused = "elements from other datasets (a virtual dataset)"
	case l.kind > layoutVirtual:
		c.fail("a layout of class %d", l.kind)
	}
	return l, c.err
}

// oldest reads versions 1 and 2.
func (l *layout) oldest(c *cursor) {
	rank := c.u8()
	l.kind, l.at, l.size = c.u8(), undefined, undefined
	c.skip(5)
	if l.kind != layoutCompact {
		l.at = c.offset()
	}
	l.dimensions(c, rank, 4)
	if l.kind == layoutCompact {
		l.data = c.take(int(c.u32()))
	}
}

// usual reads versions 3 and 4, which differ in how they have chunks.
func (l *layout) usual(c *cursor, chunks func(*cursor)) {
	switch l.kind = c.u8(); l.kind {
	case layoutCompact:
		l.data = c.take(c.u16())
	case layoutContiguous:
		l.at, l.size = c.offset(), c.length()
	case layoutChunked:
		chunks(c)
	}
}

// dimensions reads the shape of a chunk; the last of the numbers is the element's bytes.
func (l *layout) dimensions(c *cursor, rank, width int) {
	if rank < 1 || rank > maxRank+1 {
		c.fail("chunks of %d dimensions", rank-1)
	}
	l.index = indexOldTree
	for i := 0; i < rank && c.err == nil; i++ {
		n := c.uint(width)
		if l.kind == layoutChunked && (n == 0 || n > 1<<32) {
			c.fail("a chunk with a dimension of %d", n)
		}
		l.chunk = append(l.chunk, int(n))
	}
	if c.err == nil {
		l.chunk, l.element = l.chunk[:rank-1], l.chunk[rank-1]
	}
}

func (l *layout) chunksByTree(c *cursor) {
	rank := c.u8()
	l.at = c.offset()
	l.dimensions(c, rank, 4)
}

// chunks reads version 4.
func (l *layout) chunks(c *cursor) {
	flags := c.u8()
	l.plainEdges = flags&1 != 0
	rank, width := c.u8(), c.u8()
	if width < 1 || width > 8 {
		c.fail("dimensions of %d bytes", width)
	}
	l.dimensions(c, rank, width)
	switch l.index = c.u8(); l.index {
	case indexSingle:
		if flags&2 != 0 {
			l.packed, l.mask = c.length(), c.u32()
		}
	case indexImplicit:
	case indexFixed:
		c.skip(1)
	case indexExtensible:
		c.skip(5)
	case indexTree:
		c.skip(6)
	default:
		c.fail("an index of chunks of kind %d", l.index)
	}
	l.at = c.offset()
}
