package recipe

import (
	"fmt"
	"slices"
	"strings"
)

// This file says facets in words.

// String says what the facet selects.
func (f Facet) String() string {
	s, err := f.chosen()
	if err != nil {
		return "nothing"
	}
	return s.String()
}

// of names what a facet looks at.
func of(column, expression string) string {
	switch {
	case expression == "" || expression == "value":
		return quoted(column)
	case column == "":
		return expression
	}
	return expression + " of " + quoted(column)
}

// String says what is selected.
func (f *List) String() string {
	var items []string
	for _, t := range f.Texts {
		items = append(items, quoted(t))
	}
	for _, n := range f.Numbers {
		items = append(items, fmt.Sprint(n))
	}
	for _, b := range f.Bools {
		items = append(items, fmt.Sprint(b))
	}
	return of(f.Column, f.Expression) + map[bool]string{true: " is not ", false: " is "}[f.Invert] + alternatives(items, "", f.Blank, f.Errors)
}

// String says what is selected.
func (f *Range) String() string {
	var items []string
	if !f.NoNumbers {
		items = append(items, bounds(f.From, f.To))
	}
	return of(f.Column, f.Expression) + " is " + alternatives(items, other(f.NonNumbers, "no number"), f.Blank, f.Errors)
}

// String says what is selected.
func (f *TimeRange) String() string {
	var items []string
	if !f.NoDates {
		items = append(items, "a date"+other(f.From != "", " from "+f.From)+other(f.To != "", " to "+f.To))
	}
	return of(f.Column, f.Expression) + " is " + alternatives(items, other(f.NonDates, "no date"), f.Blank, f.Errors)
}

// String says what is selected.
func (f *Search) String() string {
	verb := map[bool]string{true: "matches ", false: "contains "}[f.Regexp]
	if f.Invert {
		verb = map[bool]string{true: "does not match ", false: "does not contain "}[f.Regexp]
	}
	return quoted(f.Column) + " " + verb + quoted(f.Query)
}

func bounds(from, to *float64) string {
	switch {
	case from != nil && to != nil:
		return fmt.Sprintf("in [%v, %v)", *from, *to)
	case from != nil:
		return fmt.Sprintf("at least %v", *from)
	case to != nil:
		return fmt.Sprintf("below %v", *to)
	}
	return "a number"
}

func other(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func alternatives(items []string, more string, blank, errors bool) string {
	const most = 5
	if len(items) > most {
		items = append(slices.Clone(items[:most]), fmt.Sprintf("%d others", len(items)-most))
	}
	for _, a := range []string{more, other(blank, "blank"), other(errors, "an error")} {
		if a != "" {
			items = append(items, a)
		}
	}
	if len(items) == 0 {
		return "nothing"
	}
	return strings.Join(items, " or ")
}
