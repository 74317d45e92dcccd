package frame

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// An input is the text of a file: decompressed, decoded, and bounded.
type input struct {
	source string // the file's name, for people; may be empty
	text   io.Reader
	raw    *counter
	used   atomic.Int64 // bytes of the file that became text, where it is compressed
	size   int64        // bytes of the file; 0 where nobody knows
	plain  bool         // text and file are the same bytes
	marks  bool         // U+FFFD stands where the bytes were no text
	done   []func()
}

// An inputForm says how the bytes of a file become text.
type inputForm struct {
	encoding string // as in CSVOptions
	replace  bool   // what is no text becomes U+FFFD
	maxBytes int64
}

// openFile opens a file of the file system, or of the computer's if that is nil.
func openFile(fsys fs.FS, path string) (fs.File, error) {
	if fsys == nil {
		return os.Open(path)
	}
	return fsys.Open(filepath.ToSlash(path))
}

// openInput opens a file. The caller closes the input.
func openInput(fsys fs.FS, path string, form inputForm) (*input, error) {
	source := filepath.Base(path)
	f, err := openFile(fsys, path)
	if err != nil {
		return nil, &ParseError{Source: source, Err: says(err, "cannot be opened: %v; check its name and its folder", err)}
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = says(nil, "%q is a folder; name a file in it", path)
	}
	if err != nil {
		f.Close()
		return nil, &ParseError{Source: source, Err: err}
	}
	var size int64
	if st.Mode().IsRegular() {
		size = st.Size()
	}
	in, err := newInput(f, source, size, form)
	if err != nil {
		f.Close()
		return nil, err
	}
	in.done = append(in.done, func() { f.Close() })
	return in, nil
}

// newInput makes an input of a reader, from which size bytes come, or 0 if nobody knows.
// The first bytes say whether they are compressed; a name that says so must be right.
func newInput(r io.Reader, source string, size int64, form inputForm) (*input, error) {
	decode, err := decoderOf(form.encoding, form.replace)
	if err != nil {
		return nil, err
	}
	in := &input{source: source, raw: &counter{r: r}, size: size}
	head, text, err := peek(in.raw, 4)
	if err != nil {
		return nil, inFile(source, err)
	}
	switch name := strings.ToLower(source); {
	case bytes.HasPrefix(head, gzipMagic):
		ahead := bufio.NewReaderSize(text, 1<<16)
		z, err := gzip.NewReader(ahead)
		if err != nil {
			return nil, &ParseError{Source: source, Err: damaged(err)}
		}
		text = &mended{z, in, ahead}
	case bytes.HasPrefix(head, zstdMagic):
		z, err := zstd.NewReader(text, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1)) // others work on what it has given
		if err != nil {
			return nil, &ParseError{Source: source, Err: damaged(err)}
		}
		in.done = append(in.done, z.Close)
		text = &mended{z, in, nil}
	case strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".zst"):
		return nil, &ParseError{Source: source, Err: says(nil, "is named as if it were compressed, and is not; name it without the ending, or get it again")}
	default:
		in.plain = decode == nil
	}
	text = &bounded{r: text, left: form.maxBytes, most: form.maxBytes}
	if decode != nil {
		text, in.marks = decode(text), !form.replace
	}
	head, text, err = peek(text, 3)
	switch {
	case err != nil:
		in.close()
		return nil, inFile(source, err)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}): // never UTF-8
		in.close()
		return nil, &ParseError{Source: source, Line: 1, Err: says(nil, "the file begins with the mark of UTF-16; set Encoding to \"utf-16\"")}
	case bytes.HasPrefix(head, byteOrderMark):
		_, _ = io.ReadFull(text, head) // from memory
	}
	in.text = text
	return in, nil
}

var (
	gzipMagic     = []byte{0x1f, 0x8b}
	zstdMagic     = []byte{0x28, 0xb5, 0x2f, 0xfd}
	byteOrderMark = []byte("\ufeff")
)

// maxWindow is how far back zstd data may reach: what its command line writes with --long.
const maxWindow = 128 << 20

func (in *input) close() {
	for i := len(in.done) - 1; i >= 0; i-- {
		in.done[i]()
	}
}

// sizeOf is how many bytes a reader has, as far as it says so, and 0 if not.
func sizeOf(r io.Reader) int64 {
	if sized, ok := r.(interface{ Len() int }); ok {
		return int64(sized.Len())
	}
	return 0
}

// left estimates how many bytes of text follow after the first at.
func (in *input) left(at int64) int64 {
	used := in.used.Load()
	if used == 0 {
		used = in.raw.n.Load()
	}
	switch {
	case in.plain && in.size > 0:
		return max(in.size-at, 0)
	case in.size > 0 && used > 0:
		return int64(float64(at) * max(1.1*float64(in.size)/float64(used)-1, 0)) // too little costs more than too much
	}
	return at // as much again
}

// peek reads n bytes, or fewer where there are no more, and gives a reader that has them
// still before it.
func peek(r io.Reader, n int) (head []byte, whole io.Reader, err error) {
	head = make([]byte, n)
	n, err = io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, nil, err
	}
	return head[:n], io.MultiReader(bytes.NewReader(head[:n]), r), nil
}

// A counter counts the bytes that are read through it, and gives up where none come.
type counter struct {
	r    io.Reader
	n    atomic.Int64
	idle int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	if c.idle++; n > 0 || len(p) == 0 {
		c.idle = 0
	}
	if c.idle == 100 && err == nil {
		err = io.ErrNoProgress
	}
	return n, err
}

// bounded ends with ErrLimit where there is more than the most.
type bounded struct {
	r          io.Reader
	left, most int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		n = int(b.left)
		err = says(ErrLimit, "has more than %d bytes when decompressed; if you trust it, raise MaxBytes", b.most)
	}
	b.left -= int64(n)
	return n, err
}

// mended says what to do where compressed data are damaged, and how many were used.
type mended struct {
	r     io.Reader
	in    *input
	ahead *bufio.Reader // read and not used yet; may be nil
}

func (m *mended) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	used := m.in.raw.n.Load()
	if m.ahead != nil {
		used -= int64(m.ahead.Buffered())
	}
	m.in.used.Store(used)
	if err != nil && err != io.EOF {
		err = damaged(err)
	}
	return n, err
}

func damaged(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return says(err, "the compressed data end too early; the file was cut short: get it again")
	case errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return says(ErrLimit, "was compressed with a window of more than %d MiB; compress it again without --ultra or --long above 27", maxWindow>>20)
	}
	return says(err, "the compressed data are damaged (%v); get the file again", err)
}

// compressing gives a writer that compresses as the file's name says, and what ends it.
func compressing(path string, w io.Writer) (io.Writer, func() error, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gz":
		z := gzip.NewWriter(w)
		return z, z.Close, nil
	case ".zst":
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(2))
		if err != nil {
			return nil, nil, fmt.Errorf("frame: %w", err)
		}
		return z, z.Close, nil
	}
	return w, func() error { return nil }, nil
}
