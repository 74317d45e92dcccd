// Package lint finds what makes a notebook slow or hard to read. GoNB runs every top-level
// variable again in each later cell, so declarations may only describe; work belongs into
// cells that begin with %%.
package lint

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
)

// MaxLines is the longest that a cell should be, without empty lines and the %% itself.
const MaxLines = 15

// Finding is one thing to mend.
type Finding struct {
	Cell int // code cells are counted from 1
	Line int // of the cell, from 1; 0: the whole
	What string
}

func (f Finding) String() string {
	switch {
	case f.Cell == 0:
		return f.What
	case f.Line > 0:
		return fmt.Sprintf("cell %d, line %d: %s", f.Cell, f.Line, f.What)
	}
	return fmt.Sprintf("cell %d: %s", f.Cell, f.What)
}

// maxNotebook bounds what is read.
const maxNotebook = 256 << 20

// File looks a notebook over.
func File(path string) ([]Finding, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	if st.Size() > maxNotebook {
		return nil, fmt.Errorf("lint: %s has %d bytes, the limit is %d", path, st.Size(), maxNotebook)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	out, err := Notebook(b)
	if err != nil {
		return nil, fmt.Errorf("lint: %s: %w", path, err)
	}
	return out, nil
}

// Notebook looks a notebook over.
func Notebook(b []byte) ([]Finding, error) {
	var nb struct {
		Cells []struct {
			Type    string            `json:"cell_type"`
			Source  json.RawMessage   `json:"source"`
			Outputs []json.RawMessage `json:"outputs"`
		}
		Metadata struct {
			Kernelspec struct{ Name string }
		}
	}
	if err := json.Unmarshal(b, &nb); err != nil {
		return nil, err
	}
	var out []Finding
	if nb.Metadata.Kernelspec.Name != "tlkit" {
		out = append(out, Finding{What: fmt.Sprintf("the kernel is %q; choose Go (tlkit)", nb.Metadata.Kernelspec.Name)})
	}
	number := 0
	for _, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		number++
		src, err := text(c.Source)
		if err != nil {
			return nil, fmt.Errorf("code cell %d: %w", number, err)
		}
		if len(c.Outputs) > 0 {
			out = append(out, Finding{Cell: number, What: "it carries outputs; clear them before the notebook is kept"})
		}
		for _, f := range cell(src) {
			f.Cell = number
			out = append(out, f)
		}
	}
	return out, nil
}

// text joins a source, which is a string or a list of them.
func text(raw json.RawMessage) (string, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return one, nil
	}
	var many []string
	err := json.Unmarshal(raw, &many)
	return strings.Join(many, ""), err
}

// cell looks at one cell's source.
func cell(src string) []Finding {
	var out []Finding
	lines, top := 0, []string{}
	body := false
	for _, l := range strings.Split(src, "\n") {
		trimmed := strings.TrimSpace(l)
		if strings.HasPrefix(trimmed, "%%") || trimmed == "%main" {
			body = true
			top = append(top, "")
			continue
		}
		if trimmed != "" {
			lines++
		}
		if body || strings.HasPrefix(trimmed, "%") || strings.HasPrefix(trimmed, "!") {
			l = ""
		}
		top = append(top, l)
	}
	if lines > MaxLines {
		out = append(out, Finding{What: fmt.Sprintf("it has %d lines, more than %d; split it, or put a function into a cell of its own", lines, MaxLines)})
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", "package cell\n"+strings.Join(top, "\n"), parser.SkipObjectResolution)
	if err != nil {
		return out // the kernel will say it better
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			for _, v := range s.(*ast.ValueSpec).Values {
				work(v, func(call *ast.CallExpr, name string) {
					out = append(out, Finding{Line: fset.Position(call.Pos()).Line - 1,
						What: fmt.Sprintf("the top-level variable calls %s, which runs again in every later cell; put the call into a cell that begins with %%%%, or wrap it in nb.Cached", name)})
				})
			}
		}
	}
	return out
}

// describing are the functions that only describe: by package, or by package and name.
func describing() []string {
	return []string{"split.", "zoo.", "dataset.Folder", "finetune.New", "nb.Cached", "nb.Quick", "nb.Inputs", "nb.File", "nb.Folder", "sync.OnceValue",
		"filepath.Join", "errors.New", "regexp.MustCompile", "strings.", "make", "new", "len", "cap", "append", "min", "max", "string", "int", "float64", "float32", "byte", "rune"}
}

// work reports the calls in an expression that do more than describe. What is within a
// function literal runs later.
func work(e ast.Expr, report func(*ast.CallExpr, string)) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			name := callee(n.Fun)
			if !slices.ContainsFunc(describing(), func(d string) bool {
				return name == d || strings.HasSuffix(d, ".") && strings.HasPrefix(name, d)
			}) {
				report(n, name)
			}
		}
		return true
	})
}

// callee is what is called, as it is written.
func callee(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return callee(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr: // a generic function with its type
		return callee(e.X)
	case *ast.ParenExpr:
		return callee(e.X)
	case *ast.CallExpr:
		return callee(e.Fun) + "()"
	}
	return "a conversion or literal"
}
