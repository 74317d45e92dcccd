package install

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"transferlab/tlkit/device"
	"transferlab/tlkit/fetch"
	"transferlab/tlkit/samples"
	"transferlab/tlkit/zoo"
)

// Finding is one line of the doctor's table.
type Finding struct {
	Part   string
	OK     bool
	Found  string
	Remedy string // the command that mends it
	Needed bool   // whether its lack matters
}

// ErrLack says that something needed is not there.
var ErrLack = errors.New("something that is needed is not there")

// Doctor looks at everything that set-up provides and at what it needs.
func Doctor(ctx context.Context, p Place) []Finding {
	const setup = "make setup"
	out := []Finding{
		command(ctx, "Go", "go", "version", "install it from https://go.dev/dl"),
		command(ctx, "C compiler", "cc", "--version", "apt-get install gcc libc6-dev"),
		command(ctx, "C++ compiler", "c++", "--version", "apt-get install g++"),
		command(ctx, "make", "make", "--version", "apt-get install make"),
		command(ctx, "Python", "python3", "--version", "apt-get install python3"),
		venv(ctx),
		file("JupyterLab", p.join(".venv", "bin", "jupyter-lab"), setup, true),
		file("GoNB", filepath.Join(p.Bin(), "gonb"), setup, true),
		file("goimports", filepath.Join(p.Bin(), "goimports"), setup, true),
		file("gopls", filepath.Join(p.Bin(), "gopls"), setup, true),
		file("kernelspec", filepath.Join(p.Spec(), "kernel.json"), setup, true),
	}
	for k, v := range p.Environment() { // as the kernelspec sets it
		if os.Getenv(k) == "" {
			_ = os.Setenv(k, v)
		}
	}
	out = append(out, backend())
	runtime := Finding{Part: "ONNX Runtime", Needed: false, Remedy: setup}
	if path, err := device.FindRuntime(""); err == nil {
		runtime.OK, runtime.Found = true, filepath.Base(path)+", for frozen features"
	} else {
		runtime.Found = err.Error()
	}
	out = append(out, runtime)
	m := zoo.EfficientNetLite0()
	weights := Finding{Part: "weights", Needed: true, Remedy: setup}
	if path, err := m.File.Path(ctx, fetch.Options{}); err == nil {
		weights.OK, weights.Found = true, m.Card.Name+", "+filepath.Base(path)
	} else {
		weights.Found = m.Card.Name + " is not here"
	}
	for _, f := range samples.All() {
		found := Finding{Part: "data", Remedy: "make data", Found: f.Name + " is not here; notebook 02 uses it"}
		if path, err := f.Path(ctx, fetch.Options{}); err == nil {
			found.OK, found.Found = true, filepath.Base(path)
		}
		out = append(out, found)
	}
	for _, e := range extras() {
		found := Finding{Part: "data", Remedy: e.remedy, Found: e.name + " are not here; without them, " + e.lack}
		if path, err := e.here(ctx); err == nil {
			found.OK, found.Found = true, e.name+", "+filepath.Base(path)
		}
		out = append(out, found)
	}
	browser := Finding{Part: "browser", Remedy: "apt-get install chromium", Found: "none found: only the tests of the exported pages need one"}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser.OK, browser.Found = true, path
			break
		}
	}
	return append(out, weights, browser)
}

func command(ctx context.Context, part, name, arg, remedy string) Finding {
	f := Finding{Part: part, Needed: true, Remedy: remedy}
	out, err := exec.CommandContext(ctx, name, arg).Output()
	if err != nil {
		f.Found = fmt.Sprintf("the command %s does not run: %v", name, err)
		return f
	}
	f.OK = true
	f.Found, _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
	return f
}

func venv(ctx context.Context) Finding {
	f := Finding{Part: "Python's venv", Needed: true, Remedy: "apt-get install python3-venv", Found: "there"}
	if err := exec.CommandContext(ctx, "python3", "-c", "import venv, ensurepip").Run(); err != nil {
		f.Found = "python3 cannot import venv and ensurepip"
		return f
	}
	f.OK = true
	return f
}

func file(part, path, remedy string, needed bool) Finding {
	f := Finding{Part: part, Found: path, Remedy: remedy, Needed: needed}
	if _, err := os.Stat(path); err != nil {
		f.Found = "not at " + path
		return f
	}
	f.OK = true
	return f
}

// backend opens what a notebook would open. Only the pure Go backend counts as a lack:
// convolutions need another.
func backend() Finding {
	f := Finding{Part: "backend", Needed: true, Remedy: "make setup"}
	d, err := device.Open(device.Options{})
	if err != nil {
		f.Found = err.Error()
		return f
	}
	defer d.Close()
	f.Found = d.String()
	f.OK = d.Kind != device.Go || d.Asked != ""
	return f
}

// Print writes the table and gives [ErrLack] if something needed is not there.
func Print(w io.Writer, findings []Finding) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	lack := false
	for _, f := range findings {
		mark := "ok"
		switch {
		case !f.OK && f.Needed:
			mark, lack = "MISSING", true
		case !f.OK:
			mark = "missing"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", mark, f.Part, f.Found)
		if !f.OK {
			fmt.Fprintf(t, "\t\tto mend it: %s\n", f.Remedy)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if lack {
		return ErrLack
	}
	return nil
}
