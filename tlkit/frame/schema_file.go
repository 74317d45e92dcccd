package frame

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"transferlab/tlkit/replace"
)

// A text file does not say what its columns are: dates, categories and names that look like
// numbers are all text. Where reading a file would not give the kinds that were written, a
// schema lies beside it, <file>.schema.json, a Frictionless Data Table Schema with all
// columns in their order.

// schemaFile is the path of the schema beside a file.
func schemaFile(path string) string { return filepath.Clean(path) + ".schema.json" }

// mostSchema bounds a schema file: room for long lists of categories.
const mostSchema = 64 << 20

// readSchemaFile reads the schema beside a file; nil if there is none.
func readSchemaFile(fsys fs.FS, path string) (Schema, error) {
	name := schemaFile(path)
	f, err := openFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	defer f.Close()
	bad := func(err error) error {
		return &ParseError{Source: filepath.Base(name), Err: says(err, "is no schema (%v); mend it, delete it, or set NoSchemaFile", err)}
	}
	b, err := io.ReadAll(io.LimitReader(f, mostSchema+1))
	if err != nil {
		return nil, bad(err)
	}
	if len(b) > mostSchema {
		return nil, bad(says(ErrLimit, "it has more than %d MiB", mostSchema>>20))
	}
	var s Schema
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, bad(err)
	}
	if err := checkTypes(s); err != nil {
		return nil, bad(err)
	}
	return s, nil
}

// writeSchemaFile puts the schema beside a file, if it is needed. One that lies there from
// before is replaced in any case: it would be taken for this table's.
func writeSchemaFile(path string, s Schema, needed bool) error {
	name := schemaFile(path)
	if !needed {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	if err := replace.File(name, b, []byte{'\n'}); err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	return nil
}

// schemaNote says, for people, that a file's kinds come from the schema beside it.
func schemaNote(fsys fs.FS, path string, declared Schema, off bool) string {
	if off || len(declared) > 0 {
		return ""
	}
	name := schemaFile(path)
	stat := os.Stat
	if fsys != nil {
		stat = func(name string) (fs.FileInfo, error) { return fs.Stat(fsys, filepath.ToSlash(name)) }
	}
	if _, err := stat(name); err != nil {
		return ""
	}
	return fmt.Sprintf("with the kinds of %s", filepath.Base(name))
}
