// Package run executes notebooks without a front end, in their real kernel, and says what
// each cell does while it does it.
package run

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

//go:embed run.py
var script string

// Options say how notebooks are run. The zero value runs them in full, without a limit.
type Options struct {
	Python string            // an interpreter with nbclient
	Env    map[string]string // added to the kernel's environment
	Quick  bool              // sets TLKIT_QUICK=1: notebooks take smaller samples
	Limit  time.Duration     // of one cell; 0: none
	Output string            // folder of the executed notebook; empty: beside the source, as NAME.executed.ipynb
	Log    io.Writer         // hears of every cell; nil: nobody
}

// CellError is a notebook that failed.
type CellError struct {
	Notebook string
	Cell     int    // code cells are counted from 1
	Source   string // of the cell
	Name     string // of the error
	Message  string
	Trace    string // without colours
}

func (e *CellError) Error() string {
	s := fmt.Sprintf("run: %s: cell %d failed: %s", e.Notebook, e.Cell, e.Name)
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s + "\n\n" + indent(e.Source) + "\n\n" + e.Trace
}

// event is a line of the script.
type event struct {
	Kind   string
	Cells  int
	Number int
	Source string
	Name   string
	Value  string
	Trace  string
}

// Notebook executes the notebook at path and returns where the executed copy is. When the
// context ends, the kernel and its cell are stopped. Errors of a cell are a [*CellError].
func Notebook(ctx context.Context, path string, o Options) (string, error) {
	if o.Log == nil {
		o.Log = io.Discard
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("run: %w", err)
	}
	out := strings.TrimSuffix(path, ".ipynb") + ".executed.ipynb"
	if o.Output != "" {
		out = filepath.Join(o.Output, filepath.Base(path))
		if err := os.MkdirAll(o.Output, 0o777); err != nil {
			return "", fmt.Errorf("run: %w", err)
		}
	}
	if same(path, out) {
		return "", fmt.Errorf("run: %s would be written over; give another output folder", path)
	}
	cmd := exec.CommandContext(ctx, o.Python, "-c", script, path, out, fmt.Sprint(int(o.Limit.Seconds())))
	cmd.Env = environment(o)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// The script stops its kernel when it is interrupted; whoever is left after that is killed.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 15 * time.Second
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("run: %w", err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("run: %w; is the project set up? run `make setup`", err)
	}
	defer func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }()
	fault := follow(pipe, path, o.Log)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case fault != nil:
		return "", fault
	case err != nil:
		return "", fmt.Errorf("run: %s: %w\n%s", path, err, plain(said.String()))
	}
	return out, nil
}

func same(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}

func environment(o Options) []string {
	env := append(os.Environ(), "JUPYTER_PREFER_ENV_PATH=1", "PYTHONUNBUFFERED=1")
	if o.Quick {
		env = append(env, "TLKIT_QUICK=1")
	}
	for _, k := range slices.Sorted(maps.Keys(o.Env)) {
		env = append(env, k+"="+o.Env[k])
	}
	return env
}

// follow prints a line a cell and returns the cell's error, if there was one.
func follow(r io.Reader, path string, w io.Writer) error {
	in := bufio.NewReaderSize(r, 1<<20)
	var cells int
	var now event
	var began, first time.Time
	var fault error
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			if errors.Is(err, io.EOF) {
				return fault
			}
			return fmt.Errorf("run: %s: %w", path, err)
		}
		var e event
		if json.Unmarshal(line, &e) != nil {
			continue
		}
		switch e.Kind {
		case "begin":
			cells, first = e.Cells, time.Now()
			fmt.Fprintf(w, "%s: %d cells\n", filepath.Base(path), cells)
		case "cell":
			now, began = e, time.Now()
			fmt.Fprintf(w, "  %2d/%d %-60s", e.Number, cells, head(e.Source))
		case "done":
			fmt.Fprintf(w, " %6.1f s\n", time.Since(began).Seconds())
		case "error":
			fmt.Fprintf(w, " failed after %.1f s\n", time.Since(began).Seconds())
			fault = &CellError{path, now.Number, now.Source, e.Name, plain(e.Value), plain(e.Trace)}
		case "end":
			fmt.Fprintf(w, "%s: done in %.1f s\n", filepath.Base(path), time.Since(first).Seconds())
		}
	}
}

// head is a cell's first line that says something.
func head(source string) string {
	for _, l := range strings.Split(source, "\n") {
		l = strings.TrimSpace(l)
		if l == "" || l == "%%" {
			continue
		}
		if r := []rune(l); len(r) > 60 {
			return string(r[:59]) + "…"
		}
		return l
	}
	return ""
}

// plain drops the colours that kernels put into what they print.
func plain(s string) string {
	return strings.TrimSpace(regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`).ReplaceAllString(s, ""))
}

func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }
