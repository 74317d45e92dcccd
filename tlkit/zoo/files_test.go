package zoo

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// unpacked gives the place of an unpacked file of testdata.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "weights")
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return to
}

// A file of Keras is opened, and told apart from the model's by its layers.
func TestKerasFiles(t *testing.T) {
	for _, name := range []string{"net.h5.gz", "net.keras.gz", "net.weights.h5.gz"} {
		var mismatch *MismatchError
		_, err := ResNet50(Keras).ReadWeights(unpacked(t, "keras/testdata/"+name))
		if !errors.As(err, &mismatch) || len(mismatch.Missing) == 0 || len(mismatch.Unexpected) == 0 || mismatch.Library != Keras {
			t.Errorf("another model's %s: %v", name, err)
		}
	}
	if _, err := EfficientNetLite0().ReadWeights(unpacked(t, "keras/testdata/net.h5.gz")); !errors.Is(err, ErrKind) {
		t.Errorf("a library that does not have the model: %v", err)
	}
}

// Tensors of another shape, missing and beside the model's are all named.
func TestMismatch(t *testing.T) {
	m := ResNet18()
	f := newFormula(m, m.dialects[0], 1)
	f.shapes["fc.weight"] = []int{10, 512}
	delete(f.shapes, "bn1.weight")
	f.shapes["plain"], f.shapes["bn1.num_batches_tracked"] = []int{2, 3}, nil
	_, err := m.read("some.pth", f, true)
	var e *MismatchError
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if !slices.Equal(e.Missing, []string{"bn1.weight"}) || !slices.Equal(e.Unexpected, []string{"plain"}) ||
		!slices.Equal(e.Shapes, []string{"fc.weight: [10 512] in the file, [1000 512] needed"}) {
		t.Errorf("%+v", e)
	}
}

// Layers that are beside the weights have numbers in their names when Keras chose them.
func TestKnownBeside(t *testing.T) {
	d := EfficientNetB0(Keras).dialects[0]
	for name, want := range map[string]bool{"normalization/mean": true, "normalization_12/count": true, "predictions/kernel": true,
		"dense_1/kernel": false, "block1a_bn_1/gamma": false, "mean": false, "": false, "_/": false} {
		if got := d.known(d.names(), name); got != want {
			t.Errorf("%q: known is %v", name, got)
		}
	}
}
