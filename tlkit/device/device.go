// Package device opens the machine that networks run on, and says which one it is and
// why.
//
// Open tries, in this order, XLA on an NVIDIA GPU, XLA on the CPU, and the pure Go
// backend. The environment variable TLKIT_BACKEND or an option asks for one of them and
// then no other is taken: what was asked for and cannot be had is an error, and what was
// chosen without being asked carries the reasons why the others were not
// ([Device.Tried]). Nothing is ever downloaded.
//
// The package is also the one place that decides how a convolution is written for a
// backend: see [Convs].
package device

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	onnxbackend "github.com/gomlx/compute-onnx"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/go-xla/compute/xla"

	"transferlab/tlkit/device/blocks"
)

// Kind names a backend and, for XLA, what it runs on.
type Kind string

// The backends, fastest first.
const (
	XLACUDA Kind = "xla:cuda" // XLA on an NVIDIA GPU
	XLACPU  Kind = "xla:cpu"  // XLA on the CPU
	ONNX    Kind = "onnx"     // ONNX Runtime on the CPU: forward only
	Go      Kind = "go"       // pure Go: heads and tables, far too slow for convolutions
)

// The environment variables that Open reads.
const (
	BackendEnv = "TLKIT_BACKEND"                   // cuda, cpu, go, onnx or auto
	PluginEnv  = "PJRT_PLUGIN_LIBRARY_PATH"        // folders with XLA plugins, split by ":"
	RuntimeEnv = "ONNXRUNTIME_SHARED_LIBRARY_PATH" // the file libonnxruntime.so…
)

// ErrBackend is wrapped by every error of Open.
var ErrBackend = errors.New("no backend")

// Options say which backend to open. The zero value lets TLKIT_BACKEND decide, and opens
// the best that works where that is not set either.
type Options struct {
	// Backend is "cuda", "cpu", "go", "onnx" or "auto"; also "xla:cuda" and "xla:cpu".
	// It comes before TLKIT_BACKEND. Empty: TLKIT_BACKEND, else "auto".
	Backend string

	// Plugin is the path of the XLA plugin to load; empty: it is looked for.
	Plugin string

	// Runtime is the path of ONNX Runtime's shared library; empty: it is looked for.
	Runtime string
}

// A Candidate is a backend that Open considered.
type Candidate struct {
	Kind   Kind
	Chosen bool
	Why    string // why it was chosen, or why not
}

// Device is an opened backend. It is safe for use by several goroutines.
type Device struct {
	Kind    Kind
	Backend compute.Backend
	Plugin  string      // path of the XLA plugin in use; empty for other kinds
	Runtime string      // path of ONNX Runtime's library if one was found, whatever the kind
	Asked   string      // who asked for which, as "TLKIT_BACKEND=cpu"; empty: nobody, auto
	Why     string      // one sentence: why this one
	Tried   []Candidate // in the order of trial, the chosen one last
	Convs   Convs       // how to write convolutions for it
}

// Open opens a backend. Errors wrap [ErrBackend] and end with what to do.
func Open(o Options) (*Device, error) {
	want, asked, err := wanted(o)
	if err != nil {
		return nil, err
	}
	// Both libraries would download their native half when they miss it.
	xla.EnableAutoInstall(false)
	if err := os.Setenv(onnxbackend.NoAutoInstallEnv, "1"); err != nil {
		return nil, fmt.Errorf("device: cannot forbid downloads: %w", err)
	}
	d := &Device{Asked: asked}
	d.Runtime, _ = FindRuntime(o.Runtime)
	for _, k := range want {
		b, plugin, why := open(k, o, len(want) == 1)
		if b == nil {
			d.Tried = append(d.Tried, Candidate{Kind: k, Why: why})
			continue
		}
		d.Kind, d.Backend, d.Plugin = k, b, plugin
		d.Convs = ConvsFor(k)
		d.Why = reason(asked, d.Tried, k)
		d.Tried = append(d.Tried, Candidate{Kind: k, Chosen: true, Why: d.Why})
		return d, nil
	}
	return nil, d.failure()
}

// Close releases the backend. The device is of no use after it.
func (d *Device) Close() {
	if d.Backend != nil && !d.Backend.IsFinalized() {
		d.Backend.Finalize()
		ReleaseMemory()
	}
}

// wanted lists the kinds to try, in order, and who asked.
func wanted(o Options) (kinds []Kind, asked string, err error) {
	name, from := o.Backend, "Options.Backend="
	if name == "" {
		name, from = os.Getenv(BackendEnv), BackendEnv+"="
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "auto":
		return []Kind{XLACUDA, XLACPU, Go}, "", nil
	case "cuda", "gpu", "xla:cuda":
		kinds = []Kind{XLACUDA}
	case "cpu", "xla:cpu", "xla":
		kinds = []Kind{XLACPU}
	case "onnx", "onnxruntime":
		kinds = []Kind{ONNX}
	case "go":
		kinds = []Kind{Go}
	default:
		return nil, "", fmt.Errorf("device: %w: %s%q is not one of cuda, cpu, onnx, go, auto; unset it or set it to one of these",
			ErrBackend, from, name)
	}
	return kinds, from + name, nil
}

// open tries one kind. Without a backend, why says what was missing.
func open(k Kind, o Options, demanded bool) (b compute.Backend, plugin, why string) {
	defer func() {
		if r := recover(); r != nil { // the native libraries' wrappers panic on some faults
			b, why = nil, fmt.Sprint(r)
		}
	}()
	var err error
	switch k {
	case Go:
		b, err = gobackend.New("")
	case ONNX:
		b, err = openONNX(o.Runtime)
	case XLACUDA, XLACPU:
		name := strings.TrimPrefix(string(k), "xla:")
		if k == XLACUDA && !demanded && !nvidia() {
			return nil, "", "no NVIDIA GPU: neither /dev/nvidia0 nor /dev/dxg is there"
		}
		if plugin, err = findPlugin(name, o.Plugin); err == nil && k == XLACPU {
			err = os.Setenv(compilerEnv, withCompilerOptions(os.Getenv(compilerEnv), knownOptions(plugin)))
		}
		if err == nil {
			b, err = xla.New(plugin)
		}
		if err == nil && k == XLACPU {
			_ = blocks.Keep(plugin) // only faster
		}
	}
	if err != nil {
		return nil, "", firstLine(err)
	}
	return b, plugin, ""
}

// compilerEnv is where XLA looks for its flags, once, when its plugin is opened.
const compilerEnv = "XLA_FLAGS"

// compilerOptions are for XLA's CPU compiler, as a name and a value each.
//
// The first has it write its loops the older way, and not unroll them: its newer way costs
// more to compile than it gains in speed. The first step of training EfficientNet-Lite0,
// compiling included, took 9.4 s and 1.65 GB in place of 15.0 s and 2.17 GB (two cores; 18.0 s
// of processor time in place of 28.8), the steps after it as long as before. A compiler that
// does not know these keys passes them over.
//
// The others hand matrix products to oneDNN, which comes with it: a step of training ResNet50
// took 4.8 s of processor time in place of 5.0.
var compilerOptions = [][2]string{
	{"--xla_backend_extra_options", "xla_cpu_disable_new_fusion_emitters,xla_cpu_disable_loop_unrolling"},
	{"--xla_cpu_use_onednn", "true"},
	{"--xla_cpu_experimental_onednn_custom_call", "true"},
}

// knownOptions are the compilerOptions that a plugin has a name for: XLA ends the process
// over a name that is new to it.
func knownOptions(plugin string) (known [][2]string) {
	f, err := elf.Open(plugin)
	if err != nil {
		return nil
	}
	defer f.Close()
	constants := f.Section(".rodata")
	if constants == nil {
		return nil
	}
	b, err := constants.Data()
	if err != nil {
		return nil
	}
	for _, o := range compilerOptions {
		if bytes.Contains(b, []byte(strings.TrimPrefix(o[0], "--")+"\x00")) {
			known = append(known, o)
		}
	}
	return known
}

// withCompilerOptions adds options to the flags that are set, save those that the flags have.
func withCompilerOptions(flags string, options [][2]string) string {
	for _, o := range options {
		if !strings.Contains(flags, o[0]) {
			flags += " " + o[0] + "=" + o[1]
		}
	}
	return strings.TrimSpace(flags)
}

func openONNX(path string) (compute.Backend, error) {
	path, err := FindRuntime(path)
	if err != nil {
		return nil, err
	}
	if err := os.Setenv(RuntimeEnv, path); err != nil {
		return nil, err
	}
	return onnxbackend.New("cpu")
}

func reason(asked string, failed []Candidate, k Kind) string {
	switch {
	case asked != "":
		return asked + " asks for it"
	case len(failed) == 0:
		return "the first choice, and it works"
	}
	var b strings.Builder
	for i, c := range failed {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "not %s: %s", c.Kind, c.Why)
	}
	if k == Go {
		b.WriteString("; heads and tables run well on it, training convolutions does not: " + Remedy)
	}
	return b.String()
}

// Remedy is the command that mends a missing backend.
const Remedy = "run `go run ./kernel install` in the project's folder"

func (d *Device) failure() error {
	var b strings.Builder
	for i, c := range d.Tried {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s: %s", c.Kind, c.Why)
	}
	ask := ""
	if d.Asked != "" {
		ask = " (" + d.Asked + ")"
	}
	return fmt.Errorf("device: %w%s: %s. To mend it, %s; or set %s=auto to take what there is", ErrBackend, ask, b.String(), Remedy, BackendEnv)
}

// firstLine keeps an error to its message: the backends' errors carry stack traces.
func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}

func nvidia() bool {
	for _, p := range []string{"/dev/nvidia0", "/dev/dxg"} { // the second is WSL's
		if _, err := os.Stat(p); err == nil {
			return true
		}
	}
	return false
}

// String is the device in one line.
func (d *Device) String() string { return fmt.Sprintf("%s (%s)", d.Kind, d.Why) }

// Describe is the device in a few lines of plain text: each backend considered, and why
// it was taken or not.
func (d *Device) Describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "backend: %s\n", d.Kind)
	for _, c := range d.Tried {
		mark := "no "
		if c.Chosen {
			mark = "yes"
		}
		fmt.Fprintf(&b, "  %s %-8s %s\n", mark, c.Kind, c.Why)
	}
	if d.Plugin != "" {
		fmt.Fprintf(&b, "plugin: %s\n", filepath.Base(d.Plugin))
	}
	return b.String()
}

// HTML is Describe as a table.
func (d *Device) HTML() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<table class=\"tlkit-device\"><caption>backend: <b>%s</b></caption><tr><th>tried</th><th>taken</th><th>why</th></tr>", html.EscapeString(string(d.Kind)))
	for _, c := range d.Tried {
		taken := "no"
		if c.Chosen {
			taken = "yes"
		}
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>", html.EscapeString(string(c.Kind)), taken, html.EscapeString(c.Why))
	}
	return b.String() + "</table>"
}
