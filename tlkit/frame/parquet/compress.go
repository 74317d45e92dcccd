package parquet

import (
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// compressor packs pages. It is one goroutine's.
type compressor struct {
	how  Compression
	zstd *zstd.Encoder
}

func (c *compressor) codec() format.CompressionCodec {
	switch c.how {
	case Zstd:
		return format.Zstd
	case Uncompressed:
		return format.Uncompressed
	}
	return format.Snappy
}

// encode packs src into dst's memory, or other memory if that is too small.
func (c *compressor) encode(dst, src []byte) ([]byte, error) {
	if c.how == Zstd {
		if c.zstd == nil {
			z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
			if err != nil {
				return nil, &Error{Reason: "zstd cannot be used", Err: err}
			}
			c.zstd = z
		}
		return c.zstd.EncodeAll(src, dst[:0]), nil
	}
	return s2.EncodeSnappy(dst[:cap(dst)], src), nil
}
