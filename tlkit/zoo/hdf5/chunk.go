package hdf5

import (
	"fmt"
	"math/bits"
)

// chunk is a piece of a dataset.
type chunk struct {
	index uint64 // its place among the chunks, row by row
	at    uint64
	size  uint64 // bytes in the file
	mask  uint32 // filters that it goes without
}

// grid is how chunks cover a shape.
type grid struct {
	shape, chunk []int
	most         []int // how far the shape may grow; -1 without end
	counts       []int // chunks along each dimension
	total        uint64
	bytes        uint64 // of a chunk, unpacked
	element      int
}

func (d *Dataset) grid() (*grid, error) {
	l := d.layout
	if len(l.chunk) != len(d.Shape) || l.element != d.t.size {
		return nil, unsound(d.f.base+d.at, "chunks of shape %v and elements of %d bytes, for a dataset of %v and %d",
			l.chunk, l.element, d.Shape, d.t.size)
	}
	g := &grid{shape: d.Shape, chunk: l.chunk, most: d.space.most, element: d.t.size}
	for i, n := range d.Shape {
		g.counts = append(g.counts, ceil(n, l.chunk[i]))
	}
	elements, ok := product(l.chunk)
	high, size := bits.Mul64(elements, uint64(g.element))
	if !ok || high > 0 || size > uint64(d.f.limits.ChunkBytes) {
		return nil, fmt.Errorf("a chunk of %v elements is more than %d bytes: %w (Limits.ChunkBytes)",
			l.chunk, d.f.limits.ChunkBytes, ErrLimit)
	}
	g.bytes = size
	g.total, ok = product(g.counts)
	if !ok {
		return nil, unsound(d.f.base+d.at, "chunks of %v for a shape of %v", l.chunk, d.Shape)
	}
	return g, nil
}

func ceil(n, by int) int { return n/by + min(1, n%by) }

// place gives the chunk's coordinates, in chunks.
func (g *grid) place(index uint64) []int {
	at := make([]int, len(g.counts))
	for i := len(at) - 1; i >= 0; i-- {
		at[i] = int(index % uint64(g.counts[i]))
		index /= uint64(g.counts[i])
	}
	return at
}

// index is the inverse of place; ok is false outside of the shape.
func (g *grid) index(at []uint64) (index uint64, ok bool) {
	for i, n := range g.counts {
		if at[i] >= uint64(n) {
			return 0, false
		}
		index = index*uint64(n) + at[i]
	}
	return index, true
}

// edge says whether a chunk reaches beyond the shape.
func (g *grid) edge(at []int) bool {
	for i, n := range at {
		if (n+1)*g.chunk[i] > g.shape[i] {
			return true
		}
	}
	return false
}

// chunked reads a dataset of n bytes from its chunks.
func (d *Dataset) chunked(n uint64) ([]byte, error) {
	g, err := d.grid()
	if err != nil {
		return nil, err
	}
	chunks, err := d.chunks(g)
	if err != nil {
		return nil, err
	}
	held, err := d.weigh(g, chunks)
	if err != nil {
		return nil, err
	}
	out, err := d.blank(n, held)
	if err != nil {
		return nil, err
	}
	for _, k := range chunks {
		at := g.place(k.index)
		b, err := d.unpacked(g, k, at)
		if err != nil {
			return nil, fmt.Errorf("chunk %v: %w", at, err)
		}
		g.put(out, b, at)
	}
	return out, nil
}

// mostPacked is how many times smaller gzip can make bytes at the very best.
const mostPacked = 1032

// weigh checks how much memory and work the chunks take before any is read, and gives how
// many bytes they can hold.
func (d *Dataset) weigh(g *grid, chunks []chunk) (uint64, error) {
	stored := uint64(0)
	for _, k := range chunks {
		if err := supported(d.filters, k.mask); err != nil {
			return 0, err
		}
		if _, err := d.f.span(k.at, k.size); err != nil {
			return 0, err
		}
		if stored += k.size; stored > uint64(d.f.size) {
			return 0, unsound(d.f.base+k.at, "the chunks have more bytes than the file: they lie on top of each other")
		}
		if most := k.size; d.ratio() > 1 && most*mostPacked+64 < g.bytes || d.ratio() == 1 && most < g.bytes {
			return 0, unsound(d.f.base+k.at, "a chunk of %d bytes cannot be packed into %d", g.bytes, k.size)
		}
	}
	high, held := bits.Mul64(uint64(len(chunks)), g.bytes)
	if most := uint64(max(d.f.limits.DatasetBytes, d.f.limits.ChunkBytes)); high > 0 || held > most {
		return 0, fmt.Errorf("%d chunks of %d bytes are more than %d: %w (Limits.DatasetBytes)",
			len(chunks), g.bytes, most, ErrLimit)
	}
	return held, nil
}

// ratio is how many times larger a chunk can become when it is unpacked.
func (d *Dataset) ratio() int {
	for _, f := range d.filters {
		if f.id == filterGzip {
			return mostPacked
		}
	}
	return 1
}

// unpacked reads a chunk and undoes its filters.
func (d *Dataset) unpacked(g *grid, k chunk, at []int) ([]byte, error) {
	filters := d.filters
	if d.layout.plainEdges && g.edge(at) {
		filters = nil
	}
	b, err := d.f.bytes(k.at, k.size)
	if err != nil {
		return nil, err
	}
	b, err = undo(filters, b, k.mask, int(g.bytes), d.f.base+k.at)
	if err == nil && uint64(len(b)) != g.bytes {
		err = unsound(d.f.base+k.at, "a chunk of %d bytes where %d are needed", len(b), g.bytes)
	}
	return b, err
}

// put copies a chunk to its place, without what lies beyond the shape.
func (g *grid) put(out, b []byte, at []int) {
	rank := len(at)
	if rank == 0 {
		copy(out, b)
		return
	}
	keep, from := make([]int, rank), make([]int, rank) // what of the chunk counts, where it begins
	for i := range at {
		from[i] = at[i] * g.chunk[i]
		keep[i] = min(g.chunk[i], g.shape[i]-from[i])
	}
	row := keep[rank-1] * g.element
	for index := make([]int, rank-1); ; {
		source, target := 0, 0
		for i, n := range index {
			source, target = source*g.chunk[i]+n, target*g.shape[i]+from[i]+n
		}
		source, target = source*g.chunk[rank-1]*g.element, (target*g.shape[rank-1]+from[rank-1])*g.element
		copy(out[target:target+row], b[source:])
		i := rank - 2
		for ; i >= 0; i-- {
			if index[i]++; index[i] < keep[i] {
				break
			}
			index[i] = 0
		}
		if i < 0 {
			return
		}
	}
}
