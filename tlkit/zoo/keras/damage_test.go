package keras_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/zoo/hdf5"
	"transferlab/tlkit/zoo/keras"
)

// small are limits that the goldens keep to.
var small = keras.Limits{HDF5: hdf5.Limits{DatasetBytes: 1 << 20, ChunkBytes: 1 << 20, FillBytes: 1 << 16, HeaderBytes: 1 << 20, Objects: 500},
	JSON: 1 << 20, Inflated: 1 << 20, Members: 20, Variables: 500, Depth: 8}

// readAll reads all there is and gives the first error.
func readAll(b []byte) error {
	w, err := keras.Read(bytes.NewReader(b), int64(len(b)), small)
	if err != nil {
		return err
	}
	for _, l := range w.Layers {
		for _, v := range l.Variables {
			if x, err := v.Float32(); err != nil {
				return err
			} else if len(x) != v.Len() {
				return fmt.Errorf("%d elements of %d", len(x), v.Len())
			}
		}
	}
	return nil
}

// damaged are the goldens that are cut and changed, one of each layout.
var damaged = []string{"residual.keras", "residual.weights.h5", "residual.h5", "top_older_w.h5", "pieces.h5", "net.keras", "first.h5"}

func TestCut(t *testing.T) {
	for _, name := range damaged {
		b := unpack(t, "testdata/"+name+".gz")
		if err := readAll(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for percent := range 100 {
			if err := readAll(b[:len(b)*percent/100]); !known(err) {
				t.Errorf("%s, the first %d %%: %v", name, percent, err)
			}
		}
	}
}

// known says whether an error has one of the package's sentinels.
func known(err error) bool {
	return errors.Is(err, keras.ErrFormat) || errors.Is(err, keras.ErrLimit) || errors.Is(err, keras.ErrUnsupported)
}

func TestFlippedBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range damaged {
		b := unpack(t, "testdata/"+name+".gz")
		for range 300 {
			at, bit := rng.IntN(len(b)), byte(1)<<rng.IntN(8)
			b[at] ^= bit
			if err := readAll(b); err != nil && !known(err) && !strings.Contains(err.Error(), "elements of type") {
				t.Errorf("%s, byte %d: %v", name, at, err)
			}
			b[at] ^= bit
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range damaged {
		f.Add(unpack(f, "testdata/"+name+".gz"))
	}
	f.Add(zipped(f, map[string]string{}))
	f.Fuzz(func(t *testing.T, b []byte) { _ = readAll(b) })
}

// FuzzConfig reads configurations beside weights that they do not describe.
func FuzzConfig(f *testing.F) {
	weights := string(bare(f, dense("a", 2, 3), dense("b", 3, 1)))
	f.Add(config)
	f.Add(`{"class_name":"Functional","config":{"layers":[{"class_name":"X","config":{"layer":{"class_name":"Dense"}}}]}}`)
	f.Add(`{"class_name":"Sequential","config":[{"class_name":"Dense","config":{"name":"a","x":NaN}}]}`)
	f.Fuzz(func(t *testing.T, c string) {
		_ = readAll(zipped(t, map[string]string{"config.json": c, "model.weights.h5": weights}))
	})
}

const (
	config   = `{"class_name":"Functional","config":{"name":"m","layers":[{"class_name":"Dense","config":{"name":"a"}},{"class_name":"Dense","config":{"name":"b"}}]}}`
	metadata = `{"keras_version":"3.15.1"}`
)

// zipped makes an archive with the files of a sound one, changed: "" takes one away.
func zipped(t testing.TB, change map[string]string, twice ...string) []byte {
	t.Helper()
	files := map[string]string{"metadata.json": metadata, "config.json": config, "model.weights.h5": string(bare(t, dense("a", 2, 3), dense("b", 3, 1)))}
	for name, content := range change {
		files[name] = content
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, content string, method uint16) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		method := zip.Store
		if len(content) > 1<<20 || len(twice) == 1 && twice[0] == "deflate" {
			method = zip.Deflate
		}
		if content != "" {
			add(name, content, method)
		}
	}
	for _, name := range twice {
		if name != "deflate" {
			add(name, files[name], zip.Store)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestArchive(t *testing.T) {
	for _, b := range [][]byte{zipped(t, nil), zipped(t, nil, "deflate"), zipped(t, map[string]string{"assets/a/words.txt": "x"})} {
		if err := readAll(b); err != nil {
			t.Error(err)
		}
		w := read(t, b)
		if w.Version != "3.15.1" || w.Model != "m" || len(w.Layers) != 2 || w.Layers[1].Name != "b" || w.Layers[1].Class != "Dense" {
			t.Errorf("%+v", w)
		}
	}
	w := read(t, zipped(t, map[string]string{"config.json": strings.Replace(config, `"name":"b"`, `"name":"b","x":[NaN,-Infinity,"NaN \" Infinity"]`, 1)}))
	if w.Layers[1].Class != "Dense" {
		t.Errorf("%+v", w.Layers[1])
	}
	// Operations between layers are not counted, whatever their name.
	w = read(t, zipped(t, map[string]string{"config.json": strings.Replace(config, `"layers":[`, `"layers":[{"module":"keras.src.ops.nn","class_name":"Dense","config":{"name":"op"}},`, 1)}))
	if w.Layers[0].Class != "Dense" || w.Layers[0].Name != "a" {
		t.Errorf("%+v", w.Layers[0])
	}
	// What the file itself says of a name counts more than the configuration.
	w = read(t, zipped(t, map[string]string{"config.json": strings.Replace(config, `"name":"b"`, `"name":"c"`, 1)}))
	if w.Layers[1].Name != "b" || w.Layers[1].Class != "" {
		t.Errorf("%+v", w.Layers[1])
	}
}

func TestBadArchives(t *testing.T) {
	deep := strings.Repeat(`{"class_name":"F","config":{"layers":[`, 40) + strings.Repeat(`]}}`, 40)
	lying := zipped(t, map[string]string{"config.json": config + strings.Repeat(" ", 2<<20)})
	for i := range len(lying) - 4 { // the directory says that what is unpacked is small
		if binary.LittleEndian.Uint32(lying[i:]) == uint32(len(config)+2<<20) {
			binary.LittleEndian.PutUint32(lying[i:], 1000)
		}
	}
	for name, c := range map[string]struct {
		b    []byte
		is   error
		want string
	}{
		"no config":          {zipped(t, map[string]string{"config.json": ""}), keras.ErrFormat, "the archive has no config.json"},
		"no metadata":        {zipped(t, map[string]string{"metadata.json": ""}), keras.ErrFormat, "the archive has no metadata.json"},
		"no weights":         {zipped(t, map[string]string{"model.weights.h5": ""}), keras.ErrFormat, "the archive has no model.weights.h5"},
		"npz":                {zipped(t, map[string]string{"model.weights.h5": "", "model.weights.npz": "PK"}), keras.ErrUnsupported, "model.weights.npz"},
		"config not JSON":    {zipped(t, map[string]string{"config.json": "{"}), keras.ErrFormat, "config.json: "},
		"config empty":       {zipped(t, map[string]string{"config.json": "{}"}), keras.ErrFormat, "no class_name"},
		"metadata not JSON":  {zipped(t, map[string]string{"metadata.json": "3"}), keras.ErrFormat, "metadata.json: "},
		"config bomb":        {zipped(t, map[string]string{"config.json": config + strings.Repeat(" ", 2<<20)}), keras.ErrLimit, "config.json: 2097"},
		"config lies":        {lying, keras.ErrFormat, "config.json: "},
		"weights bomb":       {zipped(t, map[string]string{"model.weights.h5": strings.Repeat("\x00", 2<<20)}), keras.ErrLimit, "Limits.Inflated"},
		"nested":             {zipped(t, map[string]string{"config.json": deep}), keras.ErrLimit, "Limits.Depth"},
		"weights not HDF5":   {zipped(t, map[string]string{"model.weights.h5": "not HDF5"}), keras.ErrFormat, "model.weights.h5: "},
		"weights an archive": {zipped(t, map[string]string{"model.weights.h5": string(zipped(t, nil))}), keras.ErrFormat, "model.weights.h5: "},
		"path up":            {zipped(t, map[string]string{"../config.json": "{}"}), keras.ErrFormat, `"../config.json"`},
		"path absolute":      {zipped(t, map[string]string{"/etc/passwd": "x"}), keras.ErrFormat, `"/etc/passwd"`},
		"path of Windows":    {zipped(t, map[string]string{`a\..\b`: "x"}), keras.ErrFormat, "in the archive"},
		"twice":              {zipped(t, nil, "model.weights.h5"), keras.ErrFormat, `two files called "model.weights.h5"`},
		"many files":         {zipped(t, nil, many(20)...), keras.ErrLimit, "Limits.Members"},
		"index":              {[]byte(`{"metadata":{}}`), keras.ErrUnsupported, "several files"},
		"empty":              {nil, keras.ErrFormat, "neither a zip archive nor HDF5"},
		"a picture":          {[]byte("\x89PNG\r\n\x1a\n and so on"), keras.ErrFormat, "neither a zip archive nor HDF5"},
	} {
		if err := readAll(c.b); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func many(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("assets/", i)
	}
	return names
}

func TestBadHDF5(t *testing.T) {
	one := hdf5.Floats([]int{1}, 1)
	for name, c := range map[string]struct {
		fill func(root *hdf5.Draft)
		is   error
		want string
	}{
		"not of Keras": {func(r *hdf5.Draft) { r.Group("data").Set("x", one) }, keras.ErrFormat, "not one of Keras"},
		"gap":          {func(r *hdf5.Draft) { g := r.Group("layers/dense/vars"); g.Set("0", one); g.Set("2", one) }, keras.ErrFormat, "layer layers/dense, 2 variables"},
		"text": {func(r *hdf5.Draft) { r.Group("layers/dense/vars").Set("0", hdf5.Texts(nil, "x")) }, nil,
			`layer layers/dense, variable "kernel": `},
		"two names": {func(r *hdf5.Draft) { r.Group("layers/dense/vars").SetAttr("name", hdf5.Texts([]int{2}, "a", "b")) }, keras.ErrFormat, "has 2 texts"},
		"name a number": {func(r *hdf5.Draft) { r.Group("layers/dense/vars").SetAttr("name", hdf5.Ints(nil, 1)) }, nil,
			`attribute "name"`},
		"deep": {func(r *hdf5.Draft) { r.Group(strings.Repeat("layers/model/", 20)+"vars").Set("0", one) }, keras.ErrLimit, "Limits.Depth"},
		"many variables": {func(r *hdf5.Draft) {
			for i := range 501 {
				r.Group(fmt.Sprintf("layers/dense_%d/vars", i/2)).Set(fmt.Sprint(i%2), one)
			}
		}, keras.ErrLimit, "Limits.Variables"},
		"layer twice": {func(r *hdf5.Draft) {
			r.SetAttr("layer_names", hdf5.Texts([]int{2}, "a", "a"))
			layerGroup(r, "a")
		}, keras.ErrFormat, `two layers called "a"`},
		"variable twice": {func(r *hdf5.Draft) {
			r.SetAttr("layer_names", hdf5.Texts([]int{1}, "a"))
			layerGroup(r, "a", "a/x", "a/x")
		}, keras.ErrFormat, `layer "a": two variables called "a/x"`},
		"no group":   {func(r *hdf5.Draft) { r.SetAttr("layer_names", hdf5.Texts([]int{1}, "a")) }, keras.ErrFormat, `layer "a": `},
		"no weights": {func(r *hdf5.Draft) { r.SetAttr("layer_names", hdf5.Texts([]int{1}, "a")); r.Group("a") }, keras.ErrFormat, `"weight_names"`},
		"no dataset": {func(r *hdf5.Draft) {
			r.SetAttr("layer_names", hdf5.Texts([]int{1}, "a"))
			r.Group("a").SetAttr("weight_names", hdf5.Texts([]int{1}, "a/kernel:0"))
		}, keras.ErrFormat, `layer "a": variable "a/kernel:0"`},
		"out of the layer": {func(r *hdf5.Draft) {
			r.SetAttr("layer_names", hdf5.Texts([]int{1}, "a"))
			r.Set("secret", one)
			r.Group("a").SetAttr("weight_names", hdf5.Texts([]int{1}, "/secret"))
		}, keras.ErrFormat, `variable "/secret"`},
		"layer's path":      {func(r *hdf5.Draft) { r.SetAttr("layer_names", hdf5.Texts([]int{1}, "/")) }, keras.ErrFormat, `layer "/"`},
		"names are numbers": {func(r *hdf5.Draft) { r.SetAttr("layer_names", hdf5.Ints([]int{1}, 1)) }, nil, `"layer_names"`},
		"config": {func(r *hdf5.Draft) {
			r.Group("model_weights").SetAttr("layer_names", hdf5.Texts([]int{1}, "a"))
			r.SetAttr("model_config", hdf5.Texts(nil, "{"))
		}, keras.ErrFormat, "model_config"},
	} {
		var root hdf5.Draft
		c.fill(&root)
		err := readAll(drafted(t, &root))
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// layerGroup makes a layer of a Legacy file with its weights.
func layerGroup(r *hdf5.Draft, name string, weights ...string) {
	g := r.Group(name)
	g.SetAttr("weight_names", hdf5.Texts([]int{len(weights)}, weights...))
	slices.Sort(weights)
	for _, w := range slices.Compact(weights) {
		owner, last, _ := strings.Cut(w, "/")
		g.Group(owner).Set(last, hdf5.Floats([]int{1}, 1))
	}
}

// Names of older files, and what becomes of them.
func TestOlderNames(t *testing.T) {
	for _, c := range []struct {
		layer, weights, want string
	}{
		{"conv1", "conv1/conv1_W:0 conv1/conv1_b:0", "conv1: kernel bias"},
		{"bn", "bn/gamma:0 bn/running_std:0", "bn: gamma moving_variance"},
		{"conv1", "conv1_3/kernel:0 conv1_3/bias:0", "conv1: kernel bias"},
		{"conv1", "conv1/kernel_1:0", "conv1: kernel"},
		{"odd", "odd/kernel:0 odd/kernel_1:0", "odd: kernel kernel_1"},
		{"block", "block_1/kernel:0 block_2/kernel:0", "block/block_1: kernel, block/block_2: kernel"},
		{"m", "a/kernel:0 b/gamma:0 a/bias:0 b/beta:0", "m/a: kernel bias, m/b: gamma beta"},
		{"deep", "deep/depthwise_kernel:0", "deep: kernel"},
		{"sep", "sep/depthwise_kernel:0 sep/pointwise_kernel:0", "sep: depthwise_kernel pointwise_kernel"},
	} {
		var root hdf5.Draft
		root.SetAttr("layer_names", hdf5.Texts([]int{1}, c.layer))
		layerGroup(&root, c.layer, strings.Fields(c.weights)...)
		var got []string
		for _, l := range read(t, drafted(t, &root)).Layers {
			names := strings.Join(append(l.Within, l.Name), "/") + ":"
			for _, v := range l.Variables {
				names += " " + v.Name
			}
			got = append(got, names)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", c.weights, s, c.want)
		}
	}
}
