package fetch

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func missing(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("TLKIT_REQUIRE") == "all" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// put writes the content to a place below a folder.
func put(t *testing.T, b []byte, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCaches(t *testing.T) {
	const commit = "0123456789012345678901234567890123456789"
	hf := HuggingFace{"owner/name", commit, "onnx/model.bin"}
	for _, c := range []struct {
		name, variable string
		parts          []string // below the variable's folder
		source         Source
	}{
		{"Keras", "KERAS_HOME", []string{"models", "w.h5"}, Keras("w.h5")},
		{"Keras in the home", "HOME", []string{".keras", "models", "w.h5"}, Keras("w.h5")},
		{"Torch", "TORCH_HOME", []string{"hub", "checkpoints", "w.pth"}, Torch("w.pth")},
		{"Torch in a cache", "XDG_CACHE_HOME", []string{"torch", "hub", "checkpoints", "w.pth"}, Torch("w.pth")},
		{"Torch in the home", "HOME", []string{".cache", "torch", "hub", "checkpoints", "w.pth"}, Torch("w.pth")},
		{"Hugging Face", "HF_HUB_CACHE", []string{"models--owner--name", "snapshots", commit, "onnx", "model.bin"}, hf},
		{"Hugging Face, older", "HUGGINGFACE_HUB_CACHE", []string{"models--owner--name", "snapshots", commit, "onnx", "model.bin"}, hf},
		{"Hugging Face's home", "HF_HOME", []string{"hub", "models--owner--name", "snapshots", commit, "onnx", "model.bin"}, hf},
		{"Hugging Face in a cache", "XDG_CACHE_HOME", []string{"huggingface", "hub", "models--owner--name", "snapshots", commit, "onnx", "model.bin"}, hf},
		{"Hugging Face in the home", "HOME", []string{".cache", "huggingface", "hub", "models--owner--name", "snapshots", commit, "onnx", "model.bin"}, hf},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, v := range []string{"HOME", "KERAS_HOME", "TORCH_HOME", "XDG_CACHE_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"} {
				t.Setenv(v, "")
			}
			dir := t.TempDir()
			t.Setenv(c.variable, dir)
			_, err := pin(c.source).Path(ctx, home(t))
			place := filepath.Join(append([]string{dir}, c.parts...)...)
			if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), place) {
				t.Errorf("%v does not say %s", err, place)
			}
			put(t, content, place)
			o := home(t)
			o.Network = false
			if _, err := pin(c.source).Path(ctx, o); err != nil {
				t.Error(err)
			}
			if got, _ := os.ReadFile(place); string(got) != string(content) {
				t.Error("the cache was changed")
			}
			put(t, content[1:], place)
			if _, err := pin(c.source).Path(ctx, home(t)); !errors.Is(err, ErrHash) {
				t.Error("a damaged file is taken:", err)
			}
		})
	}
}

// Hugging Face's cache has links to its files, and a link to nothing is no file.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	real := put(t, content, dir, "blobs", "x")
	for name, to := range map[string]string{"good": real, "dangling": filepath.Join(dir, "none"), "loop": filepath.Join(dir, "loop"), "folder": dir} {
		link := filepath.Join(dir, name)
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
		if path, err := pin(Local(link)).Path(ctx, home(t)); (err == nil) != (name == "good") {
			t.Errorf("%s: %v", name, err)
		} else if st, e := os.Lstat(path); err == nil && (e != nil || !st.Mode().IsRegular()) {
			t.Errorf("%s: what is kept is no plain file: %v", name, e)
		}
	}
}

// A file of which the publisher states a weak digest is used where it lies, and never
// fetched.
func TestWeakDigests(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++; _, _ = w.Write(content) }))
	defer srv.Close()
	md := md5.Sum(content)
	other := append([]byte{}, content...)
	other[5] ^= 4
	for name, f := range map[string]File{
		"MD5":           {Name: "w.h5", MD5: strings.ToUpper(hex.EncodeToString(md[:]))},
		"MD5 and size":  {Name: "w.h5", MD5: hex.EncodeToString(md[:]), Bytes: int64(len(content))},
		"Prefix":        {Name: "w.pth", Prefix: pin().SHA256[:8]},
		"longer prefix": {Name: "w.pth", Prefix: pin().SHA256[:20]},
	} {
		f.Page = "https://example.org/" + f.Name
		f.Sources = []Source{URL(srv.URL)}
		_, err := f.Path(ctx, home(t))
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrNotFound) {
			t.Fatalf("%s: %v", name, err)
		}
		for _, want := range []string{"only files with a known SHA-256", f.Page, f.digest().want, e.Place} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not say %q", name, err, want)
			}
		}
		o := home(t)
		f.Sources = []Source{Local(write(t, "w", other)), Local(write(t, "w", content))}
		kept, err := f.Path(ctx, o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		f.Sources = nil
		if again, err := f.Path(ctx, o); again != kept || err != nil { // by hand, as the message says
			t.Errorf("%s: %v", name, err)
		}
		f.Sources = []Source{Local(write(t, "w", other))}
		if _, err := f.Path(ctx, home(t)); !errors.Is(err, ErrHash) {
			t.Errorf("%s: another content is taken: %v", name, err)
		}
	}
	if asked != 0 {
		t.Error("the network was asked")
	}
}

// A wheel's member is taken from the packages that are installed, before any network.
func TestInstalledPackage(t *testing.T) {
	f := pin(Wheel{Package: "x", Version: "1", Member: "pkg/data.bin"})
	env := t.TempDir()
	t.Setenv("VIRTUAL_ENV", env)
	put(t, content, env, "lib", "python3.99", "site-packages", "pkg", "data.bin")
	o := home(t)
	o.Network, o.Python = false, filepath.Join(env, "no-python")
	if _, err := f.Path(ctx, o); err != nil {
		t.Error("the active environment:", err)
	}

	t.Setenv("VIRTUAL_ENV", "")
	site := t.TempDir()
	put(t, content, site, "pkg", "data.bin")
	o = home(t)
	o.Network, o.Python = false, write(t, "python", []byte("#!/bin/sh\necho\necho relative\necho '"+site+"'\n"))
	if _, err := f.Path(ctx, o); err != nil {
		t.Error("the interpreter:", err)
	}

	put(t, content[1:], site, "pkg", "data.bin") // another version
	o.Home = home(t).Home
	if _, err := f.Path(ctx, o); !errors.Is(err, ErrNotFound) || errors.Is(err, ErrHash) || !strings.Contains(err.Error(), site) {
		t.Error("another version:", err)
	}
	if _, err := pin(Wheel{Package: "x", Version: "1", Member: "../data.bin"}).Path(ctx, o); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

// deb is a Debian package with some files, built by the system's own tool.
func deb(t *testing.T, files map[string][]byte) string {
	t.Helper()
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		missing(t, err)
	}
	dir := filepath.Join(t.TempDir(), "x")
	put(t, []byte("Package: x\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: none\n"), dir, "DEBIAN", "control")
	for name, b := range files {
		put(t, b, dir, name)
	}
	out := dir + "_1_all.deb"
	if said, err := exec.Command("dpkg-deb", "--build", dir, out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return out
}

func TestDebian(t *testing.T) {
	archive, err := os.ReadFile(deb(t, map[string][]byte{"usr/share/x/data.bin": content, "usr/share/x/other": {1}}))
	if err != nil {
		t.Fatal(err)
	}
	o := home(t)
	o.Apt = fakeClient(t, archive, "x_1_all.deb")
	if _, err := pin(Debian{"x", "1", "usr/share/x/data.bin"}).Path(ctx, o); err != nil {
		t.Error(err)
	}
	whole := pin(Debian{Package: "x", Version: "1"})
	whole.Bytes = int64(len(archive))
	if _, err := whole.Path(ctx, o); !errors.Is(err, ErrHash) {
		t.Error("an archive with another hash is taken:", err)
	}
	o.Home = home(t).Home
	if _, err := pin(Debian{"x", "1", "usr/share/x/none"}).Path(ctx, o); !strings.Contains(err.Error(), "no member") {
		t.Error(err)
	}
	o.Apt = write(t, "apt", []byte("#!/bin/sh\necho \"E: Version '1' for 'x' was not found\" >&2\nexit 100\n"))
	if _, err := pin(Debian{Package: "x", Version: "1"}).Path(ctx, o); !strings.Contains(err.Error(), "Version '1' for 'x' was not found") {
		t.Error(err)
	}
	o.Apt = filepath.Join(t.TempDir(), "no-apt")
	if _, err := pin(Debian{Package: "x", Version: "1"}).Path(ctx, o); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestEachInDeb(t *testing.T) {
	path := deb(t, map[string][]byte{"a/b": []byte("1"), "a/c": content, "d": nil})
	got := map[string]int{}
	err := EachInDeb(ctx, path, func(name string, r io.Reader) error {
		b, err := io.ReadAll(r)
		got[name] = len(b)
		return err
	})
	if err != nil || len(got) != 3 || got["a/b"] != 1 || got["a/c"] != len(content) {
		t.Error(got, err)
	}
	fault := errors.New("no")
	if err := EachInDeb(ctx, path, func(string, io.Reader) error { return fault }); !errors.Is(err, fault) {
		t.Error(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{0, 10, len(whole) / 2, len(whole) - 100} {
		if err := EachInDeb(ctx, write(t, "cut.deb", whole[:cut]), func(string, io.Reader) error { return nil }); err == nil {
			t.Errorf("cut at %d of %d: no error", cut, len(whole))
		}
	}
	ended, end := context.WithCancel(ctx)
	end()
	if err := EachInDeb(ended, path, func(string, io.Reader) error { return nil }); err == nil {
		t.Error("an ended context goes on")
	}
}
