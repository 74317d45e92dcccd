package torch

import (
	"archive/zip"
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"transferlab/tlkit/zoo/internal/elements"
)

// The magic number of the older form, little-endian, and its version.
const (
	oldMagic   = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
	oldVersion = 1001
)

// store is where a storage lies in the file.
type store struct {
	at, bytes int64
}

func decodeOld(r io.ReaderAt, size int64, limits Limits) (*State, error) {
	in := newInput(io.NewSectionReader(r, 0, size), size, limits)
	var values [5]any
	for i := range values {
		v, err := unpickle(in, limits)
		if err != nil {
			return nil, err
		}
		if b, ok := v.([]byte); i == 0 && (!ok || string(b) != oldMagic) {
			return nil, fmt.Errorf("%w: neither a zip archive nor a file with the older form's number", ErrFormat)
		}
		if i == 1 && v != oldVersion {
			return nil, fmt.Errorf("%w: an unknown version of the older form, %d is known", ErrFormat, oldVersion)
		}
		values[i] = v
	}
	s, views, err := find(values[3], limits)
	if err != nil {
		return nil, err
	}
	keys, ok := values[4].(*list)
	if !ok {
		return nil, fmt.Errorf("%w: the list of storages is missing", ErrFormat)
	}
	stores, err := oldStores(r, in.pos, size, keys, in.storages)
	if err != nil {
		return nil, err
	}
	return s, s.bind(views, stores, r, false, limits)
}

// oldStores finds the storages, which lie from pos on in the order of keys.
func oldStores(r io.ReaderAt, pos, size int64, keys *list, refs map[string]ref) (map[string]store, error) {
	stores := map[string]store{}
	for _, k := range keys.items {
		key, _ := k.(string)
		ref, ok := refs[key]
		if _, twice := stores[key]; !ok || twice {
			return nil, fmt.Errorf("%w: storage %q is listed twice or not used", ErrFormat, key)
		}
		var count [8]byte
		if size-pos < 8 {
			return nil, fmt.Errorf("%w: it ends before storage %q; it was cut short", ErrFormat, key)
		}
		if _, err := r.ReadAt(count[:], pos); err != nil {
			return nil, err
		}
		pos += 8
		n, each := binary.LittleEndian.Uint64(count[:]), int64(ref.kind.Size())
		if n > uint64((size-pos)/each) {
			return nil, fmt.Errorf("%w: storage %q has %d elements, and the file ends before; it was cut short", ErrFormat, key, n)
		}
		stores[key] = store{pos, int64(n) * each}
		pos += int64(n) * each
	}
	return stores, nil
}

func decodeZip(r io.ReaderAt, size int64, limits Limits) (*State, error) {
	records, err := directory(r, size, limits)
	if err != nil {
		return nil, err
	}
	big := false
	if rec, ok := records["byteorder"]; ok {
		order, err := contents(r, rec, 16)
		if err != nil {
			return nil, fmt.Errorf("record byteorder: %w", err)
		}
		big = string(order) == "big"
		if !big && string(order) != "little" {
			return nil, fmt.Errorf("%w: its numbers are %q-endian", ErrFormat, order)
		}
	}
	program, ok := records["data.pkl"]
	if !ok {
		return nil, fmt.Errorf("%w: record data.pkl is missing", ErrFormat)
	}
	in := newInput(io.NewSectionReader(r, program.at, program.bytes), program.bytes, limits)
	value, err := unpickle(in, limits)
	if err != nil {
		return nil, err
	}
	s, views, err := find(value, limits)
	if err != nil {
		return nil, err
	}
	stores := map[string]store{}
	for key := range in.storages {
		if rec, ok := records["data/"+key]; ok {
			stores[key] = rec
		}
	}
	return s, s.bind(views, stores, r, big, limits)
}

// directory finds the records, without the folder that all of them are in. Their contents
// are not read: compressed ones are refused, and the directory may be no longer than a
// pickle.
func directory(r io.ReaderAt, size int64, limits Limits) (map[string]store, error) {
	z, err := zip.NewReader(&budget{r: r, left: limits.Pickle}, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; it was cut short or damaged", ErrFormat, err)
	}
	records := map[string]store{}
	for i, f := range z.File {
		if f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64 {
			return nil, fmt.Errorf("%w: record %q is compressed, which PyTorch never does", ErrFormat, f.Name)
		}
		folder, name, ok := strings.Cut(f.Name, "/")
		if first, _, _ := strings.Cut(z.File[0].Name, "/"); !ok || folder != first {
			return nil, fmt.Errorf("%w: record %d, %q, is not in one folder with the others", ErrFormat, i, f.Name)
		}
		at, err := f.DataOffset()
		if err != nil || at < 0 || at > size || f.CompressedSize64 > uint64(size-at) {
			return nil, fmt.Errorf("%w: record %q lies outside of the file", ErrFormat, f.Name)
		}
		if _, twice := records[name]; twice {
			return nil, fmt.Errorf("%w: record %q comes twice", ErrFormat, f.Name)
		}
		records[name] = store{at, int64(f.CompressedSize64)}
	}
	return records, apart(slices.Collect(maps.Values(records)))
}

// apart checks that no byte belongs to two records.
func apart(all []store) error {
	slices.SortFunc(all, func(a, b store) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.bytes, b.bytes)) })
	end := int64(0)
	for _, s := range all {
		if s.at < end {
			return fmt.Errorf("%w: two records overlap at byte %d", ErrFormat, s.at)
		}
		end = s.at + s.bytes
	}
	return nil
}

// budget reads no more than a number of bytes.
type budget struct {
	r    io.ReaderAt
	left int64
}

func (b *budget) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("its directory is longer than Limits.Pickle")
	}
	return b.r.ReadAt(p, at)
}

func contents(r io.ReaderAt, s store, most int64) ([]byte, error) {
	if s.bytes > most {
		return nil, fmt.Errorf("%w: %d bytes long", ErrFormat, s.bytes)
	}
	b := make([]byte, s.bytes)
	_, err := io.ReadFull(bufio.NewReader(io.NewSectionReader(r, s.at, s.bytes)), b)
	return b, err
}

// bind makes the tensors from their views and the storages, and checks that each lies inside
// its own.
func (s *State) bind(views []view, stores map[string]store, r io.ReaderAt, big bool, limits Limits) error {
	s.byName = make(map[string]Tensor, len(views))
	total := int64(0)
	for i, name := range s.Names {
		v := views[i]
		at, ok := stores[v.ref.key]
		if !ok {
			return fmt.Errorf("%w: tensor %q: its storage %q is missing", ErrFormat, name, v.ref.key)
		}
		if have := at.bytes / int64(v.ref.kind.Size()); have != int64(v.ref.elements) || at.bytes%int64(v.ref.kind.Size()) != 0 {
			return fmt.Errorf("%w: tensor %q: its storage has %d elements, %d were announced; the file was cut short or damaged",
				ErrFormat, name, have, v.ref.elements)
		}
		size := int64(v.kind.Size())
		if !inside(v, int(at.bytes/size)) {
			return fmt.Errorf("%w: tensor %q of shape %v reaches outside of its storage of %d elements", ErrFormat, name, v.shape, at.bytes/size)
		}
		t := Tensor{Name: name, DType: dtypeName[v.kind], Shape: v.shape, stride: v.stride, at: v.at,
			run: elements.Run{R: r, At: at.at, Type: v.kind, Big: big}}
		if total += int64(t.Len()) * size; total > limits.Bytes {
			return fmt.Errorf("%w: the tensors up to %q take %d bytes, more than the limit of %d", ErrFormat, name, total, limits.Bytes)
		}
		s.byName[name] = t
	}
	return nil
}

// inside says whether all elements of v lie among the first n, and are no more than n:
// a view may not blow up its storage by strides of 0.
func inside(v view, n int) bool {
	count, last := 1, v.at
	if v.at < 0 || v.at > n || len(v.shape) > 64 { // as many axes as PyTorch has
		return false
	}
	for i, d := range v.shape {
		if d == 0 {
			return true
		}
		if d > n || count > n/d {
			return false
		}
		count *= d
		if d > 1 && v.stride[i] > n/(d-1) {
			return false
		}
		last += (d - 1) * v.stride[i]
		if last < 0 || last > n {
			return false
		}
	}
	return last < n && count <= n
}
