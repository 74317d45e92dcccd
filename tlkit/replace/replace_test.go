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

// A link stays and the file that it leads to is replaced; what is no file stays as it is.
func TestFileThroughLinks(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(at("far"), 0o777); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "far/file", "twice": "link", "null": os.DevNull, "folder": "far", "dangling": "none"} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(at("far/file"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link", "twice"} {
		if err := File(at(name), []byte(name)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(at("far/file"))
		st, _ := os.Lstat(at(name))
		if err != nil || string(b) != name || st.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s: %q, %v, %v", name, b, err, st.Mode())
		}
	}
	if st, err := os.Stat(at("far/file")); err != nil || st.Mode().Perm() != 0o600 {
		t.Error(st.Mode(), err)
	}
	for _, name := range []string{"null", "folder"} {
		if err := File(at(name)); err == nil {
			t.Errorf("%s was replaced", name)
		}
	}
	if err := File(at("dangling"), []byte("new")); err != nil {
		t.Error(err)
	}
	for _, d := range []string{"", "far"} {
		if left, _ := filepath.Glob(filepath.Join(dir, d, Prefix+"*")); len(left) > 0 {
			t.Error("left behind:", left)
		}
	}
}
