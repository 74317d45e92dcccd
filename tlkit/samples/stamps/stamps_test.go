package stamps

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/progress"
)

var ctx = context.Background()

// files are a small set of stamps, with what does not belong to it.
func files() map[string]string {
	return map[string]string{
		"animals/birds/owl.png": "1", "animals/birds/owl_mirror.png": "2", "animals/birds/cartoon/duck.png": "3",
		"animals/birds/owl.svg": "-", "animals/birds/owl.ogg": "-", "animals/birdsong.png": "-",
		"vehicles/car.png": "4", "symbols/x.png": "-",
	}
}

// small is a set of these files, installed in a folder.
func small(t *testing.T, files map[string]string) set {
	t.Helper()
	root := t.TempDir()
	for name, b := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(b), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	sum := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	return set{
		classes: []Class{{"birds", "animals/birds", 3}, {"vehicles", "vehicles", 1}},
		digest: digest(map[string]string{"birds/owl.png": sum("1"), "birds/owl_mirror.png": sum("2"),
			"birds/cartoon/duck.png": sum("3"), "vehicles/car.png": sum("4")}),
		deb:       fetch.File{Name: "x.deb", SHA256: sum("x"), Bytes: 1, Remedy: "make data"},
		installed: root,
	}
}

func TestInstalled(t *testing.T) {
	s, home := small(t, files()), t.TempDir()
	if _, err := s.folder(ctx, home); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "make data") {
		t.Error(err)
	}
	var last progress.Event
	o := fetch.Options{Home: home, Progress: progress.Func(func(e progress.Event) { last = e })}
	place, err := s.fetch(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if !last.Finished() || last.Total != 4 {
		t.Error(last)
	}
	for name, want := range map[string]string{"birds/owl.png": "1", "birds/owl_mirror.png": "2", "birds/cartoon/duck.png": "3", "vehicles/car.png": "4",
		"groups.csv": "picture,group\nbirds/owl.png,birds/owl.png\nbirds/owl_mirror.png,birds/owl.png\n"} {
		if got, err := os.ReadFile(filepath.Join(place, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	s.installed = filepath.Join(home, "none") // once they are here, nothing else is needed
	if again, err := s.fetch(ctx, o); again != place || err != nil {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(place, "vehicles", "car.png")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.folder(ctx, home); !errors.Is(err, ErrMissing) {
		t.Error("a folder that is not whole is used:", err)
	}
	if _, err := s.fetch(ctx, o); !errors.Is(err, fetch.ErrNotFound) || !strings.Contains(err.Error(), "make data") {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(home, "samples", ".part-*")); len(left) != 0 {
		t.Error("left behind:", left)
	}
}

// Pictures of another version are never used.
func TestOtherPictures(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"changed":   func(f map[string]string) { f["vehicles/car.png"] = "5" },
		"gone":      func(f map[string]string) { delete(f, "vehicles/car.png") },
		"one more":  func(f map[string]string) { f["vehicles/bus.png"] = "4" },
		"elsewhere": func(f map[string]string) { delete(f, "vehicles/car.png"); f["vehicles/a/car.png"] = "4" },
		"large":     func(f map[string]string) { f["vehicles/car.png"] = strings.Repeat("x", maxPicture+1) },
	} {
		f := files()
		change(f)
		s, home := small(t, f), t.TempDir()
		if _, err := s.fetch(ctx, fetch.Options{Home: home}); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(home, "samples", "*")); len(left) != 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	s := small(t, files())
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := s.fetch(ended, fetch.Options{Home: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestPackage(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s, dir := small(t, files()), filepath.Join(t.TempDir(), "x")
	if err := os.CopyFS(filepath.Join(dir, s.installed), os.DirFS(s.installed)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "DEBIAN"), 0o755); err != nil {
		t.Fatal(err)
	}
	control := []byte("Package: x\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: none\n")
	if err := os.WriteFile(filepath.Join(dir, "DEBIAN", "control"), control, 0o666); err != nil {
		t.Fatal(err)
	}
	deb := dir + ".deb"
	if said, err := exec.Command("dpkg-deb", "--build", dir, deb).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	b, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(s.installed); err != nil {
		t.Fatal(err)
	}
	h := sha256.Sum256(b)
	s.deb = fetch.File{Name: "x.deb", SHA256: hex.EncodeToString(h[:]), Bytes: int64(len(b)), Sources: []fetch.Source{fetch.Local(deb)}}
	home := t.TempDir()
	if place, err := s.fetch(ctx, fetch.Options{Home: home}); err != nil || place != s.place(home) {
		t.Error(place, err)
	}
	if left, _ := filepath.Glob(filepath.Join(home, "fetch", "*")); len(left) != 0 {
		t.Error("the package is kept:", left)
	}
	if now, err := os.ReadFile(deb); err != nil || !bytes.Equal(now, b) {
		t.Error("the person's package was touched:", err)
	}
}

func TestNamesThatLeadElsewhere(t *testing.T) {
	s := set{classes: []Class{{"birds", "animals/birds", 1}}}
	for _, name := range []string{"animals/birds/../../../x.png", "/animals/birds/x.png", "animals/birds//x.png", "animals/birds/", "", "animals/birds/..", "animals/birds/x.PNG.txt"} {
		if to, ok := s.wants(name); ok {
			t.Errorf("%q goes to %q", name, to)
		}
	}
	dir := t.TempDir()
	_, err := s.take(ctx, dir, progress.Discard, func(visit func(string, io.Reader) error) error {
		return visit("animals/birds/../../../../x.png", strings.NewReader("x"))
	})
	if left, _ := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
}
