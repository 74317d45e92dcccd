package parquet

import (
	"encoding/binary"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A file begins and ends with the word "PAR1". Before the last one stand the metadata and,
// as four bytes, their length.
const (
	magic          = "PAR1"
	magicEncrypted = "PARE"
	tail           = 8 // the length and the word
)

var protocol thrift.CompactProtocol

// readFooter reads the metadata of the file. end is where they begin, and the data end.
func readFooter(r io.ReaderAt, size int64, b *budget) (meta *format.FileMetaData, end int64, err error) {
	if size < int64(len(magic))+tail {
		return nil, 0, damaged("%d bytes are too few for a Parquet file", size)
	}
	var head, last [tail]byte
	if err := readAt(r, head[:len(magic)], 0); err != nil {
		return nil, 0, err
	}
	if err := readAt(r, last[:], size-tail); err != nil {
		return nil, 0, err
	}
	switch string(last[4:]) {
	case magicEncrypted:
		return nil, 0, unsupported("the file is encrypted; decrypt it first")
	case magic:
	default:
		return nil, 0, damaged("it does not end with %q", magic)
	}
	if string(head[:4]) != magic {
		return nil, 0, damaged("it does not begin with %q", magic)
	}
	length := int64(binary.LittleEndian.Uint32(last[:]))
	end = size - tail - length
	if end < int64(len(magic)) {
		return nil, 0, damaged("its metadata should have %d bytes, and the file has %d", length, size)
	}
	if err := b.take(2*length, "the file's metadata"); err != nil {
		return nil, 0, err
	}
	raw := make([]byte, length)
	if err := readAt(r, raw, end); err != nil {
		return nil, 0, err
	}
	_, memory, ok := walkStruct(raw, b.left.Load())
	if !ok {
		return nil, 0, damaged("its metadata are not whole")
	}
	if err := b.take(memory, "the file's metadata"); err != nil {
		return nil, 0, err
	}
	meta = &format.FileMetaData{}
	if err := thrift.NewDecoder(protocol.NewReaderFromBytes(raw)).Decode(meta); err != nil {
		e := damaged("its metadata cannot be read")
		e.Err = err
		return nil, 0, e
	}
	if meta.EncryptionAlgorithm.Value != nil {
		return nil, 0, unsupported("the file is encrypted; decrypt it first")
	}
	return meta, end, nil
}

// readAt fills b. A file that ends early is damaged; other errors are the reader's own.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		return damaged("it ends before its byte %d", at+int64(len(b)))
	}
	return &Error{Reason: "the file cannot be read", Err: err}
}
