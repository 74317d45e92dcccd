package hdf5

import (
	"bytes"
	"fmt"
	"math/bits"
)

// localHeap holds the names of an old group.
type localHeap struct {
	at   uint64
	data []byte
}

func (w *walk) localHeap(at uint64) (localHeap, error) {
	c, err := w.block(at, uint64(8+2*w.f.widths.length+w.f.widths.offset), "HEAP")
	if err != nil {
		return localHeap{}, err
	}
	c.version("a heap of names", 0)
	c.skip(3)
	size := c.length()
	c.length() // free space
	data := c.offset()
	if c.err != nil {
		return localHeap{}, c.err
	}
	names, err := w.block(data, size, "")
	if err != nil {
		return localHeap{}, err
	}
	return localHeap{names.at, names.b}, nil
}

// text gives the text at an offset, up to its NUL.
func (h localHeap) text(at uint64) (string, error) {
	if at >= uint64(len(h.data)) {
		return "", unsound(h.at, "a name at %d in a heap of %d bytes", at, len(h.data))
	}
	n := bytes.IndexByte(h.data[at:], 0)
	if n < 0 {
		return "", unsound(h.at+at, "a name without an end")
	}
	return string(h.data[at : at+uint64(n)]), nil
}

// globalHeap holds the texts of variable length, in collections.
type globalHeap struct {
	*walk
	collections map[uint64]map[int]string
}

func (f *File) globalHeap() *globalHeap {
	return &globalHeap{f.walk(), map[uint64]map[int]string{}}
}

// object gives the bytes of an object. Objects are kept, so that texts which are the same
// object take their memory once.
func (h *globalHeap) object(at uint64, index int) (string, error) {
	objects, ok := h.collections[at]
	if !ok {
		var err error
		if objects, err = h.collection(at); err != nil {
			return "", err
		}
		h.collections[at] = objects
	}
	text, ok := objects[index]
	if !ok {
		return "", unsound(h.f.base+at, "no object %d in this collection", index)
	}
	return text, nil
}

func (h *globalHeap) collection(at uint64) (map[int]string, error) {
	head := uint64(8 + h.f.widths.length)
	b, err := h.f.bytes(at, head)
	if err != nil {
		return nil, err
	}
	c := h.f.cursor(b, h.f.base+at)
	c.expect("GCOL")
	c.version("a collection of texts", 1)
	c.skip(3)
	size := c.length()
	if c.err != nil {
		return nil, c.err
	}
	if size < head {
		return nil, unsound(c.at, "a collection of %d bytes", size)
	}
	if c, err = h.block(at, size, "GCOL"); err != nil {
		return nil, err
	}
	c.pos = int(head)
	objects := map[int]string{}
	for c.left() >= int(head) {
		index := c.u16()
		c.skip(6) // references, reserved
		size := c.length()
		if index == 0 {
			break // the rest is free
		}
		if size > uint64(c.left()) {
			return nil, unsound(c.here(), "an object of %d bytes, %d are left of its collection", size, c.left())
		}
		objects[index] = string(c.take(int(size)))
		c.skip(min(int(-size&7), c.left()))
	}
	return objects, c.err
}

// fractalHeap holds links or attributes of new objects: blocks in rows, each twice as
// large as those of the row before.
type fractalHeap struct {
	*walk
	at        uint64
	idSize    int
	huge      uint64 // address of the B-tree of objects that no block can hold
	width     int    // blocks in a row
	first     uint64 // bytes of a block in the first row
	largest   uint64 // bytes of the largest block that holds objects
	offset    int    // bytes of an offset in the heap
	length    int    // bytes of the length of an object
	sums      bool   // blocks have checksums
	root      uint64
	rootRows  int // 0: the root is a block that holds objects
	blocks    map[uint64][]byte
	tables    map[uint64][]uint64
	hugeItems map[uint64]extent
}

func (w *walk) fractalHeap(at uint64) (*fractalHeap, error) {
	o, l := w.f.widths.offset, w.f.widths.length
	c, err := w.block(at, uint64(4+1+2+2+1+4+12*l+3*o+2+2+2+2+4), "FRHP")
	if err != nil {
		return nil, err
	}
	h := &fractalHeap{walk: w, at: at, blocks: map[uint64][]byte{}, tables: map[uint64][]uint64{}}
	c.version("a fractal heap", 0)
	h.idSize = c.u16()
	if filters := c.u16(); c.err == nil && filters > 0 {
		return nil, fmt.Errorf("at byte %d: a fractal heap with filters: %w", c.at, ErrUnsupported)
	}
	h.sums = c.u8()&2 != 0
	most := c.u32() // bytes of an object in a block
	c.length()
	h.huge = c.offset()
	c.length()
	c.offset()
	c.skip(8 * l)
	h.width, h.first, h.largest = c.u16(), c.length(), c.length()
	maxBits := c.u16()
	c.u16()
	h.root, h.rootRows = c.offset(), c.u16()
	c.checksum()
	if c.err != nil {
		return nil, c.err
	}
	if !power(uint64(h.width)) || !power(h.first) || !power(h.largest) || h.first > h.largest ||
		h.largest > 1<<40 || maxBits > 64 || h.rootRows > 64 || h.idSize == 0 {
		return nil, unsound(c.at, "a fractal heap with %d blocks in a row, of %d to %d bytes, and %d bits",
			h.width, h.first, h.largest, maxBits)
	}
	h.offset = (maxBits + 7) / 8
	h.length = min((log2(h.largest)+7)/8, bytesFor(uint64(most)))
	return h, nil
}

func power(n uint64) bool { return n > 0 && n&(n-1) == 0 }

func log2(n uint64) int { return bits.Len64(n) - 1 }

// object gives the bytes that an identifier stands for.
func (h *fractalHeap) object(id []byte, at uint64) ([]byte, error) {
	if len(id) != h.idSize {
		return nil, unsound(at, "a heap identifier of %d bytes where the heap has %d", len(id), h.idSize)
	}
	c := h.f.cursor(id, at)
	switch head := c.u8(); head >> 4 {
	case 0: // in a block
		offset, n := c.uint(h.offset), c.uint(h.length)
		if c.err != nil {
			return nil, c.err
		}
		return h.managed(offset, n, at)
	case 1:
		return h.hugeObject(c)
	case 2: // in the identifier itself
		return c.take(head&15 + 1), c.err
	default:
		return nil, unsound(at, "a heap identifier of kind %#x", head)
	}
}

// managed finds n bytes at an offset in the heap.
func (h *fractalHeap) managed(offset, n, at uint64) ([]byte, error) {
	block, size, start := h.root, h.first, uint64(0)
	for rows := h.rootRows; rows > 0; {
		row, column, rowSize, begin := h.place(offset - start)
		if row >= rows {
			return nil, unsound(at, "an object at %d, beyond its fractal heap", offset)
		}
		table, err := h.table(block, rows)
		if err != nil {
			return nil, err
		}
		block, size, start = table[row*h.width+column], rowSize, start+begin
		if row < h.directRows() {
			break
		}
		rows = log2(rowSize) - log2(h.first*uint64(h.width)) + 1
		if rows < 1 {
			return nil, unsound(at, "a fractal heap with a table of no rows")
		}
	}
	data, err := h.direct(block, size)
	if err != nil {
		return nil, err
	}
	if from := offset - start; from <= size && n <= size-from {
		return data[from : from+n], nil
	}
	return nil, unsound(at, "an object of %d bytes at %d, in a block of %d bytes that begins at %d", n, offset, size, start)
}

// place finds the row and column of an offset in a table, the bytes of that row's blocks,
// and where the block begins.
func (h *fractalHeap) place(offset uint64) (row, column int, size, begin uint64) {
	size, width := h.first, uint64(h.width)
	if inRow := offset / size; inRow < width {
		return 0, int(inRow), size, inRow * size
	}
	// Row r begins at first·width·2^(r-1).
	row = log2(offset/(size*width)) + 1
	size <<= row - 1
	from := size * width
	column = int((offset - from) / size)
	return row, column, size, from + uint64(column)*size
}

// directRows is how many rows have blocks that hold objects; those after have tables.
func (h *fractalHeap) directRows() int { return log2(h.largest) - log2(h.first) + 2 }

// table reads an indirect block: the addresses of its children, row by row.
func (h *fractalHeap) table(at uint64, rows int) ([]uint64, error) {
	if t, ok := h.tables[at]; ok && len(t) == rows*h.width {
		return t, nil
	}
	n := rows * h.width
	c, err := h.block(at, uint64(5+h.f.widths.offset+h.offset+n*h.f.widths.offset+4), "FHIB")
	if err != nil {
		return nil, err
	}
	c.version("a fractal heap's table", 0)
	h.belongs(c)
	t := make([]uint64, n)
	for i := range t {
		t[i] = c.offset()
	}
	if c.checksum(); c.err != nil {
		return nil, c.err
	}
	h.tables[at] = t
	return t, nil
}

// belongs reads whose block this is.
func (h *fractalHeap) belongs(c *cursor) {
	if owner := c.offset(); c.err == nil && owner != h.at {
		c.fail("a block of the heap at %d in the heap at %d", owner, h.at)
	}
	c.skip(h.offset)
}

// direct reads a block that holds objects.
func (h *fractalHeap) direct(at, size uint64) ([]byte, error) {
	if b, ok := h.blocks[at]; ok && uint64(len(b)) == size {
		return b, nil
	}
	c, err := h.block(at, size, "FHDB")
	if err != nil {
		return nil, err
	}
	c.version("a fractal heap's block", 0)
	h.belongs(c)
	if h.sums {
		// The checksum counts its own bytes as zeros.
		stored, whole := c.u32(), bytes.Clone(c.b)
		if c.err != nil {
			return nil, c.err
		}
		clear(whole[c.pos-4 : c.pos])
		if sum := lookup3(whole); sum != stored && !h.f.widths.unsealed {
			return nil, unsound(c.here(), "the checksum is %08x, the block has %08x", stored, sum)
		}
	}
	h.blocks[at] = c.b
	return c.b, c.err
}

// hugeObject reads an object that has a place of its own in the file: its identifier says
// where, or is a key in a B-tree.
func (h *fractalHeap) hugeObject(c *cursor) ([]byte, error) {
	o, l := h.f.widths.offset, h.f.widths.length
	var e extent
	if h.idSize-1 >= o+l {
		e = extent{c.offset(), c.length()}
	} else {
		if h.hugeItems == nil {
			if err := h.readHuge(); err != nil {
				return nil, err
			}
		}
		key := c.uint(min(8, h.idSize-1))
		ok := false
		if e, ok = h.hugeItems[key]; !ok && c.err == nil {
			c.fail("no object %d in the fractal heap", key)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	item, err := h.block(e.at, e.n, "")
	if err != nil {
		return nil, err
	}
	return item.b, nil
}

func (h *fractalHeap) readHuge() error {
	h.hugeItems = map[uint64]extent{}
	return h.newTree(h.huge, recordHuge, func(r *cursor) error {
		e := extent{r.offset(), r.length()}
		h.hugeItems[r.length()] = e
		return r.err
	})
}
