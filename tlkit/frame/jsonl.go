package frame

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"transferlab/tlkit/progress"
)

// JSONOptions say how a table is read from JSON lines: one object a line, whose keys are
// the columns, in the order in which they first appear. null and a key that is not there
// are missing. A file that is one array of objects is read as well; in its errors a line is
// an element of the array.
//
// Kinds come from all values, by their JSON types: numbers without point and exponent are
// Int, numbers are Float, and what a float64 or an int cannot hold exactly is an error.
type JSONOptions struct {
	Columns []string `json:"columns,omitempty"` // the columns to keep, in this order; all if empty

	// Types declare kinds of columns. Text takes numbers and truth values as they are
	// written; Int, Float and Bool take texts that are such ("inf" too); Date takes its
	// Format; Category checks its Levels.
	Types Schema `json:"types,omitzero"`

	Missing    []string `json:"missing,omitempty"`    // texts that mean no value; none is assumed
	KeepNested bool     `json:"keepNested,omitempty"` // objects and arrays within become text, as they are written; else they are an error
	MaxRows    int      `json:"maxRows,omitempty"`    // rows that are read at most; all if 0

	// Encoding and Replace are as in [CSVOptions]. Replace also puts U+FFFD in place of
	// half a surrogate pair.
	Encoding string `json:"encoding,omitempty"`
	Replace  bool   `json:"replace,omitempty"`

	// NoSchemaFile leaves the file <name>.schema.json alone: it is neither read where no
	// Types are declared, nor written.
	NoSchemaFile bool `json:"noSchemaFile,omitempty"`

	// Limits, against files that are not what they seem. What exceeds one is ErrLimit.
	MaxLine    int   `json:"maxLine,omitempty"`    // bytes of one line: 64 MiB if 0
	MaxColumns int   `json:"maxColumns,omitempty"` // 16 384 if 0
	MaxCells   int64 `json:"maxCells,omitempty"`   // rows times columns: 2^29 if 0
	MaxBytes   int64 `json:"maxBytes,omitempty"`   // of the decompressed file: 8 GiB if 0
}

// JSONFile is a table in a file of JSON lines, described and not yet read.
type JSONFile struct {
	Path    string      `json:"path"`
	Options JSONOptions `json:"options,omitzero"`

	// FS is the file system in which the path lies; nil is the computer's.
	FS fs.FS `json:"-"`
}

// JSONLines describes a file; nothing is opened. A file that is compressed with gzip or
// zstd is read as what it holds.
func JSONLines(path string, o JSONOptions) *JSONFile { return &JSONFile{Path: path, Options: o} }

// String says which file it is, and whether its kinds come from the schema beside it.
func (f *JSONFile) String() string {
	s := fmt.Sprintf("JSON lines in %q", f.Path)
	if note := schemaNote(f.FS, f.Path, f.Options.Types, f.Options.NoSchemaFile); note != "" {
		s += ", " + note
	}
	return s
}

// Read reads the file. What is wrong with it is a [*ParseError], the first in the file.
func (f *JSONFile) Read(ctx context.Context, rep progress.Reporter) (Table, error) {
	form, err := f.Options.form()
	if err != nil {
		return Table{}, err
	}
	in, err := openInput(f.FS, f.Path, f.Options.input())
	if err != nil {
		return Table{}, err
	}
	defer in.close()
	if len(f.Options.Types) == 0 && !f.Options.NoSchemaFile {
		if form.Types, err = readSchemaFile(f.FS, f.Path); err != nil {
			return Table{}, err
		}
	}
	return form.read(ctx, rep, in)
}

// DecodeJSONLines reads a table from r, to its end. What is wrong is a [*ParseError].
func DecodeJSONLines(ctx context.Context, rep progress.Reporter, r io.Reader, o JSONOptions) (Table, error) {
	form, err := o.form()
	if err != nil {
		return Table{}, err
	}
	in, err := newInput(r, "", sizeOf(r), o.input())
	if err != nil {
		return Table{}, err
	}
	defer in.close()
	return form.read(ctx, rep, in)
}

var _ Source = (*JSONFile)(nil)

const defaultMaxLine = 64 << 20

func (o JSONOptions) input() inputForm {
	return inputForm{encoding: o.Encoding, replace: o.Replace, maxBytes: or(o.MaxBytes, defaultMaxBytes)}
}

// A jsonForm is options, made ready and checked. It cuts text into lines.
type jsonForm struct {
	JSONOptions
	missing   *markers
	marks     bool // U+FFFD stands where the bytes were no text
	blockSize int
}

func (o JSONOptions) form() (*jsonForm, error) {
	f := &jsonForm{JSONOptions: o, missing: markersOf(o.Missing), blockSize: blockSize}
	if err := checkAmounts([]amount{{"MaxRows", int64(o.MaxRows)}, {"MaxLine", int64(o.MaxLine)}, {"MaxColumns", int64(o.MaxColumns)},
		{"MaxCells", o.MaxCells}, {"MaxBytes", o.MaxBytes}}); err != nil {
		return nil, err
	}
	f.MaxLine = min(or(o.MaxLine, defaultMaxLine), mostRecord)
	f.MaxColumns = or(o.MaxColumns, defaultMaxColumns)
	f.MaxCells = or(o.MaxCells, defaultMaxCells)
	if name, twice := repeated(o.Columns); twice {
		return nil, fmt.Errorf("frame: %w: Columns has %.40q twice; name each once", ErrShape, name)
	}
	return f, checkTypes(o.Types)
}

func (f *jsonForm) ending() byte { return '\n' }
func (f *jsonForm) pieces() int  { return f.blockSize }

// lastEnd is the last end of a line: JSON has none within a text.
func (f *jsonForm) lastEnd(text []byte, _ bool) (cut, open int) {
	return bytes.LastIndexByte(text, '\n') + 1, -1
}

func (f *jsonForm) checkPartial(_ []byte, n int, _ bool) error {
	if n > f.MaxLine {
		return f.longLine(0)
	}
	return nil
}

func (f *jsonForm) longLine(pos int) *fault {
	return &fault{pos: pos, err: says(ErrLimit, "the line is longer than %d bytes; is each object on a line of its own? If it is meant, raise MaxLine", f.MaxLine)}
}

// keeps reports whether a column is kept.
func (f *jsonForm) keeps(name string) bool {
	return len(f.Columns) == 0 || slices.Contains(f.Columns, name)
}
