package parquet

import (
	"errors"

	"transferlab/tlkit/internal/enum"
)

// Options says how a file is read. The zero value reads all of it.
type Options struct {
	// Columns are those to read, in this order. Empty means all, in the file's order.
	Columns []string `json:"columns,omitempty"`

	// SkipUnfit leaves out what a table cannot hold: lists, maps, structs, intervals.
	// Otherwise such a column is an error, unless Columns leaves it out.
	SkipUnfit bool `json:"skipUnfit,omitempty"`

	// DecimalText reads DECIMAL columns as text with all their digits. Otherwise they are
	// numbers, and one that has more digits than a number keeps is an error.
	DecimalText bool `json:"decimalText,omitempty"`

	// MaxBytes is the most memory that the table may take. 0 means 8 GiB. A file that
	// declares more is refused before memory is taken.
	MaxBytes int64 `json:"maxBytes,omitempty"`
}

const defaultMaxBytes = 8 << 30

func (o Options) budget() *budget {
	if o.MaxBytes <= 0 {
		return newBudget(defaultMaxBytes)
	}
	return newBudget(o.MaxBytes)
}

// Compression is how the pages of a file are packed.
type Compression uint8

// The compressions. A column that would hardly get smaller is left as it is.
const (
	Snappy       Compression = iota // quick, and read by everything
	Zstd                            // smaller files, for somewhat more time
	Uncompressed                    // none
)

// compressionNames are the names of the format's codecs, in small letters.
var compressionNames = enum.Names{
	Type: "Compression",
	List: []string{"snappy", "zstd", "uncompressed"},
	Err:  errors.New("parquet: no such compression"),
}

// String is the compression's name: "snappy", "zstd" or "uncompressed".
func (c Compression) String() string { return compressionNames.String(uint8(c)) }

// MarshalText writes the name.
func (c Compression) MarshalText() ([]byte, error) { return compressionNames.Marshal(uint8(c)) }

// UnmarshalText reads a name.
func (c *Compression) UnmarshalText(b []byte) error {
	return compressionNames.Unmarshal(b, (*uint8)(c))
}

// WriteOptions says how a file is written. The zero value is what pandas does: snappy, and
// groups of 1 048 576 rows.
type WriteOptions struct {
	Compression Compression `json:"compression,omitzero"` // of the pages; the zero value is Snappy

	// GroupRows is the most rows in a group; 0 means 1 048 576. Readers take groups one by
	// one, so smaller ones need less memory and make a larger file.
	GroupRows int `json:"groupRows,omitempty"`
}
