package hdf5

import (
	"fmt"
	"math/bits"
)

// Dataset is an array. Its elements are read when asked for.
type Dataset struct {
	*object
	Shape []int // empty for a single element, nil where there is none (h5py.Empty)

	// DType is the type of the elements as NumPy spells it: "<f4", ">i8", "|b1", "|S5", "|O"
	// for text of variable length, "bfloat16"; or HDF5's name of a type that is not read.
	DType string

	t       datatype
	space   dataspace
	layout  layout
	filters []filter
	fill    []byte // the element that stands for those that were never written; nil: zeros
}

// dataset makes a dataset of an object.
func (o *object) dataset(w *walk) (*Dataset, error) {
	if !o.has(msgLayout) {
		return nil, fmt.Errorf("not a dataset: %w", ErrMissing)
	}
	if !o.has(msgDataspace) || !o.has(msgDatatype) {
		return nil, unsound(o.f.base+o.at, "a dataset without a shape or a type")
	}
	d := &Dataset{object: o}
	parts := []struct {
		kind int
		read func(message) error
	}{
		{msgDataspace, func(m message) (err error) { d.space, err = o.f.dataspace(m); return }},
		{msgDatatype, func(m message) (err error) { d.t, err = o.f.datatype(m); return }},
		{msgLayout, func(m message) (err error) { d.layout, err = o.f.layout(m); return }},
		{msgFilters, d.readFilters},
		{msgOldFill, d.readOldFill},
		{msgFill, d.readFill},
	}
	for _, p := range parts {
		m, ok, err := o.message(w, p.kind)
		if ok {
			err = p.read(m)
		}
		if err != nil {
			return nil, err
		}
	}
	d.Shape, d.DType = d.space.shape, d.t.name
	return d, nil
}

// Len is the number of elements.
func (d *Dataset) Len() int { return int(d.space.count) }

// Bytes gives the elements row by row as the file has them, in the byte order of DType.
func (d *Dataset) Bytes() ([]byte, error) {
	v, err := d.values()
	return v.data, d.fail(err)
}

// Float32 gives the elements of floating point row by row: 16 bits (of both kinds) are
// widened, 64 bits rounded. Keras keeps bfloat16 as two bytes without meaning and an
// attribute "dtype" that gives it: that counts as floating point too.
func (d *Dataset) Float32() ([]float32, error) {
	t, err := d.floating()
	if err != nil {
		return nil, d.fail(err)
	}
	if d.layout.kind == layoutContiguous && d.layout.at != undefined {
		out, err := d.stream(t)
		return out, d.fail(err)
	}
	v, err := d.values()
	if err != nil {
		return nil, d.fail(err)
	}
	v.t = t
	out := make([]float32, d.space.count)
	v.float32s(out)
	return out, nil
}

// Ints gives the elements of integers and booleans (0 and 1) row by row.
func (d *Dataset) Ints() ([]int64, error) {
	v, err := d.values()
	if err != nil {
		return nil, d.fail(err)
	}
	out, err := v.ints()
	return out, d.fail(err)
}

// Strings gives the elements of text row by row.
func (d *Dataset) Strings() ([]string, error) {
	v, err := d.values()
	if err != nil {
		return nil, d.fail(err)
	}
	out, err := v.strings()
	return out, d.fail(err)
}

// floating gives the type that elements are read as where they are floating point.
func (d *Dataset) floating() (datatype, error) {
	switch {
	case d.t.class == classFloat || d.t.class == classBrain:
		return d.t, nil
	case d.t.class == classOpaque && d.t.size == 2 && d.markedBrain():
		return datatype{class: classBrain, size: 2}, nil
	}
	return d.t, values{t: d.t}.refuse("floating point")
}

func (d *Dataset) markedBrain() bool {
	a, err := d.Attr("dtype")
	if err != nil {
		return false
	}
	text, err := a.Strings()
	return err == nil && len(text) == 1 && text[0] == "bfloat16"
}

// size is the bytes of all elements, checked against the limits.
func (d *Dataset) size() (uint64, error) {
	high, n := bits.Mul64(d.space.count, uint64(d.t.size))
	if high > 0 || n > uint64(d.f.limits.DatasetBytes) {
		return 0, fmt.Errorf("%v elements of %d bytes are more than %d bytes: %w (Limits.DatasetBytes)",
			d.Shape, d.t.size, d.f.limits.DatasetBytes, ErrLimit)
	}
	return n, nil
}

// stream reads contiguous floating point piece by piece, so that the elements take memory
// once.
func (d *Dataset) stream(t datatype) ([]float32, error) {
	n, err := d.contiguous()
	if err != nil {
		return nil, err
	}
	out := make([]float32, d.space.count)
	piece := make([]byte, min(n, 1<<18)) // stays in the processor's cache
	for at := uint64(0); at < n; {
		b := piece[:min(n-at, uint64(len(piece)))]
		if err := d.f.read(b, d.layout.at+at); err != nil {
			return nil, err
		}
		first := at / uint64(t.size)
		values{t: t, data: b}.float32s(out[first : first+uint64(len(b)/t.size)])
		at += uint64(len(b))
	}
	return out, nil
}

// contiguous checks a contiguous layout and gives the bytes of all elements.
func (d *Dataset) contiguous() (uint64, error) {
	n, err := d.size()
	if err != nil {
		return 0, err
	}
	if d.layout.size < n {
		return 0, unsound(d.f.base+d.layout.at, "%d bytes for a shape of %v, which needs %d", d.layout.size, d.Shape, n)
	}
	_, err = d.f.span(d.layout.at, n)
	return n, err
}

// values reads all elements.
func (d *Dataset) values() (values, error) {
	data, err := d.raw()
	return values{d.f, d.t, data}, err
}

func (d *Dataset) raw() ([]byte, error) {
	n, err := d.size()
	switch {
	case err != nil:
		return nil, err
	case d.layout.refused != "":
		return nil, fmt.Errorf("%s: %w", d.layout.refused, ErrUnsupported)
	case d.has(msgExternal):
		return nil, fmt.Errorf("elements in other files: %w", ErrUnsupported)
	case n == 0:
		return []byte{}, nil
	case d.layout.kind == layoutCompact:
		if uint64(len(d.layout.data)) < n {
			return nil, unsound(d.f.base+d.at, "%d bytes for a shape of %v, which needs %d", len(d.layout.data), d.Shape, n)
		}
		return append([]byte(nil), d.layout.data[:n]...), nil
	case d.layout.kind == layoutChunked:
		return d.chunked(n)
	case d.layout.at == undefined:
		return d.blank(n, 0)
	}
	if _, err := d.contiguous(); err != nil {
		return nil, err
	}
	return d.f.bytes(d.layout.at, n)
}

// blank makes n bytes of fill values, of which the file can give held.
func (d *Dataset) blank(n, held uint64) ([]byte, error) {
	if n > held && n-held > uint64(d.f.limits.FillBytes) {
		return nil, fmt.Errorf("%d bytes, of which the file has %d at most: %w (Limits.FillBytes)", n, held, ErrLimit)
	}
	out := make([]byte, n)
	if d.fill == nil {
		return out, nil
	}
	for done := copy(out, d.fill); done < len(out); done *= 2 {
		copy(out[done:], out[:done])
	}
	return out, nil
}

// readFill reads the fill value.
func (d *Dataset) readFill(m message) error {
	c := d.f.messageCursor(m)
	size, version := 0, c.u8()
	switch version {
	case 1, 2:
		c.skip(2)
		if defined := c.u8(); defined != 0 || version == 1 {
			size = int(c.u32())
		}
	case 3:
		if flags := c.u8(); flags&0x20 != 0 {
			size = int(c.u32())
		}
	default:
		c.fail("a fill value of version %d, 1 to 3 are known", version)
	}
	return d.setFill(c, size)
}

// readOldFill reads the fill value as HDF5 kept it before version 1.6.
func (d *Dataset) readOldFill(m message) error {
	c := d.f.messageCursor(m)
	return d.setFill(c, int(c.u32()))
}

// setFill takes the value that comes next, if it is not all zeros.
func (d *Dataset) setFill(c *cursor, size int) error {
	const none = 1<<32 - 1
	if size == none || size == 0 {
		return c.err
	}
	fill := c.take(size)
	if c.err == nil && size != d.t.size {
		c.fail("a fill value of %d bytes for elements of %d", size, d.t.size)
	}
	for _, b := range fill {
		if b != 0 {
			d.fill = fill
		}
	}
	return c.err
}
