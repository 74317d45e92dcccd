package frame

import (
	"encoding/json"
	"fmt"
	"slices"

	"transferlab/tlkit/internal/enum"
)

// Kind is what a column's values are. gota has four types; dates and categories are kept
// in its text columns, and a [Schema] says which they are.
type Kind uint8

// The kinds. Auto, the zero value, is whatever gota's type says.
const (
	Auto     Kind = iota
	Text          // any string
	Int           // a whole number, of Go's int
	Float         // float64; NaN is missing
	Bool          // true or false
	Date          // a day or an instant, kept as text: 2006-01-02 or RFC 3339 in UTC
	Category      // one of few texts, which may have an order
)

// kindNames are the types of Frictionless Data's Table Schema.
var kindNames = enum.Names{
	Type: "Kind",
	List: []string{"any", "string", "integer", "number", "boolean", "datetime", "category"},
	Err:  fmt.Errorf("frame: %w", ErrKind),
}

// String is the kind's name as in Frictionless Data's Table Schema: "string", "integer", …
func (k Kind) String() string { return kindNames.String(uint8(k)) }

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return kindNames.Marshal(uint8(k)) }

// UnmarshalText reads a kind's name; "date" is a datetime too.
func (k *Kind) UnmarshalText(b []byte) error {
	if string(b) == "date" {
		b = []byte(Date.String())
	}
	return kindNames.Unmarshal(b, (*uint8)(k))
}

// Field is what a schema says of one column.
type Field struct {
	Name string `json:"name"`
	Kind Kind   `json:"type,omitempty"`

	// Format is how a date is written in files, in strftime's directives: "%d.%m.%Y".
	// Empty means ISO 8601. In the table dates are always ISO 8601.
	Format string `json:"format,omitempty"`

	// Levels are a category's values. Empty means those that occur. Values outside them
	// are an error where a file is read.
	Levels []string `json:"categories,omitempty"`

	// Ordered says that the Levels go from low to high.
	Ordered bool `json:"categoriesOrdered,omitempty"`
}

// Schema says what gota's types cannot: a field for each column about which there is
// something to say, found by its name. Its JSON is a Frictionless Data Table Schema.
// A schema is not changed once it is made; methods return another.
type Schema []Field

// Lookup finds the field of a column.
func (s Schema) Lookup(column string) (Field, bool) {
	for _, f := range s {
		if f.Name == column {
			return f, true
		}
	}
	return Field{Name: column}, false
}

// With is the schema with these fields in place of those of the same names, or added.
func (s Schema) With(fields ...Field) Schema {
	out := slices.Clone(s)
	for _, f := range fields {
		if i := slices.IndexFunc(out, func(g Field) bool { return g.Name == f.Name }); i >= 0 {
			out[i] = f
		} else {
			out = append(out, f)
		}
	}
	return out
}

// Without is the schema without the fields of these columns.
func (s Schema) Without(columns ...string) Schema {
	return s.filter(func(f Field) bool { return !slices.Contains(columns, f.Name) })
}

// Only is the schema with the fields of these columns alone.
func (s Schema) Only(columns ...string) Schema {
	if len(s) == 0 {
		return nil
	}
	named := make(map[string]bool, len(columns))
	for _, c := range columns {
		named[c] = true
	}
	return s.filter(func(f Field) bool { return named[f.Name] })
}

// Renamed is the schema after a column got another name.
func (s Schema) Renamed(from, to string) Schema {
	out := slices.Clone(s)
	for i := range out {
		if out[i].Name == from {
			out[i].Name = to
		}
	}
	return out
}

func (s Schema) filter(keep func(Field) bool) Schema {
	var out Schema
	for _, f := range s {
		if keep(f) {
			out = append(out, f)
		}
	}
	return out
}

// MarshalJSON writes {"fields": […]}.
func (s Schema) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Fields []Field `json:"fields"`
	}{append([]Field{}, s...)})
}

// UnmarshalJSON reads {"fields": […]}; what it does not know it leaves out.
func (s *Schema) UnmarshalJSON(b []byte) error {
	var form struct {
		Fields []Field `json:"fields"`
	}
	if err := json.Unmarshal(b, &form); err != nil {
		return fmt.Errorf("frame: a schema: %w", err)
	}
	names := make([]string, len(form.Fields))
	for i, f := range form.Fields {
		names[i] = f.Name
	}
	if name, twice := repeated(names); twice {
		return fmt.Errorf("frame: %w: a schema has two fields %.40q", ErrShape, name)
	}
	*s = form.Fields
	return nil
}
