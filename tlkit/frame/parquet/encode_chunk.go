package parquet

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
)

const (
	pageRows  = 1 << 16 // the most rows in a page
	pageBytes = 1 << 20 // and the most bytes of text, unless one text has more
)

// encoder makes column chunks. It is one goroutine's, and uses its memory again.
type encoder struct {
	pack compressor

	levels []uint8 // of the chunk's rows: 1 where there is a value
	nulls  int
	ints   []int64  // the chunk's values that are not missing, or else
	words  []uint64 // floating-point numbers as bits
	codes  []int32  // or their places in the dictionary

	texts    *textIndex
	numbers  *wordIndex
	body     []byte
	packed   []byte
	runs     []byte
	trial    []byte
	sample   []uint64
	presence []int32
}

// chunk is a column in one row group, ready to be written.
type chunk struct {
	data []byte
	meta format.ColumnMetaData // its offsets count from the chunk's beginning
}

// encoded is the form that the chunk's values got: what a page holds and how.
type encoded struct {
	encoding   format.Encoding // of the data pages
	dictionary []byte          // PLAIN, if there is one
	entries    int
	ends       []int // the row after each page; nil means that pages are of pageRows
	min, max   []byte

	// page appends the values low…high of those that are not missing.
	page func(dst []byte, low, high int) []byte
}

// chunk encodes the rows low…high of a column.
func (e *encoder) chunk(c *writeColumn, low, high int, data []byte) (out *chunk, err error) {
	defer func() { // others wait for this chunk, so it has to end in one way or the other
		if r := recover(); r != nil {
			err = &Error{Column: c.Name, Reason: fmt.Sprintf("the column cannot be written (%v)", r)}
		}
	}()
	var v encoded
	switch c.store {
	case storeInt:
		markMissing(e, c.Ints[low:high])
		v = e.intColumn(c.Ints[low:high])
	case storeFloat:
		v = e.floatColumn(c.Floats[low:high])
	case storeBool:
		markMissing(e, c.Bools[low:high])
		v = e.boolColumn(c.Bools[low:high])
	case storeText:
		markMissing(e, c.Texts[low:high])
		v = e.textColumn(c, c.Texts[low:high])
	default:
		markMissing(e, c.Texts[low:high])
		v = e.dateColumn(c, c.Texts[low:high])
	}
	return e.assemble(c, v, high-low, data[:0])
}

// markMissing writes down which rows have a value.
func markMissing[T frame.Value](e *encoder, cells []frame.Cell[T]) {
	levels := grown(&e.levels, len(cells))
	nulls := 0
	for i := range cells {
		l := uint8(1)
		if cells[i].Null {
			l = 0
			nulls++
		}
		levels[i] = l
	}
	e.nulls = nulls
}

// assemble cuts the values into pages, and packs those if that is worth it.
func (e *encoder) assemble(c *writeColumn, v encoded, rows int, data []byte) (*chunk, error) {
	ends := v.ends
	if ends == nil {
		for at := pageRows; at < rows; at += pageRows {
			ends = append(ends, at)
		}
		ends = append(ends, rows)
	}
	out := &chunk{data: data, meta: format.ColumnMetaData{
		Type: c.physical(), PathInSchema: thrift.Slice[string]{c.Name}, NumValues: int64(rows),
		Codec: format.Uncompressed, Encoding: thrift.Slice[format.Encoding]{format.RLE, v.encoding},
		Statistics: format.Statistics{NullCount: int64(e.nulls), MinValue: v.min, MaxValue: v.max},
	}}
	if v.encoding == format.RLEDictionary {
		out.meta.Encoding = append(out.meta.Encoding, format.Plain)
	}
	worth, size := e.worthPacking(v, ends)
	if worth {
		out.meta.Codec = e.pack.codec()
	}
	out.data = slices.Grow(out.data, size+size/8)
	if v.encoding == format.RLEDictionary {
		h := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(v.entries), Encoding: format.Plain})}
		if err := e.write(out, h, v.dictionary); err != nil {
			return nil, err
		}
	}
	out.meta.DataPageOffset = int64(len(out.data))
	row, value := 0, 0
	for _, end := range ends {
		body, n := e.pageBody(v, row, end, value)
		h := format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
			NumValues: int32(end - row), Encoding: v.encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
			Statistics: format.Statistics{NullCount: int64(end - row - n)}, // which the library writes in any case
		})}
		if err := e.write(out, h, body); err != nil {
			return nil, err
		}
		row, value = end, value+n
	}
	out.meta.TotalCompressedSize = int64(len(out.data))
	return out, nil
}

// pageBody makes the body of the page with the rows low…high, whose first value is the one
// numbered value. n is how many it has.
func (e *encoder) pageBody(v encoded, low, high, value int) (body []byte, n int) {
	n = high - low
	b := append(e.body[:0], 0, 0, 0, 0)
	if e.nulls == 0 {
		b = append(binary.AppendUvarint(b, uint64(n)<<1), 1)
	} else {
		levels := e.levels[low:high]
		n = 0
		for _, l := range levels {
			n += int(l)
		}
		e.runs, _ = (&rle.Encoding{BitWidth: 1}).EncodeLevels(e.runs, levels)
		b = append(b, e.runs...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-4))
	b = v.page(b, value, value+n)
	e.body = b
	return b, n
}

// worthPacking packs the dictionary and two pages for trial: what is as large afterwards is
// quicker to read as it is. size is about how many bytes the chunk will have.
func (e *encoder) worthPacking(v encoded, ends []int) (worth bool, size int) {
	before, after := 0, 0
	try := func(b []byte, times int) {
		if e.pack.how == Uncompressed {
			before += len(b) * times
			after = before
			return
		}
		packed, err := e.pack.encode(e.trial, b)
		if err != nil {
			return
		}
		e.trial = packed
		before += len(b) * times
		after += len(packed) * times
	}
	if v.dictionary != nil {
		try(v.dictionary, 1)
	}
	middle := len(ends) / 2
	first, _ := e.pageBody(v, 0, ends[0], 0)
	try(first, len(ends)-middle)
	if middle > 0 {
		value := ends[middle-1]
		if e.nulls > 0 {
			value = 0
			for _, l := range e.levels[:ends[middle-1]] {
				value += int(l)
			}
		}
		body, _ := e.pageBody(v, ends[middle-1], ends[middle], value)
		try(body, middle)
	}
	if after < before-before/16 {
		return true, after
	}
	return false, before
}

// write appends a page to the chunk.
func (e *encoder) write(c *chunk, h format.PageHeader, body []byte) error {
	if len(body) > math.MaxInt32 {
		return &Error{Column: c.meta.PathInSchema[0], Kind: frame.ErrLimit, Reason: fmt.Sprintf("one page of it would have %d bytes, and the format allows %d; shorten its texts", len(body), math.MaxInt32)}
	}
	packed := body
	if c.meta.Codec != format.Uncompressed {
		var err error
		if packed, err = e.pack.encode(e.packed, body); err != nil {
			return err
		}
		e.packed = packed
	}
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(body)), int32(len(packed))
	h.CRC = int32(crc32.ChecksumIEEE(packed))
	head, err := thrift.Marshal(&protocol, &h)
	if err != nil {
		return &Error{Reason: "a page's header cannot be written", Err: err}
	}
	c.data = append(append(c.data, head...), packed...)
	c.meta.TotalUncompressedSize += int64(len(head) + len(body))
	return nil
}

// coded is the form of a chunk whose values stand in a dictionary.
func (e *encoder) coded(codes []int32, dictionary []byte, entries int) encoded {
	width := max(1, bits.Len(uint(max(entries, 1)-1)))
	enc := &rle.Encoding{BitWidth: width}
	return encoded{
		encoding: format.RLEDictionary, dictionary: dictionary, entries: entries,
		page: func(dst []byte, low, high int) []byte {
			e.runs, _ = enc.EncodeInt32(e.runs, codes[low:high])
			return append(append(dst, byte(width)), e.runs...)
		},
	}
}
