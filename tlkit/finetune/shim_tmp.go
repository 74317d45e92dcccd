package finetune

import (
	"errors"
	"os"
	"path/filepath"
)

type Store struct{ Dir string }

func (s *Store) get(key string) ([]byte, bool, error) {
	b, err := os.ReadFile(filepath.Join(s.Dir, key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	return b, err == nil, err
}
func (s *Store) put(key string, b []byte) error {
	os.MkdirAll(s.Dir, 0o755)
	f, err := os.CreateTemp(s.Dir, "tmp*")
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		f.Close()
		os.Remove(f.Name())
		return err
	}
	f.Close()
	return os.Rename(f.Name(), filepath.Join(s.Dir, key))
}
