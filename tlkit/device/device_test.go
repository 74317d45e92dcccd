package device

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device/blocks"
)

// bare hides every native library from Open, save what a test puts there.
func bare(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("TLKIT_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv(PluginEnv, filepath.Join(home, "nothing"))
	t.Setenv(RuntimeEnv, "")
	t.Setenv(BackendEnv, "")
	return home
}

// What was asked for and cannot be had is an error with a remedy, never another backend.
func TestNoSilentFallback(t *testing.T) {
	for _, c := range []struct{ env, option, says string }{
		{env: "tpu", says: `TLKIT_BACKEND="tpu" is not one of`},
		{env: "CPU please", says: "is not one of"},
		{option: "xla:tpu", env: "go", says: `Options.Backend="xla:tpu"`},
		{env: "onnx", says: "ONNX Runtime's library is not in"},
		{option: "onnx", says: Remedy},
	} {
		bare(t)
		t.Setenv(BackendEnv, c.env)
		d, err := Open(Options{Backend: c.option})
		if !errors.Is(err, ErrBackend) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("TLKIT_BACKEND=%q, option %q: %v, %v; want an error with %q", c.env, c.option, d, err, c.says)
		}
	}
}

func TestGivenPathsAreNotReplaced(t *testing.T) {
	bare(t)
	if _, err := Open(Options{Backend: "cpu", Plugin: "/nowhere/plugin.so"}); !errors.Is(err, ErrBackend) || !strings.Contains(err.Error(), "/nowhere/plugin.so") {
		t.Errorf("a plugin that is not there: %v", err)
	}
	if _, err := FindRuntime("/nowhere/libonnxruntime.so"); err == nil {
		t.Error("a runtime that is not there was taken")
	}
	t.Setenv(RuntimeEnv, t.TempDir())
	if _, err := FindRuntime(""); err == nil || !strings.Contains(err.Error(), RuntimeEnv) {
		t.Errorf("a folder as the runtime: %v", err)
	}
}

// A file that is no plugin is an error in words, and auto goes on to the next backend and
// says so.
func TestDamagedPlugin(t *testing.T) {
	home := bare(t)
	if err := os.MkdirAll(filepath.Join(home, "xla"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "xla", pluginFile("cpu")), []byte("no library"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Backend: "cpu"}); !errors.Is(err, ErrBackend) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a damaged plugin: %v", err)
	}
	d, err := Open(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.Kind != Go || len(d.Tried) != 3 || !strings.Contains(d.Why, "not xla:cpu: ") || !strings.Contains(d.Why, Remedy) {
		t.Errorf("auto took %s", d)
	}
	if s := d.Describe(); !strings.Contains(s, "yes go") || !strings.Contains(s, "no  xla:cpu") {
		t.Error(s)
	}
	if s := d.HTML(); !strings.Contains(s, "<table") || strings.Contains(s, "\x00") {
		t.Error(s)
	}
}

func TestAskedByName(t *testing.T) {
	bare(t)
	for _, name := range []string{"go", "GO", " go "} {
		t.Setenv(BackendEnv, name)
		d, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d.Kind != Go || !strings.Contains(d.Why, BackendEnv) {
			t.Errorf("%q gives %s", name, d)
		}
		d.Close()
	}
}

// The newest plugin is taken where names carry versions.
func TestPluginVersions(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"cpu_v0.83.1", "cpu_v0.115.0", "cuda_v0.83.1"} {
		if err := os.WriteFile(filepath.Join(dir, pluginFile(v)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := filepath.Base(pluginIn(dir, "cpu")); got != pluginFile("cpu_v0.115.0") {
		t.Errorf("took %s", got)
	}
	if got := pluginIn(dir, "tpu"); got != "" {
		t.Errorf("took %s for tpu", got)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		h, w, kh, kw, stride int
		want                 Padding
	}{
		{224, 224, 3, 3, 2, Padding{{0, 1}, {0, 1}}}, {7, 8, 5, 5, 2, Padding{{2, 2}, {1, 2}}},
		{7, 7, 3, 3, 1, Padding{{1, 1}, {1, 1}}}, {9, 9, 1, 1, 2, Padding{}}, {1, 2, 5, 3, 2, Padding{{2, 2}, {0, 1}}},
	} {
		if got := Same(c.h, c.w, c.kh, c.kw, c.stride); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestCompilerOptionsLeaveTheUsersAlone(t *testing.T) {
	ours := [][2]string{{"--xla_a", "1,2"}, {"--xla_b", "true"}}
	for _, c := range []struct {
		given   string
		options [][2]string
		want    string
	}{
		{"", ours, "--xla_a=1,2 --xla_b=true"},
		{"--xla_gpu_cuda_data_dir=/cuda", ours, "--xla_gpu_cuda_data_dir=/cuda --xla_a=1,2 --xla_b=true"},
		{"--xla_a=mine", ours, "--xla_a=mine --xla_b=true"},
		{"--xla_a=1,2 --xla_b=true", ours, "--xla_a=1,2 --xla_b=true"}, // a second device is opened
		{"--xla_c", nil, "--xla_c"},
	} {
		if got := withCompilerOptions(c.given, c.options); got != c.want {
			t.Errorf("of %q it makes %q, want %q", c.given, got, c.want)
		}
	}
}

// The pinned plugin has all of the options; a file that has no names, or is no library, none.
func TestKnownOptions(t *testing.T) {
	opened(t, "cpu")
	plugin, err := findPlugin("cpu", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := knownOptions(plugin); !slices.Equal(got, compilerOptions) {
		t.Errorf("%s knows %v, want %v", plugin, got, compilerOptions)
	}
	for _, p := range []string{"/bin/sh", "/nowhere", t.TempDir(), "device_test.go"} {
		if got := knownOptions(p); len(got) != 0 {
			t.Errorf("%s knows %v", p, got)
		}
	}
}

// XLA's plugin for the CPU works in the blocks of the computation before, gives the same
// numbers, and leaves none when it is closed.
func TestBlocksAreKept(t *testing.T) {
	d := opened(t, "cpu")
	if d.Kind != XLACPU || runtime.GOOS != "linux" {
		t.Skipf("only XLA's plugin on Linux keeps its blocks, this is %s on %s", d.Kind, runtime.GOOS)
	}
	exec, err := graph.NewExec(d.Backend, func(x *graph.Node) *graph.Node { // 16 MiB in, 16 on the way, 16 out
		return graph.AddScalar(graph.Dot(graph.Dot(x, x).Product(), x).Product(), 1)
	})
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 2048*2048)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	var first []float32
	before := blocks.Now()
	for range 4 {
		in := tensors.FromFlatDataAndDimensions(x, 2048, 2048)
		out, err := exec.Call(in)
		if err != nil {
			t.Fatal(err)
		}
		got := tensors.MustCopyFlatData[float32](out[0])
		if first == nil {
			first = got
		} else if !slices.Equal(first, got) {
			t.Fatal("the numbers differ from run to run")
		}
		_, _ = in.FinalizeAll(), out[0].FinalizeAll()
	}
	after := blocks.Now()
	if hits, misses := after.Hits-before.Hits, after.Misses-before.Misses; hits < 6 || misses > hits {
		t.Errorf("%d requests were met from kept blocks, %d not: %+v", hits, misses, after)
	}
	d.Close()
	if u := blocks.Now(); u.Kept != 0 {
		t.Errorf("%d bytes are kept after Close", u.Kept)
	}
}
