package nb

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"transferlab/tlkit/store"
)

// This file digests the code behind a cached result. GoNB compiles each cell into a program
// whose source lies on disk while it runs, so it can be read: the producer, and from there
// every declaration of the program that it uses, however indirectly.

// codeOf gives an input for the producer at a line of a file, one for each declaration that
// it uses, and one for each package of the module (whose folder is root) that these use.
func codeOf(file string, line int, root string) ([]store.Input, error) {
	p, err := readProgram(filepath.Dir(file))
	if err != nil {
		return nil, fmt.Errorf("the source of the function cannot be read, so a change of it would not be seen: %w", err)
	}
	node, err := p.at(file, line)
	if err != nil {
		return nil, err
	}
	if err := p.closed(node); err != nil {
		return nil, err
	}
	used := map[string]ast.Node{}
	packages := map[string]bool{}
	p.follow(node, used, packages)
	out := []store.Input{{Name: "code", Digest: p.digest(node)}}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		out = append(out, store.Input{Name: "code of " + name, Digest: p.digest(used[name])})
	}
	seen := map[string]string{}
	for path := range packages {
		if err := packageSources(root, path, seen); err != nil {
			return nil, err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, store.Input{Name: "package " + path, Digest: seen[path]})
	}
	return out, nil
}

// program is the parsed files of one folder.
type program struct {
	fset    *token.FileSet
	files   map[string]*ast.File
	source  map[string][]byte
	decls   map[string][]ast.Node // by name; methods by their own and their type's
	imports map[string]string     // name in the code → path
}

func readProgram(dir string) (*program, error) {
	p := &program{token.NewFileSet(), map[string]*ast.File{}, map[string][]byte{}, map[string][]ast.Node{}, map[string]string{}}
	names, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(p.fset, name, src, 0) // with what each name stands for, for closed
		if err != nil {
			return nil, err
		}
		p.files[name], p.source[name] = f, src
		p.collect(f)
	}
	if len(p.files) == 0 {
		return nil, fmt.Errorf("no Go file in %s", dir)
	}
	return p, nil
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

func (p *program) collect(f *ast.File) {
	for _, im := range f.Imports {
		path := strings.Trim(im.Path.Value, `"`)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if im.Name != nil {
			name = im.Name.Name
		}
		p.imports[name] = path
	}
	add := func(name string, n ast.Node) { p.decls[name] = append(p.decls[name], n) }
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(d.Name.Name, d)
			if d.Recv != nil {
				ast.Inspect(d.Recv, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok {
						add(id.Name, d)
					}
					return true
				})
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(s.Name.Name, s)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						if d.Tok == token.CONST {
							add(id.Name, d) // iota and repetition reach across the group
						} else {
							add(id.Name, s)
						}
					}
				}
			}
		}
	}
}

// at gives the function whose code begins at a line. Of several on that line, it is the one
// that is like a producer: a parameter and two results.
func (p *program) at(file string, line int) (ast.Node, error) {
	f := p.files[file]
	if f == nil {
		return nil, fmt.Errorf("the function is in %s, which is not Go source", file)
	}
	var all, alike []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		t := signature(n)
		if t == nil || p.fset.Position(n.Pos()).Line != line {
			return true
		}
		all = append(all, n)
		if t.Params.NumFields() == 1 && t.Results.NumFields() == 2 {
			alike = append(alike, n)
		}
		return true
	})
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("no function begins at line %d of the cell's source; give Cached a function literal or a function of the cells", line)
	case len(all) == 1:
		return all[0], nil
	case len(alike) != 1:
		return nil, fmt.Errorf("several functions begin at line %d of the cell's source, and which of them is Cached's is not told; begin each on a line of its own", line)
	}
	return alike[0], nil
}

// signature is a function's; nil where n is no function.
func signature(n ast.Node) *ast.FuncType {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Type
	case *ast.FuncLit:
		return n.Type
	}
	return nil
}

// closed refuses a function literal that uses what a function around it declares: variables,
// parameters, constants and types, whose change would not be seen.
func (p *program) closed(node ast.Node) error {
	lit, ok := node.(*ast.FuncLit)
	if !ok {
		return nil
	}
	global := p.files[p.fset.Position(lit.Pos()).Filename].Scope
	caught := ""
	names(lit, func(id *ast.Ident) {
		o := id.Obj
		if caught != "" || o == nil || global.Lookup(id.Name) == o || lit.Pos() <= o.Pos() && o.Pos() < lit.End() {
			return
		}
		if _, isType := o.Decl.(*ast.TypeSpec); isType || o.Kind == ast.Var || o.Kind == ast.Con {
			caught = id.Name
		}
	})
	if caught != "" {
		return fmt.Errorf("the function uses %s, which is local to another function and does not count; make it an input and a variable of the function's own, or declare it at the top level", caught)
	}
	return nil
}

// names calls visit for every name used as a value or type. Fields are left out, and so are
// keys but those of maps and arrays: of others they are fields.
func names(node ast.Node, visit func(*ast.Ident)) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			names(n.X, visit)
			return false
		case *ast.CompositeLit:
			switch n.Type.(type) {
			case *ast.MapType, *ast.ArrayType:
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						if key, ok := kv.Key.(*ast.Ident); ok {
							visit(key)
						}
					}
				}
			}
		case *ast.KeyValueExpr:
			if _, ok := n.Key.(*ast.Ident); !ok {
				names(n.Key, visit)
			}
			names(n.Value, visit)
			return false
		case *ast.Ident:
			visit(n)
		}
		return true
	})
}

// follow collects every declaration of the program that node uses, and the imported
// packages. It goes by names: a local variable that is called like a function of the
// program brings that function along, which at worst makes a result anew.
func (p *program) follow(node ast.Node, used map[string]ast.Node, packages map[string]bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if path, ok := p.imports[id.Name]; ok {
			packages[path] = true
		}
		for i, d := range p.decls[id.Name] {
			if d == node || id.Name == "main" {
				continue
			}
			key := id.Name
			if i > 0 {
				key = fmt.Sprintf("%s (%d)", id.Name, i+1)
			}
			if _, ok := used[key]; !ok {
				used[key] = d
				p.follow(d, used, packages)
			}
		}
		return true
	})
}

// digest covers a node's tokens: comments, layout, and what a formatter adds or takes
// (semicolons, the comma before a closing bracket) do not count.
func (p *program) digest(node ast.Node) string {
	from, to := p.fset.Position(node.Pos()), p.fset.Position(node.End())
	return store.Digest([]byte(strings.Join(tokens(p.source[from.Filename][from.Offset:to.Offset]), "\x00")))
}

func tokens(src []byte) []string {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("", fset.Base(), len(src)), src, nil, 0)
	var out []string
	comma := false
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return out
		}
		if tok == token.SEMICOLON {
			continue
		}
		if comma && tok != token.RPAREN && tok != token.RBRACE && tok != token.RBRACK {
			out = append(out, ",")
		}
		if comma = tok == token.COMMA; !comma {
			out = append(out, tok.String(), lit)
		}
	}
}

// packageSources digests the source of a package of this module, and of those of the
// module that it imports. Other modules count with their version.
func packageSources(root, path string, seen map[string]string) error {
	const module = "transferlab"
	rel, ours := strings.CutPrefix(path, module+"/")
	if !ours || seen[path] != "" || root == "" {
		return nil
	}
	dir := filepath.Join(root, filepath.FromSlash(rel))
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the source of %s cannot be read, so a change of it would not be seen: %w", path, err)
	}
	var all []string
	imports := map[string]bool{}
	for _, f := range files {
		if f.IsDir() || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		all = append(all, f.Name(), store.Digest(b))
		if strings.HasSuffix(f.Name(), ".go") {
			parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), b, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, im := range parsed.Imports {
				imports[strings.Trim(im.Path.Value, `"`)] = true
			}
		}
	}
	if seen[path], err = store.DigestValue(all); err != nil {
		return err
	}
	for im := range imports {
		if err := packageSources(root, im, seen); err != nil {
			return err
		}
	}
	return nil
}
