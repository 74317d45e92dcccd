package hdf5

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// undefined is the address of what is not there, whatever the width of addresses.
const undefined = math.MaxUint64

// unsound is an error about the bytes at an offset in the file.
func unsound(at uint64, format string, args ...any) error {
	return fmt.Errorf("at byte %d: %s: %w", at, fmt.Sprintf(format, args...), ErrFormat)
}

// span checks that n bytes at an address lie in the file, and gives their offset in it.
func (f *File) span(at, n uint64) (int64, error) {
	start := f.base + at
	switch {
	case at == undefined:
		return 0, fmt.Errorf("an undefined address where bytes are needed: %w", ErrFormat)
	case start < at || start > uint64(f.size) || n > uint64(f.size)-start:
		return 0, unsound(start, "%d bytes from here go beyond the file's %d", n, f.size)
	}
	return int64(start), nil
}

// read fills b from an address.
func (f *File) read(b []byte, at uint64) error {
	start, err := f.span(at, uint64(len(b)))
	if err != nil {
		return err
	}
	if n, err := f.r.ReadAt(b, start); n < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("at byte %d: %w", start, err)
	}
	return nil
}

// bytes reads n bytes from an address.
func (f *File) bytes(at, n uint64) ([]byte, error) {
	if _, err := f.span(at, n); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	return b, f.read(b, at)
}

// upTo reads n bytes from an address, or fewer where the file ends.
func (f *File) upTo(at, n uint64) ([]byte, error) {
	start, err := f.span(at, 0)
	if err != nil {
		return nil, err
	}
	return f.bytes(at, min(n, uint64(f.size-start)))
}

// A cursor reads numbers, little-endian, from a block of the file. The first one that is
// not there sets err; from then on all are zero.
type cursor struct {
	b      []byte
	pos    int
	at     uint64 // of b[0] in the file
	widths widths
	err    error
}

func (c *cursor) here() uint64 { return c.at + uint64(c.pos) }
func (c *cursor) left() int    { return len(c.b) - c.pos }

// fail keeps the first error.
func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = unsound(c.here(), format, args...)
	}
}

// take gives the next n bytes, or nil where there are not as many.
func (c *cursor) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > c.left() {
		c.fail("%d bytes are needed, %d are left of this block", n, c.left())
		return nil
	}
	c.pos += n
	return c.b[c.pos-n : c.pos : c.pos]
}

func (c *cursor) skip(n int) { c.take(n) }

// uint reads a number of n ≤ 8 bytes.
func (c *cursor) uint(n int) uint64 {
	if n > 8 {
		c.fail("a number of %d bytes", n)
	}
	var wide [8]byte
	copy(wide[:], c.take(n))
	return binary.LittleEndian.Uint64(wide[:])
}

func (c *cursor) u8() int        { return int(c.uint(1)) }
func (c *cursor) u16() int       { return int(c.uint(2)) }
func (c *cursor) u32() uint32    { return uint32(c.uint(4)) }
func (c *cursor) length() uint64 { return c.uint(c.widths.length) }

// offset reads an address.
func (c *cursor) offset() uint64 {
	v := c.uint(c.widths.offset)
	if w := c.widths.offset; w < 8 && v == 1<<(8*w)-1 {
		return undefined
	}
	return v
}

// expect reads text that has to be there.
func (c *cursor) expect(text string) {
	at := c.pos
	if b := c.take(len(text)); c.err == nil && string(b) != text {
		c.pos = at
		c.fail("%q where %q is expected", b, text)
	}
}

// version reads a byte that has to be v.
func (c *cursor) version(what string, v int) {
	if got := c.u8(); c.err == nil && got != v {
		c.fail("%s of version %d, %d is known", what, got, v)
	}
}

// checksum compares the next four bytes with the checksum of all before.
func (c *cursor) checksum() {
	sum := lookup3(c.b[:c.pos])
	if stored := c.u32(); c.err == nil && stored != sum && !c.widths.unsealed {
		c.fail("the checksum is %08x, the bytes before have %08x", stored, sum)
	}
}

// A walk reads the blocks of structures that belong together. A sound file has each block
// once: a walk that comes to an address for the second time goes in a circle, and one that
// has read twice as many bytes as there are (named types may be read again) goes through
// blocks that lie on top of each other. So no structure takes more than a few readings of
// the file.
type walk struct {
	f    *File
	seen map[uint64]bool
	left int64

	shared map[uint64]message // what named types hold, by their address
}

func (f *File) walk() *walk {
	return &walk{f: f, seen: map[uint64]bool{}, left: 2*f.size + 4096, shared: map[uint64]message{}}
}

// enter notes a block of n bytes.
func (w *walk) enter(at, n uint64) error {
	if w.seen[at] {
		return unsound(w.f.base+at, "this block is reached twice: the file goes in a circle")
	}
	w.seen[at] = true
	if n > uint64(w.left) {
		return unsound(w.f.base+at, "the blocks up to here have more bytes than the file: they lie on top of each other")
	}
	w.left -= int64(n)
	return nil
}

// block reads n bytes that begin with a signature.
func (w *walk) block(at, n uint64, signature string) (*cursor, error) {
	if _, err := w.f.span(at, n); err != nil {
		return nil, err
	}
	if err := w.enter(at, n); err != nil {
		return nil, err
	}
	b, err := w.f.bytes(at, n)
	if err != nil {
		return nil, err
	}
	c := w.f.cursor(b, w.f.base+at)
	c.expect(signature)
	return c, c.err
}

func (f *File) cursor(b []byte, at uint64) *cursor {
	return &cursor{b: b, at: at, widths: f.widths}
}
