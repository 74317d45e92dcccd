package hdf5_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/hdf5"
)

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.weights.h5")
	if err := os.WriteFile(path, unpack(t, "testdata/keras.weights.h5.gz"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := hdf5.Open(path, hdf5.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var shapes []string
	err = f.Root().Walk(func(d *hdf5.Dataset) error {
		if strings.HasPrefix(d.Path(), "/layers/") {
			shapes = append(shapes, fmt.Sprint(d.Path(), d.Shape, d.DType))
		}
		return nil
	})
	want := []string{"/layers/batch_normalization/vars/0[4]<f4", "/layers/batch_normalization/vars/1[4]<f4",
		"/layers/batch_normalization/vars/2[4]<f4", "/layers/batch_normalization/vars/3[4]<f4",
		"/layers/conv2d/vars/0[3 3 3 4]<f4", "/layers/conv2d/vars/1[4]<f4",
		"/layers/dense/vars/0[4 2]<f4", "/layers/dense/vars/1[2]<f4",
		"/layers/separable_conv2d/vars/0[3 3 4 1]<f4", "/layers/separable_conv2d/vars/1[1 1 4 4]<f4",
		"/layers/separable_conv2d/vars/2[4]<f4"}
	if err != nil || !slices.Equal(shapes, want) {
		t.Errorf("%v\n%q", err, shapes)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Root().Group("layers"); err == nil || errors.Is(err, hdf5.ErrFormat) {
		t.Errorf("after Close: %v", err)
	}
}

func TestPaths(t *testing.T) {
	root := open(t, unpack(t, "testdata/resnet.h5.gz")).Root()
	layer, err := root.Group("bn2a_branch2a")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"bn2a_branch2a/beta:0":                  "/bn2a_branch2a/bn2a_branch2a/beta:0",
		"./bn2a_branch2a//beta:0":               "/bn2a_branch2a/bn2a_branch2a/beta:0",
		"/res2a_branch2b/res2a_branch2b/bias:0": "/res2a_branch2b/res2a_branch2b/bias:0",
	} {
		d, err := layer.Dataset(path)
		if err != nil || d.Path() != want || !layer.Has(path) || d.Len() != 3 {
			t.Errorf("%s: %v", path, err)
		}
	}
	for path, want := range map[string]string{
		"none":                        `hdf5: /bn2a_branch2a: "none" in /bn2a_branch2a: no such object`,
		"/":                           "hdf5: /: not a dataset: no such object",
		"bn2a_branch2a/beta:0/kernel": "hdf5: /bn2a_branch2a: /bn2a_branch2a/bn2a_branch2a/beta:0: not a group: no such object",
	} {
		if _, err := layer.Dataset(path); !errors.Is(err, hdf5.ErrMissing) || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	if layer.Has("none") || layer.HasAttr("none") || !layer.HasAttr("weight_names") {
		t.Error("Has, HasAttr")
	}
	if _, err := layer.Attr("none"); !errors.Is(err, hdf5.ErrMissing) {
		t.Error(err)
	}
	if text, err := root.Attr("backend"); err != nil {
		t.Error(err)
	} else if _, err := text.Ints(); err == nil || !strings.Contains(err.Error(), `attribute "backend": elements of type |O are not whole numbers`) {
		t.Error(err)
	}
}

func TestWalkStops(t *testing.T) {
	stop, n := errors.New("stop"), 0
	err := open(t, unpack(t, "testdata/resnet.h5.gz")).Root().Walk(func(*hdf5.Dataset) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	})
	if err != stop || n != 3 {
		t.Errorf("%v after %d", err, n)
	}
}

// TestRefused has what HDF5 allows and this package does not read.
func TestRefused(t *testing.T) {
	root := open(t, unpack(t, "testdata/refused.hostile.gz")).Root()
	for name, want := range map[string]string{
		"lzf": "lzf", "scaleoffset": "scaleoffset", "external": "other files", "virtual": "virtual", "compound": "compound",
		"reference": "reference", "array": "array", "sequence": "variable length", "long double": "floating point of 80 bits",
		"link": "another file",
	} {
		d, err := root.Dataset(name)
		if err == nil && d.DType == "<i4" {
			_, err = d.Ints()
		} else if err == nil {
			_, err = d.Float32()
		}
		if !errors.Is(err, hdf5.ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := root.Walk(func(*hdf5.Dataset) error { return nil }); err != nil {
		t.Errorf("they keep from walking: %v", err)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		file   string
		limits hdf5.Limits
		want   string
	}{
		{"layouts.h5", hdf5.Limits{DatasetBytes: 50}, "Limits.DatasetBytes"},
		{"layouts.h5", hdf5.Limits{ChunkBytes: 50}, "Limits.ChunkBytes"},
		{"layouts.h5", hdf5.Limits{FillBytes: 5}, "Limits.FillBytes"},
		{"links.h5", hdf5.Limits{HeaderBytes: 1000}, "Limits.HeaderBytes"},
		{"links.h5", hdf5.Limits{Objects: 600}, "600 links in a group"},
		{"links_latest.h5", hdf5.Limits{Objects: 600}, "600 links in a group"},
		{"huge_latest.h5", hdf5.Limits{Objects: 200}, "200 attributes"},
		{"resnet.h5", hdf5.Limits{Objects: 60}, "60 objects"},
		{"resnet.h5", hdf5.Limits{Depth: 1}, "Limits.Depth"},
		{"resnet.h5", hdf5.Limits{NameBytes: 10}, "Limits.NameBytes"},
	} {
		t.Run(c.file+" "+c.want, func(t *testing.T) {
			err := readAll(unpack(t, "testdata/"+c.file+".gz"), c.limits)
			if !errors.Is(err, hdf5.ErrLimit) || !strings.Contains(err.Error(), c.want) {
				t.Error(err)
			}
		})
	}
}

func TestSoftLinks(t *testing.T) {
	few, err := open(t, unpack(t, "testdata/links.h5.gz")).Root().Group("few")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{"soft": nil, "relative": nil, "again/few/again/few/soft": nil,
		"dangling": hdf5.ErrMissing, "circle": hdf5.ErrLimit, "external": hdf5.ErrUnsupported,
		strings.Repeat("again/few/", 50): hdf5.ErrLimit} {
		if _, err := few.Dataset(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

// broken is a disk that fails.
type broken struct{ *bytes.Reader }

func (b broken) ReadAt(p []byte, at int64) (int, error) {
	if at > 2000 {
		return 0, os.ErrDeadlineExceeded
	}
	return b.Reader.ReadAt(p, at)
}

// TestReadErrors: an error of the disk is not one of the file.
func TestReadErrors(t *testing.T) {
	b := unpack(t, "testdata/resnet.h5.gz")
	f, err := hdf5.New(broken{bytes.NewReader(b)}, int64(len(b)), hdf5.Limits{})
	if err == nil {
		err = f.Root().Walk(func(*hdf5.Dataset) error { return nil })
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, hdf5.ErrFormat) {
		t.Error(err)
	}
}
