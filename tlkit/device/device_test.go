package device

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	for _, c := range []struct{ given, want string }{
		{"", compilerOptions},
		{"--xla_gpu_cuda_data_dir=/cuda", "--xla_gpu_cuda_data_dir=/cuda " + compilerOptions},
		{"--xla_backend_extra_options=mine", "--xla_backend_extra_options=mine"},
		{compilerOptions, compilerOptions}, // a second device is opened
	} {
		if got := withCompilerOptions(c.given); got != c.want {
			t.Errorf("of %q it makes %q, want %q", c.given, got, c.want)
		}
	}
}
