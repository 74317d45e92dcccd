package install

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"transferlab/tlkit/fetch"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert"
)

func TestFind(t *testing.T) {
	p, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(p.Root, "go.mod")); err != nil {
		t.Error(err)
	}
	if _, err := Find(t.TempDir()); err == nil {
		t.Error("a folder elsewhere is taken")
	}
}

// Folders are called all sorts of things, and Jupyter replaces ${…} in the environment.
func TestSpec(t *testing.T) {
	p := Place{Root: `/home/é/with spaces/it's $HOME`}
	s := spec(p, "/usr/local/go/bin")
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back specFile
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.DisplayName != "Go (tlkit)" || back.Language != "go" || back.InterruptMode != "message" {
		t.Errorf("%+v", back)
	}
	if back.Argv[0] != p.Root+"/bin/gonb" || back.Argv[1] != "--kernel" || back.Argv[2] != "{connection_file}" || back.Argv[3] != "-go_work="+p.Root {
		t.Errorf("%q", back.Argv)
	}
	for k, want := range map[string]string{
		"GOPROXY": "off", "GOWORK": "", "TLKIT_HOME": `/home/é/with spaces/it's $$HOME/.cache/tlkit`,
		"PATH": `/home/é/with spaces/it's $$HOME/bin:/usr/local/go/bin:${PATH}`,
	} {
		if got, ok := back.Env[k]; !ok || got != want {
			t.Errorf("%s is %q, want %q", k, got, want)
		}
	}
}

func TestStamped(t *testing.T) {
	dir := t.TempDir()
	stamp, made := filepath.Join(dir, ".stamp"), filepath.Join(dir, "made")
	runs := 0
	do := func() error { runs++; return os.WriteFile(made, nil, 0o666) }
	step := func(want int, inputs ...string) {
		t.Helper()
		if err := stamped(stamp, made, inputs, do); err != nil || runs != want {
			t.Errorf("%d runs, want %d, %v", runs, want, err)
		}
	}
	step(1, "a")
	step(1, "a")
	step(2, "b")
	if err := os.Remove(made); err != nil {
		t.Fatal(err)
	}
	step(3, "b")
	fault := errors.New("no")
	if err := stamped(stamp, made, []string{"c"}, func() error { return fault }); !errors.Is(err, fault) {
		t.Error(err)
	}
	step(3, "b")
}

func TestWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "f")
	for _, s := range []string{"one", "two"} {
		if err := write(path, []byte(s)); err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(path); string(b) != s {
			t.Error(string(b))
		}
	}
	if all, _ := os.ReadDir(filepath.Dir(path)); len(all) != 1 {
		t.Error(all)
	}
}

func TestPrint(t *testing.T) {
	var b bytes.Buffer
	good := Finding{Part: "Go", OK: true, Found: "go1.26", Needed: true}
	if err := Print(&b, []Finding{good, {Part: "browser", Found: "none", Remedy: "apt-get install chromium"}}); err != nil {
		t.Error("what is not needed counts as a lack:", err)
	}
	if s := b.String(); !strings.Contains(s, "missing") || !strings.Contains(s, "to mend it: apt-get install chromium") || strings.Contains(s, "MISSING") {
		t.Error(s)
	}
	b.Reset()
	if err := Print(&b, []Finding{good, {Part: "GoNB", Needed: true, Remedy: "make setup"}}); !errors.Is(err, ErrLack) || !strings.Contains(b.String(), "MISSING") {
		t.Error(err, b.String())
	}
}

// An empty checkout lacks everything that set-up makes, each with its remedy.
func TestDoctorOfAnEmptyCheckout(t *testing.T) {
	for _, k := range []string{"TLKIT_HOME", "PJRT_PLUGIN_LIBRARY_PATH", "ONNXRUNTIME_SHARED_LIBRARY_PATH", "GOMLX_NO_AUTO_INSTALL", "TLKIT_BACKEND"} {
		t.Setenv(k, "")
	}
	t.Setenv("HOME", t.TempDir())
	missing := map[string]bool{}
	for _, f := range Doctor(context.Background(), Place{Root: t.TempDir()}) {
		if !f.OK {
			missing[f.Part] = true
			if f.Remedy == "" || f.Found == "" {
				t.Errorf("%+v", f)
			}
		}
	}
	for _, part := range []string{"data", "JupyterLab", "GoNB", "goimports", "gopls", "kernelspec", "ONNX Runtime", "weights"} {
		if !missing[part] {
			t.Errorf("%s is not missed", part)
		}
	}
	if missing["Go"] {
		t.Error("Go is missed")
	}
}

func TestSmoke(t *testing.T) {
	if err := Smoke("go"); err != nil {
		t.Error(err)
	}
	if err := Smoke("nonsense"); err == nil {
		t.Error("a backend that is none runs")
	}
}

// The plugin must find NVIDIA's libraries from where it lies.
func TestLayOut(t *testing.T) {
	xla := filepath.Join(t.TempDir(), "xla")
	for _, name := range []string{"site/jax_plugins/xla_cuda13/xla_cuda_plugin.so", "site/nvidia/cu13/lib/libcublas.so.13"} {
		if err := write(filepath.Join(xla, name), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := layOut(xla); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(xla, "cuda", "pjrt_c_api_cuda_plugin.so")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(xla, "cuda", "..", "nvidia", "cu13", "lib", "libcublas.so.13")); err != nil {
		t.Error(err)
	}
	if err := layOut(filepath.Join(t.TempDir(), "empty")); err == nil {
		t.Error("nothing was laid out")
	}
}

// Every requirement is pinned by hash, and names no address.
func TestRequirementsArePinned(t *testing.T) {
	for _, name := range []string{"requirements.txt", "requirements-cuda.txt"} {
		b, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		pins := strings.Count(string(b), "==")
		if pins < 10 || strings.Count(string(b), "--hash=sha256:") < pins || strings.Contains(string(b), "://") {
			t.Errorf("%s: %d pins, %d hashes", name, pins, strings.Count(string(b), "--hash=sha256:"))
		}
	}
}

// The kernelspec of a person goes into that person's folder, with all that Jupyter serves.
func TestUserKernelspec(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	p, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	if err := kernelspec(context.Background(), p, Options{User: true, Log: func(string, ...any) {}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kernel.json", "logo-svg.svg", "logo-32x32.png", "logo-64x64.png", "echarts.min.js"} {
		if st, err := os.Stat(filepath.Join(data, "kernels", "tlkit", name)); err != nil || st.Size() < 100 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := kernelspec(context.Background(), Place{Root: "/a,b"}, Options{}); err == nil {
		t.Error("a comma is taken")
	}
}

// Nothing that is not pinned is fetched before somebody has said so.
func TestElsewhereAsksFirst(t *testing.T) {
	var said strings.Builder
	home := t.TempDir()
	if err := elsewhere(Place{Root: home}, Options{Log: func(f string, a ...any) { fmt.Fprintf(&said, f, a...) }}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--download", "Go backend", "impractical", "ONNX Runtime"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("does not say %q: %s", want, said.String())
		}
	}
	if all, _ := os.ReadDir(home); len(all) != 0 {
		t.Error("something was installed:", all)
	}
}

func TestModulesOfOtherSystemsAreLeftOut(t *testing.T) {
	lib := "github.com/duckdb/duckdb-go-bindings/lib/"
	got := ours([]string{"a.org/b", lib + "linux-amd64", lib + "windows-amd64", lib[:len(lib)-5]}, "linux-amd64")
	if want := []string{"a.org/b", lib + "linux-amd64", lib[:len(lib)-5]}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Each extra says what it is and how to get it, and is looked for without the network; of one
// with several files none will do without the others.
func TestExtras(t *testing.T) {
	home := t.TempDir()
	t.Setenv("TLKIT_HOME", home)
	t.Setenv("KERAS_HOME", t.TempDir())
	for _, e := range extras() {
		if e.name == "" || e.lack == "" || e.remedy == "" {
			t.Errorf("%+v", e)
		}
		if path, err := e.here(t.Context()); err == nil && strings.HasPrefix(path, home) {
			t.Errorf("%s is at %s, where nothing is", e.name, path)
		}
	}
	files := bert.MiniLM().Files
	if len(files) != 2 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range files {
		if f.SHA256 == "" || f.Remedy != "make data" || len(f.Sources) == 0 {
			t.Errorf("%+v", f)
		}
	}
	one := filepath.Join(t.TempDir(), "one")
	if err := os.WriteFile(one, []byte("one"), 0o666); err != nil {
		t.Fatal(err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte("one")))
	there := fetch.File{Name: "one", SHA256: sum, Bytes: 3, Sources: []fetch.Source{fetch.Local(one)}}
	if _, err := pinned("", "", "", there).here(t.Context()); err != nil {
		t.Error(err)
	}
	gone := fetch.File{Name: "two", SHA256: strings.Repeat("0", 64), Bytes: 3, Sources: []fetch.Source{fetch.Local(one + "2")}}
	for _, files := range [][]fetch.File{{gone, there}, {there, gone}} {
		if path, err := pinned("", "", "", files...).here(t.Context()); !errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("one of two files is missing: %q, %v", path, err)
		}
	}
}

// What a system cannot fetch is said, with what becomes of the notebooks, and the rest is
// done; nothing is asked where the network is forbidden.
func TestDataGoesOn(t *testing.T) {
	p, err := Find(".")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zoo.EfficientNetLite0().File.Path(t.Context(), fetch.Options{Home: p.Home()}); err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	t.Setenv(fetch.OfflineEnv, "1")
	t.Setenv("KERAS_HOME", t.TempDir())
	var said []string
	err = Data(t.Context(), Options{Root: p.Root, Log: func(f string, a ...any) { said = append(said, fmt.Sprintf(f, a...)) }})
	if err != nil && !errors.Is(err, fetch.ErrNotFound) {
		t.Error(err)
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"weights of EfficientNet-Lite0: ", "Tux Paint stamps", "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", "MiniLM's weights"} {
		if !strings.Contains(all, want) {
			t.Errorf("does not say %q: %s", want, all)
		}
	}
}
