package grel

import (
	"math"
	"slices"
	"strings"
)

const pi = math.Pi

// tree is a part of an expression as it was written. It prints itself and compiles to a
// function that evaluates it.
type tree interface {
	print(b *strings.Builder)
	compile(c *compiler) node
}

// String is the expression in a canonical form: [Parse] reads it as the same expression,
// and printing that gives the same text.
func (e *Expr) String() string { return show(e.root) }

func show(t tree) string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	t.print(&b)
	return b.String()
}

type (
	literal struct {
		value Value
		text  string // as it was written; of strings it is not kept
	}
	regexLiteral struct {
		re     *pattern
		source string
		fold   bool
	}
	variable struct{ name string }
	member   struct {
		of   tree
		name string
	}
	binary struct {
		op          string
		left, right tree
	}
	bracket struct{ inner tree }
	list    struct{ items []tree }
	call    struct {
		name   string
		fn     *function
		args   []tree
		form   callForm
		offset int
	}
	controlCall struct {
		name string
		c    *control
		args []tree
	}
)

// callForm is how a call was written.
type callForm uint8

const (
	formFunction callForm = iota // f(a, b)
	formMethod                   // a.f(b)
	formIndex                    // a[b]
)

func (t literal) print(b *strings.Builder) {
	if t.value.kind == KindString {
		b.WriteString(quote(t.value.text))
	} else {
		b.WriteString(t.text)
	}
}

// quote writes a string with the only escapes that GREL has.
func quote(s string) string {
	return `"` + quoting.Replace(s) + `"`
}

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func (t regexLiteral) print(b *strings.Builder) {
	b.WriteString("/" + t.source + "/")
	if t.fold {
		b.WriteByte('i')
	}
}

func (t variable) print(b *strings.Builder) { b.WriteString(t.name) }

func (t member) print(b *strings.Builder) {
	printBeforeDot(b, t.of)
	b.WriteString("." + t.name)
}

// printBeforeDot keeps a dot off a whole number, which would become a float.
func printBeforeDot(b *strings.Builder, t tree) {
	t.print(b)
	if l, ok := t.(literal); ok && l.value.kind == KindInt {
		b.WriteByte(' ')
	}
}

func (t binary) print(b *strings.Builder) {
	t.left.print(b)
	b.WriteString(" " + t.op + " ")
	t.right.print(b)
}

func (t bracket) print(b *strings.Builder) {
	b.WriteByte('(')
	t.inner.print(b)
	b.WriteByte(')')
}

func (t list) print(b *strings.Builder) { printList(b, "[", t.items, "]") }

func (t call) print(b *strings.Builder) {
	switch t.form {
	case formIndex:
		t.args[0].print(b)
		printList(b, "[", t.args[1:], "]")
	case formMethod:
		printBeforeDot(b, t.args[0])
		printList(b, "."+t.name+"(", t.args[1:], ")")
	default:
		printList(b, t.name+"(", t.args, ")")
	}
}

func (t controlCall) print(b *strings.Builder) { printList(b, t.name+"(", t.args, ")") }

func printList(b *strings.Builder, before string, items []tree, after string) {
	b.WriteString(before)
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		item.print(b)
	}
	b.WriteString(after)
}

// uses is what an expression needs of a row.
type uses struct {
	columns []string // named ones, in order of first appearance
	value   bool     // the current cell
	all     bool     // any column, by a name that only the row tells
}

// Columns are the columns whose cells the expression names, by cells["name"], cells.name
// or row.cells.name, in the order in which they first appear. It is complete unless the
// expression works out a name for each row: then all is true, and any column may be
// needed. The current cell, which is value, is not among them: see [Expr.UsesValue].
func (e *Expr) Columns() (names []string, all bool) { return slices.Clone(e.uses.columns), e.uses.all }

// UsesValue reports whether the result can depend on the current cell.
func (e *Expr) UsesValue() bool { return e.uses.value }
