package keras

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"transferlab/tlkit/zoo/hdf5"
)

// The files of an archive that are looked at. Others, such as those in assets/, are not.
const (
	configFile   = "config.json"
	metadataFile = "metadata.json"
	weightsFile  = "model.weights.h5"
	arraysFile   = "model.weights.npz"
)

// archive reads an Archive.
func (w *Weights) archive(r io.ReaderAt, size int64, limits Limits) error {
	w.Form = Archive
	members, err := openZip(r, size, limits)
	if err != nil {
		return err
	}
	metadata, err := members.json(metadataFile, limits)
	if err != nil {
		return err
	}
	var m struct {
		Version string `json:"keras_version"`
	}
	if err := json.Unmarshal(metadata, &m); err != nil {
		return fmt.Errorf("%s: %w: %w", metadataFile, ErrFormat, err)
	}
	w.Version = m.Version
	config, err := members.json(configFile, limits)
	if err != nil {
		return err
	}
	known, err := parseConfig(config, configFile, limits)
	if err != nil {
		return err
	}
	f, err := members.weights(r, size, limits)
	if err != nil {
		return fmt.Errorf("%s: %w", weightsFile, sound(err))
	}
	if err := w.bare(f.Root(), known, limits); err != nil {
		return fmt.Errorf("%s: %w", weightsFile, err)
	}
	w.Model = known.name
	return nil
}

// members are the files of an archive by their names.
type members map[string]*zip.File

func openZip(r io.ReaderAt, size int64, limits Limits) (members, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(z.File) > limits.Members {
		return nil, fmt.Errorf("%d files in the archive: %w (Limits.Members)", len(z.File), ErrLimit)
	}
	m := members{}
	for _, f := range z.File {
		switch {
		case !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) || strings.Contains(f.Name, `\`):
			return nil, fmt.Errorf("a file called %.100q in the archive: %w", f.Name, ErrFormat)
		case m[f.Name] != nil:
			return nil, fmt.Errorf("two files called %.100q in the archive: %w", f.Name, ErrFormat)
		}
		m[f.Name] = f
	}
	return m, nil
}

// find gives a file of the archive.
func (m members) find(name string) (*zip.File, error) {
	f := m[name]
	switch {
	case f == nil && name == weightsFile && m[arraysFile] != nil:
		return nil, fmt.Errorf("weights as %s: %w", arraysFile, ErrUnsupported)
	case f == nil:
		return nil, fmt.Errorf("the archive has no %s: %w", name, ErrFormat)
	case f.Flags&1 != 0:
		return nil, fmt.Errorf("%s is encrypted: %w", name, ErrUnsupported)
	}
	return f, nil
}

func (m members) json(name string, limits Limits) ([]byte, error) {
	f, err := m.find(name)
	if err != nil {
		return nil, err
	}
	b, err := unpack(f, limits.JSON, "Limits.JSON")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// unpack reads a whole file, which may have most bytes; limit is the name of that.
func unpack(f *zip.File, most int64, limit string) ([]byte, error) {
	if f.UncompressedSize64 > uint64(most) {
		return nil, fmt.Errorf("%d bytes, more than %d: %w (%s)", f.UncompressedSize64, most, ErrLimit, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	defer func() { _ = r.Close() }()
	var b bytes.Buffer // grows with what is there, not with what the directory says
	if _, err := io.Copy(&b, io.LimitReader(r, int64(f.UncompressedSize64)+1)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if uint64(b.Len()) != f.UncompressedSize64 {
		return nil, fmt.Errorf("%d bytes, its directory says %d: %w", b.Len(), f.UncompressedSize64, ErrFormat)
	}
	return b.Bytes(), nil
}

// weights opens the HDF5 file: where it lies, or unpacked in memory if it is compressed,
// which Keras does not do.
func (m members) weights(r io.ReaderAt, size int64, limits Limits) (*hdf5.File, error) {
	f, err := m.find(weightsFile)
	if err != nil {
		return nil, err
	}
	if f.Method != zip.Store {
		b, err := unpack(f, limits.Inflated, "Limits.Inflated")
		if err != nil {
			return nil, err
		}
		return hdf5.New(bytes.NewReader(b), int64(len(b)), limits.HDF5)
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	n := f.UncompressedSize64
	if n != f.CompressedSize64 || at > size || n > uint64(size-at) {
		return nil, fmt.Errorf("%d bytes at byte %d of an archive of %d: %w", n, at, size, errors.Join(ErrFormat, io.ErrUnexpectedEOF))
	}
	return hdf5.New(io.NewSectionReader(r, at, int64(n)), int64(n), limits.HDF5)
}
