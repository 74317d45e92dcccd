package zoo

import (
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
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
	var mismatch *MismatchError
	_, err := ResNet50(Keras).ReadWeights(unpacked(t, "keras/testdata/net.h5.gz"))
	if !errors.As(err, &mismatch) || len(mismatch.Missing) == 0 || mismatch.Library != Keras {
		t.Errorf("another model's: %v", err)
	}
	if _, err := ResNet50(Keras).ReadWeights(unpacked(t, "keras/testdata/net.weights.h5.gz")); !errors.Is(err, ErrKind) {
		t.Errorf("numbered layers: %v", err)
	}
}
