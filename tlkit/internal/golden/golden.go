// Package golden reads the expected numbers that tests compare with: JSON that a reference
// system made, beside the script that made it.
package golden

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
)

// Read reads a file of JSON, compressed if its name ends in .gz.
func Read[T any](t testing.TB, path string) (v T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if err := json.NewDecoder(r).Decode(&v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}
