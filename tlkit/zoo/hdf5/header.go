package hdf5

import (
	"fmt"
	"sync"
)

// The messages of an object header that matter here.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgOldFill      = 0x04
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgAttrInfo     = 0x15
	msgLast         = 0x18
)

// message is one part of an object header.
type message struct {
	kind int
	at   uint64 // of data in the file
	data []byte

	shared bool // data says where the message is
}

// object is a group, a dataset or a named type: the messages of its header.
type object struct {
	f        *File
	at       uint64
	path     string
	messages []message

	attributes func() (map[string]*Attribute, error)
}

// Path is the way from the root group, "/" for the root itself.
func (o *object) Path() string { return o.path }

// fail adds where an error happened.
func (o *object) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("hdf5: %s: %w", o.path, err)
}

// message finds the message of a kind; ok is false where there is none. w counts what it
// takes to follow a shared one.
func (o *object) message(w *walk, kind int) (m message, ok bool, err error) {
	for _, m := range o.messages {
		if m.kind == kind {
			m, err = w.resolve(m)
			return m, err == nil, err
		}
	}
	return message{}, false, nil
}

func (o *object) has(kind int) bool {
	for _, m := range o.messages {
		if m.kind == kind {
			return true
		}
	}
	return false
}

func (f *File) messageCursor(m message) *cursor { return f.cursor(m.data, m.at) }

// resolve follows a shared message to the named type that holds it.
func (w *walk) resolve(m message) (message, error) {
	if !m.shared {
		return m, nil
	}
	c := w.f.messageCursor(m)
	version, where := c.u8(), c.u8()
	switch {
	case c.err != nil:
	case version == 1:
		c.skip(6)
	case version == 3 && where == 1:
		return m, fmt.Errorf("messages shared through a heap of the whole file: %w", ErrUnsupported)
	case version < 1 || version > 3:
		c.fail("a shared message of version %d", version)
	}
	at := c.offset()
	if c.err != nil {
		return m, c.err
	}
	if named, ok := w.shared[at]; ok && named.kind == m.kind {
		return named, nil
	}
	// What is shared may be an object that this walk has been to as itself: only its bytes
	// count, not its address.
	other := &walk{f: w.f, seen: map[uint64]bool{}, left: w.left}
	messages, err := other.header(at)
	w.left = other.left
	if err != nil {
		return m, err
	}
	for _, named := range messages {
		if named.kind == m.kind && !named.shared {
			w.shared[at] = named
			return named, nil
		}
	}
	return m, unsound(w.f.base+at, "no message of kind %d, which another object shares", m.kind)
}

// object reads the header at an address.
func (w *walk) object(at uint64, path string) (*object, error) {
	messages, err := w.header(at)
	if err != nil {
		return nil, err
	}
	o := &object{f: w.f, at: at, path: path, messages: messages}
	o.attributes = sync.OnceValues(o.readAttributes)
	return o, nil
}

// header reads an object header with its continuations.
func (w *walk) header(at uint64) ([]message, error) {
	start, err := w.f.upTo(at, 4)
	if err != nil {
		return nil, err
	}
	h := headerReader{walk: w}
	if string(start) == "OHDR" {
		err = h.newStyle(at)
	} else {
		err = h.oldStyle(at)
	}
	for err == nil && len(h.next) > 0 {
		b := h.next[0]
		h.next = h.next[1:]
		if h.new {
			err = h.newContinuation(b)
		} else {
			err = h.oldBlock(b)
		}
	}
	return h.messages, err
}

// headerReader gathers the messages of one header.
type headerReader struct {
	*walk
	new      bool
	order    bool // messages carry their order of creation
	bytes    int64
	messages []message
	next     []extent // continuations still to be read
}

// extent is a piece of the file.
type extent struct{ at, n uint64 }

// grow counts a block's bytes.
func (h *headerReader) grow(b extent) error {
	if h.bytes += int64(min(b.n, 1<<40)); h.bytes > h.f.limits.HeaderBytes {
		return fmt.Errorf("at byte %d: an object header of more than %d bytes: %w (Limits.HeaderBytes)",
			h.f.base+b.at, h.f.limits.HeaderBytes, ErrLimit)
	}
	return nil
}

func (h *headerReader) oldStyle(at uint64) error {
	b, err := h.f.bytes(at, 16)
	if err != nil {
		return err
	}
	c := h.f.cursor(b, h.f.base+at)
	c.version("an object header", 1)
	c.skip(1 + 2 + 4) // reserved, number of messages, references
	size := c.u32()
	if c.err != nil {
		return c.err
	}
	return h.oldBlock(extent{at + 16, uint64(size)})
}

// oldBlock reads messages, each with a head of 8 bytes.
func (h *headerReader) oldBlock(b extent) error {
	if err := h.grow(b); err != nil {
		return err
	}
	c, err := h.block(b.at, b.n, "")
	if err != nil {
		return err
	}
	for c.left() >= 8 {
		kind, size, flags := c.u16(), c.u16(), c.u8()
		c.skip(3)
		if err := h.add(c, kind, size, flags); err != nil {
			return err
		}
	}
	return nil
}

func (h *headerReader) newStyle(at uint64) error {
	h.new = true
	b, err := h.f.upTo(at, 4+2+16+4+8)
	if err != nil {
		return err
	}
	c := h.f.cursor(b, h.f.base+at)
	c.expect("OHDR")
	c.version("an object header with a checksum", 2)
	flags := c.u8()
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes move to a heap
	}
	size := c.uint(1 << (flags & 3))
	if c.err != nil {
		return c.err
	}
	h.order = flags&4 != 0
	if size > uint64(h.f.size) {
		return unsound(c.here(), "an object header of %d bytes in a file of %d", size, h.f.size)
	}
	return h.newBlock(extent{at, uint64(c.pos) + size + 4}, "OHDR", c.pos)
}

func (h *headerReader) newContinuation(b extent) error { return h.newBlock(b, "OCHK", 4) }

// newBlock reads messages that begin at skip and end with a checksum.
func (h *headerReader) newBlock(b extent, signature string, skip int) error {
	if err := h.grow(b); err != nil {
		return err
	}
	c, err := h.block(b.at, b.n, signature)
	if err != nil {
		return err
	}
	if len(c.b) < skip+4 {
		return unsound(c.at, "a block of %d bytes, too short for its checksum", len(c.b))
	}
	c.pos = len(c.b) - 4
	if c.checksum(); c.err != nil {
		return c.err
	}
	c.b, c.pos = c.b[:len(c.b)-4], skip
	head := 4
	if h.order {
		head = 6
	}
	for c.left() >= head { // what is shorter is a gap
		kind, size, flags := c.u8(), c.u16(), c.u8()
		c.skip(head - 4)
		if err := h.add(c, kind, size, flags); err != nil {
			return err
		}
	}
	return nil
}

// add takes the message whose head has been read.
func (h *headerReader) add(c *cursor, kind, size, flags int) error {
	m := message{kind: kind, at: c.here(), data: c.take(size), shared: flags&2 != 0}
	switch {
	case c.err != nil:
		return c.err
	case kind == msgContinuation:
		p := h.f.messageCursor(m)
		h.next = append(h.next, extent{p.offset(), p.length()})
		return p.err
	case kind > msgLast && flags&0x80 != 0:
		return fmt.Errorf("at byte %d: a message of kind %d that must be understood: %w", m.at, kind, ErrUnsupported)
	}
	h.messages = append(h.messages, m)
	return nil
}
