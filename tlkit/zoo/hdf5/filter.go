package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zlib"
)

// The filters that are read.
const (
	filterGzip     = 1
	filterShuffle  = 2
	filterFletcher = 3
)

// filterNames are those of others, for errors.
var filterNames = map[int]string{4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4",
	32008: "bitshuffle", 32013: "zfp", 32015: "zstd"}

// filter is one step from elements to the bytes in the file.
type filter struct {
	id   int
	size int // shuffle: bytes of an element
}

// mostFilters is HDF5's own limit.
const mostFilters = 32

// readFilters reads what is done to chunks, in the order of writing.
func (d *Dataset) readFilters(m message) error {
	c := d.f.messageCursor(m)
	version, n := c.u8(), c.u8()
	switch version {
	case 1:
		c.skip(6)
	case 2:
	default:
		c.fail("filters of version %d, 1 and 2 are known", version)
	}
	if n > mostFilters {
		c.fail("%d filters", n)
	}
	for i := 0; i < n && c.err == nil; i++ {
		f := readFilter(c, version)
		if f.id == filterGzip && slices.ContainsFunc(d.filters, func(f filter) bool { return f.id == filterGzip }) {
			c.fail("gzip twice")
		}
		d.filters = append(d.filters, f)
	}
	return c.err
}

func readFilter(c *cursor, version int) filter {
	f := filter{id: c.u16()}
	nameSize := 0
	if version == 1 || f.id >= 256 {
		nameSize = c.u16()
	}
	c.skip(2) // flags
	values := c.u16()
	if version == 1 {
		nameSize = (nameSize + 7) &^ 7
	}
	c.skip(nameSize)
	for i := range values {
		if v := c.u32(); i == 0 {
			f.size = int(v)
		}
	}
	if version == 1 && values%2 == 1 {
		c.skip(4)
	}
	return f
}

// supported says whether the filters that are not left out are ones that undo knows.
func supported(filters []filter, mask uint32) error {
	for i, f := range filters {
		if mask>>i&1 == 0 && (f.id < filterGzip || f.id > filterFletcher) {
			return fmt.Errorf("the filter %d (%s): %w", f.id, orText(filterNames[f.id], "unknown"), ErrUnsupported)
		}
	}
	return nil
}

// undo takes the filters off a chunk's bytes, the last one first. mask has a bit for each
// filter that was left out. size is what the elements take, at is for errors.
func undo(filters []filter, b []byte, mask uint32, size int, at uint64) ([]byte, error) {
	if err := supported(filters, mask); err != nil {
		return nil, err
	}
	for i := len(filters) - 1; i >= 0; i-- {
		if mask>>i&1 != 0 {
			continue
		}
		var err error
		switch f := filters[i]; f.id {
		case filterGzip:
			b, err = inflate(b, size+sums(filters[:i], mask), at)
		case filterShuffle:
			b, err = unshuffle(b, f.size, at)
		case filterFletcher:
			b, err = checked(b, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func orText(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// sums is how many bytes of checksums filters add.
func sums(filters []filter, mask uint32) int {
	n := 0
	for i, f := range filters {
		if f.id == filterFletcher && mask>>i&1 == 0 {
			n += 4
		}
	}
	return n
}

// inflate undoes gzip, which has to give size bytes.
func inflate(b []byte, size int, at uint64) ([]byte, error) {
	if size > len(b)*mostPacked+64 {
		return nil, unsound(at, "%d bytes cannot be packed into %d", size, len(b))
	}
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, unsound(at, "gzip: %v", err)
	}
	out := make([]byte, size)
	if n, err := io.ReadFull(z, out); err != nil {
		return nil, unsound(at, "gzip: %v after %d bytes, where %d are needed", err, n, size)
	}
	// The end is where gzip's own checksum is.
	switch n, err := z.Read(make([]byte, 1)); {
	case n > 0:
		return nil, unsound(at, "a chunk that unpacks to more than %d bytes", size)
	case err != io.EOF:
		return nil, unsound(at, "gzip: %v", err)
	}
	return out, nil
}

// unshuffle undoes shuffle: the first bytes of all elements, then the second ones, and so
// on; what is no whole element comes last.
func unshuffle(b []byte, size int, at uint64) ([]byte, error) {
	if size < 1 {
		return nil, unsound(at, "shuffled elements of %d bytes", size)
	}
	n := len(b) / size
	if size == 1 || n < 2 {
		return b, nil
	}
	out := make([]byte, len(b))
	for i := range size {
		for j, v := range b[i*n : (i+1)*n] {
			out[j*size+i] = v
		}
	}
	copy(out[n*size:], b[n*size:])
	return out, nil
}

// checked compares and takes off Fletcher's checksum.
func checked(b []byte, at uint64) ([]byte, error) {
	if len(b) < 4 {
		return nil, unsound(at, "%d bytes, too few for a checksum", len(b))
	}
	b, end := b[:len(b)-4], b[len(b)-4:]
	if stored, sum := binary.LittleEndian.Uint32(end), fletcher32(b); stored != sum {
		return nil, unsound(at, "the chunk's checksum is %08x, its bytes have %08x", stored, sum)
	}
	return b, nil
}
