// Package install sets a checkout up: the tools and the Python environment that run
// notebooks, the native libraries that networks run on, the weights, and the kernelspec
// "Go (tlkit)". Everything lies in the checkout (bin, .venv, .cache) but for the kernelspec
// of a person who asks for it. Each step is done once and then costs next to nothing.
package install

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/go-xla/installer"

	"transferlab/plots"
	"transferlab/tlkit/fetch"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/replace"
	"transferlab/tlkit/samples"
	"transferlab/tlkit/samples/stamps"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert"
)

// Name is the kernelspec's folder, and the kernel's name in notebooks.
const Name = "tlkit"

// DisplayName is what JupyterLab shows.
const DisplayName = "Go (tlkit)"

// Options say what to set up. The zero value is the checkout in the working folder.
type Options struct {
	Root string // the checkout; empty: the nearest folder upwards that holds go.mod of this module

	// User puts the kernelspec into the person's own Jupyter folder, not into .venv.
	User bool

	// CUDA also installs the pinned XLA plugin for NVIDIA GPUs.
	CUDA bool

	// Download lets go-xla's own installer fetch XLA on systems for which nothing is pinned.
	Download bool

	Progress progress.Reporter
	Log      func(format string, args ...any) // one line for each step that did something; nil: silent
}

// Place is where the parts of a checkout lie.
type Place struct{ Root string }

// Find gives the checkout that holds dir, the nearest folder upwards with kernel/tools.mod.
func Find(dir string) (Place, error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return Place{}, fmt.Errorf("install: %w", err)
	}
	for at := full; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "kernel", "tools.mod")); err == nil {
			return Place{at}, nil
		}
		if at == filepath.Dir(at) {
			return Place{}, fmt.Errorf("install: %s is not in a checkout of the project; run the command inside one", full)
		}
	}
}

func (p Place) join(parts ...string) string {
	return filepath.Join(append([]string{p.Root}, parts...)...)
}

// Bin is where the tools are.
func (p Place) Bin() string { return p.join("bin") }

// Python is the interpreter of the checkout's own environment.
func (p Place) Python() string { return p.join(".venv", "bin", "python") }

// Home is the checkout's TLKIT_HOME.
func (p Place) Home() string { return p.join(".cache", "tlkit") }

// Spec is the kernelspec's folder in the checkout's own environment.
func (p Place) Spec() string { return p.join(".venv", "share", "jupyter", "kernels", Name) }

// Environment is what programs need to find what was installed.
func (p Place) Environment() map[string]string {
	env := map[string]string{
		"TLKIT_HOME":               p.Home(),
		"PJRT_PLUGIN_LIBRARY_PATH": filepath.Join(p.Home(), "xla"),
		"GOMLX_NO_AUTO_INSTALL":    "1",
	}
	// On a GPU, XLA runs NVIDIA's assembler. It splits its flags at blanks, so a folder with
	// one in its name is left to its own search.
	cuda := filepath.Join(p.Home(), "xla", "nvidia", "cu13")
	if _, err := os.Stat(cuda); err == nil && !strings.ContainsAny(cuda, " \t") && os.Getenv("XLA_FLAGS") == "" {
		env["XLA_FLAGS"] = "--xla_gpu_cuda_data_dir=" + cuda
	}
	return env
}

// xlaFile is XLA's CPU plugin, built from XLA's source; Apache-2.0.
func xlaFile() fetch.File {
	return fetch.File{
		Name:   "pjrt_c_api_cpu_plugin.so",
		SHA256: "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
		Bytes:  201600336,
		Sources: []fetch.Source{fetch.Wheel{Package: "lammps-jax-pjrt-cpu", Version: "0.11.2", Python: "3.11", Platform: "manylinux_2_27_x86_64",
			Member: "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so"}},
		Remedy: "go run ./kernel install",
	}
}

// runtimeFile is ONNX Runtime's library; MIT.
func runtimeFile() fetch.File {
	return fetch.File{
		Name:   "libonnxruntime.so.1.32.0",
		SHA256: "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
		Bytes:  34824680,
		Sources: []fetch.Source{fetch.Wheel{Package: "onnxruntime", Version: "1.32.0", Python: "3.11", Platform: "manylinux_2_28_x86_64",
			Member: "onnxruntime/capi/libonnxruntime.so.1.32.0"}},
		Remedy: "go run ./kernel install",
	}
}

// Run does every step that is not done yet.
func Run(ctx context.Context, o Options) error {
	p, err := Find(orDot(o.Root))
	if err != nil {
		return err
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	o.Progress = progress.Or(o.Progress)
	// Python comes first: what else is fetched is fetched with its pip, for a system's own
	// interpreter may have none.
	steps := []func(context.Context, Place, Options) error{python, libraries, weights, tables, modules, tools, kernelspec}
	if o.CUDA {
		steps = append(steps, gpu)
	}
	for _, step := range steps {
		if err := step(ctx, p, o); err != nil {
			return err
		}
	}
	return nil
}

func orDot(root string) string {
	if root == "" {
		return "."
	}
	return root
}

// stamped runs do unless the file at stamp says that it was done for the same inputs, and
// what it made is there.
func stamped(stamp, made string, inputs []string, do func() error) error {
	h := sha256.Sum256([]byte(strings.Join(inputs, "\x00")))
	want := hex.EncodeToString(h[:])
	if got, err := os.ReadFile(stamp); err == nil && string(got) == want {
		if _, err := os.Stat(made); err == nil {
			return nil
		}
	}
	if err := do(); err != nil {
		return err
	}
	return write(stamp, []byte(want))
}

// write makes a file, and its folder if need be.
func write(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	if err := replace.File(path, b); err != nil {
		return fmt.Errorf("install: writing %s: %w", path, err)
	}
	return nil
}

// modules has the modules of the graph at hand: GoNB runs go get before a cell, and that
// looks at all of them, with the network off. DuckDB's library is left out for systems other
// than this one: it has a module, of a hundred megabytes, for each. It takes a fraction of a
// second when they are here. The sums of all of them stand in go.sum, more than a tidied one
// keeps; without them this would write them there.
func modules(ctx context.Context, p Place, o Options) error {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{if not .Main}}{{.Path}}{{end}}", "all")
	cmd.Dir, cmd.Env = p.Root, append(os.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("install: listing modules: %w", err)
	}
	args := append([]string{"mod", "download"}, ours(strings.Fields(string(out)), runtime.GOOS+"-"+runtime.GOARCH)...)
	quiet := o
	quiet.Log = func(string, ...any) {}
	return quiet.step(ctx, "downloading modules", p.Root, []string{"GOWORK=off"}, "go", args...)
}

// ours are the modules without those that hold a library for another system.
func ours(modules []string, system string) []string {
	const libraries = "github.com/duckdb/duckdb-go-bindings/lib/"
	return slices.DeleteFunc(modules, func(m string) bool {
		of, is := strings.CutPrefix(m, libraries)
		return is && of != system
	})
}

// tools builds GoNB, and what it needs for completion, from kernel/tools.mod.
func tools(ctx context.Context, p Place, o Options) error {
	mod, err := os.ReadFile(p.join("kernel", "tools.mod"))
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	return stamped(filepath.Join(p.Bin(), ".tools"), filepath.Join(p.Bin(), "gonb"), []string{string(mod), runtime.Version()}, func() error {
		return o.step(ctx, "building GoNB, goimports and gopls", p.Root, []string{"GOFLAGS=-buildvcs=false", "GOWORK=off"},
			"go", "build", "-modfile="+filepath.Join("kernel", "tools.mod"), "-trimpath", "-o", p.Bin()+string(filepath.Separator),
			"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports", "golang.org/x/tools/gopls")
	})
}

// python makes the environment with JupyterLab, every package pinned by hash.
func python(ctx context.Context, p Place, o Options) error {
	list := p.join("kernel", "requirements.txt")
	want, err := os.ReadFile(list)
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	return stamped(p.join(".venv", ".tlkit"), p.join(".venv", "bin", "jupyter"), []string{string(want), p.Root}, func() error {
		if err := o.step(ctx, "making a Python environment", p.Root, nil, "python3", "-m", "venv", "--clear", p.join(".venv")); err != nil {
			return fmt.Errorf("%w; Debian has it in the package python3-venv", err)
		}
		return o.step(ctx, "installing JupyterLab", p.Root, nil, p.Python(), "-m", "pip", "install", "--quiet",
			"--disable-pip-version-check", "--no-input", "--require-hashes", "--requirement", list)
	})
}

// libraries installs the native libraries that are pinned, all for Linux on x86-64.
func libraries(ctx context.Context, p Place, o Options) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return elsewhere(p, o)
	}
	if err := native(ctx, p, o, "xla", xlaFile()); err != nil {
		return err
	}
	return native(ctx, p, o, "onnxruntime", runtimeFile())
}

// elsewhere asks go-xla's own installer for XLA on the CPU. What that takes from a code
// host is not pinned here, so it happens only where the person has said so.
func elsewhere(p Place, o Options) error {
	if !o.Download {
		o.Log("no native library is pinned for %s/%s. Without XLA, heads and tables run on the Go backend, and training convolutions "+
			"there is impractical. go-xla may have XLA for this system: `go run ./kernel install --download` fetches what its authors publish. "+
			"For frozen features, ONNX Runtime is enough: install its library and set ONNXRUNTIME_SHARED_LIBRARY_PATH to the file", runtime.GOOS, runtime.GOARCH)
		return nil
	}
	dir := filepath.Join(p.Home(), "xla")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	if err := installer.CPUAutoInstall(dir, true, installer.Normal); err != nil {
		return fmt.Errorf("install: go-xla's installer: %w", err)
	}
	return nil
}

// fetching is how files are fetched: with the checkout's own pip.
func (p Place) fetching(o Options) fetch.Options {
	return fetch.Options{Network: true, Home: p.Home(), Python: p.Python(), Progress: o.Progress}
}

// native puts a library into its folder below TLKIT_HOME.
func native(ctx context.Context, p Place, o Options, folder string, f fetch.File) error {
	place := filepath.Join(p.Home(), folder, f.Name)
	return stamped(filepath.Join(p.Home(), folder, "."+f.Name), place, []string{f.SHA256, p.Root}, func() error {
		began := time.Now()
		path, err := f.Path(ctx, p.fetching(o))
		if err != nil {
			return fmt.Errorf("%w. Without it: heads and tables run on the Go backend, training convolutions there is impractical", err)
		}
		if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
			return fmt.Errorf("install: %w", err)
		}
		if err := os.Remove(place); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("install: %w", err)
		}
		if err := os.Rename(path, place); err != nil { // the same disk: below TLKIT_HOME both
			return fmt.Errorf("install: %w", err)
		}
		o.Log("installed %s (%.0f MB) in %.1f s", f.Name, float64(f.Bytes)/1e6, time.Since(began).Seconds())
		return nil
	})
}

// weights has the zoo's published weights at hand, so that notebooks need no network.
func weights(ctx context.Context, p Place, o Options) error {
	_, err := zoo.EfficientNetLite0().File.Path(ctx, p.fetching(o))
	return err
}

// tables has the data sets at hand that are not shipped. They come through npm, which a
// system may lack: then it is said, and only the notebook that uses them stops there.
func tables(ctx context.Context, p Place, o Options) error {
	for _, f := range samples.All() {
		if _, err := f.Path(ctx, p.fetching(o)); err != nil {
			if ctx.Err() != nil {
				return err
			}
			o.Log("without %s, which notebook 02 uses: %v", f.Name, err)
		}
	}
	return nil
}

//go:embed logo.svg
var logoSVG []byte

//go:embed logo-32x32.png
var logo32 []byte

//go:embed logo-64x64.png
var logo64 []byte

// specFile is kernel.json.
type specFile struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env"`
	Metadata      map[string]any    `json:"metadata"`
}

// linkFlags make a cell's program link fast: no symbol tables, and Go's own linker.
const linkFlags = "'-ldflags=-s -linkmode=internal'"

// spec describes how Jupyter starts the kernel. Cells see this module through a go work
// file that GoNB writes, and everything they import is in the module cache already: the
// module proxy is off.
func spec(p Place, goBin string) specFile {
	env := map[string]string{
		"PATH":        escape(p.Bin()) + string(os.PathListSeparator) + escape(goBin) + string(os.PathListSeparator) + "${PATH}",
		"GOPROXY":     "off",
		"GOTOOLCHAIN": "local",
		"GOFLAGS":     "-buildvcs=false " + linkFlags,
		"GOWORK":      "", // GoNB's own, whatever the person's environment says
	}
	for k, v := range p.Environment() {
		env[k] = escape(v)
	}
	return specFile{
		Argv:          []string{filepath.Join(p.Bin(), "gonb"), "--kernel", "{connection_file}", "-go_work=" + p.Root, "-raw_error=true"},
		DisplayName:   DisplayName,
		Language:      "go",
		InterruptMode: "message",
		Env:           env,
		Metadata:      map[string]any{"debugger": false},
	}
}

// escape protects a path from Jupyter's ${…} substitution.
func escape(path string) string { return strings.ReplaceAll(path, "$", "$$") }

// kernelspec writes the kernelspec, with its logo and the chart library that JupyterLab
// serves from there.
func kernelspec(ctx context.Context, p Place, o Options) error {
	if strings.ContainsAny(p.Root, ",") {
		return fmt.Errorf("install: the folder %s has a comma in its name, at which GoNB splits; rename it", p.Root)
	}
	goBin, err := toolchain(ctx, p)
	if err != nil {
		return err
	}
	dir := p.Spec()
	if o.User {
		if dir, err = userSpec(); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(spec(p, goBin), "", "  ")
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	files := map[string][]byte{"kernel.json": append(b, '\n'), "logo-svg.svg": logoSVG, "logo-32x32.png": logo32, "logo-64x64.png": logo64,
		"echarts.min.js": plots.ECharts()}
	changed := false
	for name, want := range files {
		path := filepath.Join(dir, name)
		if got, err := os.ReadFile(path); err == nil && string(got) == string(want) {
			continue
		}
		changed = true
		if err := write(path, want); err != nil {
			return err
		}
	}
	if changed {
		o.Log("kernelspec %q is in %s", DisplayName, dir)
	}
	return nil
}

// toolchain is the folder of the go command that this module is built with. Where the
// command on the path is older, it is the one that this one has fetched: within the kernel,
// which keeps off the network, it could not.
func toolchain(ctx context.Context, p Place) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOROOT")
	cmd.Dir = p.Root
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("install: the command go does not run: %w; install Go from https://go.dev/dl", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "bin"), nil
}

// userSpec is the kernelspec's folder in the person's own Jupyter.
func userSpec() (string, error) {
	if d := os.Getenv("JUPYTER_DATA_DIR"); d != "" {
		return filepath.Join(d, "kernels", Name), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("install: %w", err)
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter", "kernels", Name), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter", "kernels", Name), nil
}

// step runs a command that takes a while and keeps what it says for the error.
func (o Options) step(ctx context.Context, what, dir string, env []string, name string, args ...string) error {
	began := time.Now()
	stop := ticking(o.Progress, what, began)
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	stop()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("install: %s: %s: %w\n%s", what, filepath.Base(name), err, tail(string(out), 20))
	}
	o.Log("%s took %.1f s", what, time.Since(began).Seconds())
	return nil
}

// ticking reports the seconds that pass, for work whose length nobody knows.
func ticking(rep progress.Reporter, what string, began time.Time) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for said := false; ; said = true { // what takes less than a second is not worth a line
			select {
			case <-t.C:
				rep.Report(progress.Event{Task: what, Done: int64(time.Since(began).Seconds()), Unit: "s"})
			case <-done:
				if s := max(1, int64(time.Since(began).Seconds())); said {
					rep.Report(progress.Event{Task: what, Done: s, Total: s, Unit: "s"})
				}
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Data fetches what notebooks use and the repository does not carry. What this system has no
// client for, or has in another version, is said and left out; weights that their publishers
// let nobody pin are looked for, and it is said where to put them.
func Data(ctx context.Context, o Options) error {
	p, err := Find(orDot(o.Root))
	if err != nil {
		return err
	}
	o.Progress = progress.Or(o.Progress)
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	m := zoo.EfficientNetLite0()
	path, err := m.File.Path(ctx, p.fetching(o))
	if err != nil {
		return err
	}
	o.Log("weights of %s: %s", m.Card.Name, path)
	var failed error
	for _, f := range samples.All() {
		if path, err = f.Path(ctx, p.fetching(o)); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		o.Log("%s: %s", f.Name, path)
	}
	for _, e := range extras() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if path, err = e.get(ctx, p.fetching(o)); err != nil {
			o.Log("without %s, %s: %v", e.name, e.lack, err)
			continue
		}
		o.Log("%s: %s", e.name, path)
	}
	return failed
}

// extra is what notebooks use where it is to be had, and do without otherwise.
type extra struct {
	name, lack, remedy string // lack: what becomes of the notebooks without it

	here func(context.Context) (string, error)                // where it is, if it is here
	get  func(context.Context, fetch.Options) (string, error) // the same, and gets it
}

func extras() []extra {
	resnet, _ := zoo.Published("keras/ResNet50/notop") // a name that is not known would be an error of its Path
	return []extra{
		{"Tux Paint stamps", "notebook 07 compares on the emoji alone", "make data", stamps.Folder, stamps.Fetch},
		pinned("Keras's weights of ResNet50", "notebook 08 trains weights of its own first", "make data says where to put them", resnet),
		pinned("MiniLM's weights and tokenizer", "texts have no pretrained encoder", "make data", bert.MiniLM().Files...),
	}
}

// pinned is what consists of pinned files, all of them or none.
func pinned(name, lack, remedy string, files ...fetch.File) extra {
	get := func(ctx context.Context, o fetch.Options) (path string, err error) {
		for _, f := range files {
			if path, err = f.Path(ctx, o); err != nil {
				return "", err
			}
		}
		return path, nil
	}
	here := func(ctx context.Context) (string, error) { return get(ctx, fetch.Options{}) }
	return extra{name, lack, remedy, here, get}
}
