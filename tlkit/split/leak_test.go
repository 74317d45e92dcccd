package split_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestLeaksDoNotCompile type-checks the small programs in testdata/leak. A line that ends
// in "// ERROR: text" has to give a compiler error with that text, and no other line may
// give one; so a program without such a comment has to compile. Whoever adds something that
// is fitted adds a program that fits it on rows that are held back.
func TestLeaksDoNotCompile(t *testing.T) {
	paths, err := filepath.Glob("testdata/leak/*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	set := token.NewFileSet()
	files := map[string]*ast.File{}
	imports := map[string]bool{}
	for _, path := range paths {
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = f
		for _, spec := range f.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			imports[p] = true
		}
	}
	imp := importer.ForCompiler(set, "gc", exports(t, imports))
	leaking := 0
	for path, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".go"), func(t *testing.T) {
			want := map[int]string{}
			for _, group := range f.Comments {
				for _, c := range group.List {
					if _, text, ok := strings.Cut(c.Text, "// ERROR: "); ok {
						want[set.Position(c.Pos()).Line] = text
						leaking++
					}
				}
			}
			conf := types.Config{Importer: imp, Error: func(err error) {
				e := err.(types.Error)
				line := set.Position(e.Pos).Line
				text, ok := want[line]
				if !ok || !strings.Contains(e.Msg, text) {
					t.Errorf("line %d: %s\nwant: %s", line, e.Msg, text)
				}
				delete(want, line)
			}}
			_, _ = conf.Check("leak", set, []*ast.File{f}, nil)
			for line, text := range want {
				t.Errorf("line %d compiles, and should not: %s", line, text)
			}
		})
	}
	if leaking < 35 {
		t.Errorf("only %d lines leak; are the programs there?", leaking)
	}
}

// exports finds what the compiler knows of packages and all they import.
func exports(t *testing.T, imports map[string]bool) importer.Lookup {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}"}
	for p := range imports {
		args = append(args, p)
	}
	cmd := exec.Command("go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	at := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		at[path] = file
	}
	return func(path string) (io.ReadCloser, error) {
		if at[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(at[path])
	}
}
