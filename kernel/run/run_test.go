package run

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// options run notebooks in the checkout's own environment, which set-up made.
func options(t *testing.T) (Options, *bytes.Buffer) {
	t.Helper()
	python, err := filepath.Abs("../../.venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		why := "the kernel is not installed: run make setup"
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	var log bytes.Buffer
	return Options{Python: python, Output: t.TempDir(), Log: &log}, &log
}

func TestNotebookRuns(t *testing.T) {
	o, log := options(t)
	o.Quick = true
	out, err := Notebook(context.Background(), "testdata/good.ipynb", o)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"twice 21 is 42 1", "7 shown", "text/html"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the executed notebook lacks %q", want)
		}
	}
	if l := log.String(); !strings.Contains(l, " 3/3 ") || !strings.Contains(l, "done in") {
		t.Error(l)
	}
	if left, _ := filepath.Glob(filepath.Join(o.Output, ".part-*")); len(left) != 0 {
		t.Error("left behind:", left)
	}
}

func TestFirstErrorStops(t *testing.T) {
	for name, want := range map[string][]string{"panics": {"cell 2", "nil map", `m["x"] = 1`}, "wrong": {"cell 1", "undefinedName"}} {
		o, log := options(t)
		_, err := Notebook(context.Background(), "testdata/"+name+".ipynb", o)
		var ce *CellError
		if !errors.As(err, &ce) {
			t.Errorf("%s: %v\n%s", name, err, log)
			continue
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s does not say %q:\n%v", name, w, err)
			}
		}
		if strings.Contains(err.Error(), "\x1b[") {
			t.Errorf("%s: colours in the error", name)
		}
		if strings.Contains(log.String(), " 3/3 ") {
			t.Errorf("%s went on:\n%s", name, log)
		}
	}
}

// kernels counts the kernel processes that were started for a connection file of this user.
func kernels(t *testing.T) int {
	out, err := exec.Command("sh", "-c", "ps -eo args | grep -c '[g]onb --kernel'").Output()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	n := 0
	for _, c := range strings.TrimSpace(string(out)) {
		n = 10*n + int(c-'0')
	}
	return n
}

func TestInterruptLeavesNothingBehind(t *testing.T) {
	o, log := options(t)
	before := kernels(t)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(6*time.Second, cancel)
	began := time.Now()
	_, err := Notebook(ctx, "testdata/slow.ipynb", o)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v\n%s", err, log)
	}
	if d := time.Since(began); d > 30*time.Second {
		t.Error("it took", d)
	}
	for range 100 {
		if kernels(t) <= before {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("the kernel still runs")
}

func TestTimeLimit(t *testing.T) {
	o, _ := options(t)
	o.Limit = 3 * time.Second
	_, err := Notebook(context.Background(), "testdata/slow.ipynb", o)
	var ce *CellError
	if !errors.As(err, &ce) || ce.Name != "time limit" {
		t.Error(err)
	}
}

func TestSourceIsNeverWrittenOver(t *testing.T) {
	o, _ := options(t)
	dir := t.TempDir()
	b, err := os.ReadFile("testdata/good.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "good.ipynb")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	o.Output = dir
	if _, err := Notebook(context.Background(), path, o); err == nil || !strings.Contains(err.Error(), "written over") {
		t.Error(err)
	}
	if _, err := Notebook(context.Background(), filepath.Join(dir, "none.ipynb"), o); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestHead(t *testing.T) {
	for source, want := range map[string]string{"%%\n\nx := 1\ny := 2": "x := 1", "": "", strings.Repeat("ü", 90): strings.Repeat("ü", 59) + "…"} {
		if got := head(source); got != want {
			t.Errorf("%q: %q", source, got)
		}
	}
}
