package hdf5

// fixed reads an array of as many addresses as the shape may ever need.
func (i *chunkIndex) fixed() error {
	o, l := i.f.widths.offset, i.f.widths.length
	c, err := i.block(i.layout.at, uint64(4+1+1+1+1+l+o+4), "FAHD")
	if err != nil {
		return err
	}
	a, err := i.begin(c, -1)
	if err != nil {
		return err
	}
	a.pageBits = c.u8()
	n, at := c.length(), c.offset()
	c.checksum()
	switch {
	case c.err != nil:
		return c.err
	case at == undefined:
		return nil
	case n > uint64(i.f.size) || n < a.order.total || a.pageBits > 32:
		return unsound(c.at, "an array of %d chunks, in pages of 2^%d, where %d are needed", n, a.pageBits, a.order.total)
	}
	return a.fixedBlock(at, n)
}

// fixedBlock reads the one block of a fixed array.
func (a array) fixedBlock(at, n uint64) error {
	head := uint64(6 + a.f.widths.offset)
	per := uint64(1) << a.pageBits
	if n <= per {
		c, err := a.block(at, head+n*uint64(a.element)+4, "FADB")
		if err != nil {
			return err
		}
		if a.owner(c); c.err != nil {
			return c.err
		}
		if err := a.elements(c, 0, n); err != nil {
			return err
		}
		c.checksum()
		return c.err
	}
	pages := (n + per - 1) / per
	size := head + (pages+7)/8 + 4
	c, err := a.block(at, size, "FADB")
	if err != nil {
		return err
	}
	a.owner(c)
	used := c.take(int((pages + 7) / 8))
	if c.checksum(); c.err != nil {
		return c.err
	}
	return a.pages(at+size, 0, n, used)
}

// extensible reads an array that grows in one dimension: its first addresses are in an
// index block, the next ones in blocks that this names, all others in blocks that
// secondary blocks name, ever larger ones.
func (i *chunkIndex) extensible() error {
	endless := -1
	for d, most := range i.grid.most {
		if most < 0 {
			endless = d
		}
	}
	o, l := i.f.widths.offset, i.f.widths.length
	c, err := i.block(i.layout.at, uint64(4+1+1+1+5+6*l+o+4), "EAHD")
	if err != nil {
		return err
	}
	a, err := i.begin(c, endless)
	if err != nil {
		return err
	}
	e := extensible{array: a, bits: c.u8(), inIndex: c.u8(), least: c.u8(), pointers: c.u8()}
	e.pageBits = c.u8()
	c.skip(6 * l)
	at := c.offset()
	c.checksum()
	switch {
	case c.err != nil:
		return c.err
	case e.bits > 64 || e.pageBits > 32 || !power(uint64(e.least)) || !power(uint64(e.pointers)) || e.pointers < 2 || e.bits < log2(uint64(e.least)):
		return unsound(c.at, "an array that grows to 2^%d chunks, with blocks of %d, %d blocks and pages of 2^%d",
			e.bits, e.least, e.pointers, e.pageBits)
	case at == undefined:
		return nil
	}
	return e.index(at)
}

// extensible is the header of an extensible array.
type extensible struct {
	array
	bits     int // of a place in the array
	inIndex  int // addresses in the index block
	least    int // addresses in the smallest block
	pointers int // blocks of the smallest secondary block
}

// level says which blocks a secondary block has: how many, of how many addresses.
func (e extensible) level(n int) (blocks, elements uint64) {
	return 1 << (n / 2), uint64(e.least) << ((n + 1) / 2)
}

// index reads the index block and all that it leads to.
func (e extensible) index(at uint64) error {
	o := e.f.widths.offset
	levels := 1 + e.bits - log2(uint64(e.least))
	direct := min(2*log2(uint64(e.pointers)), levels) // levels whose blocks the index block names itself
	blocks := 2 * (e.pointers - 1)
	c, err := e.block(at, uint64(6+o+e.inIndex*e.element+(blocks+levels-direct)*o+4), "EAIB")
	if err != nil {
		return err
	}
	if e.owner(c); c.err != nil {
		return c.err
	}
	sum := *c
	sum.pos = len(c.b) - 4
	if sum.checksum(); sum.err != nil {
		return sum.err
	}
	if err := e.elements(c, 0, uint64(e.inIndex)); err != nil {
		return err
	}
	first := uint64(e.inIndex)
	for level := range levels {
		n, elements := e.level(level)
		if level < direct {
			err = e.named(c, first, n, elements, nil)
		} else if at := c.offset(); at != undefined && c.err == nil {
			err = e.secondary(at, first, n, elements)
		}
		if err != nil || c.err != nil || first+n*elements < first || first >= e.order.total {
			return either(err, c.err)
		}
		first += n * elements
	}
	return nil
}

func either(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// named reads n blocks whose addresses come next. used has the pages' bits, block by
// block.
func (e extensible) named(c *cursor, first, n, elements uint64, used []byte) error {
	for b := range n {
		at := c.offset()
		if c.err != nil {
			return c.err
		}
		if at == undefined {
			continue
		}
		if err := e.data(at, first+b*elements, elements, part(used, b, n)); err != nil {
			return err
		}
	}
	return nil
}

// part is the i-th of n equal parts.
func part(b []byte, i, n uint64) []byte {
	size := uint64(len(b)) / n
	return b[i*size : (i+1)*size]
}

// paged says whether blocks of this many addresses are kept in pages.
func (e extensible) paged(elements uint64) bool { return elements > 1<<e.pageBits }

// secondary reads a block that names blocks.
func (e extensible) secondary(at, first, n, elements uint64) error {
	o := e.f.widths.offset
	if n > uint64(e.f.size) || elements > uint64(e.f.size) {
		return unsound(e.f.base+at, "%d blocks of %d chunks in a file of %d bytes", n, elements, e.f.size)
	}
	bitmap := uint64(0)
	if e.paged(elements) {
		bitmap = n * ((elements>>e.pageBits + 7) / 8)
	}
	head := uint64(6 + o + (e.bits+7)/8)
	c, err := e.block(at, head+bitmap+n*uint64(o)+4, "EASB")
	if err != nil {
		return err
	}
	e.owner(c)
	c.skip((e.bits + 7) / 8)
	used := c.take(int(bitmap))
	sum := *c
	sum.pos = len(c.b) - 4
	if sum.checksum(); sum.err != nil {
		return sum.err
	}
	return e.named(c, first, n, elements, used)
}

// data reads a block of addresses.
func (e extensible) data(at, first, n uint64, used []byte) error {
	head := uint64(6 + e.f.widths.offset + (e.bits+7)/8)
	size := head + n*uint64(e.element) + 4
	paged := e.paged(n)
	if paged {
		size = head + 4
	}
	if n > uint64(e.f.size) {
		return unsound(e.f.base+at, "%d chunks in a file of %d bytes", n, e.f.size)
	}
	c, err := e.block(at, size, "EADB")
	if err != nil {
		return err
	}
	e.owner(c)
	c.skip((e.bits + 7) / 8)
	if c.err != nil {
		return c.err
	}
	if !paged {
		err = e.elements(c, first, n)
	}
	if c.checksum(); err != nil || c.err != nil || !paged {
		return either(err, c.err)
	}
	if uint64(len(used))*8 < n>>e.pageBits {
		return unsound(c.at, "pages without a note of which are used")
	}
	return e.pages(at+size, first, n, used)
}
