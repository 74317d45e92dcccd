package device

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/go-xla/pjrt"

	"transferlab/tlkit/store"
)

// This file finds the native halves of the backends on disk.

// findPlugin gives the path of the XLA plugin called name ("cpu", "cuda"): given, or the
// first found in PJRT_PLUGIN_LIBRARY_PATH, the kit's folder xla, and where go-xla looks.
func findPlugin(name, given string) (string, error) {
	if given != "" {
		if _, err := os.Stat(given); err != nil {
			return "", fmt.Errorf("the XLA plugin asked for is not there: %w", err)
		}
		return filepath.Abs(given)
	}
	var looked []string
	for _, dir := range strings.Split(os.Getenv(PluginEnv), ":") {
		if dir != "" {
			looked = append(looked, dir)
		}
	}
	if h, err := store.Home(); err == nil {
		// The CUDA plugin lies one level down: it finds NVIDIA's libraries in ../nvidia.
		looked = append(looked, filepath.Join(h, "xla"), filepath.Join(h, "xla", "cuda"))
	}
	for _, dir := range looked {
		if p := pluginIn(dir, name); p != "" {
			return filepath.Abs(p)
		}
	}
	for plugin, path := range pjrt.AvailablePlugins() {
		if plugin == name || strings.HasPrefix(plugin, name+"_v") {
			return path, nil
		}
	}
	return "", fmt.Errorf("no XLA plugin %s in %s, nor where go-xla looks for it", pluginFile(name), strings.Join(looked, ", "))
}

func pluginFile(name string) string {
	ext := "so"
	switch runtime.GOOS {
	case "darwin":
		ext = "dylib"
	case "windows":
		ext = "dll"
	}
	return "pjrt_c_api_" + name + "_plugin." + ext
}

// pluginIn finds the plugin in dir: by its plain name, else the newest by its version in
// the name ("pjrt_c_api_cpu_v0.115_plugin.so").
func pluginIn(dir, name string) string {
	p := filepath.Join(dir, pluginFile(name))
	if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
		return p
	}
	found, err := filepath.Glob(filepath.Join(dir, strings.Replace(pluginFile(name), name, name+"_v*", 1)))
	if err != nil || len(found) == 0 {
		return ""
	}
	return slices.MaxFunc(found, byVersion)
}

// byVersion compares names so that runs of digits count as numbers: 0.83 is before 0.115.
func byVersion(a, b string) int {
	for {
		i := 0
		for i < min(len(a), len(b)) && a[i] == b[i] && !digit(a[i]) {
			i++
		}
		a, b = a[i:], b[i:]
		na, nb := digits(a), digits(b)
		if na == 0 || nb == 0 {
			return cmp.Compare(a, b)
		}
		x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[na:], b[nb:]
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func digits(s string) int {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return n
}

// FindRuntime gives the path of ONNX Runtime's shared library: given, or the one that
// ONNXRUNTIME_SHARED_LIBRARY_PATH names, or the one in the kit's folder onnxruntime, or
// where compute-onnx keeps its own. The error says what to do.
func FindRuntime(given string) (string, error) {
	if given == "" {
		given = os.Getenv(RuntimeEnv)
	}
	if given != "" {
		if info, err := os.Stat(given); err != nil || !info.Mode().IsRegular() {
			return "", fmt.Errorf("ONNX Runtime's library is not at %s, which %s or the options name; correct it or unset it", given, RuntimeEnv)
		}
		return given, nil
	}
	var dirs []string
	if h, err := store.Home(); err == nil {
		dirs = append(dirs, filepath.Join(h, "onnxruntime"))
	}
	if h, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(h, ".local", "lib", "onnxruntime"))
	}
	for _, dir := range dirs {
		found, err := filepath.Glob(filepath.Join(dir, "libonnxruntime.so*"))
		if err == nil && len(found) > 0 {
			return slices.MaxFunc(found, byVersion), nil
		}
	}
	return "", fmt.Errorf("ONNX Runtime's library is not in %s; %s, or set %s to the file", strings.Join(dirs, ", "), Remedy, RuntimeEnv)
}
