// Package provenance is the record that a notebook leaves of what made it: versions, backend, seed, data.
//
// A notebook writes records as an output of type [MIME] (kernel/nb does it); the export reads them and puts
// them on top of the page. It is a package of its own so that a cell does not link the export.
package provenance

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// MIME is the type of an output that holds a record as JSON. Front ends that do not know it show the HTML or
// the plain text beside it.
const MIME = "application/vnd.tlkit.provenance.v1+json"

// Limits on a record that is read: what lies beyond them was not made by hand or by nb.
const (
	MaxBytes = 64 << 10
	MaxFacts = 100
)

// Fact is one line of the record.
type Fact struct {
	Name  string `json:"name"`  // "backend"
	Value string `json:"value"` // "xla:cpu"
}

// Record is what made a notebook, in the order in which it is shown.
type Record struct {
	Facts []Fact `json:"facts"`
}

// Set gives the fact a value, in its old place where the name is known, at the end otherwise.
func (r *Record) Set(name, value string) {
	for i := range r.Facts {
		if r.Facts[i].Name == name {
			r.Facts[i].Value = value
			return
		}
	}
	r.Facts = append(r.Facts, Fact{name, value})
}

// Get returns the fact's value, or "".
func (r Record) Get(name string) string {
	for _, f := range r.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Merge sets every fact of other: the later record wins.
func (r *Record) Merge(other Record) {
	for _, f := range other.Facts {
		r.Set(f.Name, f.Value)
	}
}

// Text is the record as aligned plain text.
func (r Record) Text() string {
	width := 0
	for _, f := range r.Facts {
		width = max(width, len([]rune(f.Name)))
	}
	var b strings.Builder
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "%-*s  %s\n", width, f.Name, f.Value)
	}
	return b.String()
}

// Read takes a record from JSON, with its limits checked. Control characters become spaces.
func Read(data []byte) (Record, error) {
	if len(data) > MaxBytes {
		return Record{}, fmt.Errorf("provenance: record of %d bytes is over the limit of %d", len(data), MaxBytes)
	}
	var r Record
	if err := json.Unmarshal(data, &r); err != nil {
		return Record{}, fmt.Errorf("provenance: not a record: %w", err)
	}
	if len(r.Facts) > MaxFacts {
		return Record{}, fmt.Errorf("provenance: %d facts are over the limit of %d", len(r.Facts), MaxFacts)
	}
	for i, f := range r.Facts {
		r.Facts[i] = Fact{line(f.Name), line(f.Value)}
	}
	return r, nil
}

// Of makes a record from what a person gives: a Record, or anything that JSON writes as an object (a map, a
// struct). Map keys come in alphabetical order, struct fields in their own.
func Of(v any) (Record, error) {
	switch v := v.(type) {
	case Record:
		return v, nil
	case Fact:
		return Record{[]Fact{v}}, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return Record{}, fmt.Errorf("provenance: %T cannot be written as JSON: %w", v, err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil || fields == nil {
		return Record{}, fmt.Errorf("provenance: %T is not a struct or map with names: give map[string]any or a struct", v)
	}
	names, err := keys(data)
	if err != nil {
		return Record{}, err
	}
	var r Record
	for _, n := range names {
		r.Set(line(n), plain(fields[n]))
	}
	return r, nil
}

// keys returns an object's keys in the order in which they stand.
func keys(data []byte) ([]string, error) {
	d := json.NewDecoder(strings.NewReader(string(data)))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var names []string
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		names = append(names, fmt.Sprint(t))
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// plain writes a JSON value for people: a string without its quotes, objects as "a: 1, b: 2".
func plain(raw json.RawMessage) string {
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber() // a seed of 64 bits keeps every digit
	if err := d.Decode(&v); err != nil {
		return line(string(raw))
	}
	return line(write(v))
}

func write(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = write(v[i])
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		names := make([]string, 0, len(v))
		for n := range v {
			names = append(names, n)
		}
		sort.Strings(names)
		for i, n := range names {
			names[i] = n + ": " + write(v[n])
		}
		return strings.Join(names, ", ")
	default:
		return fmt.Sprint(v)
	}
}

func line(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s))
}
