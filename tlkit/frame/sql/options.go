package sql

import (
	"transferlab/tlkit/frame"
)

// Options say what there is to ask, and what asking may take. The zero value knows no files
// and takes half of the machine's memory.
type Options struct {
	// Files are the only ones that queries can read.
	Files []File `json:"files,omitempty"`

	// MemoryLimit is the memory that DuckDB may take, in bytes; what does not fit goes to
	// TempDir while a query runs. 0 means half of what the machine has.
	MemoryLimit int64 `json:"memoryLimit,omitempty"`

	// Threads is how many of them work on a query; 0 means one for each processor.
	Threads int `json:"threads,omitempty"`

	// TempDir is the folder in which a private one is made, and removed by Close. Empty
	// means the system's.
	TempDir string `json:"tempDir,omitempty"`

	// MaxTemp is the most that goes to TempDir, in bytes. 0 means 64 GiB.
	MaxTemp int64 `json:"maxTemp,omitempty"`

	// MaxBytes is the most memory that the table of a result may take, beside DuckDB's. 0
	// means 8 GiB. A larger result is an error that is frame.ErrLimit.
	MaxBytes int64 `json:"maxBytes,omitempty"`

	// MaxRows is the most rows that a result may have; 0 means as many as fit into MaxBytes.
	MaxRows int `json:"maxRows,omitempty"`
}

// File is a file that queries know as a table.
type File struct {
	// Name is what queries call it. Empty means the file's name without its endings:
	// trips.csv.gz is trips.
	Name string `json:"name,omitempty"`

	// Path is where the file is. Its ending says what it is: .parquet or .pq, .jsonl,
	// .ndjson or .json, and everything else is text with separators. It is one file: the
	// characters that mean many to DuckDB mean themselves.
	Path string `json:"path"`

	// More are further files of the same form, whose rows come after those of Path.
	More []string `json:"more,omitempty"`

	// CSV says how text with separators is read; its kinds, its missing markers and its
	// names are those of package frame. Of the encodings, DuckDB knows UTF-8, UTF-16 and
	// ISO 8859-1. Trim and Replace are not known.
	CSV frame.CSVOptions `json:"csv,omitzero"`

	// Plain leaves alone what a Parquet file written by package parquet says of its
	// categories: they are text then.
	Plain bool `json:"plain,omitempty"`
}

const (
	defaultMaxBytes = 8 << 30
	defaultMaxTemp  = 64 << 30
)

func (o Options) maxBytes() int64 {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return defaultMaxBytes
}
