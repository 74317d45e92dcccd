package recipe

import (
	"context"
	"regexp"
	"strings"

	"transferlab/tlkit/clean/grel"
	"transferlab/tlkit/parallel"
)

// pattern is the regular expression of the search, nil if there is none.
func (f *Search) pattern() (*regexp.Regexp, error) {
	if !f.Regexp {
		return nil, nil
	}
	return compile(f.Query, !f.CaseSensitive)
}

// rows are the rows that the search selects. An empty query selects all.
func (f *Search) rows(ctx context.Context, s state) (selection, error) {
	c, err := s.Column(f.Column)
	if err != nil {
		return nil, err
	}
	out := make(selection, s.Nrow())
	matches, err := f.test()
	if err != nil {
		return nil, err
	}
	text := s.texts(c)
	err = parallel.Chunks(ctx, len(out), diffPiece, func(_, low, high int) {
		for i := low; i < high; i++ {
			t, ok := text(i)
			out[i] = f.Query == "" || (ok && matches(t)) != f.Invert
		}
	})
	return out, err
}

func (f *Search) test() (func(string) bool, error) {
	re, err := f.pattern()
	switch {
	case err != nil:
		return nil, err
	case re != nil:
		return re.MatchString, nil
	case f.CaseSensitive:
		return func(s string) bool { return strings.Contains(s, f.Query) }, nil
	}
	lower, err := lowercase()
	if err != nil {
		return nil, err
	}
	query := lower(f.Query)
	return func(s string) bool { return strings.Contains(lower(s), query) }, nil
}

// lowercase is Java's toLowerCase, which has more rules for letters outside ASCII than Go's.
func lowercase() (func(string) string, error) {
	e, err := grel.Parse("value.toLowercase()")
	if err != nil {
		return nil, err
	}
	return func(s string) string {
		for i := range len(s) {
			if s[i] >= 0x80 {
				v, err := e.Eval(grel.Bindings{Current: grel.StringValue(s)})
				if err != nil {
					return strings.ToLower(s)
				}
				return v.Text()
			}
		}
		return strings.ToLower(s)
	}, nil
}
