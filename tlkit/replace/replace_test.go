package replace

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	check := func(want string, mode os.FileMode) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil || string(b) != want {
			t.Errorf("%q, %v", b, err)
		}
		if st, _ := os.Stat(path); st.Mode().Perm() != mode {
			t.Error(st.Mode())
		}
		if all, _ := os.ReadDir(dir); len(all) != 1 {
			t.Error("left behind:", all)
		}
	}
	if err := File(path, []byte("one"), nil, []byte("two")); err != nil {
		t.Fatal(err)
	}
	check("onetwo", 0o644)
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := File(path); err != nil {
		t.Fatal(err)
	}
	check("", 0o755)
	fault := errors.New("no")
	err := With(path, func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return fault
	})
	if !errors.Is(err, fault) {
		t.Error(err)
	}
	check("", 0o755)
	if err := File(filepath.Join(dir, "none", "f")); err == nil {
		t.Error("written into a folder that is not there")
	}
	if err := File(dir); err == nil { // a folder is in its place
		t.Error("a folder was replaced")
	}
}
