package hdf5

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Attribute is a small named array that belongs to a group or a dataset.
type Attribute struct {
	Name  string
	Shape []int  // empty for a single element, nil where there is none (h5py.Empty)
	DType string // as NumPy spells it: "<f4", "|S5", "|O" for text of variable length

	values values
	where  *object
}

// Strings gives the elements row by row. Attributes that are not text are refused.
func (a *Attribute) Strings() ([]string, error) {
	v, err := a.values.strings()
	return v, a.fail(err)
}

// Ints gives the elements of integers and booleans (0 and 1) row by row.
func (a *Attribute) Ints() ([]int64, error) {
	v, err := a.values.ints()
	return v, a.fail(err)
}

// Floats gives the elements of numbers of any kind row by row.
func (a *Attribute) Floats() ([]float64, error) {
	v, err := a.values.floats()
	return v, a.fail(err)
}

func (a *Attribute) fail(err error) error {
	if err == nil {
		return nil
	}
	return a.where.fail(fmt.Errorf("attribute %q: %w", a.Name, err))
}

// AttrNames lists the attributes, sorted as bytes.
func (o *object) AttrNames() ([]string, error) {
	attributes, err := o.attributes()
	if err != nil {
		return nil, o.fail(err)
	}
	return slices.Sorted(maps.Keys(attributes)), nil
}

// HasAttr says whether there is an attribute of a name. Attributes that cannot be read
// count as none.
func (o *object) HasAttr(name string) bool {
	attributes, err := o.attributes()
	return err == nil && attributes[name] != nil
}

// Attr gives the attribute of a name; the error for none wraps [ErrMissing].
func (o *object) Attr(name string) (*Attribute, error) {
	attributes, err := o.attributes()
	if err != nil {
		return nil, o.fail(err)
	}
	if a := attributes[name]; a != nil {
		return a, nil
	}
	return nil, o.fail(fmt.Errorf("attribute %q: %w", name, ErrMissing))
}

// readAttributes reads all attributes, from the header and from the heap.
func (o *object) readAttributes() (map[string]*Attribute, error) {
	t := attributeTable{o.f.walk(), o, map[string]*Attribute{}}
	for _, m := range o.messages {
		var err error
		switch m.kind {
		case msgAttribute:
			if m, err = t.resolve(m); err == nil {
				err = t.message(o.f.messageCursor(m))
			}
		case msgAttrInfo:
			err = t.dense(o.f.messageCursor(m))
		}
		if err != nil {
			return nil, err
		}
	}
	return t.attributes, nil
}

type attributeTable struct {
	*walk
	of         *object
	attributes map[string]*Attribute
}

// dense reads attributes that a fractal heap holds, if any.
func (t *attributeTable) dense(c *cursor) error {
	c.version("the description of attributes", 0)
	if flags := c.u8(); flags&1 != 0 {
		c.skip(2)
	}
	heapAt, tree := c.offset(), c.offset()
	if c.err != nil {
		return c.err
	}
	if heapAt == undefined {
		return nil
	}
	heap, err := t.fractalHeap(heapAt)
	if err != nil {
		return err
	}
	return t.newTree(tree, recordAttributeName, func(r *cursor) error {
		id, flags := r.take(heap.idSize), r.u8()
		if r.err == nil && flags&2 != 0 {
			return fmt.Errorf("at byte %d: attributes shared through a heap of the whole file: %w", r.at, ErrUnsupported)
		}
		if r.err != nil {
			return r.err
		}
		b, err := heap.object(id, r.at)
		if err != nil {
			return err
		}
		return t.message(t.f.cursor(b, r.at))
	})
}

// message reads an attribute message.
func (t *attributeTable) message(c *cursor) error {
	at := c.here()
	version, flags := c.u8(), c.u8()
	nameSize, typeSize, spaceSize := c.u16(), c.u16(), c.u16()
	align := 1
	switch version {
	case 1:
		flags, align = 0, 8
	case 2:
	case 3:
		c.skip(1) // character set
	default:
		c.fail("an attribute of version %d, 1 to 3 are known", version)
	}
	name := c.take(nameSize)
	c.skip(-nameSize & (align - 1))
	typeMessage := message{kind: msgDatatype, at: c.here(), data: c.take(typeSize), shared: flags&1 != 0}
	c.skip(-typeSize & (align - 1))
	spaceMessage := message{kind: msgDataspace, at: c.here(), data: c.take(spaceSize), shared: flags&2 != 0}
	c.skip(-spaceSize & (align - 1))
	if c.err != nil {
		return c.err
	}
	text := values{t: datatype{}}.fixed(name)
	switch {
	case t.attributes[text] != nil:
		return unsound(at, "two attributes called %q", text)
	case len(text) > t.f.limits.NameBytes:
		return fmt.Errorf("at byte %d: a name of %d bytes: %w (Limits.NameBytes)", at, len(text), ErrLimit)
	case len(t.attributes) >= t.f.limits.Objects:
		return t.f.tooMany("attributes")
	}
	a, err := t.attribute(text, typeMessage, spaceMessage, c)
	if err != nil {
		return fmt.Errorf("attribute %q: %w", text, err)
	}
	t.attributes[text] = a
	return nil
}

// attribute puts an attribute together; c is where its elements begin.
func (t *attributeTable) attribute(name string, typeMessage, spaceMessage message, c *cursor) (*Attribute, error) {
	typeMessage, err := t.resolve(typeMessage)
	if err != nil {
		return nil, err
	}
	spaceMessage, err2 := t.resolve(spaceMessage)
	kind, err3 := t.f.datatype(typeMessage)
	space, err4 := t.f.dataspace(spaceMessage)
	if err := errors.Join(err2, err3, err4); err != nil {
		return nil, err
	}
	if space.count > uint64(c.left())/uint64(kind.size) {
		return nil, unsound(c.here(), "%d elements of %d bytes, %d bytes are left", space.count, kind.size, c.left())
	}
	v := values{t.f, kind, c.take(int(space.count) * kind.size)}
	return &Attribute{Name: name, Shape: space.shape, DType: kind.name, values: v, where: t.of}, nil
}
