package recipe

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/parallel"
)

// pattern is the regular expression of the search, nil if there is none.
func (f *Search) pattern() (*regex, error) {
	if !f.Regexp {
		return nil, nil
	}
	return compile(f.Query, !f.CaseSensitive, false)
}

// rows are the rows that the search selects. An empty query selects all.
func (f *Search) rows(ctx context.Context, s state) (selection, error) {
	c, err := s.Column(f.Column)
	if err != nil || f.Query == "" {
		return nil, err
	}
	out := make(selection, s.Nrow())
	matches, err := f.test()
	if err != nil {
		return nil, err
	}
	textOf := s.texts(c)
	errs := make([]error, (len(out)+diffPiece-1)/diffPiece)
	err = parallel.Chunks(ctx, len(out), diffPiece, func(chunk, low, high int) {
		for i := low; i < high; i++ {
			t, is := textOf(i)
			if is {
				var err error
				if is, err = matches(t); err != nil {
					errs[chunk] = fmt.Errorf("row %d: %w", i, err)
					return
				}
			}
			out[i] = is != f.Invert
		}
	})
	return out, cmp.Or(append(errs, err)...)
}

func (f *Search) test() (func(string) (bool, error), error) {
	re, err := f.pattern()
	switch {
	case err != nil:
		return nil, err
	case re != nil:
		return re.matches, nil
	case f.CaseSensitive:
		return func(s string) (bool, error) { return strings.Contains(s, f.Query), nil }, nil
	}
	query := text.Lower(f.Query)
	return func(s string) (bool, error) { return strings.Contains(text.Lower(s), query), nil }, nil
}
