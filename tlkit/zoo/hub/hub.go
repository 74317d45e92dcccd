// Package hub reads files of model repositories on the Hugging Face hub, by repository and
// commit, through the cache that Hugging Face's own libraries keep:
//
//	<cache>/models--<owner>--<name>/blobs/<digest>              the files
//	<cache>/models--<owner>--<name>/snapshots/<commit>/<path>   links to them
//	<cache>/models--<owner>--<name>/refs/<branch>               the commit of a branch
//	<cache>/.locks/models--<owner>--<name>/<digest>.lock        held while one is downloaded
//
// What Python has downloaded is found here and the other way round. A file is named by its
// digest (SHA-256 where the hub keeps it in large-file storage, Git's SHA-1 otherwise), which
// is checked before it is used, each time.
//
// Nothing is asked of the network unless [Options.Network] says so; TLKIT_OFFLINE and
// HF_HUB_OFFLINE forbid it whatever the options say. A token comes from HF_TOKEN alone, goes
// to the hub alone and not to where it redirects, and appears in no error. HF_ENDPOINT names
// another hub.
//
// The protocol is that of huggingface_hub 2.4: a HEAD request for the digest, the size and
// the commit, and a GET request that may be resumed.
package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/progress"
)

// The kinds of errors, for errors.Is, besides fetch.ErrNotFound (not on this machine, and
// the network was not allowed) and fetch.ErrHash.
var (
	ErrUnknown = errors.New("the hub has no such repository, revision or file")
	ErrRefused = errors.New("the hub refuses access")
	ErrLarge   = errors.New("too large")
	ErrName    = errors.New("not a name that is taken here")
	ErrHub     = errors.New("the hub answers otherwise than it should")
)

// OfflineEnv is Hugging Face's own variable that forbids the network: 1, on, yes or true.
const OfflineEnv = "HF_HUB_OFFLINE"

// Repo is a model repository at one commit. What it holds never changes.
type Repo struct {
	ID     string // "sentence-transformers/all-MiniLM-L6-v2"
	Commit string // 40 hexadecimal digits; [Find] gives that of a branch
}

// Options say what may be done. The zero value looks into the cache only.
type Options struct {
	Network  bool
	Progress progress.Reporter // hears of bytes

	SHA256   string // that the file must have; empty: what the hub states
	MaxBytes int64  // of a file; 0 means 4 GiB
	Cache    string // the cache's folder; empty means fetch.HuggingFaceCache()
	Endpoint string // the hub; empty means $HF_ENDPOINT, or https://huggingface.co
}

// Error is what is wrong with a file of a repository, and what to do about it.
type Error struct {
	Repo   Repo
	File   string // empty: the repository itself
	Err    error
	Remedy string
}

func (e *Error) Error() string {
	what := e.Repo.ID + " at " + e.Repo.Commit
	if e.File != "" {
		what = e.File + " of " + what
	}
	s := fmt.Sprintf("hub: %s: %v", what, e.Err)
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Unwrap gives the kind of error.
func (e *Error) Unwrap() error { return e.Err }

// File gives the place of a verified file on this machine; name is its path in the
// repository, with slashes. It may be a link, is shared with other programs, and is not to be
// changed. Where it is not in the cache and the network is allowed, it is downloaded; a
// download that broke off is resumed, and of several processes that ask one downloads.
// Errors are an [*Error] or the context's.
func (r Repo) File(ctx context.Context, name string, o Options) (path string, err error) {
	path, err = r.file(ctx, name, o)
	if ctx.Err() != nil && err != nil {
		return "", ctx.Err()
	}
	var known *Error
	if err != nil && !errors.As(err, &known) {
		err = &Error{Repo: r, File: name, Err: err}
	}
	return path, err
}

func (r Repo) file(ctx context.Context, name string, o Options) (string, error) {
	if err := r.check(); err != nil {
		return "", err
	}
	if !plain(name) {
		return "", fmt.Errorf("%w: give the path of a file in the repository, as onnx/model.onnx", ErrName)
	}
	o, err := o.filled()
	if err != nil {
		return "", err
	}
	c := cache{o.Cache, r}
	path := c.snapshot(name)
	err = verifyLink(ctx, path, o)
	if err == nil {
		return path, nil
	}
	if why := forbidden(o); why != "" {
		return "", &Error{r, name, notHere(err), fmt.Sprintf("%s. To put it there by hand, save %s as %s", why, r.url(o, name), path)}
	}
	cl, err := newClient(o)
	if err != nil {
		return "", err
	}
	return path, cl.fill(ctx, c, name)
}

// notHere is the kind of error of a file that the cache does not have.
func notHere(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fetch.ErrNotFound
	}
	return err
}

// Find gives the repository at the commit that a branch or a tag has now, so that it can be
// written down and used from then on: a branch moves. Where the network is not allowed, it is
// the commit that the cache last saw there.
func Find(ctx context.Context, id, branch string, o Options) (Repo, error) {
	r, err := find(ctx, Repo{id, ""}, branch, o)
	if err != nil && ctx.Err() != nil {
		return Repo{}, ctx.Err()
	}
	var known *Error
	if err != nil && !errors.As(err, &known) {
		err = &Error{Repo: Repo{id, branch}, Err: err}
	}
	return r, err
}

func find(ctx context.Context, r Repo, branch string, o Options) (Repo, error) {
	if !plainID(r.ID) || !plain(branch) {
		return Repo{}, fmt.Errorf("%w: a repository is owner/name, and a branch as main", ErrName)
	}
	o, err := o.filled()
	if err != nil {
		return Repo{}, err
	}
	c := cache{o.Cache, r}
	if why := forbidden(o); why != "" {
		b, err := os.ReadFile(c.ref(branch))
		if r.Commit = strings.TrimSpace(string(b)); err != nil || !isHex(r.Commit, 40) {
			return Repo{}, &Error{Repo{r.ID, branch}, "", fetch.ErrNotFound, why}
		}
		return r, nil
	}
	cl, err := newClient(o)
	if err != nil {
		return Repo{}, err
	}
	if r.Commit, err = cl.commit(ctx, r.ID, branch); err != nil {
		return Repo{}, err
	}
	return r, c.putRef(branch, r.Commit)
}

// Pin gives a file of the repository as a pinned file, for those whose digest and size are
// known beforehand: it is looked for in the cache, and otherwise downloaded without a token.
func (r Repo) Pin(name, sha256 string, bytes int64) fetch.File {
	return fetch.File{
		Name: filepath.Base(filepath.FromSlash(name)), SHA256: sha256, Bytes: bytes, Page: r.url(Options{Endpoint: home}, name),
		Sources: []fetch.Source{fetch.HuggingFace{Repo: r.ID, Commit: r.Commit, File: name}, fetch.URL(r.url(Options{Endpoint: home}, name))},
	}
}

func (r Repo) check() error {
	if !plainID(r.ID) {
		return fmt.Errorf("%w: a repository is owner/name", ErrName)
	}
	if !isHex(r.Commit, 40) {
		return fmt.Errorf("%w: a commit has 40 hexadecimal digits; hub.Find gives that of a branch", ErrName)
	}
	return nil
}

func (o Options) filled() (Options, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 30
	}
	if o.Cache == "" {
		o.Cache = fetch.HuggingFaceCache()
	}
	if o.Cache == "" {
		return o, errors.New("no home and so no cache: set HF_HOME to a folder")
	}
	if o.Endpoint == "" {
		o.Endpoint = os.Getenv("HF_ENDPOINT")
	}
	if o.Endpoint == "" {
		o.Endpoint = home
	}
	o.Endpoint = strings.TrimRight(o.Endpoint, "/")
	o.SHA256 = strings.ToLower(o.SHA256)
	if o.SHA256 != "" && !isHex(o.SHA256, 64) {
		return o, errors.New("Options.SHA256 is not a SHA-256: it has 64 hexadecimal digits")
	}
	o.Progress = progress.Or(o.Progress)
	return o, nil
}

// forbidden says why the network may not be asked; empty: it may.
func forbidden(o Options) string {
	switch strings.ToLower(os.Getenv(OfflineEnv)) {
	case "1", "on", "yes", "true":
		return OfflineEnv + " is set"
	}
	switch {
	case fetch.Offline():
		return fetch.OfflineEnv + " is set"
	case !o.Network:
		return "the network was not allowed"
	}
	return ""
}

// plainID says whether a repository's name is one: one or two parts of letters, digits,
// dots, dashes and underscores, without what would make its folder's name ambiguous.
func plainID(id string) bool {
	if !plain(id) || len(id) > 200 || strings.Count(id, "/") > 1 || strings.Contains(id, "--") {
		return false
	}
	return strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") == ""
}

// plain says whether a path stays where it is put, on any system.
func plain(name string) bool {
	return fs.ValidPath(name) && name != "." && len(name) < 1000 && !strings.ContainsAny(name, "\\:\x00\n\r") && filepath.IsLocal(filepath.FromSlash(name))
}

// isHex says whether s has n hexadecimal digits, in lower case.
func isHex(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789abcdef") == "" }
