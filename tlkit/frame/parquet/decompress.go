package parquet

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// decompressor unpacks pages. It is one goroutine's.
type decompressor struct {
	zstd *zstd.Decoder
}

// most is how many times smaller a codec can make its input: a page that says it is larger
// is damaged, and is found out before memory is taken. 0 means that there is no bound.
func most(codec format.CompressionCodec) int64 {
	switch codec {
	case format.Snappy:
		return 64 // a copy of 64 bytes takes 3; with a margin
	case format.Lz4Raw:
		return 256 // a byte of length for 255 bytes
	case format.Gzip:
		return 1100 // 258 bytes for 2 bits
	case format.Uncompressed:
		return 1
	}
	return 0
}

// decode unpacks src into dst, which is as long as the page must be.
func (d *decompressor) decode(codec format.CompressionCodec, dst, src []byte) error {
	switch codec {
	case format.Snappy:
		n, err := snappy.DecodedLen(src)
		if err != nil || n != len(dst) {
			return badLength(n, len(dst), err)
		}
		out, err := snappy.Decode(dst, src)
		if err == nil && len(out) > 0 && &out[0] != &dst[0] {
			copy(dst, out)
		}
		return asDamaged(err)
	case format.Zstd:
		if d.zstd == nil {
			z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderLowmem(true))
			if err != nil {
				return &Error{Reason: "zstd cannot be read", Err: err}
			}
			d.zstd = z
		}
		out, err := d.zstd.DecodeAll(src, dst[:0:len(dst)])
		if err != nil || len(out) != len(dst) {
			return badLength(len(out), len(dst), err)
		}
		return nil
	case format.Lz4Raw:
		n, err := lz4.UncompressBlock(src, dst)
		if err != nil || n != len(dst) {
			return badLength(n, len(dst), err)
		}
		return nil
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return asDamaged(err)
		}
		return fill(z, dst)
	case format.Brotli:
		return fill(brotli.NewReader(bytes.NewReader(src)), dst)
	}
	return unsupported("its pages are packed with %v, which is not read here; write it again with another compression", codec)
}

// fill reads exactly dst.
func fill(r io.Reader, dst []byte) error {
	n, err := io.ReadFull(r, dst)
	if err != nil {
		return badLength(n, len(dst), err)
	}
	var more [1]byte
	if n, _ := r.Read(more[:]); n > 0 {
		return badLength(len(dst)+1, len(dst), nil)
	}
	return nil
}

func badLength(got, want int, err error) error {
	e := damaged("a page has %d bytes unpacked, and should have %d", got, want)
	e.Err = err
	return e
}

func asDamaged(err error) error {
	if err == nil {
		return nil
	}
	return damaged("a page cannot be unpacked (%v)", fmt.Sprint(err))
}
