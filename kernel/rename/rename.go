// Package rename gives the module another path, in everything that names it.
package rename

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"transferlab/tlkit/replace"
)

// ErrPath is wrapped by errors about a path that no module can have.
var ErrPath = errors.New("not a module path")

// ErrChanges is wrapped by the error of a tree with changes that are not committed.
var ErrChanges = errors.New("the tree has changes that are not committed")

// valid is what this package accepts: lower-case elements of letters, digits and -_.~,
// divided by slashes, the first with a dot as a host has.
var valid = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*\.[a-z0-9-]+(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)

// Module renames the module in the tree at root to a path such as
// "example.org/you/transferlab", and returns the files it changed. Imports in Go files,
// go.mod, kernel/tools.mod, notebooks, and Go code in Markdown follow. Unless force is set,
// a git tree must be clean, so that everything can be undone.
func Module(ctx context.Context, root, to string, force bool) ([]string, error) {
	if !valid.MatchString(to) || strings.Contains(to, "..") {
		return nil, fmt.Errorf("rename: %w: %q; give one such as example.org/you/transferlab", ErrPath, to)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, fmt.Errorf("rename: %w", err)
	}
	m := regexp.MustCompile(`(?m)^module (\S+)$`).FindSubmatch(mod)
	if m == nil {
		return nil, fmt.Errorf("rename: %w: go.mod has no module line", ErrPath)
	}
	from := string(m[1])
	if !force {
		cmd := exec.CommandContext(ctx, "git", "status", "--porcelain")
		cmd.Dir = root
		if out, err := cmd.Output(); err == nil && len(bytes.TrimSpace(out)) > 0 {
			return nil, fmt.Errorf("rename: %w; commit them first, or add --force", ErrChanges)
		}
	}
	if from == to {
		return nil, nil
	}
	var changed []string
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "bin" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		change := how(name)
		if change == nil || !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		out, err := change(b, from, to)
		if err != nil || bytes.Equal(b, out) {
			return err
		}
		changed = append(changed, path)
		return replace.File(path, out)
	})
	if err != nil {
		return changed, fmt.Errorf("rename: %w; what was changed can be undone with git", err)
	}
	return changed, nil
}

// how gives the change for a kind of file, nil for those that stay.
func how(name string) func(b []byte, from, to string) ([]byte, error) {
	switch {
	case name == "go.mod" || strings.HasSuffix(name, ".mod"):
		return moduleLine
	case strings.HasSuffix(name, ".go"):
		return goFile
	case strings.HasSuffix(name, ".ipynb"):
		return func(b []byte, from, to string) ([]byte, error) { return quoted(b, `\"`, from, to), nil }
	case strings.HasSuffix(name, ".md"):
		return func(b []byte, from, to string) ([]byte, error) { return quoted(b, `"`, from, to), nil }
	}
	return nil
}

func moduleLine(b []byte, from, to string) ([]byte, error) {
	line := regexp.MustCompile(`(?m)^module ` + regexp.QuoteMeta(from) + `(/\S+)?$`)
	return line.ReplaceAll(b, []byte("module "+to+"$1")), nil
}

// quoted changes import paths between quotes.
func quoted(b []byte, quote, from, to string) []byte {
	return bytes.ReplaceAll(b, []byte(quote+from+"/"), []byte(quote+to+"/"))
}

// goFile changes the imports, the sources of programs in tests, and the constant by which
// the kernel knows the module's own packages. It goes by literals: text and comments stay.
func goFile(b []byte, from, to string) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", b, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	type edit struct {
		from, to int
		text     string
	}
	var edits []edit
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text := lit.Value
		if s, err := strconv.Unquote(text); err == nil && (s == from || strings.HasPrefix(s, from+"/")) {
			text = strconv.Quote(to + strings.TrimPrefix(s, from))
		} else if text[0] == '`' {
			text = string(quoted([]byte(text), `"`, from, to))
		}
		if text != lit.Value {
			edits = append(edits, edit{fset.Position(lit.Pos()).Offset, fset.Position(lit.End()).Offset, text})
		}
		return true
	})
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, b[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, b[at:]...), nil
}
