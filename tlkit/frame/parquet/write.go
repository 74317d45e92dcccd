package parquet

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/replace"
)

// createdBy is how the file says what wrote it, in the form that readers parse.
const createdBy = "tlkit version 1.0.0"

const (
	defaultGroupRows = 1 << 20
	groupBytes       = 256 << 20 // of text in a group, so that a group fits into memory
	blockRows        = 1 << 10   // groups end after a multiple of these
)

// Write writes the table to the file at path, which is replaced as a whole or left as it was.
// The same table gives the same bytes on every machine. Errors are an [*Error]; one of the
// file system is passed on within.
func Write(path string, t frame.Table, o WriteOptions) error {
	err := replace.With(path, func(w io.Writer) error {
		return encode(context.Background(), nil, w, t, o, "")
	})
	if e, ok := err.(*Error); ok {
		return in(e, path, "")
	}
	if err != nil {
		return &Error{Path: path, Reason: "the file cannot be written", Err: err}
	}
	return nil
}

// Encode writes the table to w, as [Write] does to a file, and can be followed and stopped.
// What w has got by then is no file.
func Encode(ctx context.Context, rep progress.Reporter, w io.Writer, t frame.Table, o WriteOptions) error {
	return encode(ctx, rep, w, t, o, "table")
}

func encode(ctx context.Context, rep progress.Reporter, w io.Writer, t frame.Table, o WriteOptions, name string) (err error) {
	all, err := t.Columns()
	if err != nil {
		return err
	}
	if o.Compression > Uncompressed || o.GroupRows < 0 {
		return &Error{Kind: frame.ErrKind, Reason: fmt.Sprintf("compression %d with groups of %d rows; use Snappy, Zstd or Uncompressed, and a number that is not negative", o.Compression, o.GroupRows)}
	}
	if err := checkNames(all); err != nil {
		return err
	}
	cols := make([]*writeColumn, len(all))
	if err := parallel.Each(ctx, len(all), func(i int) { cols[i] = prepare(all[i]) }); err != nil {
		return err
	}
	ends, err := groupEnds(ctx, cols, t.Nrow(), o.GroupRows)
	if err != nil {
		return err
	}
	f := &file{w: w, rows: t.Nrow(), cols: cols, ends: ends, o: o, tick: ticker(rep, "write "+name, int64(t.Nrow())*int64(len(cols)))}
	if err := f.write([]byte(magic)); err != nil {
		return err
	}
	if err := f.chunks(ctx); err != nil {
		return err
	}
	return f.footer(t.Schema)
}

// checkNames says which names or levels a file cannot keep.
func checkNames(cols []frame.Column) error {
	seen := make(map[string]bool, len(cols))
	for _, c := range cols {
		if seen[c.Name] {
			return &Error{Column: c.Name, Kind: frame.ErrShape, Reason: "two columns have this name; rename one"}
		}
		seen[c.Name] = true
		if !utf8.ValidString(c.Name) {
			return &Error{Column: c.Name, Kind: frame.ErrKind, Reason: "the name is not UTF-8; rename the column"}
		}
		for _, l := range c.Levels {
			if !utf8.ValidString(l) {
				return &Error{Column: c.Name, Kind: frame.ErrKind, Reason: fmt.Sprintf("its level %.40q is not UTF-8; give the column other levels, or none", l)}
			}
		}
	}
	return nil
}

// groupEnds finds the row after each row group: no more rows than asked for, and no more text
// than fits into memory beside the table.
func groupEnds(ctx context.Context, cols []*writeColumn, rows, most int) ([]int, error) {
	if most == 0 {
		most = defaultGroupRows
	}
	sizes := make([]int, (rows+blockRows-1)/blockRows)
	err := parallel.Chunks(ctx, rows, blockRows, func(block, low, high int) {
		for _, c := range cols {
			if c.store == storeText {
				for i := range c.Texts[low:high] {
					sizes[block] += len(c.Texts[low+i].Value)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var ends []int
	start, size := 0, 0
	for at := 0; at < rows; {
		next := min(at+blockRows, start+most, rows)
		if size += sizes[at/blockRows]; size > groupBytes && at > start {
			ends = append(ends, at)
			start, size = at, 0
			continue
		}
		if at = next; at-start == most || at == rows {
			ends = append(ends, at)
			start, size = at, 0
		}
	}
	return ends, nil
}

// file is a file that is being written.
type file struct {
	w      io.Writer
	at     int64
	rows   int
	cols   []*writeColumn
	ends   []int
	o      WriteOptions
	groups []format.RowGroup
	tick   func(int64)
}

func (f *file) write(b []byte) error {
	n, err := f.w.Write(b)
	f.at += int64(n)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

// chunks encodes every column of every row group, several at a time, and writes them in
// their order.
func (f *file) chunks(ctx context.Context) error {
	f.groups = make([]format.RowGroup, len(f.ends))
	start := 0
	for g, end := range f.ends {
		f.groups[g] = format.RowGroup{NumRows: int64(end - start), Columns: make([]format.ColumnChunk, 0, len(f.cols)), FileOffset: int64(len(magic)), Ordinal: int16(g)}
		start = end
	}
	if len(f.ends) > 1<<15-1 {
		return &Error{Kind: frame.ErrLimit, Reason: fmt.Sprintf("%d groups of rows, and the format allows %d; raise GroupRows", len(f.ends), 1<<15-1)}
	}
	n := len(f.cols)
	q := newSequence(2*runtime.GOMAXPROCS(0)+4, func(i int, c *chunk) error { return f.put(i/max(n, 1), c) })
	encoders := sync.Pool{New: func() any { return &encoder{pack: compressor{how: f.o.Compression}} }}
	err := parallel.Each(ctx, len(f.ends)*n, func(i int) {
		g, low := i/n, 0
		if g > 0 {
			low = f.ends[g-1]
		}
		c, high := f.cols[i%n], f.ends[g]
		if q.failed() {
			return
		}
		e := encoders.Get().(*encoder)
		defer encoders.Put(e)
		out, err := e.chunk(c, low, high, q.buffer())
		q.put(i, out, err)
		f.tick(int64(high - low))
	})
	if q.err != nil {
		return q.err
	}
	return err
}

// put writes a chunk, and notes where it is.
func (f *file) put(group int, c *chunk) error {
	g := &f.groups[group]
	if len(g.Columns) == 0 {
		g.FileOffset = f.at
	}
	m := c.meta
	if m.DataPageOffset > 0 {
		m.DictionaryPageOffset = f.at
	}
	m.DataPageOffset += f.at
	g.Columns = append(g.Columns, format.ColumnChunk{MetaData: m})
	g.TotalByteSize += m.TotalUncompressedSize
	g.TotalCompressedSize += m.TotalCompressedSize
	return f.write(c.data)
}

// footer writes the metadata and the file's end.
func (f *file) footer(schema frame.Schema) error {
	names, bytes := make([]string, len(f.cols)), []string(nil)
	meta := format.FileMetaData{
		Version: 2, NumRows: int64(f.rows), RowGroups: f.groups, CreatedBy: createdBy,
		Schema: []format.SchemaElement{{Name: "schema", NumChildren: thrift.New(int32(len(f.cols)))}},
	}
	for i, c := range f.cols {
		names[i] = c.Name
		if c.binary() {
			bytes = append(bytes, c.Name)
		}
		meta.Schema = append(meta.Schema, c.element())
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	own, err := json.Marshal(schema.Only(names...))
	if err != nil {
		return &Error{Kind: frame.ErrKind, Reason: "the schema cannot be kept", Err: err}
	}
	meta.KeyValueMetadata = []format.KeyValue{{Key: SchemaKey, Value: string(own)}, {Key: arrowKey, Value: arrowSchemaOf(f.cols)}}
	if len(bytes) > 0 {
		list, err := json.Marshal(bytes)
		if err != nil {
			return &Error{Kind: frame.ErrKind, Reason: "the schema cannot be kept", Err: err}
		}
		meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: bytesKey, Value: string(list)})
	}
	raw, err := thrift.Marshal(&protocol, &meta)
	if err != nil {
		return &Error{Reason: "the metadata cannot be written", Err: err}
	}
	// pyarrow reads no text of metadata that is longer than 100 million bytes.
	if len(own) > 50<<20 {
		return &Error{Kind: frame.ErrLimit, Reason: fmt.Sprintf("the schema takes %d bytes, and may take %d; a category with so many levels is better kept as text", len(own), 50<<20)}
	}
	raw = binary.LittleEndian.AppendUint32(raw, uint32(len(raw)))
	return f.write(append(raw, magic...))
}
