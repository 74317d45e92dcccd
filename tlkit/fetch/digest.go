package fetch

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"time"

	"transferlab/tlkit/progress"
)

// maxUnsized bounds a file whose size nobody states.
const maxUnsized = 4 << 30

// digest is what a file's digest must begin with.
type digest struct {
	name   string // of the digest, for people
	hash   func() hash.Hash
	want   string // lower case
	digits int    // that it must have at least
}

func (f File) digest() digest {
	switch {
	case f.SHA256 != "":
		return digest{"SHA-256", sha256.New, strings.ToLower(f.SHA256), 64}
	case f.Prefix != "":
		return digest{"SHA-256 beginning with", sha256.New, strings.ToLower(f.Prefix), 8}
	}
	return digest{"MD5", md5.New, strings.ToLower(f.MD5), 32}
}

func (d digest) ok() bool {
	return len(d.want) >= d.digits && len(d.want) <= 2*d.hash().Size() && strings.Trim(d.want, "0123456789abcdef") == ""
}

func (d digest) short() string  { return d.want[:min(12, len(d.want))] }
func (d digest) String() string { return d.name + " " + d.want }

// sized says whether a place has a plain file of the size that is wanted.
func (f File) sized(place string) error {
	st, err := os.Stat(place)
	switch {
	case err != nil:
		return err
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s is not a plain file", place)
	case f.Bytes > 0 && st.Size() != f.Bytes:
		return fmt.Errorf("%s: %w: %d bytes, want %d", place, ErrHash, st.Size(), f.Bytes)
	}
	return nil
}

// verify checks the file at a place.
func (f File) verify(ctx context.Context, place string) error {
	if err := f.sized(place); err != nil {
		return err
	}
	in, err := os.Open(place)
	if err != nil {
		return err
	}
	defer in.Close()
	c := newChecked(f, io.Discard, nil)
	if _, err := io.CopyBuffer(c, contextual{ctx, in}, make([]byte, 1<<20)); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	if err := c.verdict(); err != nil {
		return fmt.Errorf("%s: %w", place, err)
	}
	return nil
}

// checked counts, hashes and bounds what is written.
type checked struct {
	file File
	want digest
	w    io.Writer
	hash hash.Hash
	n    int64
	most int64
	rep  progress.Reporter // nil: silent
	last time.Time
}

func newChecked(f File, w io.Writer, rep progress.Reporter) *checked {
	c := &checked{file: f, want: f.digest(), w: w, most: f.Bytes, rep: rep}
	if c.most == 0 {
		c.most = maxUnsized
	}
	c.hash = c.want.hash()
	return c
}

func (c *checked) Write(b []byte) (int, error) {
	if c.n+int64(len(b)) > c.most {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrHash, c.most)
	}
	n, err := c.w.Write(b)
	c.hash.Write(b[:n])
	c.n += int64(n)
	if now := time.Now(); c.rep != nil && (now.Sub(c.last) > 100*time.Millisecond || c.n == c.file.Bytes) {
		c.last = now
		c.rep.Report(progress.Event{Task: c.file.Name, Done: c.n, Total: c.file.Bytes, Unit: "bytes"})
	}
	return n, err
}

func (c *checked) verdict() error {
	got := hex.EncodeToString(c.hash.Sum(nil))
	if c.file.Bytes > 0 && c.n != c.file.Bytes || !strings.HasPrefix(got, c.want.want) {
		name, _, _ := strings.Cut(c.want.name, " ")
		return fmt.Errorf("%w: %d bytes with %s %s, want %s", ErrHash, c.n, name, got, c.want)
	}
	return nil
}

// contextual stops reading when the context ends.
type contextual struct {
	ctx context.Context
	r   io.Reader
}

func (c contextual) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

func copyFile(ctx context.Context, path string, w io.Writer) error {
	r, err := os.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, contextual{ctx, r})
	return err
}
