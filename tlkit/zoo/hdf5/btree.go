package hdf5

import (
	"fmt"
	"math/bits"
)

// What a B-tree of version 1 holds.
const (
	treeOfNames  = 0
	treeOfChunks = 1
)

// oldTree visits the leaves' entries of a B-tree of version 1, whatever its depth. key has
// the bytes of the key before the child.
func (w *walk) oldTree(at uint64, kind, keySize int, visit func(key *cursor, child uint64) error) error {
	return w.oldNode(at, kind, keySize, -1, visit)
}

// oldNode visits one node. level is the one that its parent calls for, or -1.
func (w *walk) oldNode(at uint64, kind, keySize, level int, visit func(key *cursor, child uint64) error) error {
	head := uint64(8 + 2*w.f.widths.offset)
	b, err := w.f.bytes(at, head)
	if err != nil {
		return err
	}
	c := w.f.cursor(b, w.f.base+at)
	c.expect("TREE")
	gotKind, gotLevel, entries := c.u8(), c.u8(), c.u16()
	switch {
	case c.err != nil:
		return c.err
	case gotKind != kind:
		return unsound(c.at, "a B-tree of kind %d where %d belongs", gotKind, kind)
	case level >= 0 && gotLevel != level:
		return unsound(c.at, "a B-tree node of level %d where %d belongs", gotLevel, level)
	}
	size := head + uint64(entries*(keySize+w.f.widths.offset)+keySize)
	if c, err = w.block(at, size, "TREE"); err != nil {
		return err
	}
	c.pos = int(head)
	for range entries {
		key := w.f.cursor(c.take(keySize), c.here()-uint64(keySize))
		child := c.offset()
		if c.err != nil {
			return c.err
		}
		if gotLevel > 0 {
			err = w.oldNode(child, kind, keySize, gotLevel-1, visit)
		} else {
			err = visit(key, child)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// The records of a B-tree of version 2.
const (
	recordHuge          = 1
	recordLinkName      = 5
	recordAttributeName = 8
	recordChunk         = 10
	recordPackedChunk   = 11
)

// newTree is the header of a B-tree of version 2.
type newTree struct {
	*walk
	kind       int
	nodeSize   int
	recordSize int
	levels     []treeLevel // by height above the leaves
	visit      func(record *cursor) error
}

// treeLevel says how the nodes at one height count.
type treeLevel struct {
	most    uint64 // records of one node
	below   uint64 // records of one node and all below it
	pointer int    // bytes of a pointer to a child
	total   int    // bytes of the number of records below a child; 0 above leaves
}

// deepest is the greatest depth of a B-tree that is believed: with at least two children
// to a node no file is large enough for more.
const deepest = 40

// newTree visits the records of a B-tree of version 2.
func (w *walk) newTree(at uint64, kind int, visit func(record *cursor) error) error {
	c, err := w.block(at, uint64(4+2+4+4+2+w.f.widths.offset+2+w.f.widths.length+4), "BTHD")
	if err != nil {
		return err
	}
	c.version("a B-tree", 0)
	t := newTree{walk: w, kind: c.u8(), nodeSize: int(c.u32()), recordSize: c.u16(), visit: visit}
	depth := c.u16()
	c.skip(2) // when to split and to merge
	root, records := c.offset(), c.u16()
	c.length() // records in all
	c.checksum()
	switch {
	case c.err != nil:
		return c.err
	case t.kind != kind:
		return unsound(c.at, "a B-tree of kind %d where %d belongs", t.kind, kind)
	case t.recordSize == 0 || t.nodeSize < 10+t.recordSize || depth > deepest:
		return unsound(c.at, "a B-tree of depth %d with records of %d bytes in nodes of %d", depth, t.recordSize, t.nodeSize)
	}
	if root == undefined {
		return nil
	}
	t.count(depth)
	return t.node(root, depth, records)
}

// bytesFor is how many bytes HDF5 gives to numbers up to n.
func bytesFor(n uint64) int { return max(bits.Len64(n)-1, 0)/8 + 1 }

// count works out how many records the nodes of each level may have: their pointers are as
// wide as that needs.
func (t *newTree) count(depth int) {
	const around = 10 // signature, version, kind, checksum
	most := uint64((t.nodeSize - around) / t.recordSize)
	width := bytesFor(most)
	t.levels = []treeLevel{{most: most, below: most}}
	for d := 1; d <= depth; d++ {
		l := treeLevel{pointer: t.f.widths.offset + width}
		child := t.levels[d-1]
		if d > 1 {
			l.total = bytesFor(child.below)
			l.pointer += l.total
		}
		l.most = uint64(max(t.nodeSize-around-l.pointer, 0) / (t.recordSize + l.pointer))
		high, low := bits.Mul64(l.most+1, child.below)
		if l.below = low + l.most; high > 0 || l.below < low {
			l.below = undefined
		}
		t.levels = append(t.levels, l)
	}
}

// node visits a node with all below it.
func (t *newTree) node(at uint64, depth, records int) error {
	level := t.levels[depth]
	if uint64(records) > level.most {
		return unsound(t.f.base+at, "a B-tree node of %d records, where %d is the most", records, level.most)
	}
	signature, size := "BTLF", 10+records*t.recordSize
	if depth > 0 {
		signature, size = "BTIN", size+(records+1)*level.pointer
	}
	c, err := t.block(at, uint64(size), signature)
	if err != nil {
		return err
	}
	c.version("a B-tree node", 0)
	if kind := c.u8(); kind != t.kind {
		return unsound(c.at, "a B-tree node of kind %d where %d belongs", kind, t.kind)
	}
	whole := *c
	whole.pos = size - 4
	if whole.checksum(); whole.err != nil {
		return whole.err
	}
	for range records {
		r := t.f.cursor(c.take(t.recordSize), c.here()-uint64(t.recordSize))
		if err := t.visit(r); err != nil {
			return err
		}
	}
	for i := 0; depth > 0 && i <= records; i++ {
		child := c.offset()
		n := int(c.uint(level.pointer - t.f.widths.offset - level.total))
		c.skip(level.total)
		if c.err != nil {
			return c.err
		}
		if err := t.node(child, depth-1, n); err != nil {
			return err
		}
	}
	return nil
}

// tooMany is the error for more of something than the limits allow.
func (f *File) tooMany(what string) error {
	return fmt.Errorf("more than %d %s: %w (Limits.Objects)", f.limits.Objects, what, ErrLimit)
}
