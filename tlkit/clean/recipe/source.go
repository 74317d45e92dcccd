package recipe

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
	"transferlab/tlkit/progress"
)

// Source says how a table is read. The path is relative to a folder that is given when it
// is read, and never leads out of it. The zero value says nothing.
type Source struct {
	Path   string `json:"path,omitempty"`   // with slashes, within the folder
	Format Format `json:"format,omitempty"` // empty: by the path's ending; CSV where that says nothing

	CSV     frame.CSVOptions  `json:"csv,omitzero"`
	JSON    frame.JSONOptions `json:"json,omitzero"`
	Parquet parquet.Options   `json:"parquet,omitzero"`
}

// Format is what a file is.
type Format string

// The formats.
const (
	CSV       Format = "csv" // TSV too: by CSVOptions, or where .tsv stands in the path
	JSONLines Format = "jsonl"
	Parquet   Format = "parquet"
)

func (s Source) zero() bool { return reflect.ValueOf(s).IsZero() }

// String is the path and the format.
func (s Source) String() string {
	if s.zero() {
		return "nowhere in particular"
	}
	return fmt.Sprintf("%s file %s", s.format(), quoted(s.Path))
}

func (s Source) format() Format {
	if s.Format != "" {
		return s.Format
	}
	name := strings.ToLower(path.Base(s.Path))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	switch path.Ext(name) {
	case ".parquet":
		return Parquet
	case ".jsonl", ".ndjson":
		return JSONLines
	}
	return CSV
}

// check says what is wrong with the source by itself.
func (s Source) check() error {
	if s.zero() {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(s.Path)) || strings.ContainsAny(s.Path, "\\\x00") {
		return option("the path %.80q; give the path of a file within the folder, without \"..\" and not from the root", s.Path)
	}
	switch s.Format {
	case "", CSV, JSONLines, Parquet:
		return nil
	}
	return option("the format %.40q; it is %q, %q or %q", string(s.Format), CSV, JSONLines, Parquet)
}

// Read reads the table from the folder. Neither the path nor symbolic links lead out of it.
// A schema that lies beside a file of text, as frame.WriteCSV writes it, counts.
func (s Source) Read(ctx context.Context, rep progress.Reporter, folder string) (frame.Table, error) {
	if s.zero() {
		return frame.Table{}, fmt.Errorf("recipe: %w: the recipe does not say which file the table is read from; read it yourself", ErrOption)
	}
	if err := s.check(); err != nil {
		return frame.Table{}, fmt.Errorf("recipe: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return frame.Table{}, fmt.Errorf("recipe: %w", err)
	}
	defer root.Close()
	files := plainFiles{root}
	name := path.Clean(s.Path)
	switch s.format() {
	case Parquet:
		f, size, err := files.open(name)
		if err != nil {
			return frame.Table{}, fmt.Errorf("recipe: %w", err)
		}
		defer f.Close()
		return parquet.Decode(ctx, rep, f, size, s.Parquet)
	case JSONLines:
		return (&frame.JSONFile{Path: name, Options: s.JSON, FS: files}).Read(ctx, rep)
	}
	o := s.CSV
	if o.Comma == 0 && strings.Contains(strings.ToLower(path.Base(name)), ".tsv") {
		o.Comma = '\t'
	}
	return (&frame.CSVFile{Path: name, Options: o, FS: files}).Read(ctx, rep)
}

// plainFiles are the plain files of a folder.
type plainFiles struct{ root *os.Root }

func (p plainFiles) Open(name string) (fs.File, error) {
	f, _, err := p.open(name)
	return f, err
}

// open opens a file and says how long it is.
func (p plainFiles) open(name string) (f *os.File, size int64, err error) {
	// What is no plain file – a pipe, a device – could block when it is opened.
	if st, err := p.root.Stat(name); err != nil {
		return nil, 0, err
	} else if !st.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is no plain file", name)
	}
	if f, err = p.root.Open(name); err != nil {
		return nil, 0, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, st.Size(), nil
}
