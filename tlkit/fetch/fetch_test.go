package fetch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/progress"
	"transferlab/tlkit/store"
)

var ctx = context.Background()

var content = bytes.Repeat([]byte("weights "), 5000)

func pin(s ...Source) File {
	return File{Name: "weights.bin", SHA256: store.Digest(content), Bytes: int64(len(content)), Sources: s, Remedy: "make data"}
}

// home is an empty tlkit folder; after the test nothing unfinished may lie in it.
func home(t *testing.T) Options {
	dir := filepath.Join(t.TempDir(), "with spaces é")
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(dir, "fetch", ".part-*")); len(left) != 0 {
			t.Error("left behind:", left)
		}
	})
	return Options{Home: dir, Network: true}
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o777); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLocal(t *testing.T) {
	o := home(t)
	src := write(t, "w", content)
	t.Setenv("SOME_DIR", filepath.Dir(src))
	path, err := pin(Local("/nowhere/w"), Local("$SOME_DIR/w")).Path(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, content) {
		t.Error("wrong content")
	}
	if err := os.Remove(src); err != nil {
		t.Fatal(err)
	}
	if again, err := pin().Path(ctx, o); err != nil || again != path {
		t.Error("the kept copy is not used:", err)
	}
	if err := os.WriteFile(path, content[1:], 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := pin().Path(ctx, o); !errors.Is(err, ErrHash) {
		t.Error("a damaged copy is used:", err)
	}
	if _, err := pin(Local(write(t, "w", content))).Path(ctx, o); err != nil {
		t.Error("a damaged copy is not replaced:", err)
	}
}

func TestWrongContentIsNeverUsed(t *testing.T) {
	flipped := bytes.Clone(content)
	flipped[77] ^= 1
	for name, b := range map[string][]byte{"flipped": flipped, "short": content[:100], "long": append(bytes.Clone(content), 0), "empty": nil} {
		_, err := pin(Local(write(t, "w", b))).Path(ctx, home(t))
		var e *Error
		if !errors.Is(err, ErrHash) || !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := os.Stat(e.Place); err == nil {
			t.Errorf("%s: it was kept", name)
		}
	}
}

func TestURL(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch r.URL.Path {
		case "/ok":
			_, _ = w.Write(content)
		case "/endless":
			for i := 0; i < 1000 && r.Context().Err() == nil; i++ {
				_, _ = w.Write(content)
			}
		case "/slow":
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	u := func(p string) URL { return URL(srv.URL + p) }

	var last progress.Event
	o := home(t)
	o.Progress = progress.Func(func(e progress.Event) { last = e })
	if _, err := pin(u("/missing"), u("/ok")).Path(ctx, o); err != nil {
		t.Error(err)
	}
	if !last.Finished() || last.Unit != "bytes" {
		t.Error(last)
	}
	// A link in its place makes way; what it leads to stays.
	other := write(t, "other", content[1:])
	o = home(t)
	place, err := pin(u("/ok")).Path(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(place), os.Symlink(other, place)); err != nil {
		t.Fatal(err)
	}
	if _, err := pin(u("/ok")).Path(ctx, o); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(other); !bytes.Equal(b, content[1:]) {
		t.Error("what a link leads to was replaced")
	}
	if _, err := pin(u("/missing")).Path(ctx, home(t)); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
	if _, err := pin(u("/endless")).Path(ctx, home(t)); !errors.Is(err, ErrHash) {
		t.Error(err)
	}
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := pin(u("/slow")).Path(short, home(t)); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	before := asked
	o = home(t)
	o.Network = false
	_, err = pin(u("/ok")).Path(ctx, o)
	if !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	for _, part := range []string{"not allowed", "make data", pin().SHA256, "by hand", "weights.bin"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say %q", err, part)
		}
	}
	t.Setenv(OfflineEnv, "1")
	if _, err := pin(u("/ok")).Path(ctx, home(t)); !strings.Contains(err.Error(), OfflineEnv) {
		t.Error(err)
	}
	if asked != before {
		t.Error("the network was asked")
	}
	t.Setenv(OfflineEnv, "")
	if _, err := pin(URL("http://example.org/x")).Path(ctx, home(t)); !strings.Contains(err.Error(), "only https") {
		t.Error(err)
	}
}

// fakeClient is a program that copies an archive into the working folder, as pip and npm do.
func fakeClient(t *testing.T, archive []byte, name string) string {
	src := write(t, name, archive)
	return write(t, "client", fmt.Appendf(nil, "#!/bin/sh\ncase \"$*\" in *download*|pack*) cp '%s' .;; esac\n", src))
}

func TestWheelAndNPM(t *testing.T) {
	var whl, tgz bytes.Buffer
	z := zip.NewWriter(&whl)
	w, _ := z.Create("pkg/data.bin")
	_, _ = w.Write(content)
	_ = z.Close()
	g := gzip.NewWriter(&tgz)
	ta := tar.NewWriter(g)
	_ = ta.WriteHeader(&tar.Header{Name: "package/data.bin", Size: int64(len(content)), Mode: 0o644, Typeflag: tar.TypeReg})
	_, _ = ta.Write(content)
	_ = ta.Close()
	_ = g.Close()

	o := home(t)
	o.Python = fakeClient(t, whl.Bytes(), "x-1-py3-none-any.whl")
	if _, err := pin(Wheel{Package: "x", Version: "1", Member: "pkg/data.bin", Python: "3.11", Platform: "any"}).Path(ctx, o); err != nil {
		t.Error(err)
	}
	o.Home = t.TempDir()
	if _, err := pin(Wheel{Package: "x", Version: "1", Member: "pkg/other.bin"}).Path(ctx, o); !strings.Contains(err.Error(), "no member") {
		t.Error(err)
	}
	o.NPM = fakeClient(t, tgz.Bytes(), "x-1.tgz")
	if _, err := pin(NPM{"x", "1", "data.bin"}).Path(ctx, o); err != nil {
		t.Error(err)
	}
	o.Home = t.TempDir()
	if _, err := pin(NPM{"x", "1", "other.bin"}).Path(ctx, o); !strings.Contains(err.Error(), "no member") {
		t.Error(err)
	}
	o.Python = write(t, "client", []byte("#!/bin/sh\necho first\necho no such package >&2\nexit 3\n"))
	if _, err := pin(Wheel{Package: "x", Version: "1"}).Path(ctx, o); !strings.Contains(err.Error(), "no such package") {
		t.Error(err)
	}
	o.Python = filepath.Join(t.TempDir(), "no-python")
	if _, err := pin(Wheel{Package: "x", Version: "1"}).Path(ctx, o); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestPinsAreChecked(t *testing.T) {
	for _, f := range []File{{}, {Name: "../x", SHA256: pin().SHA256, Bytes: 1}, {Name: "x", SHA256: "12", Bytes: 1}, {Name: "x", SHA256: pin().SHA256},
		{Name: "x", MD5: "12"}, {Name: "x", Prefix: "1234567"}, {Name: "x", MD5: strings.Repeat("x", 32)}, {Name: "x", Prefix: "01234567", Bytes: -1}} {
		if _, err := f.Path(ctx, Options{Home: t.TempDir()}); err == nil {
			t.Errorf("%+v is taken", f)
		}
	}
}
