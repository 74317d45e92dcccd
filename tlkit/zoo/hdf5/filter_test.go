package hdf5

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
)

// The numbers of lookup3 are in Bob Jenkins's lookup3.c (driver5), those of Fletcher's are
// small enough to be worked out by hand. That HDF5 has the same is seen in the goldens.
func TestChecksums(t *testing.T) {
	if got := lookup3(nil); got != 0xdeadbeef {
		t.Errorf("lookup3 of nothing: %#x", got)
	}
	if got := lookup3([]byte("Four score and seven years ago")); got != 0x17770551 {
		t.Errorf("lookup3: %#x", got)
	}
	for text, want := range map[string]uint32{"": 0, "a": 0x61006100, "ab": 0x61626162, "abcd": 0x2629c4c6} {
		if got := fletcher32([]byte(text)); got != want {
			t.Errorf("fletcher32 of %q: %#x, want %#x", text, got, want)
		}
	}
}

func deflate(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestUndo(t *testing.T) {
	plain := []byte("0123456789")
	packed := deflate(t, plain)
	broken := bytes.Clone(packed)
	broken[len(broken)-1]++ // its checksum
	gzip, shuffle, sum := filter{id: filterGzip}, filter{id: filterShuffle, size: 4}, filter{id: filterFletcher}
	for _, c := range []struct {
		name    string
		filters []filter
		b       []byte
		mask    uint32
		want    string // what comes out, or is in the error
		err     error
	}{
		{"nothing", nil, plain, 0, "0123456789", nil},
		{"gzip", []filter{gzip}, packed, 0, "0123456789", nil},
		{"gzip left out", []filter{gzip}, plain, 1, "0123456789", nil},
		{"gzip cut", []filter{gzip}, packed[:len(packed)-5], 0, "EOF", ErrFormat},
		{"gzip of less", []filter{gzip}, deflate(t, plain[:9]), 0, "EOF", ErrFormat},
		{"gzip with a wrong checksum", []filter{gzip}, broken, 0, "checksum", ErrFormat},
		{"gzip of more", []filter{gzip}, deflate(t, make([]byte, 11)), 0, "more than 10", ErrFormat},
		{"gzip of a bomb", []filter{gzip}, deflate(t, make([]byte, 64<<20)), 0, "more than 10", ErrFormat},
		{"no gzip", []filter{gzip}, plain, 0, "gzip", ErrFormat},
		{"shuffle", []filter{shuffle}, []byte("0415263789"), 0, "0123456789", nil},
		{"shuffle of nothing", []filter{{id: filterShuffle}}, plain, 0, "0 bytes", ErrFormat},
		{"a wrong checksum", []filter{sum}, plain, 0, "checksum", ErrFormat},
		{"no room for a checksum", []filter{sum}, plain[:3], 0, "too few", ErrFormat},
		{"lzf", []filter{{id: 32000}}, plain, 0, "lzf", ErrUnsupported},
		{"another", []filter{{id: 777}}, plain, 0, "777", ErrUnsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := undo(c.filters, c.b, c.mask, len(plain), 0)
			if !errors.Is(err, c.err) {
				t.Fatal(err)
			}
			if err != nil {
				got = []byte(err.Error())
			}
			if !strings.Contains(string(got), c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
