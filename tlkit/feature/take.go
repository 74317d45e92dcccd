package feature

import (
	"slices"

	"transferlab/tlkit/frame"
)

// This file finds the columns that a step takes.

// takeNumbers are the columns of these names, which have to be numbers; without names, all
// of ints and floats but those that were hashed.
func (p *plan) takeNumbers(names []string) ([]int, error) {
	at, err := p.take(names, frame.Float, func(k frame.Kind) bool { return formOf(k) == numbers },
		func(k frame.Kind) bool { return k == frame.Int || k == frame.Float })
	if len(names) == 0 {
		at = slices.DeleteFunc(at, func(i int) bool { return p.elements[i].sums > 0 })
	}
	return at, err
}

// takeAll are the columns of these names, which have to be numbers; without names, all
// columns that are numbers, booleans included.
func (p *plan) takeAll(names []string) ([]int, error) {
	numeric := func(k frame.Kind) bool { return formOf(k) == numbers }
	return p.take(names, frame.Float, numeric, numeric)
}

// takeTexts are the columns of these names, whatever they hold; without names, all of text
// and categories.
func (p *plan) takeTexts(names []string) ([]int, error) {
	return p.take(names, frame.Text, func(frame.Kind) bool { return true },
		func(k frame.Kind) bool { return k == frame.Text || k == frame.Category })
}

// take are the columns of these names, of a kind that may be; without names, all of the
// usual kinds.
func (p *plan) take(names []string, want frame.Kind, may, usual func(frame.Kind) bool) ([]int, error) {
	if len(names) > 0 {
		at, err := p.find(names)
		for _, i := range at {
			if e := p.elements[i]; !may(e.kind) {
				return nil, kindError(e.name, e.kind, want)
			}
		}
		return at, err
	}
	var at []int
	for i, e := range p.elements {
		if usual(e.kind) {
			at = append(at, i)
		}
	}
	return at, nil
}
