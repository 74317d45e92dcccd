package hdf5_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/hdf5"
)

// folder is where the files are that the test compares; testdata/parity.sh names another.
var folder = flag.String("folder", "testdata", "folder of HDF5 files, packed with gzip, with what h5py reads from them")

// node is what h5py finds, as testdata/describe.py writes it.
type node struct {
	Kind       string           // group, dataset, type, loop, external, dangling
	Soft       bool             // reached by a soft link
	Datasets   *int             // of the root: in the whole file
	Children   map[string]*node // of a group
	Attributes map[string]*node

	Refused bool // a type that is not read
	Shape   []int
	DType   string
	Bytes   string // SHA-256 of the elements
	F32     string // and of the elements as float32
	Ints    string // and as int64
	Strings []string
}

func TestGoldens(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(*folder, "*.h5.gz"))
	if len(files) == 0 {
		t.Fatalf("no files in %s", *folder)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".gz")
		t.Run(name, func(t *testing.T) {
			var want node
			if err := json.Unmarshal(unpack(t, strings.TrimSuffix(path, ".gz")+".json.gz"), &want); err != nil {
				t.Fatal(err)
			}
			f := open(t, unpack(t, path))
			sameGroup(t, f.Root(), &want)
			n := 0
			if err := f.Root().Walk(func(*hdf5.Dataset) error { n++; return nil }); err != nil || n != *want.Datasets {
				t.Errorf("Walk: %d datasets and %v, want %d", n, err, *want.Datasets)
			}
		})
	}
}

func unpack(t testing.TB, path string) []byte {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, b []byte) *hdf5.File {
	t.Helper()
	f, err := hdf5.New(bytes.NewReader(b), int64(len(b)), hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sameGroup(t *testing.T, g *hdf5.Group, want *node) {
	t.Helper()
	sameAttributes(t, g, want)
	names, err := g.Names()
	if err != nil {
		t.Error(err)
		return
	}
	if len(names) != len(want.Children) || !slices.IsSorted(names) {
		t.Errorf("%s: %d names, want %d", g.Path(), len(names), len(want.Children))
	}
	for name, child := range want.Children {
		sameChild(t, g, name, child)
	}
}

func sameChild(t *testing.T, g *hdf5.Group, name string, want *node) {
	t.Helper()
	group, groupErr := g.Group(name)
	dataset, datasetErr := g.Dataset(name)
	switch want.Kind {
	case "group":
		if groupErr != nil {
			t.Error(groupErr)
			return
		}
		sameGroup(t, group, want)
	case "loop":
		if groupErr != nil {
			t.Error(groupErr)
		}
	case "dataset":
		if datasetErr != nil {
			t.Error(datasetErr)
			return
		}
		sameDataset(t, dataset, want)
	case "type":
		if !errors.Is(groupErr, hdf5.ErrMissing) || !errors.Is(datasetErr, hdf5.ErrMissing) {
			t.Errorf("%s in %s, a type: %v, %v", name, g.Path(), groupErr, datasetErr)
		}
	case "external":
		if !errors.Is(groupErr, hdf5.ErrUnsupported) {
			t.Errorf("%s in %s, an external link: %v", name, g.Path(), groupErr)
		}
	case "dangling":
		if !errors.Is(groupErr, hdf5.ErrMissing) && !errors.Is(groupErr, hdf5.ErrLimit) {
			t.Errorf("%s in %s, a link to nothing: %v", name, g.Path(), groupErr)
		}
	}
}

func sameDataset(t *testing.T, d *hdf5.Dataset, want *node) {
	t.Helper()
	sameAttributes(t, d, want)
	if (d.Shape == nil) != (want.Shape == nil) || !slices.Equal(d.Shape, want.Shape) {
		t.Errorf("%s: shape %v, want %v", d.Path(), d.Shape, want.Shape)
	}
	if want.Refused {
		if _, err := d.Float32(); !errors.Is(err, hdf5.ErrUnsupported) {
			t.Errorf("%s: type %s: %v", d.Path(), d.DType, err)
		}
		return
	}
	if d.DType != want.DType {
		t.Errorf("%s: type %s, want %s", d.Path(), d.DType, want.DType)
	}
	if want.Bytes != "" {
		b, err := d.Bytes()
		same(t, d.Path(), b, err, want.Bytes)
	}
	if want.F32 != "" {
		v, err := d.Float32()
		same(t, d.Path(), v, err, want.F32)
	}
	if want.Ints != "" {
		v, err := d.Ints()
		same(t, d.Path(), v, err, want.Ints)
	}
	if want.Strings != nil {
		v, err := d.Strings()
		if err != nil || !slices.Equal(v, want.Strings) {
			t.Errorf("%s: %q and %v, want %q", d.Path(), v, err, want.Strings)
		}
	}
}

// same compares values with their SHA-256.
func same(t *testing.T, what string, values any, err error, want string) {
	t.Helper()
	h := sha256.New()
	if e := binary.Write(h, binary.LittleEndian, values); e != nil {
		t.Fatal(e)
	}
	if got := hex.EncodeToString(h.Sum(nil)); err != nil || got != want {
		t.Errorf("%s: as %T: other values than h5py's; error: %v", what, values, err)
	}
}

// attributed is a group or a dataset.
type attributed interface {
	Path() string
	AttrNames() ([]string, error)
	Attr(name string) (*hdf5.Attribute, error)
}

func sameAttributes(t *testing.T, o attributed, want *node) {
	t.Helper()
	names, err := o.AttrNames()
	if err != nil || len(names) != len(want.Attributes) {
		t.Errorf("%s: %d attributes and %v, want %d", o.Path(), len(names), err, len(want.Attributes))
		return
	}
	for name, w := range want.Attributes {
		a, err := o.Attr(name)
		if err != nil {
			t.Error(err)
			continue
		}
		sameAttribute(t, o.Path()+"@"+name, a, w)
	}
}

func sameAttribute(t *testing.T, what string, a *hdf5.Attribute, want *node) {
	t.Helper()
	if (a.Shape == nil) != (want.Shape == nil) || !slices.Equal(a.Shape, want.Shape) {
		t.Errorf("%s: shape %v, want %v", what, a.Shape, want.Shape)
	}
	if want.Refused {
		if _, err := a.Floats(); !errors.Is(err, hdf5.ErrUnsupported) {
			t.Errorf("%s: type %s: %v", what, a.DType, err)
		}
		return
	}
	if a.DType != want.DType {
		t.Errorf("%s: type %s, want %s", what, a.DType, want.DType)
	}
	if want.F32 != "" {
		v, err := a.Floats()
		narrow := make([]float32, len(v))
		for i, x := range v {
			narrow[i] = float32(x)
		}
		same(t, what, narrow, err, want.F32)
	}
	if want.Ints != "" {
		v, err := a.Ints()
		same(t, what, v, err, want.Ints)
	}
	if want.Strings != nil {
		if v, err := a.Strings(); err != nil || !slices.Equal(v, want.Strings) {
			t.Errorf("%s: %q and %v, want %q", what, v, err, want.Strings)
		}
	}
}
