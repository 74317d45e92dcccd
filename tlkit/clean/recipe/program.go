package recipe

import (
	"fmt"
	"go/token"
	"reflect"
	"strings"
	"unicode"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Go prints the recipe as Go source that does the same.
//
// In package main, or "", it is a whole program: it reads the recipe's source from a
// folder, which is its first argument, runs the steps, and writes what is left as CSV to
// the file that is its second argument. A recipe without a source reads the CSV file that is the
// first argument. In another package it is a file with a function Clean, and Steps that it
// runs.
//
// A recipe that learns is fitted there on the table that it is given: what it learnt before
// is no source code, but see [Fitted.Save].
func (r Recipe) Go(pkg string) (string, error) {
	if pkg == "" {
		pkg = "main"
	}
	if !token.IsIdentifier(pkg) || pkg == "_" {
		return "", fmt.Errorf("recipe: %w: %.40q is no name of a package", ErrOption, pkg)
	}
	if _, err := r.MarshalJSON(); err != nil { // what cannot be saved cannot be printed
		return "", err
	}
	l := &literals{imports: map[string]bool{
		"context":                                   true,
		reflect.TypeFor[Recipe]().PkgPath():         true,
		reflect.TypeFor[frame.Table]().PkgPath():    true,
		reflect.TypeFor[progress.Event]().PkgPath(): true,
	}}
	if r.Learns() {
		l.imports[reflect.TypeFor[split.Train]().PkgPath()] = true
	}
	l.steps(r)
	l.clean(r)
	if pkg == "main" {
		l.imports["fmt"], l.imports["os"] = true, true
		l.main(r)
	}
	return fmt.Sprintf("package %s\n\n%s%s", pkg, l.importBlock(), l.b.String()), nil
}

// steps writes the steps, each with a comment that says what it does.
func (l *literals) steps(r Recipe) {
	l.b.WriteString("\n// Steps are what is done to the table, in this order.\nfunc Steps() []recipe.Step {\n")
	if len(r.Steps) == 0 {
		l.b.WriteString("\treturn nil\n}\n")
		return
	}
	l.b.WriteString("\treturn []recipe.Step{\n")
	for i, s := range r.Steps {
		fmt.Fprintf(&l.b, "\t\t// %d. %s\n\t\t", i+1, comment(s.String()))
		l.value(reflect.ValueOf(s))
		l.b.WriteString(",\n")
	}
	l.b.WriteString("\t}\n}\n")
}

// comment keeps a text within a comment of one line.
func comment(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
	return strings.TrimRight(s, " ")
}

const applying = `
// Clean runs the steps on a table and says what they did.
func Clean(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *recipe.Log, error) {
	return recipe.Recipe{Steps: Steps()}.Apply(ctx, rep, t)
}
`

const fitted = `
// Clean learns from a table, runs the steps on it, and says what they did. Where rows are
// held back to judge by, fit the steps on the training rows instead: see recipe.Fit.
func Clean(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *recipe.Log, error) {
	fitted, err := recipe.Recipe{Steps: Steps()}.Fit(ctx, rep, split.WholeAsTrain(t))
	if err != nil {
		return frame.Table{}, nil, err
	}
	return fitted.Train().Table(), fitted.Log(), nil
}
`

func (l *literals) clean(r Recipe) {
	if r.Learns() {
		l.b.WriteString(fitted)
	} else {
		l.b.WriteString(applying)
	}
}

const readsSource = `
func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: clean <folder of the source> <cleaned.csv>")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the source from a folder and writes the cleaned table.
func run(ctx context.Context, folder, to string) error {
	t, err := Source().Read(ctx, nil, folder)
`

const readsFile = `
func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: clean <table.csv> <cleaned.csv>")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads a table and writes the cleaned one.
func run(ctx context.Context, from, to string) error {
	t, err := frame.CSV(from, frame.CSVOptions{}).Read(ctx, nil)
`

const writesFile = `	if err != nil {
		return err
	}
	t, log, err := Clean(ctx, nil, t)
	if err != nil {
		return err
	}
	fmt.Print(log)
	return frame.WriteCSV(to, t, frame.CSVOptions{})
}
`

func (l *literals) main(r Recipe) {
	if r.Source.zero() {
		l.b.WriteString(readsFile + writesFile)
		return
	}
	l.b.WriteString("\n// Source is where the table is read from.\nfunc Source() recipe.Source {\n\treturn ")
	l.value(reflect.ValueOf(r.Source))
	l.b.WriteString("\n}\n" + readsSource + writesFile)
}
