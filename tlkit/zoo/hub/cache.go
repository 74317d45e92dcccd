package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/replace"
)

// cache is a repository's part of the cache.
type cache struct {
	root string
	repo Repo
}

func (c cache) folder(parts ...string) string {
	return filepath.Join(append([]string{c.root, fetch.HuggingFaceFolder(c.repo.ID)}, parts...)...)
}

func (c cache) snapshot(name string) string {
	return c.folder("snapshots", c.repo.Commit, filepath.FromSlash(name))
}

func (c cache) blob(digest string) string { return c.folder("blobs", digest) }

func (c cache) ref(branch string) string { return c.folder("refs", filepath.FromSlash(branch)) }

func (c cache) putRef(branch, commit string) error {
	path := c.ref(branch)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return replace.File(path, []byte(commit))
}

// lock waits for the right to download a blob. Other libraries take the same lock.
func (c cache) lock(ctx context.Context, digest string) (unlock func(), err error) {
	path := filepath.Join(c.root, ".locks", fetch.HuggingFaceFolder(c.repo.ID), digest+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	l := flock.New(path)
	if _, err := l.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return func() { _ = l.Unlock() }, nil
}

// link makes a snapshot's file a link to a blob, in place of what is there. Systems without
// symbolic links get a second name of the file.
func (c cache) link(name, digest string) error {
	path := c.snapshot(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), replace.Prefix+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	to, err := filepath.Rel(filepath.Dir(path), c.blob(digest))
	if err != nil {
		return err
	}
	tmp := filepath.Join(dir, "link")
	if os.Symlink(to, tmp) != nil {
		if err := os.Link(c.blob(digest), tmp); err != nil {
			return err
		}
	}
	return os.Rename(tmp, path)
}

// verifyLink checks a snapshot's file: its size, the digest that is the name of the blob it
// links to, and the one that the options ask for. One that is a plain file, as caches without
// links have it, has only the latter.
func verifyLink(ctx context.Context, path string, o Options) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s is not a plain file", path)
	}
	if st.Size() > o.MaxBytes {
		return fmt.Errorf("%w: %d bytes, allowed are %d", ErrLarge, st.Size(), o.MaxBytes)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	return verifyBlob(ctx, real, digests(filepath.Base(real), st.Size(), o.SHA256))
}

func verifyBlob(ctx context.Context, path string, want []*sum) error {
	if len(want) == 0 {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.CopyBuffer(sums(want), contextual{ctx, f}, make([]byte, 1<<20)); err != nil {
		return err
	}
	if err := sums(want).verdict(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// sum is a digest that is to come out.
type sum struct {
	name, want string
	hash.Hash
}

// digests are those that a blob's name and a pin ask for.
func digests(name string, size int64, pin string) []*sum {
	var out []*sum
	switch {
	case isHex(name, 64):
		out = append(out, &sum{"SHA-256", name, sha256.New()})
	case isHex(name, 40):
		s := &sum{"Git's SHA-1", name, sha1.New()}
		fmt.Fprintf(s, "blob %d\x00", size)
		out = append(out, s)
	}
	if pin != "" && pin != name {
		out = append(out, &sum{"SHA-256", pin, sha256.New()})
	}
	return out
}

type sums []*sum

func (s sums) Write(b []byte) (int, error) {
	for _, one := range s {
		one.Write(b)
	}
	return len(b), nil
}

func (s sums) verdict() error {
	for _, one := range s {
		if got := hex.EncodeToString(one.Sum(nil)); got != one.want {
			return fmt.Errorf("%w: %s %s, want %s", fetch.ErrHash, one.name, got, one.want)
		}
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

// fill downloads a file into the cache.
func (cl *client) fill(ctx context.Context, c cache, name string) error {
	m, err := cl.head(ctx, c.repo, name)
	if err != nil {
		return err
	}
	if pin := cl.o.SHA256; pin != "" && len(m.digest) == 64 && m.digest != pin {
		return fmt.Errorf("%w: the hub has SHA-256 %s, want %s", fetch.ErrHash, m.digest, pin)
	}
	unlock, err := c.lock(ctx, m.digest)
	if err != nil {
		return err
	}
	defer unlock()
	blob := c.blob(m.digest)
	if err := os.MkdirAll(filepath.Dir(blob), 0o777); err != nil {
		return err
	}
	err = verifyBlob(ctx, blob, digests(m.digest, m.size, cl.o.SHA256))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fetch.ErrHash) {
		err = cl.download(ctx, c, name, m)
	}
	if err != nil {
		return err
	}
	return c.link(name, m.digest)
}

// download gets a blob: what is there of it is kept and the rest asked for.
func (cl *client) download(ctx context.Context, c cache, name string, m meta) error {
	part := c.blob(m.digest) + ".incomplete"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := cl.complete(ctx, c.repo, name, m, f); err != nil {
		return err
	}
	if err := verifyBlob(ctx, part, digests(m.digest, m.size, cl.o.SHA256)); err != nil {
		if errors.Is(err, fetch.ErrHash) {
			_ = os.Remove(part) // it would never become right
		}
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(part, c.blob(m.digest))
}
