package rename

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// copyTree copies what git would track of the project.
func copyTree(t *testing.T, to string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `git ls-files -z --cached --others --exclude-standard | xargs -0 tar c | tar x -C "$1"`, "sh", to)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestRenamedProjectBuilds(t *testing.T) {
	dir := t.TempDir()
	copyTree(t, dir)
	changed, err := Module(context.Background(), dir, "example.org/you/lab", false)
	if err != nil || len(changed) < 50 {
		t.Fatal(len(changed), err)
	}
	for _, args := range [][]string{{"list", "./..."}, {"vet", "./tlkit/split", "./tlkit/dataset", "./tlkit/evaluate", "./kernel/nb", "./kernel/lint"}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false -mod=mod", "GOWORK=off", "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
		if args[0] == "list" && (strings.Contains(string(out), "transferlab/") || !strings.Contains(string(out), "example.org/you/lab/tlkit/split")) {
			t.Error(string(out))
		}
	}
	nb, err := os.ReadFile(filepath.Join(dir, "notebooks/01_first_transfer.ipynb"))
	if err != nil || !strings.Contains(string(nb), `\"example.org/you/lab/kernel/nb\"`) || strings.Contains(string(nb), `\"transferlab/`) {
		t.Error("the notebook's imports stay", err)
	}
	if again, err := Module(context.Background(), dir, "example.org/you/lab", true); err != nil || again != nil {
		t.Error("a second time:", again, err)
	}
}

func TestGoFile(t *testing.T) {
	src := "package x\n\nimport (\n\t\"transferlab/a\"\n\tother \"transferlabs/a\"\n)\n\n// transferlab/a stays here\nconst module = \"transferlab\"\nvar s = `import \"transferlab/b\"`\nvar t = \"see transferlab/a\"\n"
	got, err := goFile([]byte(src), "transferlab", "example.org/x/y")
	want := "package x\n\nimport (\n\t\"example.org/x/y/a\"\n\tother \"transferlabs/a\"\n)\n\n// transferlab/a stays here\nconst module = \"example.org/x/y\"\nvar s = `import \"example.org/x/y/b\"`\nvar t = \"see transferlab/a\"\n"
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestRefusals(t *testing.T) {
	for _, p := range []string{"", "plain", "Example.org/X", "example.org/", "example.org/a b", "example.org/../x", "example.org/a;rm", "https://example.org/x"} {
		if _, err := Module(context.Background(), t.TempDir(), p, true); !errors.Is(err, ErrPath) {
			t.Errorf("%q: %v", p, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if _, err := Module(context.Background(), dir, "example.org/you/x", false); !errors.Is(err, ErrChanges) {
		t.Error(err)
	}
}
