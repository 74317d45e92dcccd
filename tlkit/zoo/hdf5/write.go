package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Draft is a group of a file that is still to be written, with what is in it. The zero
// value is an empty root group.
//
//	var root hdf5.Draft
//	vars := root.Group("layers/dense/vars")
//	vars.SetAttr("name", hdf5.Texts(nil, "top"))
//	vars.Set("0", hdf5.Float32s([]int{2, 3}, kernel))
//	err := root.Write(w)
//
// What is wrong with a name or a value, Write says.
type Draft struct {
	path       string // "" for the root
	groups     map[string]*Draft
	datasets   map[string]Value
	attributes map[string]Value
	err        error // the first that is wrong with what was set
}

// Group gives the group at a path from here, such as "layers/dense"; it and those on the
// way are made where they are not there yet.
func (d *Draft) Group(path string) *Draft {
	for name := range strings.SplitSeq(path, "/") {
		d = d.child(name)
	}
	return d
}

func (d *Draft) child(name string) *Draft {
	if g := d.groups[name]; g != nil {
		return g
	}
	if _, taken := d.datasets[name]; taken {
		d.wrong(fmt.Errorf("%q is a dataset, and now a group", name))
	}
	d.checkName(name)
	g := &Draft{path: d.path + "/" + name}
	put(&d.groups, name, g)
	return g
}

// Set adds a dataset. Its name may be used once in a group and has no "/".
func (d *Draft) Set(name string, v Value) {
	_, dataset := d.datasets[name]
	if dataset || d.groups[name] != nil {
		d.wrong(fmt.Errorf("%q is there already", name))
	}
	d.checkName(name)
	put(&d.datasets, name, v)
}

// SetAttr adds an attribute of the group, or puts another value in its place. Name and
// value must fit into 64 kB; Keras keeps longer lists as several attributes, name0, name1, ….
func (d *Draft) SetAttr(name string, v Value) {
	if len(name)+int(min(v.size(), maxMessage))+attributeRoom > maxMessage {
		d.wrong(fmt.Errorf("attribute %q has %d bytes, which is more than %d: %w", name, v.size(), maxMessage, ErrLimit))
	}
	if name == "" || strings.Contains(name, "\x00") {
		d.wrong(fmt.Errorf("an attribute called %q", name))
	}
	put(&d.attributes, name, v)
}

func put[T any](m *map[string]T, name string, v T) {
	if *m == nil {
		*m = map[string]T{}
	}
	(*m)[name] = v
}

func (d *Draft) checkName(name string) {
	if name == "" || name == "." || strings.ContainsAny(name, "/\x00") || len(name) > maxName {
		d.wrong(fmt.Errorf("a group or a dataset called %.100q", name))
	}
}

func (d *Draft) wrong(err error) {
	if d.err == nil {
		d.err = err
	}
}

// maxMessage is the most bytes of one message in an object header, whose length has 16
// bits; maxName keeps a link within it.
const (
	maxMessage    = 1<<16 - 1
	maxName       = 1 << 12
	attributeRoom = 9 + 1 + 20 + 4 + 8*maxRank // what an attribute has beside its name and value
)

// Write writes the file to w from its beginning to its end; to replace a file whole or not
// at all, see package replace. Equal content gives equal bytes. Values are asked for one
// after the other, when it is their turn, and are not kept.
//
// The form is that of HDF5 1.8 and later (superblock 2, links in the headers of groups,
// contiguous datasets).
func (d *Draft) Write(w io.Writer) error {
	var p plan
	p.at = superblockSize
	var root header
	if err := p.group(d, &root); err != nil {
		return fmt.Errorf("hdf5: writing: %w", err)
	}
	p.place()
	if err := p.write(w, root.at); err != nil {
		return fmt.Errorf("hdf5: writing: %w", err)
	}
	return nil
}

// superblockSize is that of version 2 with numbers of 8 bytes.
const superblockSize = 48

// plan says where everything will be: the superblock, the headers, the elements.
type plan struct {
	at      uint64 // where the next header goes
	headers []*header
	arrays  []*header // those of datasets, in the order of their elements
	end     uint64
}

// header is an object header to be written.
type header struct {
	path     string
	at, size uint64
	messages func() []byte // to be called when every address is known
	value    Value         // of a dataset
	data     uint64        // address of its elements
}

// group plans a group with the header h, and what is in it.
func (p *plan) group(d *Draft, h *header) error {
	h.path = orRoot(d.path)
	if err := d.check(); err != nil {
		return fmt.Errorf("%s: %w", h.path, err)
	}
	children := map[string]*header{}
	for name := range d.groups {
		children[name] = &header{}
	}
	for name := range d.datasets {
		children[name] = &header{}
	}
	h.messages = func() []byte { return groupMessages(d, children) }
	p.header(h)
	for _, name := range slices.Sorted(maps.Keys(children)) {
		var err error
		if g := d.groups[name]; g != nil {
			err = p.group(g, children[name])
		} else {
			err = p.dataset(d.path+"/"+name, d.datasets[name], children[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) dataset(path string, v Value, h *header) error {
	h.path, h.value = path, v
	if err := v.check(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	h.messages = func() []byte { return datasetMessages(v, h.data) }
	p.header(h)
	p.arrays = append(p.arrays, h)
	return nil
}

// check says what is wrong with what was set.
func (d *Draft) check() error {
	if d.err != nil {
		return d.err
	}
	for _, name := range slices.Sorted(maps.Keys(d.attributes)) {
		v := d.attributes[name]
		err := v.check()
		if err == nil && v.load != nil {
			err = errors.New("float32 is for datasets")
		}
		if err != nil {
			return fmt.Errorf("attribute %q: %w", name, err)
		}
	}
	return nil
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// header gives a header its place. How long it is does not hang on the addresses in it.
func (p *plan) header(h *header) {
	h.at, h.size = p.at, uint64(headerRoom+len(h.messages()))
	p.at = aligned(h.at + h.size)
	p.headers = append(p.headers, h)
}

// place gives the elements of each dataset their place behind the headers.
func (p *plan) place() {
	p.end = p.at
	for _, h := range p.arrays {
		h.data = undefined
		if n := h.value.size(); n > 0 {
			h.data = aligned(p.end)
			p.end = h.data + n
		}
	}
}

func aligned(at uint64) uint64 { return (at + 7) &^ 7 }

func (p *plan) write(w io.Writer, root uint64) error {
	out := &counter{w: w}
	if _, err := out.Write(superblockBytes(p.end, root)); err != nil {
		return err
	}
	for _, h := range p.headers {
		if err := errors.Join(out.fill(h.at), out.bytes(h.bytes())); err != nil {
			return err
		}
	}
	for _, h := range p.arrays {
		n := h.value.size()
		if n == 0 {
			continue
		}
		if err := out.fill(h.data); err != nil {
			return err
		}
		if err := h.value.write(out); err != nil {
			return fmt.Errorf("%s: %w", h.path, err)
		}
		if out.n != h.data+n {
			return fmt.Errorf("%s: %d bytes for a shape of %v, which needs %d", h.path, out.n-h.data, h.value.shape, n)
		}
	}
	return out.fill(p.end) // without arrays the last header is filled up
}

// counter counts what is written.
type counter struct {
	w io.Writer
	n uint64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += uint64(n)
	return n, err
}

func (c *counter) bytes(b []byte) error {
	_, err := c.Write(b)
	return err
}

// fill writes zeros up to an address.
func (c *counter) fill(to uint64) error { return c.bytes(make([]byte, to-c.n)) }

func superblockBytes(end, root uint64) []byte {
	b := append([]byte(signature), 2, 8, 8, 0)
	for _, v := range []uint64{0, undefined, end, root} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return sealed(b)
}

// sealed appends the checksum.
func sealed(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, lookup3(b)) }
