package torch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"path"
)

// The magic number of the older form, little-endian, and its version.
const (
	oldMagic   = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
	oldVersion = 1001
)

func decodeOld(data []byte, limits Limits) (*State, error) {
	var values [5]any
	pos := 0
	for i := range values {
		v, n, err := unpickle(data[pos:], limits)
		if err != nil {
			return nil, err
		}
		if b, ok := v.([]byte); i == 0 && (!ok || string(b) != oldMagic) {
			return nil, fmt.Errorf("%w: neither a zip archive nor a file with the older form's number", ErrFormat)
		}
		if i == 1 && v != oldVersion {
			return nil, fmt.Errorf("%w: an unknown version of the older form, %d is known", ErrFormat, oldVersion)
		}
		values[i], pos = v, pos+n
	}
	views, names, dtypes, err := tensors(values[3], limits)
	if err != nil {
		return nil, err
	}
	keys, ok := values[4].(*list)
	if !ok {
		return nil, fmt.Errorf("%w: the list of storages is missing", ErrFormat)
	}
	stores := map[string][]byte{}
	for _, k := range keys.items {
		key, _ := k.(string)
		size := elementSize[dtypes[key]]
		if size == 0 {
			return nil, fmt.Errorf("%w: a storage %q that no tensor uses", ErrFormat, key)
		}
		if len(data)-pos < 8 {
			return nil, fmt.Errorf("%w: it ends before storage %q; it was cut short", ErrFormat, key)
		}
		n := binary.LittleEndian.Uint64(data[pos:])
		pos += 8
		if n > uint64((len(data)-pos)/size) {
			return nil, fmt.Errorf("%w: storage %q has %d elements, and the file ends before; it was cut short", ErrFormat, key, n)
		}
		stores[key] = data[pos : pos+int(n)*size]
		pos += int(n) * size
	}
	return state(views, names, stores)
}

func decodeZip(data []byte, limits Limits) (*State, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w; it was cut short or damaged", ErrFormat, err)
	}
	records := map[string][]byte{}
	for _, f := range z.File {
		if f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64 {
			return nil, fmt.Errorf("%w: record %q is compressed, which PyTorch never does", ErrFormat, f.Name)
		}
		at, err := f.DataOffset()
		if err != nil || at < 0 || at > int64(len(data)) || f.CompressedSize64 > uint64(int64(len(data))-at) {
			return nil, fmt.Errorf("%w: record %q lies outside of the file", ErrFormat, f.Name)
		}
		dir, name := path.Split(f.Name)
		if path.Base(dir) == "data" {
			name = "data/" + name
		}
		records[name] = data[at : at+int64(f.CompressedSize64)]
	}
	if order, ok := records["byteorder"]; ok && string(order) != "little" {
		return nil, fmt.Errorf("%w: its numbers are %q-endian", ErrFormat, order)
	}
	program, ok := records["data.pkl"]
	if !ok {
		return nil, fmt.Errorf("%w: record data.pkl is missing", ErrFormat)
	}
	value, _, err := unpickle(program, limits)
	if err != nil {
		return nil, err
	}
	views, names, dtypes, err := tensors(value, limits)
	if err != nil {
		return nil, err
	}
	stores := map[string][]byte{}
	for key := range dtypes {
		b, ok := records["data/"+key]
		if !ok {
			return nil, fmt.Errorf("%w: record data/%s is missing", ErrFormat, key)
		}
		stores[key] = b
	}
	return state(views, names, stores)
}

// tensors lists the tensors of a pickled state dict and the type of each storage.
// Entries that are not tensors are refused: a checkpoint with more in it than weights
// has to be unpacked by who made it.
func tensors(value any, limits Limits) (views map[string]view, names []string, dtypes map[string]string, err error) {
	d, ok := value.(*dict)
	if !ok {
		return nil, nil, nil, fmt.Errorf("%w: it holds no dict of tensors; save the model's state_dict()", ErrFormat)
	}
	if len(d.keys) > limits.Tensors {
		return nil, nil, nil, fmt.Errorf("%w: %d tensors, more than the limit of %d", ErrFormat, len(d.keys), limits.Tensors)
	}
	views, dtypes = map[string]view{}, map[string]string{}
	for i, k := range d.keys {
		name, ok1 := k.(string)
		v, ok2 := d.values[i].(view)
		if !ok1 || !ok2 {
			return nil, nil, nil, fmt.Errorf("%w: entry %d (%.80q) is no tensor; save the model's state_dict() alone", ErrFormat, i, name)
		}
		if _, twice := views[name]; twice {
			return nil, nil, nil, fmt.Errorf("%w: tensor %q comes twice", ErrFormat, name)
		}
		if had, ok := dtypes[v.ref.key]; ok && had != v.ref.dtype {
			return nil, nil, nil, fmt.Errorf("%w: storage %q has two types", ErrFormat, v.ref.key)
		}
		views[name], dtypes[v.ref.key] = v, v.ref.dtype
		names = append(names, name)
	}
	return views, names, dtypes, nil
}

// state binds the tensors to their storages, and checks that each lies inside its own.
func state(views map[string]view, names []string, stores map[string][]byte) (*State, error) {
	s := &State{Names: names, byName: map[string]Tensor{}}
	for _, name := range names {
		v := views[name]
		data, ok := stores[v.ref.key]
		size := elementSize[v.ref.dtype]
		have := len(data) / max(size, 1)
		if !ok || size == 0 || have != v.ref.elements || len(data)%size != 0 {
			return nil, fmt.Errorf("%w: tensor %q: its storage has %d elements, %d were announced; the file was cut short or damaged",
				ErrFormat, name, have, v.ref.elements)
		}
		if !inside(v, have) {
			return nil, fmt.Errorf("%w: tensor %q of shape %v reaches outside of its storage of %d elements", ErrFormat, name, v.shape, have)
		}
		s.byName[name] = Tensor{Name: name, DType: v.ref.dtype, Shape: v.shape, stride: v.stride, at: v.at, data: data}
	}
	return s, nil
}

// inside says whether all elements of v lie among the first n, and are no more than n:
// a view may not blow up its storage by strides of 0.
func inside(v view, n int) bool {
	count, last := 1, v.at
	if v.at < 0 || v.at > n {
		return false
	}
	for i, d := range v.shape {
		if d == 0 {
			return len(v.shape) <= 64
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
