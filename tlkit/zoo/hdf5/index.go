package hdf5

import (
	"math/bits"
	"slices"
)

// chunks reads the index of a dataset's chunks.
func (d *Dataset) chunks(g *grid) ([]chunk, error) {
	i := &chunkIndex{walk: d.f.walk(), grid: g, layout: d.layout, filtered: len(d.filters) > 0, seen: map[uint64]bool{}}
	if d.layout.at == undefined || g.total == 0 {
		return nil, nil
	}
	var err error
	switch d.layout.index {
	case indexSingle:
		err = i.single()
	case indexImplicit:
		err = i.implicit()
	case indexFixed:
		err = i.fixed()
	case indexExtensible:
		err = i.extensible()
	case indexTree:
		err = i.tree()
	default:
		err = i.oldTreeOfChunks()
	}
	return i.chunks, err
}

// chunkIndex gathers the chunks of one dataset.
type chunkIndex struct {
	*walk
	grid     *grid
	layout   layout
	filtered bool
	seen     map[uint64]bool
	chunks   []chunk
}

// add takes a chunk. One without filters has the bytes of its elements.
func (i *chunkIndex) add(k chunk, at uint64) error {
	switch {
	case k.at == undefined:
		return nil
	case i.seen[k.index]:
		return unsound(at, "two chunks at %v", i.grid.place(k.index))
	}
	if !i.filtered {
		k.size = i.grid.bytes
	}
	i.seen[k.index] = true
	i.chunks = append(i.chunks, k)
	return nil
}

func (i *chunkIndex) single() error {
	if i.grid.total != 1 {
		return unsound(i.f.base+i.layout.at, "%d chunks where there is but one", i.grid.total)
	}
	size := i.layout.packed
	if size == 0 {
		size = i.grid.bytes // without filters, or where the edges have none
	}
	return i.add(chunk{at: i.layout.at, size: size, mask: i.layout.mask}, i.f.base+i.layout.at)
}

// implicit has the chunks one after the other, as many as the shape may ever need.
func (i *chunkIndex) implicit() error {
	order, err := i.order(-1)
	if err != nil {
		return err
	}
	if high, n := bits.Mul64(order.total, i.grid.bytes); high > 0 || n > uint64(i.f.size) {
		return unsound(i.f.base+i.layout.at, "%d chunks of %d bytes in a file of %d", order.total, i.grid.bytes, i.f.size)
	}
	for n := range order.total {
		if index, ok := order.index(n); ok {
			if err := i.add(chunk{index: index, at: i.layout.at + n*i.grid.bytes, size: i.grid.bytes}, i.f.base+i.layout.at); err != nil {
				return err
			}
		}
	}
	return nil
}

// growth is the order of chunks in an array: row by row over what the shape may grow to,
// with the dimension that grows without end, if any, as the first.
type growth struct {
	grid    *grid
	counts  []uint64
	total   uint64 // chunks up to the last that is needed now
	endless int    // the dimension that grows without end, or -1
}

func (i *chunkIndex) order(endless int) (growth, error) {
	o := growth{grid: i.grid, endless: endless, total: 1}
	for d, most := range i.grid.most {
		n := i.grid.counts[d]
		if d != endless {
			n = max(n, ceil(max(most, 0), i.grid.chunk[d]))
		}
		o.counts = append(o.counts, uint64(n))
		high, total := bits.Mul64(o.total, uint64(n))
		if o.total = total; high > 0 || total > 1<<48 {
			return o, unsound(i.f.base+i.layout.at, "an array of chunks for a shape that may grow to %v", i.grid.most)
		}
	}
	return o, nil
}

// index gives a chunk's place in the shape from its place in the array; ok is false where
// the shape does not reach that far now.
func (o growth) index(n uint64) (index uint64, ok bool) {
	order := make([]int, 0, len(o.counts))
	if o.endless > 0 {
		order = append(order, o.endless)
	}
	for d := range o.counts {
		if d != o.endless || d == 0 {
			order = append(order, d)
		}
	}
	at := make([]uint64, len(o.counts))
	for _, d := range slices.Backward(order) {
		at[d] = n % o.counts[d]
		n /= o.counts[d]
	}
	return o.grid.index(at)
}

// oldTreeOfChunks reads a B-tree of version 1: the keys have sizes, masks and the chunk's
// first element.
func (i *chunkIndex) oldTreeOfChunks() error {
	rank := len(i.grid.shape)
	return i.oldTree(i.layout.at, treeOfChunks, 8+8*(rank+1), func(key *cursor, child uint64) error {
		k := chunk{at: child, size: uint64(key.u32()), mask: key.u32()}
		at := make([]uint64, rank)
		for d := range at {
			first, n := key.uint(8), uint64(i.grid.chunk[d])
			if first%n != 0 {
				key.fail("a chunk that begins at %d, where all have %d", first, n)
			}
			at[d] = first / n
		}
		return i.addAt(k, at, key)
	})
}

// addAt takes a chunk with its coordinates.
func (i *chunkIndex) addAt(k chunk, at []uint64, c *cursor) error {
	if c.err != nil {
		return c.err
	}
	var ok bool
	if k.index, ok = i.grid.index(at); !ok {
		return unsound(c.at, "a chunk at %v, beyond the shape", at)
	}
	return i.add(k, c.at)
}

// tree reads a B-tree of version 2.
func (i *chunkIndex) tree() error {
	kind := recordChunk
	if i.filtered {
		kind = recordPackedChunk
	}
	rank := len(i.grid.shape)
	return i.newTree(i.layout.at, kind, func(r *cursor) error {
		k := chunk{at: r.offset()}
		if i.filtered {
			k.size, k.mask = r.uint(r.left()-4-8*rank), r.u32()
		}
		at := make([]uint64, rank)
		for d := range at {
			at[d] = r.uint(8)
		}
		return i.addAt(k, at, r)
	})
}

// array is what the fixed and the extensible array have in common.
type array struct {
	*chunkIndex
	head     uint64 // address of the header
	client   int    // 1 where chunks have filters
	element  int    // bytes of an element
	pageBits int
	order    growth
}

// begin reads the first fields of an array's header.
func (i *chunkIndex) begin(c *cursor, endless int) (array, error) {
	a := array{chunkIndex: i, head: i.layout.at}
	c.version("an array of chunks", 0)
	a.client, a.element = c.u8(), c.u8()
	want := 0
	least, most := i.f.widths.offset, i.f.widths.offset
	if i.filtered {
		want, least, most = 1, least+4+1, most+4+8
	}
	if c.err == nil && (a.client != want || a.element < least || a.element > most) {
		c.fail("an array of chunks of kind %d with elements of %d bytes", a.client, a.element)
	}
	if c.err != nil {
		return a, c.err
	}
	var err error
	a.order, err = i.order(endless)
	return a, err
}

// elements reads the addresses from place first on.
func (a array) elements(c *cursor, first, n uint64) error {
	for e := first; e < first+n; e++ {
		at := c.here()
		k := chunk{at: c.offset()}
		if a.filtered {
			k.size, k.mask = c.uint(a.element-a.f.widths.offset-4), c.u32()
		}
		if c.err != nil {
			return c.err
		}
		if k.at == undefined || e >= a.order.total {
			continue
		}
		var ok bool
		if k.index, ok = a.order.index(e); !ok {
			continue
		}
		if err := a.add(k, at); err != nil {
			return err
		}
	}
	return nil
}

// owner reads the start of an array's blocks.
func (a array) owner(c *cursor) {
	c.version("a block of an array of chunks", 0)
	if client := c.u8(); c.err == nil && client != a.client {
		c.fail("a block of an array of kind %d", client)
	}
	if head := c.offset(); c.err == nil && head != a.head {
		c.fail("a block of the array at %d in the array at %d", head, a.head)
	}
}

// pages reads elements that are kept in pages, each with its checksum. used has a bit for
// each page, the highest first; pages that were never written have none.
func (a array) pages(at, first, n uint64, used []byte) error {
	per := uint64(1) << a.pageBits
	for page := uint64(0); page*per < n; page++ {
		size := min(per, n-page*per)
		bytes := size*uint64(a.element) + 4
		if used[page/8]<<(page%8)&0x80 != 0 {
			c, err := a.block(at, bytes, "")
			if err != nil {
				return err
			}
			if err := a.elements(c, first+page*per, size); err != nil {
				return err
			}
			if c.checksum(); c.err != nil {
				return c.err
			}
		}
		at += bytes
	}
	return nil
}
