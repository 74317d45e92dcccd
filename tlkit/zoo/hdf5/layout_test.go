package hdf5

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// le writes numbers of the given widths, little-endian.
func le(pairs ...int) []byte {
	var b []byte
	for i := 0; i < len(pairs); i += 2 {
		b = append(b, binary.LittleEndian.AppendUint64(nil, uint64(pairs[i]))[:pairs[i+1]]...)
	}
	return b
}

// TestOldestLayouts: h5py writes them no more.
func TestOldestLayouts(t *testing.T) {
	f := &File{widths: widths{offset: 8, length: 8}}
	for name, c := range map[string]struct {
		b    []byte
		want layout
	}{
		"compact":    {append(le(1, 1, 1, 1, 0, 1, 0, 5, 3, 4, 3, 4), 7, 8, 9), layout{kind: layoutCompact, at: undefined, data: []byte{7, 8, 9}}},
		"contiguous": {le(2, 1, 2, 1, 1, 1, 0, 5, 4096, 8, 3, 4, 5, 4), layout{kind: layoutContiguous, at: 4096}},
		"chunked":    {le(2, 1, 3, 1, 2, 1, 0, 5, 4096, 8, 3, 4, 5, 4, 8, 4), layout{kind: layoutChunked, at: 4096, chunk: []int{3, 5}, element: 8, index: indexOldTree}},
	} {
		l, err := f.layout(message{data: c.b})
		if err != nil || l.kind != c.want.kind || l.at != c.want.at || !bytes.Equal(l.data, c.want.data) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
		if l.kind == layoutChunked && (!slices.Equal(l.chunk, c.want.chunk) || l.element != 8 || l.index != indexOldTree) {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestFillValues(t *testing.T) {
	four := datatype{class: classInt, size: 4}
	for name, c := range map[string]struct {
		b    []byte
		want []byte
		bad  bool
	}{
		"version 1":            {le(1, 1, 0, 3, 4, 4, 9, 4), le(9, 4), false},
		"version 2":            {le(2, 1, 0, 2, 1, 1, 4, 4, 9, 4), le(9, 4), false},
		"version 2, undefined": {le(2, 1, 0, 3), nil, false},
		"version 2, no value":  {le(2, 1, 0, 2, 1, 1, -1, 4), nil, false},
		"version 3":            {le(3, 1, 0x20, 1, 4, 4, 9, 4), le(9, 4), false},
		"zeros":                {le(3, 1, 0x20, 1, 4, 4, 0, 4), nil, false},
		"of another size":      {le(3, 1, 0x20, 1, 2, 4, 9, 2), nil, true},
		"beyond its message":   {le(3, 1, 0x20, 1, 4, 4, 9, 2), nil, true},
		"version 4":            {le(4, 1, 0, 8), nil, true},
	} {
		d := &Dataset{object: &object{f: &File{widths: widths{offset: 8, length: 8}}}, t: four}
		if err := d.readFill(message{data: c.b}); (err != nil) != c.bad || !c.bad && !bytes.Equal(d.fill, c.want) {
			t.Errorf("%s: %v and %v", name, d.fill, err)
		}
	}
	d := &Dataset{object: &object{f: &File{}}, t: four}
	if err := d.readOldFill(message{data: le(4, 4, 9, 4)}); err != nil || !bytes.Equal(d.fill, le(9, 4)) {
		t.Errorf("before 1.6: %v and %v", d.fill, err)
	}
}

// TestPlainEdges: chunks that reach beyond the shape may go without filters; h5py cannot
// write that.
func TestPlainEdges(t *testing.T) {
	inner, edge := deflate(t, []byte("abcd")), []byte("efgh")
	b := append(bytes.Clone(inner), edge...)
	f := &File{r: bytes.NewReader(b), size: int64(len(b)), limits: Limits{}.withDefaults()}
	d := &Dataset{object: &object{f: f}, Shape: []int{6}, filters: []filter{{id: filterGzip}}}
	d.layout = layout{chunk: []int{4}, plainEdges: true}
	g := &grid{shape: d.Shape, chunk: d.layout.chunk, counts: []int{2}, total: 2, bytes: 4, element: 1}
	out := make([]byte, 6)
	for i, k := range []chunk{{at: 0, size: uint64(len(inner))}, {index: 1, at: uint64(len(inner)), size: 4}} {
		got, err := d.unpacked(g, k, []int{i})
		if err != nil {
			t.Fatal(err)
		}
		g.put(out, got, []int{i})
	}
	if string(out) != "abcdef" {
		t.Errorf("%q", out)
	}
}
