// Package replace writes files so that a reader never sees half of one, whatever happens:
// under a temporary name in the same folder, synced to the disk, renamed. The folder itself
// is not synced: it would cost ten times as much, and after a power cut the file is then the
// old one or the new one, and whole.
package replace

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Prefix begins the names of unfinished files. One that is older than any write could take
// was left by a process that was killed, and may be removed.
const Prefix = ".part-"

// File replaces the file at path, or makes it, with the parts one after the other. Its
// rights are those of the file before, or 0644. Where path is a link to a file, that file is
// replaced and the link stays; what is neither, such as a folder or a pipe, is an error. On an
// error the file is as it was, and nothing is left beside it.
func File(path string, parts ...[]byte) error {
	return With(path, func(w io.Writer) error {
		for _, p := range parts {
			if _, err := w.Write(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// With is File for content that write makes piece by piece. An error of write is returned
// as it is.
func With(path string, write func(io.Writer) error) error {
	mode := os.FileMode(0o644)
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if st, err := os.Stat(path); err == nil {
		if !st.Mode().IsRegular() {
			return fmt.Errorf("%s is there and is no regular file (%v); choose another name", path, st.Mode())
		}
		mode = st.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), Prefix+"*")
	if err != nil {
		return err
	}
	err = write(f)
	for _, finish := range []func() error{func() error { return f.Chmod(mode) }, f.Sync} {
		if err == nil {
			err = finish()
		}
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return nil
}
