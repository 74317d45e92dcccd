package keras_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/keras"
)

var (
	// folder is where the files are that the test compares; testdata/parity.sh names another.
	folder = flag.String("folder", "testdata", "folder of files of Keras, packed with gzip or not, with what Keras says is in them")
	// written is where TestWriteGoldens leaves its files for parity.sh, which has Keras load them.
	written = flag.String("written", "", "folder for the files that TestWriteGoldens makes")
)

// golden is what Keras says is in a file, as testdata/golden.py writes it.
type golden struct {
	Form, Version, Model string
	Layers               []layer
}

type layer struct {
	Name, Class, Path string
	Within            []string
	Variables         []variable
}

type variable struct {
	Name  string
	Shape []int
	SHA   string
}

// goldens gives the names of the files, in folder.
func goldens(t testing.TB) []string {
	paths, _ := filepath.Glob(filepath.Join(*folder, "*.json.gz"))
	if len(paths) == 0 {
		t.Fatalf("no files in %s", *folder)
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(p, ".json.gz")
	}
	return paths
}

func TestGoldens(t *testing.T) {
	for _, path := range goldens(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			var want golden
			if err := json.Unmarshal(unpack(t, path+".json.gz"), &want); err != nil {
				t.Fatal(err)
			}
			w := openGolden(t, path)
			got := golden{Form: w.Form.String(), Version: w.Version, Model: w.Model}
			for _, l := range w.Layers {
				got.Layers = append(got.Layers, describe(t, l))
			}
			if w.Form == keras.Bare { // by class there, in the order of the model here
				for _, layers := range [][]layer{got.Layers, want.Layers} {
					slices.SortFunc(layers, func(a, b layer) int { return strings.Compare(a.Path, b.Path) })
				}
			}
			if got.Form != want.Form || got.Version != want.Version || got.Model != want.Model || len(got.Layers) != len(want.Layers) {
				t.Fatalf("%s of %s, %s, with %d layers; want %s of %s, %s, %d", got.Form, got.Version, got.Model, len(got.Layers),
					want.Form, want.Version, want.Model, len(want.Layers))
			}
			for i := range want.Layers {
				if g, w := fmt.Sprintf("%+v", got.Layers[i]), fmt.Sprintf("%+v", want.Layers[i]); g != w {
					t.Errorf("layer %d:\n%s, want\n%s", i, g, w)
				}
			}
		})
	}
}

func describe(t testing.TB, l keras.Layer) layer {
	out := layer{Name: l.Name, Class: l.Class, Path: l.Path, Within: l.Within}
	for _, v := range l.Variables {
		values, err := v.Float32()
		if err != nil {
			t.Fatal(err)
		}
		var b []byte
		if b, err = binary.Append(nil, binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b)
		out.Variables = append(out.Variables, variable{v.Name, v.Shape, hex.EncodeToString(sum[:])})
	}
	return out
}

// openGolden opens a file, which is packed if it is one of testdata.
func openGolden(t testing.TB, path string) *keras.Weights {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		w, err := keras.Open(path, keras.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.Close() })
		return w
	}
	return read(t, unpack(t, path+".gz"))
}

func read(t testing.TB, b []byte) *keras.Weights {
	t.Helper()
	w, err := keras.Read(bytes.NewReader(b), int64(len(b)), keras.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func unpack(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Every golden that tells classes is written again, as .weights.h5, from classes and order
// alone, and has the same layers when read.
func TestWriteGoldens(t *testing.T) {
	dir := t.TempDir()
	if *written != "" {
		dir = *written
	}
	for _, path := range goldens(t) {
		w := openGolden(t, path)
		if w.Layers[0].Class == "" {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			layers := placed(w)
			target := filepath.Join(dir, filepath.Base(path)+".weights.h5")
			if err := keras.WriteFile(target, layers); err != nil {
				t.Fatal(err)
			}
			again, err := keras.Open(target, keras.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = again.Close() }()
			if err := again.Match(layers); err != nil {
				t.Fatal(err)
			}
			for i, l := range again.Layers {
				got, want := describe(t, l), describe(t, w.Layers[i])
				got.Within, got.Path, want.Within, want.Path = nil, "", nil, ""
				got.Class, want.Class = "", ""
				if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
					t.Errorf("layer %d:\n%s, want\n%s", i, g, w)
				}
			}
		})
	}
}

// placed gives the layers to be written: those of the model itself without a path, so that
// they are counted, those within others where Keras keeps them.
func placed(w *keras.Weights) []keras.Layer {
	layers := slices.Clone(w.Layers)
	nested := map[string]string{"backbone": "layers/sequential/layers/", "rows": "layers/time_distributed/layer", "lstm": "layers/lstm/cell"}
	for i := range layers {
		l := &layers[i]
		l.Path = ""
		switch {
		case l.Class == "TimeDistributed": // its own name, in files of TF-Keras
			l.Path = nested["rows"]
		case len(l.Within) == 1 && l.Within[0] == "backbone":
			l.Path = nested["backbone"] + keras.SnakeCase(l.Class)
		case len(l.Within) == 1:
			l.Path = nested[l.Within[0]]
		}
	}
	return layers
}
