package hub

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/progress"
)

const commit = "c0ffee0123456789c0ffee0123456789c0ffee01"

var (
	ctx     = context.Background()
	repo    = Repo{"owner/name", commit}
	weights = bytes.Repeat([]byte("weights "), 50000) // large: kept elsewhere, by SHA-256
	config  = []byte(`{"hidden": 384}`)               // small: in the repository, by Git's SHA-1
)

func sha(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }

func git(b []byte) string {
	h := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(b), b))
	return hex.EncodeToString(h[:])
}

// fake is a hub and the store that it redirects to for large files.
type fake struct {
	hub, store *httptest.Server
	asked      atomic.Int64
	mu         sync.Mutex
	log        []string // requests, with the range and the token they came with

	header func(http.Header)                          // changes what the hub says of a file
	body   func(w http.ResponseWriter, from int) bool // answers in the store's place
}

func newFake(t *testing.T) (*fake, Options) {
	for _, v := range []string{OfflineEnv, fetch.OfflineEnv, "HF_TOKEN", "HF_ENDPOINT"} {
		t.Setenv(v, "")
	}
	f := &fake{}
	f.store = httptest.NewServer(http.HandlerFunc(f.serveStore))
	f.hub = httptest.NewServer(http.HandlerFunc(f.serveHub))
	t.Cleanup(f.hub.Close)
	t.Cleanup(f.store.Close)
	return f, Options{Network: true, Endpoint: f.hub.URL, Cache: filepath.Join(t.TempDir(), "with spaces é", "hub")}
}

func (f *fake) note(where string, r *http.Request) {
	f.asked.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, strings.TrimSpace(fmt.Sprint(where, " ", r.Method, " ", r.URL.Path, " ", r.Header.Get("Range"), " ", r.Header.Get("Authorization"))))
}

func (f *fake) serveHub(w http.ResponseWriter, r *http.Request) {
	f.note("hub", r)
	w.Header().Set("X-Repo-Commit", commit)
	switch path := strings.TrimPrefix(r.URL.EscapedPath(), "/owner/name/resolve/"+commit+"/"); path {
	case "onnx/model.onnx":
		w.Header().Set("X-Linked-Etag", `"`+sha(weights)+`"`)
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(weights)))
		w.Header().Set("Location", f.store.URL+"/secret?signature=letmein")
		if f.header != nil {
			f.header(w.Header())
		}
		w.WriteHeader(http.StatusFound)
	case "config.json", "a%20b%23.json":
		w.Header().Set("ETag", `W/"`+git(config)+`"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(config)))
		if f.header != nil {
			f.header(w.Header())
		}
		_, _ = w.Write(config)
	case "moved.json":
		http.Redirect(w, r, "/owner/name/resolve/"+commit+"/config.json", http.StatusTemporaryRedirect)
	case "gated.json":
		w.WriteHeader(http.StatusUnauthorized)
	case "broken.json":
		w.WriteHeader(http.StatusInternalServerError)
	case "busy.json":
		w.WriteHeader(http.StatusTooManyRequests)
	case "/api/models/owner/name/revision/main", "/api/models/owner/name/revision/refs%2Fpr%2F1":
		fmt.Fprintf(w, `{"id": "owner/name", "sha": %q}`, commit)
	case "/api/models/owner/name/revision/odd":
		fmt.Fprint(w, `{"sha": "../../etc"}`)
	case "/api/models/owner/name/revision/text":
		fmt.Fprint(w, `<html>`)
	default:
		http.NotFound(w, r)
	}
}

func (f *fake) serveStore(w http.ResponseWriter, r *http.Request) {
	f.note("store", r)
	from := 0
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(weights)-1, len(weights)))
	}
	if f.body != nil && f.body(w, from) {
		return
	}
	w.Header().Set("ETag", `"another-1"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(weights)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = w.Write(weights[from:])
}

// nothing says whether a cache holds no file that a reader could take for one.
func nothing(t *testing.T, o Options) {
	t.Helper()
	_ = filepath.WalkDir(filepath.Dir(o.Cache), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".lock") && !strings.HasSuffix(path, ".incomplete") {
			t.Errorf("left behind: %s", path)
		}
		return nil
	})
}

func TestFile(t *testing.T) {
	f, o := newFake(t)
	t.Setenv("HF_TOKEN", "hf_secret")
	var last progress.Event
	o.Progress = progress.Func(func(e progress.Event) { last = e })
	for name, want := range map[string][]byte{"onnx/model.onnx": weights, "config.json": config, "moved.json": config, "a b#.json": config} {
		path, err := repo.File(ctx, name, o)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if path != filepath.Join(o.Cache, "models--owner--name", "snapshots", commit, filepath.FromSlash(name)) {
			t.Error(path)
		}
		if last.Unit != "bytes" || !last.Finished() {
			t.Error(last)
		}
		digest := sha(want)
		if len(want) == len(config) {
			digest = git(want)
		}
		if to, err := os.Readlink(path); err != nil || filepath.Join(filepath.Dir(path), to) != filepath.Join(o.Cache, "models--owner--name", "blobs", digest) {
			t.Errorf("%s links to %s, %v", name, to, err)
		}
	}
	for _, line := range f.log {
		if strings.Contains(line, "hf_secret") != strings.HasPrefix(line, "hub ") {
			t.Error("the token:", line)
		}
	}

	before := f.asked.Load()
	o.Network = false
	for _, name := range []string{"onnx/model.onnx", "config.json"} {
		if _, err := repo.File(ctx, name, o); err != nil {
			t.Error("without the network:", err)
		}
	}
	o.Network = true
	t.Setenv(OfflineEnv, "1")
	if _, err := repo.File(ctx, "onnx/model.onnx", o); err != nil {
		t.Error("offline:", err)
	}
	if f.asked.Load() != before {
		t.Error("the network was asked for what is here")
	}
}

func TestNotAsked(t *testing.T) {
	f, o := newFake(t)
	for name, c := range map[string]struct {
		variable, value, says string
		network               bool
	}{
		"not allowed":    {"HF_TOKEN", "", "the network was not allowed", false},
		"TLKIT_OFFLINE":  {fetch.OfflineEnv, "1", fetch.OfflineEnv + " is set", true},
		"HF_HUB_OFFLINE": {OfflineEnv, "Yes", OfflineEnv + " is set", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(c.variable, c.value)
			o.Network = c.network
			_, err := repo.File(ctx, "onnx/model.onnx", o)
			var e *Error
			if !errors.Is(err, fetch.ErrNotFound) || !errors.As(err, &e) || e.File != "onnx/model.onnx" {
				t.Fatal(err)
			}
			for _, want := range []string{c.says, "by hand", o.Endpoint + "/owner/name/resolve/" + commit + "/onnx/model.onnx", o.Cache} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
			if _, err := Find(ctx, "owner/name", "main", o); !errors.Is(err, fetch.ErrNotFound) || !strings.Contains(err.Error(), c.says) {
				t.Error(err)
			}
		})
	}
	if f.asked.Load() != 0 {
		t.Error("the network was asked")
	}
}

// What the hub or the store answers wrongly is an error of its kind, leaves nothing that
// could be read, and never says what it must not.
func TestWrongAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		header func(http.Header)
		body   func(http.ResponseWriter, int) bool
		want   error
		says   string
	}{
		"unknown":        {file: "none.json", want: ErrUnknown, says: "404"},
		"gated":          {file: "gated.json", want: ErrRefused, says: "HF_TOKEN"},
		"busy":           {file: "busy.json", want: ErrRefused, says: "wait"},
		"broken":         {file: "broken.json", want: ErrHub, says: "500"},
		"another commit": {file: "config.json", header: func(h http.Header) { h.Set("X-Repo-Commit", strings.Repeat("0", 40)) }, want: ErrHub, says: "commit"},
		"no commit":      {file: "config.json", header: func(h http.Header) { h.Del("X-Repo-Commit") }, want: ErrHub},
		"no digest":      {file: "config.json", header: func(h http.Header) { h.Del("ETag") }, want: ErrHub, says: "digest"},
		"path in digest": {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("X-Linked-Etag", `"../../../escaped"`) }, want: ErrHub, says: "digest"},
		"store's digest": {file: "onnx/model.onnx", header: func(h http.Header) { h.Del("X-Linked-Etag"); h.Set("ETag", `"`+sha(weights)+`"`) }, want: ErrHub},
		"wrong digest":   {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("X-Linked-Etag", `"`+sha(config)+`"`) }, want: fetch.ErrHash},
		"wrong git":      {file: "config.json", header: func(h http.Header) { h.Set("ETag", `"`+git(weights)+`"`) }, want: fetch.ErrHash},
		"no size":        {file: "onnx/model.onnx", header: func(h http.Header) { h.Del("X-Linked-Size") }, want: ErrHub, says: "size"},
		"negative size":  {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("X-Linked-Size", "-1") }, want: ErrHub, says: "size"},
		"huge":           {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("X-Linked-Size", "9000000000000") }, want: ErrLarge},
		"shorter": {file: "onnx/model.onnx", body: func(w http.ResponseWriter, from int) bool {
			if from > 0 {
				w.WriteHeader(http.StatusPartialContent)
				return true
			}
			_, _ = w.Write(weights[:1000])
			return true
		}, want: io.ErrUnexpectedEOF, says: "1000 of"},
		"longer": {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("X-Linked-Size", "1000") }, want: fetch.ErrHash},
		"another content": {file: "onnx/model.onnx", body: func(w http.ResponseWriter, _ int) bool {
			_, _ = w.Write(bytes.Repeat([]byte("malware "), 50000))
			return true
		}, want: fetch.ErrHash},
		"store refuses":       {file: "onnx/model.onnx", body: func(w http.ResponseWriter, _ int) bool { w.WriteHeader(403); return true }, want: ErrRefused},
		"redirect to http":    {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("Location", "http://example.org/x?signature=letmein") }, says: "https"},
		"redirect in circles": {file: "onnx/model.onnx", header: func(h http.Header) { h.Set("Location", "model.onnx?signature=letmein") }, says: "too many redirects"},
	} {
		t.Run(name, func(t *testing.T) {
			f, o := newFake(t)
			f.header, f.body = c.header, c.body
			t.Setenv("HF_TOKEN", "hf_secret")
			_, err := repo.File(ctx, c.file, o)
			var e *Error
			if !errors.As(err, &e) || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Fatal(err)
			}
			for _, never := range []string{"hf_secret", "letmein", "secret"} {
				if strings.Contains(err.Error(), never) {
					t.Errorf("the error tells %q: %v", never, err)
				}
			}
			nothing(t, o)
		})
	}
}

func TestResume(t *testing.T) {
	f, o := newFake(t)
	broken := 0
	f.body = func(w http.ResponseWriter, from int) bool { // breaks off twice
		if broken++; broken > 2 {
			return false
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(weights)-from))
		if from > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(weights[from : from+100000])
		return true
	}
	path, err := repo.File(ctx, "onnx/model.onnx", o)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, weights) {
		t.Error("wrong content")
	}
	if all := strings.Join(f.log, "\n"); !strings.Contains(all, "bytes=100000-") || !strings.Contains(all, "bytes=200000-") {
		t.Error(all)
	}
}

// What another run has left is resumed; what it has left wrongly does not stay.
func TestResumeOfAnotherRun(t *testing.T) {
	for name, c := range map[string]struct {
		left []byte
		ok   bool
		body func(http.ResponseWriter, int) bool
	}{
		"half":       {left: weights[:200000], ok: true},
		"all":        {left: weights, ok: true},
		"too much":   {left: append(bytes.Clone(weights), 1), ok: true},
		"wrong":      {left: bytes.Repeat([]byte{1}, 200000)},
		"wrong, all": {left: bytes.Repeat([]byte{1}, len(weights))},
		"the hub does not resume": {left: weights[:200000], ok: true, body: func(w http.ResponseWriter, _ int) bool {
			w.Header().Del("Content-Range")
			_, _ = w.Write(weights)
			return true
		}},
		"the hub resumes elsewhere": {left: weights[:200000], body: func(w http.ResponseWriter, from int) bool {
			if from == 0 {
				return false
			}
			w.Header().Set("Content-Range", "bytes 5-399999/400000")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(weights[5:])
			return true
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f, o := newFake(t)
			f.body = c.body
			part := cache{o.Cache, repo}.blob(sha(weights)) + ".incomplete"
			if err := os.MkdirAll(filepath.Dir(part), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(part, c.left, 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := repo.File(ctx, "onnx/model.onnx", o)
			if (err == nil) != c.ok {
				t.Error(err)
			}
			if _, err := repo.File(ctx, "onnx/model.onnx", o); err != nil {
				t.Error("the second time:", err)
			}
		})
	}
}

// A damaged cache is mended where the network is allowed, and never used.
func TestDamagedCache(t *testing.T) {
	_, o := newFake(t)
	path, err := repo.File(ctx, "onnx/model.onnx", o)
	if err != nil {
		t.Fatal(err)
	}
	blob := cache{o.Cache, repo}.blob(sha(weights))
	damage := map[string]func(){
		"flipped":  func() { b := bytes.Clone(weights); b[7] ^= 1; _ = os.WriteFile(blob, b, 0o666) },
		"cut":      func() { _ = os.Truncate(blob, 1000) },
		"gone":     func() { _ = os.Remove(blob) },
		"unlinked": func() { _ = os.Remove(path) },
		"a folder": func() { _ = os.Remove(path); _ = os.Symlink(o.Cache, path) },
		"a loop":   func() { _ = os.Remove(path); _ = os.Symlink(path, path) },
	}
	for name, do := range damage {
		do()
		offline := o
		offline.Network = false
		if _, err := repo.File(ctx, "onnx/model.onnx", offline); err == nil {
			t.Errorf("%s: used", name)
		}
		if _, err := repo.File(ctx, "onnx/model.onnx", o); err != nil {
			t.Errorf("%s: not mended: %v", name, err)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, weights) {
			t.Errorf("%s: wrong content", name)
		}
	}
}

func TestPinnedDigest(t *testing.T) {
	f, o := newFake(t)
	o.SHA256 = sha([]byte("another"))
	for _, name := range []string{"onnx/model.onnx", "config.json"} {
		if _, err := repo.File(ctx, name, o); !errors.Is(err, fetch.ErrHash) {
			t.Error(err)
		}
	}
	for _, line := range f.log {
		if strings.HasPrefix(line, "store") {
			t.Error("what the hub itself says to be another file was downloaded")
		}
	}
	o.SHA256 = strings.ToUpper(sha(config))
	if _, err := repo.File(ctx, "config.json", o); err != nil {
		t.Error(err)
	}
	o.SHA256 = sha([]byte("another"))
	o.Network = false
	if _, err := repo.File(ctx, "config.json", o); !errors.Is(err, fetch.ErrHash) {
		t.Error("in the cache:", err)
	}
	o.SHA256 = "12"
	if _, err := repo.File(ctx, "config.json", o); err == nil {
		t.Error("a pin that is none is taken")
	}
}

func TestLimits(t *testing.T) {
	_, o := newFake(t)
	small := o
	small.MaxBytes = 1000
	if _, err := repo.File(ctx, "onnx/model.onnx", small); !errors.Is(err, ErrLarge) {
		t.Error(err)
	}
	if _, err := repo.File(ctx, "onnx/model.onnx", o); err != nil {
		t.Error(err)
	}
	small.Network = false
	if _, err := repo.File(ctx, "onnx/model.onnx", small); !errors.Is(err, ErrLarge) {
		t.Error("in the cache:", err)
	}
}

func TestFind(t *testing.T) {
	_, o := newFake(t)
	for _, branch := range []string{"main", "refs/pr/1"} {
		r, err := Find(ctx, "owner/name", branch, o)
		if err != nil || r != repo {
			t.Error(r, err)
		}
		offline := o
		offline.Network = false
		if r, err := Find(ctx, "owner/name", branch, offline); err != nil || r != repo {
			t.Error("from the cache:", r, err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(o.Cache, "models--owner--name", "refs", "main")); string(b) != commit {
		t.Error(string(b), err)
	}
	for branch, want := range map[string]error{"none": ErrUnknown, "odd": ErrHub, "text": ErrHub, "../main": ErrName, "": ErrName, "a\\b": ErrName} {
		if _, err := Find(ctx, "owner/name", branch, o); !errors.Is(err, want) {
			t.Errorf("%q: %v", branch, err)
		}
	}
}

func TestNames(t *testing.T) {
	f, o := newFake(t)
	for _, id := range []string{"", "a/b/c", "../x", "a/..", "a--b/c", "a/b c", "a/b?x", "/a", "a/", "a\\b/c", "é/b", strings.Repeat("a", 201)} {
		if _, err := (Repo{id, commit}).File(ctx, "x", o); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := Find(ctx, id, "main", o); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, c := range []string{"", "main", "../../" + commit[6:], strings.ToUpper(commit), commit[:39], commit + "0"} {
		if _, err := (Repo{"a/b", c}).File(ctx, "x", o); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", c, err)
		}
	}
	for _, name := range []string{"", ".", "..", "../x", "a/../../x", "/x", "a//b", "a/", "a\\..\\x", "c:x", "a\x00b", "a\nb", strings.Repeat("a/", 600) + "b"} {
		if _, err := repo.File(ctx, name, o); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, endpoint := range []string{"http://example.org", "ftp://x", "nonsense", "https://", "http://127.0.0.1.example.org"} {
		o.Endpoint = endpoint
		if _, err := repo.File(ctx, "x", o); err == nil || !strings.Contains(err.Error(), "HF_ENDPOINT") {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
	if f.asked.Load() != 0 {
		t.Error("the network was asked")
	}
}

func TestEnvironment(t *testing.T) {
	f, o := newFake(t)
	t.Setenv("HF_ENDPOINT", f.hub.URL+"/")
	t.Setenv("HF_HUB_CACHE", o.Cache)
	if path, err := repo.File(ctx, "config.json", Options{Network: true}); err != nil || !strings.HasPrefix(path, o.Cache) {
		t.Error(path, err)
	}
	t.Setenv("HF_TOKEN", "a\nb")
	if _, err := repo.File(ctx, "onnx/model.onnx", Options{Network: true}); err == nil || !strings.Contains(err.Error(), "HF_TOKEN") || strings.Contains(err.Error(), "a\nb") {
		t.Error(err)
	}
}

func TestMany(t *testing.T) {
	f, o := newFake(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := repo.File(ctx, "onnx/model.onnx", o); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, line := range f.log {
		if strings.HasPrefix(line, "store") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("downloaded %d times", n)
	}
}

func TestStops(t *testing.T) {
	f, o := newFake(t)
	f.body = func(w http.ResponseWriter, _ int) bool {
		_, _ = w.Write(weights[:1000])
		w.(http.Flusher).Flush()
		time.Sleep(300 * time.Millisecond)
		return true
	}
	short, end := context.WithTimeout(ctx, 50*time.Millisecond)
	defer end()
	if _, err := repo.File(short, "onnx/model.onnx", o); err != context.DeadlineExceeded {
		t.Error(err)
	}
	o, err := o.filled()
	if err != nil {
		t.Fatal(err)
	}
	cl, err := newClient(o)
	if err != nil {
		t.Fatal(err)
	}
	cl.stall = 30 * time.Millisecond
	if err := cl.fill(ctx, cache{o.Cache, repo}, "onnx/model.onnx"); !errors.Is(err, errStalled) {
		t.Error(err)
	}
	nothing(t, o)
}

func TestPin(t *testing.T) {
	_, o := newFake(t)
	if _, err := repo.File(ctx, "onnx/model.onnx", o); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HF_HUB_CACHE", o.Cache)
	f := repo.Pin("onnx/model.onnx", sha(weights), int64(len(weights)))
	if _, err := f.Path(ctx, fetch.Options{Home: t.TempDir()}); err != nil || f.Name != "model.onnx" {
		t.Error(f.Name, err)
	}
	f = repo.Pin("none", sha(config), 5)
	if _, err := f.Path(ctx, fetch.Options{Home: t.TempDir()}); !strings.Contains(err.Error(), "https://huggingface.co/owner/name/resolve/"+commit+"/none") {
		t.Error(err)
	}
}

// Whatever a hub says of a file, what is taken from it is a digest and a size within bounds.
func FuzzMeta(f *testing.F) {
	f.Add(commit, `"`+sha(weights)+`"`, "400000", "", "", true)
	f.Add(commit, "", "", `W/"`+git(config)+`"`, "15", true)
	f.Add(commit, `"../../x"`, "9223372036854775808", "", "-1", false)
	f.Fuzz(func(t *testing.T, c, linked, linkedSize, etag, size string, whole bool) {
		h := http.Header{"X-Repo-Commit": {c}, "X-Linked-Etag": {linked}, "X-Linked-Size": {linkedSize}, "Etag": {etag}, "Content-Length": {size}}
		m, err := readMeta(h, whole, commit, 1<<30)
		if err != nil {
			return
		}
		if m.size < 0 || m.size > 1<<30 || len(m.digest) != 64 && len(m.digest) != 40 || strings.Trim(m.digest, "0123456789abcdef") != "" || c != commit {
			t.Errorf("%+v", m)
		}
	})
}

// A name that is taken stays below the snapshot.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"onnx/model.onnx", "../x", "a/../../x", "/x", "a\\..\\..\\x", "c:/x", "."} {
		f.Add(s)
	}
	root := filepath.Join(string(filepath.Separator), "cache")
	f.Fuzz(func(t *testing.T, name string) {
		if !plain(name) {
			return
		}
		inside := cache{root, repo}.folder("snapshots", commit) + string(filepath.Separator)
		if got := (cache{root, repo}).snapshot(name); !strings.HasPrefix(got, inside) || len(got) == len(inside) {
			t.Errorf("%q leads to %s", name, got)
		}
		if got := repo.url(Options{Endpoint: home}, name); strings.ContainsAny(got, "?# \n") || !strings.HasPrefix(got, home+"/owner/name/resolve/") {
			t.Errorf("%q asks for %s", name, got)
		}
	})
}
