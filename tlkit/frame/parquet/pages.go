package parquet

import (
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// page is one page of a column, unpacked.
type page struct {
	kind     format.PageType
	encoding format.Encoding
	values   int    // rows, or entries of a dictionary
	levels   []byte // which rows have a value; nil where all have
	body     []byte
}

// pages reads the pages of one column chunk one after the other, through a window of the
// file that is no larger than a page needs.
type pages struct {
	r       io.ReaderAt
	at, end int64 // of the file, still to be read into the window
	view    []byte
	codec   format.CompressionCodec
	leaf    *leaf
	s       *scratch
	header  format.PageHeader
	reader  thrift.BytesReader
	decoder *thrift.Decoder
}

const (
	windowSize    = 1 << 20 // a read from the disk
	maxPageHeader = 1 << 24 // they hold statistics, which are values
)

// open finds a chunk in the file, whose data end at end.
func (l *leaf) open(r io.ReaderAt, c *format.ColumnChunk, end int64, s *scratch) (*pages, error) {
	m := &c.MetaData
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 && m.DictionaryPageOffset < start {
		start = m.DictionaryPageOffset
	}
	switch {
	case c.FilePath != "":
		return nil, unsupported("its values are in another file, %.40q; write it as one file", c.FilePath)
	case c.CryptoMetadata.Value != nil || len(c.EncryptedColumnMetadata) > 0:
		return nil, unsupported("it is encrypted; decrypt it first, or leave it out of Options.Columns")
	case m.Type != l.physical:
		return nil, damaged("its values are %v in one place and %v in another", l.physical, m.Type)
	case start < int64(len(magic)) || m.TotalCompressedSize < 0 || start > end || m.TotalCompressedSize > end-start:
		return nil, damaged("its bytes %d to %d are outside of the file's data", start, start+m.TotalCompressedSize)
	}
	p := &pages{r: r, at: start, end: start + m.TotalCompressedSize, codec: m.Codec, leaf: l, s: s}
	p.reader = protocol.NewReaderFromBytes(nil)
	p.decoder = thrift.NewDecoder(p.reader)
	return p, nil
}

// see makes the window at least n bytes long, or as long as the chunk still is.
func (p *pages) see(n int) error {
	if n <= len(p.view) || p.at == p.end {
		return nil
	}
	more := min(max(int64(n-len(p.view)), windowSize), p.end-p.at)
	rest := p.view
	if need := len(rest) + int(more); need > cap(p.s.window) {
		if err := p.s.memory.take(int64(need-cap(p.s.window)), "a page"); err != nil {
			return err
		}
		p.s.window = append(make([]byte, 0, need), rest...)
	} else {
		p.s.window = p.s.window[:copy(p.s.window[:cap(p.s.window)], rest)]
	}
	have := len(p.s.window)
	p.s.window = p.s.window[:have+int(more)]
	if err := readAt(p.r, p.s.window[have:], p.at); err != nil {
		return err
	}
	p.at += more
	p.view = p.s.window
	return nil
}

// next gives the next page; ok is false after the last. What it holds is good until the next
// call, the body of a page of text for ever.
func (p *pages) next() (pg page, ok bool, err error) {
	if len(p.view) == 0 && p.at == p.end {
		return page{}, false, nil
	}
	if err := p.readHeader(); err != nil {
		return page{}, false, err
	}
	h := &p.header
	packed, unpacked := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	if packed < 0 || unpacked < 0 || packed > int64(len(p.view))+p.end-p.at {
		return page{}, false, damaged("a page of %d bytes is cut", packed)
	}
	if err := p.see(int(packed)); err != nil {
		return page{}, false, err
	}
	body := p.view[:packed]
	p.view = p.view[packed:]
	if h.CRC != 0 && uint32(h.CRC) != crc32.ChecksumIEEE(body) {
		return page{}, false, damaged("a page's checksum is wrong")
	}
	pg.kind = h.Type
	if pg.kind == format.DataPageV2 {
		err = p.second(&pg, body, unpacked)
	} else {
		err = p.first(&pg, body, unpacked)
	}
	return pg, err == nil, err
}

// readHeader reads the header of a page, whose length nothing tells before.
func (p *pages) readHeader() error {
	all := len(p.view) + int(min(p.end-p.at, maxPageHeader))
	for size := min(1<<10, all); ; size = min(4*size, all) {
		if err := p.see(size); err != nil {
			return err
		}
		n, _, whole := walkStruct(p.view[:size], 1<<20)
		if !whole {
			if size < all {
				continue
			}
			return damaged("the header of a page is not whole")
		}
		p.header = format.PageHeader{}
		p.reader.ResetBytes(p.view[:n])
		if err := p.decoder.Decode(&p.header); err != nil {
			e := damaged("the header of a page cannot be read")
			e.Err = err
			return e
		}
		p.view = p.view[n:]
		return nil
	}
}

// first is a page of the first form, where levels and values are packed together.
func (p *pages) first(pg *page, body []byte, unpacked int64) (err error) {
	h := &p.header
	switch {
	case h.Type == format.DictionaryPage && h.DictionaryPageHeader.Valid:
		pg.values, pg.encoding = int(h.DictionaryPageHeader.V.NumValues), h.DictionaryPageHeader.V.Encoding
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		pg.values, pg.encoding = int(h.DataPageHeader.V.NumValues), h.DataPageHeader.V.Encoding
	default:
		return nil // an index, or something newer: nothing that is needed
	}
	if pg.body, err = p.unpacked(body, unpacked); err != nil {
		return err
	}
	if pg.kind == format.DataPage && p.leaf.optional {
		if h.DataPageHeader.V.DefinitionLevelEncoding != format.RLE {
			return unsupported("its levels are in the encoding %v, which is not read here; write the file again with a newer program", h.DataPageHeader.V.DefinitionLevelEncoding)
		}
		pg.levels, pg.body, err = prefixed(pg.body)
	}
	return err
}

// second is a page of the second form, whose levels stand before the values and are not packed.
func (p *pages) second(pg *page, body []byte, unpacked int64) (err error) {
	h := &p.header.DataPageHeaderV2.V
	if !p.header.DataPageHeaderV2.Valid {
		return damaged("a page lacks its header")
	}
	repetition, definition := int64(h.RepetitionLevelsByteLength), int64(h.DefinitionLevelsByteLength)
	if repetition < 0 || definition < 0 || repetition+definition > min(int64(len(body)), unpacked) {
		return damaged("a page's levels are longer than the page")
	}
	pg.values, pg.encoding = int(h.NumValues), h.Encoding
	if p.leaf.optional {
		pg.levels = body[repetition : repetition+definition]
	}
	body, unpacked = body[repetition+definition:], unpacked-repetition-definition
	if h.IsCompressed.Valid && !h.IsCompressed.V {
		codec := p.codec
		p.codec = format.Uncompressed
		defer func() { p.codec = codec }()
	}
	pg.body, err = p.unpacked(body, unpacked)
	return err
}

// unpacked is the page as it was before it was packed. Texts share its memory, so a page of
// texts is in memory of its own.
func (p *pages) unpacked(body []byte, size int64) ([]byte, error) {
	m := most(p.codec)
	switch {
	case p.codec == format.Uncompressed && size != int64(len(body)):
		return nil, damaged("a page has %d bytes, and should have %d", len(body), size)
	case m > 0 && size > m*(int64(len(body))+64):
		return nil, damaged("a page of %d bytes cannot become the %d that it should", len(body), size)
	}
	own := p.leaf.form == asText || p.leaf.form == asBytes
	if p.codec == format.Uncompressed && !own {
		return body, nil
	}
	var dst []byte
	if own {
		if err := p.s.memory.take(size, "its texts"); err != nil {
			return nil, err
		}
		dst = make([]byte, size)
	} else {
		if more := size - int64(cap(p.s.page)); more > 0 {
			if err := p.s.memory.take(more, "a page"); err != nil {
				return nil, err
			}
		}
		dst = grown(&p.s.page, int(size))
	}
	if p.codec == format.Uncompressed || size == 0 {
		copy(dst, body)
		return dst, nil
	}
	return dst, p.s.unpack.decode(p.codec, dst, body)
}

// prefixed cuts off what is as long as the four bytes before it say.
func prefixed(b []byte) (first, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, damaged("a page is cut within its levels")
	}
	n := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
	if n > uint64(len(b)-4) {
		return nil, nil, damaged("a page is cut within its levels")
	}
	return b[4 : 4+n], b[4+n:], nil
}
