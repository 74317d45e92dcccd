package zoo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/fetch"
)

// Every published file is a pin, is looked for in its publisher's cache, and says where to
// get it and where to put it; only what has a SHA-256 would be fetched.
func TestPublished(t *testing.T) {
	keras, torch := t.TempDir(), t.TempDir()
	t.Setenv("KERAS_HOME", keras)
	t.Setenv("TORCH_HOME", torch)
	seen := map[string]bool{}
	for _, name := range PublishedNames() {
		f, err := Published(name)
		if err != nil {
			t.Fatal(err)
		}
		if seen[f.Name] || seen[name] || f.SHA256+f.MD5+f.Prefix == "" {
			t.Errorf("%s: %+v", name, f)
		}
		seen[f.Name], seen[name] = true, true
		if f.SHA256 != "" && !strings.HasPrefix(f.SHA256, f.Prefix) {
			t.Errorf("%s: the SHA-256 is not that of the name", name)
		}
		if (f.SHA256 != "") != (len(f.Sources) > 1) {
			t.Errorf("%s: %+v", name, f.Sources)
		}
		place := filepath.Join(torch, "hub", "checkpoints", f.Name)
		if strings.HasPrefix(name, "keras/") {
			place = filepath.Join(keras, "models", f.Name)
		}
		_, err = f.Path(context.Background(), fetch.Options{Home: t.TempDir()})
		if !errors.Is(err, fetch.ErrNotFound) || !strings.Contains(err.Error(), place) || !strings.Contains(err.Error(), "download https://") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte("another"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Path(context.Background(), fetch.Options{Home: t.TempDir()}); !errors.Is(err, fetch.ErrHash) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Published("keras/none"); err == nil || !strings.Contains(err.Error(), "keras/VGG16") {
		t.Error(err)
	}
}
