package hdf5

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Group holds named objects: groups and datasets.
type Group struct {
	*object
	links func() (map[string]link, error)
}

// link is an entry of a group: an object's address, or where else to look.
type link struct {
	at       uint64
	soft     string // a path; "" where at counts
	external bool   // in another file
}

// group makes a group of an object.
func (o *object) group() (*Group, error) {
	if !o.has(msgSymbolTable) && !o.has(msgLinkInfo) && !o.has(msgLink) {
		return nil, fmt.Errorf("not a group: %w", ErrMissing)
	}
	return &Group{o, sync.OnceValues(func() (map[string]link, error) { return o.f.walk().links(o) })}, nil
}

// Names lists what the group holds, sorted as bytes.
func (g *Group) Names() ([]string, error) {
	links, err := g.links()
	if err != nil {
		return nil, g.fail(err)
	}
	return slices.Sorted(maps.Keys(links)), nil
}

// Has says whether there is a group or a dataset at a path from here. One that cannot be
// read counts as none.
func (g *Group) Has(path string) bool {
	_, err := g.find(path)
	return err == nil
}

// Group opens the group at a path from here, such as "conv1/conv1"; a path that begins
// with "/" counts from the root. Soft links are followed.
func (g *Group) Group(path string) (*Group, error) {
	o, err := g.find(path)
	if err != nil {
		return nil, g.fail(err)
	}
	child, err := o.group()
	return child, o.fail(err)
}

// Dataset opens the dataset at a path, as [Group.Group] does a group.
func (g *Group) Dataset(path string) (*Dataset, error) {
	o, err := g.find(path)
	if err != nil {
		return nil, g.fail(err)
	}
	d, err := o.dataset(g.f.walk())
	return d, o.fail(err)
}

// Walk visits the datasets in the group and in the groups below, sorted by name, groups
// before what comes after them. An object with several names is visited once, by the first.
// Soft and external links are not followed, as in h5py's visititems. An error of visit ends
// the walk and is returned as it is.
func (g *Group) Walk(visit func(*Dataset) error) error {
	t := tour{walk: g.f.walk(), seen: map[uint64]bool{g.at: true}, visit: visit}
	return t.group(g, 0)
}

// tour is one Walk.
type tour struct {
	*walk
	seen  map[uint64]bool // objects
	visit func(*Dataset) error
}

func (t *tour) group(g *Group, depth int) error {
	if depth > t.f.limits.Depth {
		return g.fail(fmt.Errorf("more than %d groups within each other: %w (Limits.Depth)", t.f.limits.Depth, ErrLimit))
	}
	links, err := t.links(g.object)
	if err != nil {
		return g.fail(err)
	}
	for _, name := range slices.Sorted(maps.Keys(links)) {
		l := links[name]
		if l.soft != "" || l.external || t.seen[l.at] {
			continue
		}
		if len(t.seen) > t.f.limits.Objects {
			return g.fail(t.f.tooMany("objects"))
		}
		t.seen[l.at] = true
		if err := t.child(g, name, l, depth); err != nil {
			return err
		}
	}
	return nil
}

// child visits a dataset, or walks through a group. Named types are passed by.
func (t *tour) child(g *Group, name string, l link, depth int) error {
	o, err := t.object(l.at, join(g.path, name))
	if err != nil {
		return g.fail(fmt.Errorf("%s: %w", name, err))
	}
	if o.has(msgLayout) {
		d, err := o.dataset(t.walk)
		if err != nil {
			return o.fail(err)
		}
		return t.visit(d)
	}
	child, err := o.group()
	if err != nil {
		return nil
	}
	return t.group(child, depth+1)
}

func join(path, name string) string { return strings.TrimSuffix(path, "/") + "/" + name }

// find goes along a path.
func (g *Group) find(path string) (*object, error) {
	hops := g.f.limits.Depth
	return g.follow(path, &hops)
}

func (g *Group) follow(path string, hops *int) (*object, error) {
	if strings.HasPrefix(path, "/") {
		g = g.f.Root()
	}
	o := g.object
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." {
			continue
		}
		if g == nil {
			var err error
			if g, err = o.group(); err != nil {
				return nil, fmt.Errorf("%s: %w", o.path, err)
			}
		}
		child, err := g.step(name, hops)
		if err != nil {
			return nil, err
		}
		o, g = child, nil
	}
	return o, nil
}

// step opens what has a name in the group. hops is how many more steps may be taken.
func (g *Group) step(name string, hops *int) (*object, error) {
	links, err := g.links()
	if err != nil {
		return nil, err
	}
	l, ok := links[name]
	switch *hops--; {
	case *hops < 0:
		return nil, fmt.Errorf("%q: more than %d groups or soft links one after the other: %w (Limits.Depth)",
			name, g.f.limits.Depth, ErrLimit)
	case !ok:
		return nil, fmt.Errorf("%q in %s: %w", name, g.path, ErrMissing)
	case l.external:
		return nil, fmt.Errorf("%q is a link to another file: %w", name, ErrUnsupported)
	case l.soft != "":
		o, err := g.follow(l.soft, hops)
		if err != nil {
			return nil, fmt.Errorf("%q is a link to %q: %w", name, l.soft, err)
		}
		return o, nil
	}
	o, err := g.f.walk().object(l.at, join(g.path, name))
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	return o, nil
}

// links reads what a group holds, in whichever of the three ways it is kept.
func (w *walk) links(o *object) (map[string]link, error) {
	t := linkTable{w, map[string]link{}}
	for _, m := range o.messages {
		var err error
		switch c := w.f.messageCursor(m); {
		case m.shared && (m.kind == msgLink || m.kind == msgLinkInfo || m.kind == msgSymbolTable):
			err = unsound(m.at, "a shared message of kind %d", m.kind)
		case m.kind == msgSymbolTable:
			err = t.symbols(c.offset(), c.offset(), c)
		case m.kind == msgLink:
			err = t.message(c)
		case m.kind == msgLinkInfo:
			err = t.dense(c)
		}
		if err != nil {
			return nil, err
		}
	}
	return t.links, nil
}

// linkTable gathers the links of one group.
type linkTable struct {
	*walk
	links map[string]link
}

func (t *linkTable) add(name string, l link, at uint64) error {
	switch _, twice := t.links[name]; {
	case twice:
		return unsound(at, "two links called %q", name)
	case name == "" || strings.Contains(name, "/"):
		return unsound(at, "a link called %q", name)
	case len(name) > t.f.limits.NameBytes:
		return fmt.Errorf("at byte %d: a name of %d bytes: %w (Limits.NameBytes)", at, len(name), ErrLimit)
	case len(t.links) >= t.f.limits.Objects:
		return t.f.tooMany("links in a group")
	}
	t.links[name] = l
	return nil
}

// symbols reads an old group: a B-tree whose leaves are tables of names and addresses.
func (t *linkTable) symbols(tree, names uint64, message *cursor) error {
	if message.err != nil {
		return message.err
	}
	heap, err := t.localHeap(names)
	if err != nil {
		return err
	}
	return t.oldTree(tree, treeOfNames, t.f.widths.length, func(_ *cursor, table uint64) error {
		return t.symbolTable(table, heap)
	})
}

func (t *linkTable) symbolTable(at uint64, heap localHeap) error {
	head, err := t.f.bytes(at, 8)
	if err != nil {
		return err
	}
	c := t.f.cursor(head, t.f.base+at)
	c.expect("SNOD")
	c.version("a table of symbols", 1)
	c.skip(1)
	entries := c.u16()
	if c.err != nil {
		return c.err
	}
	if c, err = t.block(at, uint64(8+entries*(2*t.f.widths.offset+24)), "SNOD"); err != nil {
		return err
	}
	c.pos = 8
	for range entries {
		if err := t.symbol(c, heap); err != nil {
			return err
		}
	}
	return nil
}

func (t *linkTable) symbol(c *cursor, heap localHeap) error {
	at := c.here()
	nameAt := c.offset()
	l := link{at: c.offset()}
	kind := c.u32()
	c.skip(4)
	scratch := t.f.cursor(c.take(16), c.here()-16)
	if c.err != nil {
		return c.err
	}
	name, err := heap.text(nameAt)
	if err == nil && kind == 2 {
		l.soft, err = heap.text(scratch.uint(4))
		if err == nil && l.soft == "" {
			err = unsound(at, "%q is a link to nowhere", name)
		}
	}
	if err != nil {
		return err
	}
	return t.add(name, l, at)
}

// dense reads links that a fractal heap holds, if any.
func (t *linkTable) dense(c *cursor) error {
	c.version("the description of links", 0)
	if flags := c.u8(); flags&1 != 0 {
		c.skip(8)
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
	return t.newTree(tree, recordLinkName, func(r *cursor) error {
		r.skip(4) // hash of the name
		b, err := heap.object(r.take(r.left()), r.at)
		if err := errors.Join(err, r.err); err != nil {
			return err
		}
		return t.message(t.f.cursor(b, r.at))
	})
}

// message reads a link message.
func (t *linkTable) message(c *cursor) error {
	at := c.here()
	c.version("a link", 1)
	flags, kind := c.u8(), 0
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.skip(8) // order of creation
	}
	if flags&16 != 0 {
		c.skip(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	name := string(c.take(int(min(n, 1<<32))))
	var l link
	switch kind {
	case 0:
		l.at = c.offset()
	case 1:
		if l.soft = string(c.take(c.u16())); c.err == nil && l.soft == "" {
			c.fail("%q is a link to nowhere", name)
		}
	default:
		l.external = true
	}
	if c.err != nil {
		return c.err
	}
	return t.add(name, l, at)
}
