package frame

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"transferlab/tlkit/progress"
)

// A Char is one ASCII character, or none. In JSON it is a text of that character.
type Char rune

// MarshalText writes the character.
func (c Char) MarshalText() ([]byte, error) {
	if c == 0 {
		return nil, nil
	}
	return utf8.AppendRune(nil, rune(c)), nil
}

// UnmarshalText reads one character, or none.
func (c *Char) UnmarshalText(b []byte) error {
	r, n := utf8.DecodeRune(b)
	if n != len(b) || r == utf8.RuneError {
		return fmt.Errorf("frame: %.20q is not one character", b)
	}
	if n == 0 {
		r = 0
	}
	*c = Char(r)
	return nil
}

// CSVOptions say how a table is written in text with separators. The zero value is RFC
// 4180: commas, double quotes, UTF-8, a header row; the kinds of the columns come from
// their values, and only an empty field without quotes is missing.
//
// In JSON they are part of a recipe, so that it knows how its file was read.
type CSVOptions struct {
	// Comma stands between fields. If it is 0, it is a tab in files whose name ends in .tsv or
	// .tab (before .gz or .zst), and a comma in all others. It is always one of ASCII, as are
	// the next two.
	Comma   Char `json:"comma,omitempty"`
	Quote   Char `json:"quote,omitempty"`   // around fields, doubled within them: a double quote if 0. It counts only where a field begins
	NoQuote bool `json:"noQuote,omitempty"` // no character is a quote
	Comment Char `json:"comment,omitempty"` // lines that begin with it are left out; none if 0

	// Encoding is a name in IANA's list: "windows-1252", "utf-16", "shift_jis", "gbk", ….
	// Empty is UTF-8, with or without a byte order mark. What is no text in the encoding is
	// an error, unless Replace is set: then each such place becomes U+FFFD.
	Encoding string `json:"encoding,omitempty"`
	Replace  bool   `json:"replace,omitempty"`

	DecimalComma bool `json:"decimalComma,omitempty"` // 1,5 is one and a half
	Trim         bool `json:"trim,omitempty"`         // blanks and tabs around fields, outside quotes, do not count

	SkipRows int `json:"skipRows,omitempty"` // lines before the header that are passed over
	MaxRows  int `json:"maxRows,omitempty"`  // rows that are read at most; all if 0

	NoHeader bool     `json:"noHeader,omitempty"` // the first line is data; names are column_1, column_2, … or those below
	Names    []string `json:"names,omitempty"`    // the columns' names, in place of those in the header
	// NumberNames mends a header instead of refusing it: a name that stands a second time
	// gets _2, and so on, and an empty one becomes column_1, column_2, … by its place.
	NumberNames bool     `json:"numberNames,omitempty"`
	Columns     []string `json:"columns,omitempty"` // the columns to keep, in this order; all if empty

	// Missing are texts that mean no value, beside the empty one: "NA", "-999". None is
	// assumed. A field in quotes is never missing, unless QuotedMissing is set, as is right
	// for files in which every field has quotes.
	Missing       []string `json:"missing,omitempty"`
	QuotedMissing bool     `json:"quotedMissing,omitempty"`

	// Types declare kinds of columns; the others are inferred. Text keeps what is written;
	// Bool takes true, True, TRUE, 1 and their contraries; Date takes its Format; Category
	// checks its Levels.
	Types Schema `json:"types,omitzero"`
	// InferRows is from how many first rows kinds are inferred: 10 000 if 0. A column whose
	// values are all whole numbers without leading noughts is Int, numbers are Float, true
	// and false (or True, TRUE, …) Bool, and all else Text. A later value that is of
	// another kind is an error; but a column of Int becomes Float if all its values fit.
	// A column without a value in those rows has its kind from all of its values, and is
	// Text if there are none.
	InferRows int `json:"inferRows,omitempty"`
	// NoSchemaFile leaves the file <name>.schema.json alone: it is neither read where no
	// Types are declared, nor written.
	NoSchemaFile bool `json:"noSchemaFile,omitempty"`

	// Limits, against files that are not what they seem. What exceeds one is ErrLimit.
	MaxField   int   `json:"maxField,omitempty"`   // bytes of one field: 16 MiB if 0
	MaxRecord  int   `json:"maxRecord,omitempty"`  // bytes of one record, without the end of its line: 256 MiB if 0, and never more
	MaxColumns int   `json:"maxColumns,omitempty"` // 16 384 if 0, as in spreadsheets
	MaxCells   int64 `json:"maxCells,omitempty"`   // rows times columns: 2^29 if 0, about 10 GB
	MaxBytes   int64 `json:"maxBytes,omitempty"`   // of the decompressed file: 8 GiB if 0
}

// CSVFile is a table in a file of text with separators, described and not yet read.
type CSVFile struct {
	Path    string     `json:"path"`
	Options CSVOptions `json:"options,omitzero"`

	// FS is the file system in which the path lies; nil is the computer's.
	FS fs.FS `json:"-"`
}

// CSV describes a file; nothing is opened. A file that is compressed with gzip or zstd is
// read as what it holds.
func CSV(path string, o CSVOptions) *CSVFile { return &CSVFile{Path: path, Options: o} }

// String says which file it is, and whether its kinds come from the schema beside it.
func (f *CSVFile) String() string {
	s := fmt.Sprintf("CSV file %q", f.Path)
	if note := schemaNote(f.FS, f.Path, f.Options.Types, f.Options.NoSchemaFile); note != "" {
		s += ", " + note
	}
	return s
}

// Read reads the file. What is wrong with it is a [*ParseError], the first in the file.
func (f *CSVFile) Read(ctx context.Context, rep progress.Reporter) (Table, error) {
	form, in, err := f.open(f.Options)
	if err != nil {
		return Table{}, err
	}
	defer in.close()
	return form.read(ctx, rep, in)
}

// open opens the file, and reads the schema beside it if there is one and it counts. The
// caller closes the input.
func (f *CSVFile) open(o CSVOptions) (*csvForm, *input, error) {
	o = o.For(f.Path)
	form, err := o.form()
	if err != nil {
		return nil, nil, err
	}
	form.path = f.Path
	in, err := openInput(f.FS, f.Path, o.input())
	if err != nil {
		return nil, nil, err
	}
	if len(o.Types) == 0 && !o.NoSchemaFile {
		if form.beside, err = readSchemaFile(f.FS, f.Path); err != nil {
			in.close()
			return nil, nil, err
		}
	}
	return form, in, nil
}

// For are the options for a file of this name: Comma is a tab if it is not set and the name
// ends in .tsv or .tab, before .gz or .zst.
func (o CSVOptions) For(path string) CSVOptions {
	name := strings.ToLower(path)
	for _, packed := range []string{".gz", ".zst"} {
		if cut, ok := strings.CutSuffix(name, packed); ok {
			name = cut
			break
		}
	}
	if o.Comma == 0 && (strings.HasSuffix(name, ".tsv") || strings.HasSuffix(name, ".tab")) {
		o.Comma = '\t'
	}
	return o
}

// DecodeCSV reads a table from r, to its end. What is wrong is a [*ParseError].
func DecodeCSV(ctx context.Context, rep progress.Reporter, r io.Reader, o CSVOptions) (Table, error) {
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

var _ Source = (*CSVFile)(nil)

// Defaults, and what no option can exceed.
const (
	defaultInferRows  = 10_000
	defaultMaxField   = 16 << 20
	defaultMaxColumns = 16_384
	defaultMaxCells   = 1 << 29
	defaultMaxBytes   = 8 << 30
	mostRecord        = 1 << 28 // bytes of one record, whose fields' places are kept in 30 bits
)

func (o CSVOptions) input() inputForm {
	return inputForm{encoding: o.Encoding, replace: o.Replace, maxBytes: or(o.MaxBytes, defaultMaxBytes)}
}

// or is v, or the default where v is not given.
func or[N int | int64](v, byDefault N) N {
	if v == 0 {
		return byDefault
	}
	return v
}

// A csvForm is options, made ready and checked.
type csvForm struct {
	CSVOptions
	comma, quote, comment byte
	point                 byte // of numbers
	eol                   byte // ends lines: '\n', or '\r' in files without any
	missing               *markers
	beside                Schema // of the file beside this one
	marks                 bool   // U+FFFD stands where the bytes were no text
	path                  string // of the file; empty for a reader
	blockSize             int
}

// blockSize is how much text is one piece of work: enough that little time goes on the
// seams, and little enough for the second cache.
const blockSize = 1 << 18

// form checks the options and fills in what is not given.
func (o CSVOptions) form() (*csvForm, error) {
	f := &csvForm{CSVOptions: o, comma: ',', quote: '"', point: '.', eol: '\n', blockSize: blockSize}
	for _, c := range []struct {
		name string
		from Char
		to   *byte
	}{{"Comma", o.Comma, &f.comma}, {"Quote", o.Quote, &f.quote}, {"Comment", o.Comment, &f.comment}} {
		if c.from == 0 {
			continue
		}
		letter := c.from|0x20 >= 'a' && c.from|0x20 <= 'z' || c.from >= '0' && c.from <= '9'
		plain := c.from == ' ' || c.from == '\t' || c.from == '+' || c.from == '-' || c.from == '.'
		if c.from >= utf8.RuneSelf || c.from < ' ' && (c.from == '\n' || c.from == '\r') || letter || plain && c.name != "Comma" {
			return nil, fmt.Errorf("frame: %s cannot be %q; use one ASCII character that numbers and words do not hold", c.name, rune(c.from))
		}
		*c.to = byte(c.from)
	}
	if o.NoQuote {
		if o.Quote != 0 {
			return nil, fmt.Errorf("frame: Quote is %q and NoQuote is set; leave one out", rune(o.Quote))
		}
		f.quote = 0
	}
	if f.comma == f.quote || f.comma == f.comment || f.quote == f.comment && f.quote != 0 {
		return nil, fmt.Errorf("frame: Comma %q, Quote %q and Comment %q must differ", f.comma, f.quote, f.comment)
	}
	if o.DecimalComma {
		f.point = ','
	}
	if err := checkAmounts([]amount{{"SkipRows", int64(o.SkipRows)}, {"MaxRows", int64(o.MaxRows)}, {"InferRows", int64(o.InferRows)},
		{"MaxField", int64(o.MaxField)}, {"MaxRecord", int64(o.MaxRecord)}, {"MaxColumns", int64(o.MaxColumns)}, {"MaxCells", o.MaxCells}, {"MaxBytes", o.MaxBytes}}); err != nil {
		return nil, err
	}
	f.InferRows = or(o.InferRows, defaultInferRows)
	f.MaxField = min(or(o.MaxField, defaultMaxField), mostRecord)
	f.MaxRecord = min(or(o.MaxRecord, mostRecord), mostRecord)
	f.MaxColumns = or(o.MaxColumns, defaultMaxColumns)
	f.MaxCells = or(o.MaxCells, defaultMaxCells)
	if name, twice := repeated(o.Names); twice {
		return nil, fmt.Errorf("frame: %w: Names has %.40q twice; give each column its own", ErrShape, name)
	}
	if name, twice := repeated(o.Columns); twice {
		return nil, fmt.Errorf("frame: %w: Columns has %.40q twice; name each once", ErrShape, name)
	}
	f.missing = markersOf(o.Missing)
	return f, checkTypes(o.Types)
}

// An amount is an option that says how many, or how many at most.
type amount struct {
	name string
	n    int64
}

// checkAmounts says which is the first below 0.
func checkAmounts(options []amount) error {
	for _, o := range options {
		if o.n < 0 {
			return fmt.Errorf("frame: %s is %d; give a positive number, or 0 for the default", o.name, o.n)
		}
	}
	return nil
}

// checkTypes says which declared kind cannot be.
func checkTypes(types Schema) error {
	for _, field := range types {
		if kindNames.Check(uint8(field.Kind)) != nil {
			return fmt.Errorf("frame: %w: Types says %v of column %.40q", ErrKind, field.Kind, field.Name)
		}
		if field.Format != "" && field.Kind == Date {
			if _, err := ParseDateFormat(field.Format); err != nil {
				return fmt.Errorf("frame: column %.40q: %w", field.Name, err)
			}
		}
	}
	return nil
}

// blank reports whether Trim takes the byte away.
func (f *csvForm) blank(c byte) bool { return (c == ' ' || c == '\t') && c != f.comma }

// markers are the texts that mean no value.
type markers struct {
	first [256]bool // bytes that one begins with
	all   map[string]struct{}
}

func markersOf(texts []string) *markers {
	texts = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }) // missing anyway
	if len(texts) == 0 {
		return nil
	}
	m := &markers{all: map[string]struct{}{}}
	for _, s := range texts {
		m.first[s[0]] = true
		m.all[s] = struct{}{}
	}
	return m
}

// has reports whether b, which is not empty, is a marker.
func (m *markers) has(b []byte) bool {
	if m == nil || !m.first[b[0]] {
		return false
	}
	_, ok := m.all[string(b)]
	return ok
}
