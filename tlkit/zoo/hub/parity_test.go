//go:build parity

package hub

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Hugging Face's own library finds what was downloaded here, and the other way round.
// parity.sh names a Python that has it.
func TestPythonSharesTheCache(t *testing.T) {
	python := os.Getenv("HUB_PYTHON")
	if python == "" {
		t.Fatal("set HUB_PYTHON, as testdata/parity.sh does")
	}
	f, o := newFake(t)
	ask := func(cache string, offline bool) string {
		t.Helper()
		cmd := exec.Command(python, "-c", `import sys, huggingface_hub as h
print(h.hf_hub_download("owner/name", "onnx/model.onnx", revision=sys.argv[1], cache_dir=sys.argv[2], local_files_only=sys.argv[3] == "true"))`,
			commit, cache, strconv.FormatBool(offline))
		cmd.Env = append(os.Environ(), "HF_ENDPOINT="+f.hub.URL, "HF_HUB_DISABLE_XET=1", "HF_HUB_DISABLE_TELEMETRY=1")
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, said.String())
		}
		return strings.TrimSpace(string(out))
	}
	path, err := repo.File(ctx, "onnx/model.onnx", o)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(o.Cache, true); got != path {
		t.Errorf("Python finds %s, want %s", got, path)
	}
	o.Cache = filepath.Join(t.TempDir(), "theirs")
	theirs := ask(o.Cache, false)
	o.Network = false
	if got, err := repo.File(ctx, "onnx/model.onnx", o); err != nil || got != theirs {
		t.Errorf("found %s, %v; want %s", got, err, theirs)
	}
}
