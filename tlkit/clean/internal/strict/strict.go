// Package strict reads JSON that strangers wrote: limits are checked before memory is
// taken, a key stands once, text is UTF-8, and each error says line and column.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"transferlab/tlkit/frame"
)

// The kinds of errors, for errors.Is.
var (
	ErrSyntax = errors.New("not as it should be written")
	ErrLimit  = errors.New("limit exceeded")
)

// Limits bound a document. Zero values mean the defaults.
type Limits struct {
	Bytes  int // 64 MiB
	Depth  int // arrays and objects within each other; 32
	Values int // values of any kind; 4 million

	// Opaque is a key whose values are checked and not kept as nodes, nor counted: they are
	// for a reader of their own, which has Raw. Empty means none.
	Opaque string
}

func (l Limits) orDefaults() Limits {
	for _, d := range []struct {
		to    *int
		usual int
	}{{&l.Bytes, 64 << 20}, {&l.Depth, 32}, {&l.Values, 4_000_000}} {
		if *d.to <= 0 {
			*d.to = d.usual
		}
	}
	return l
}

// Error says where in a document something is wrong.
type Error struct {
	Line, Column int // from 1; columns count bytes
	Err          error
}

func (e *Error) Error() string { return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// Kind is what a value is.
type Kind byte

// The kinds of JSON values.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

var kindNames = [...]string{"null", "true or false", "a number", "a text", "a list", "an object"}

// String names the kind for people: "a list".
func (k Kind) String() string { return kindNames[k] }

// Node is one value of a document.
type Node struct {
	Kind       Kind
	Keys       []string // of an object, in the document's order
	Items      []Node   // of an object or a list
	doc        *[]byte
	start, end int
	cut        bool // a key is not there that stands in the document
}

// Read reads a whole document, of at most l.Bytes.
func Read(r io.Reader, l Limits) (Node, error) {
	l = l.orDefaults()
	b, err := io.ReadAll(io.LimitReader(r, int64(l.Bytes)+1))
	if err != nil {
		return Node{}, err
	}
	return Parse(b, l)
}

// Parse reads a document, which is kept and must not change.
func Parse(b []byte, l Limits) (Node, error) {
	l = l.orDefaults()
	if len(b) > l.Bytes {
		return Node{}, fmt.Errorf("%w: the document has more than %d bytes", ErrLimit, l.Bytes)
	}
	p := parser{b: b, left: l.Values, limits: l}
	if !utf8.Valid(b) {
		at := 0
		for at < len(b) {
			r, n := utf8.DecodeRune(b[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		return Node{}, p.fail(at, "this is not UTF-8; save the file as UTF-8")
	}
	p.space()
	n, err := p.value(0)
	if err != nil {
		return Node{}, err
	}
	p.space()
	if p.at < len(b) {
		return Node{}, p.fail(p.at, "text after the end of the document; remove it")
	}
	return n, nil
}

// Errorf is an error at the value.
func (n Node) Errorf(format string, args ...any) error {
	return at(*n.doc, n.start, fmt.Errorf(format, args...))
}

// Raw is the value as it is written.
func (n Node) Raw() []byte {
	if !n.cut {
		return (*n.doc)[n.start:n.end]
	}
	b := []byte{'{'}
	for i, key := range n.Keys {
		if i > 0 {
			b = append(b, ',')
		}
		name, _ := json.Marshal(key) // a string can always be written
		b = append(append(append(b, name...), ':'), n.Items[i].Raw()...)
	}
	return append(b, '}')
}

// Get is the value of an object's key.
func (n Node) Get(key string) (Node, bool) {
	for i, k := range n.Keys {
		if k == key {
			return n.Items[i], true
		}
	}
	return Node{}, false
}

// Without is the object without a key, which Raw and Decode do not see any more.
func (n Node) Without(key string) Node {
	i := slices.Index(n.Keys, key)
	if i < 0 {
		return n
	}
	n.Keys = slices.Delete(slices.Clone(n.Keys), i, i+1)
	n.Items = slices.Delete(slices.Clone(n.Items), i, i+1)
	n.cut = true
	return n
}

// Text is the value of a text.
func (n Node) Text() (string, error) {
	if n.Kind != String {
		return "", n.Errorf("%w: this is %v; a text is needed", ErrSyntax, n.Kind)
	}
	return unquote(n.Raw())
}

// Decode stores the value in v, a pointer, as encoding/json does, where objects have no key
// that v's structs do not know, in its very spelling.
func (n Node) Decode(v any) error {
	if err := n.known(reflect.TypeOf(v).Elem()); err != nil {
		return err
	}
	// The whole object is decoded, so that places are right; a key too many is not looked
	// at, but by those who read for themselves.
	raw, itself := (*n.doc)[n.start:n.end], reflect.TypeOf(v).Implements(reads)
	if itself {
		raw = n.Raw()
	}
	err := json.Unmarshal(raw, v)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case !itself && errors.As(err, &kind):
		where := "this"
		if kind.Field != "" {
			where = fmt.Sprintf("%.60q", kind.Field[strings.LastIndexByte(kind.Field, '.')+1:])
		}
		return at(*n.doc, n.start+int(kind.Offset)-1, fmt.Errorf("%w: %s is %s, and %s is needed", ErrSyntax, where, kind.Value, wanted(kind.Type)))
	}
	return at(*n.doc, n.start, fmt.Errorf("%w: %w", ErrSyntax, err))
}

// wanted says a Go type in the words of JSON.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64, reflect.Float32:
		return "a number"
	case reflect.Struct, reflect.Map, reflect.Pointer, reflect.Interface:
		return "an object"
	}
	return "a whole number of its range"
}

var reads = reflect.TypeFor[json.Unmarshaler]()

// known checks the keys of objects against the fields of the structs that they become.
// encoding/json does not tell upper case from lower, and not where a key stands.
func (n Node) known(t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reads) {
		return nil // it reads for itself
	}
	switch {
	case n.Kind == Array && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array):
		for _, item := range n.Items {
			if err := item.known(t.Elem()); err != nil {
				return err
			}
		}
	case n.Kind == Object && t.Kind() == reflect.Map:
		for _, item := range n.Items {
			if err := item.known(t.Elem()); err != nil {
				return err
			}
		}
	case n.Kind == Object && t.Kind() == reflect.Struct:
		names, types := fields(t)
		if err := n.Only(names...); err != nil {
			return err
		}
		for i, key := range n.Keys {
			if err := n.Items[i].known(types[slices.Index(names, key)]); err != nil {
				return err
			}
		}
	}
	return nil
}

// fields are the names in JSON of a struct's fields, and their types.
func fields(t reflect.Type) (names []string, types []reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			inner, innerTypes := fields(f.Type)
			names, types = append(names, inner...), append(types, innerTypes...)
		case !f.IsExported():
		case name == "":
			names, types = append(names, f.Name), append(types, f.Type)
		default:
			names, types = append(names, name), append(types, f.Type)
		}
	}
	return names, types
}

// Only gives an error for the first key that is not one of these.
func (n Node) Only(keys ...string) error {
	if n.Kind != Object {
		return n.Errorf("%w: this is %v; an object is needed", ErrSyntax, n.Kind)
	}
	for i, k := range n.Keys {
		if !slices.Contains(keys, k) {
			hint := "remove it"
			if near := frame.Nearest(k, keys); near != "" {
				hint = fmt.Sprintf("did you mean %q", near)
			}
			return n.Items[i].Errorf("%w: nothing here is called %.60q; %s", ErrSyntax, k, hint)
		}
	}
	return nil
}

// at is err with the line and column of an offset.
func at(b []byte, offset int, err error) error {
	offset = min(max(offset, 0), len(b))
	before := b[:offset]
	line := bytes.Count(before, []byte{'\n'}) + 1
	return &Error{line, offset - bytes.LastIndexByte(before, '\n'), err}
}

func unquote(raw []byte) (string, error) {
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}
