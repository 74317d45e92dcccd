package parquet

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
)

// values reads n values of a page as what the table holds.
type values[T frame.Value] func(enc format.Encoding, b []byte, n int, s *scratch) ([]T, error)

// readChunk fills the cells with a column's values in one row group. dict is its dictionary,
// if it has one, and plain says that some values may stand outside of it.
func readChunk[T frame.Value](ctx context.Context, p *pages, cells []frame.Cell[T], missing T, read values[T]) (dict []T, plain bool, err error) {
	row := 0
	for row < len(cells) {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		pg, ok, err := p.next()
		if err != nil {
			return nil, false, err
		}
		if !ok {
			return nil, false, damaged("it has %d values in a group of %d rows", row, len(cells))
		}
		switch pg.kind {
		case format.DictionaryPage:
			if pg.values < 0 || pg.values > len(pg.body) {
				return nil, false, damaged("a dictionary of %d bytes cannot have %d entries", len(pg.body), pg.values)
			}
			if err := p.s.memory.take(24*int64(pg.values), "a dictionary"); err != nil {
				return nil, false, err
			}
			entries, err := read(format.Plain, pg.body, pg.values, p.s)
			if err != nil {
				return nil, false, located(err, nil, -1)
			}
			dict = slices.Clone(entries)
		case format.DataPage, format.DataPageV2:
			if pg.values < 0 || pg.values > len(cells)-row {
				return nil, false, damaged("it has more than the %d values of its group", len(cells))
			}
			part := cells[row : row+pg.values]
			levels, n, err := p.present(pg)
			if err != nil {
				return nil, false, err
			}
			if pg.encoding == format.RLEDictionary || pg.encoding == format.PlainDictionary {
				err = lookUp(part, levels, n, dict, missing, pg.body, p.s)
			} else {
				plain = true
				var found []T
				if found, err = read(pg.encoding, pg.body, n, p.s); err == nil {
					place(part, levels, found, missing)
				}
			}
			if err != nil {
				return nil, false, located(err, levels, row)
			}
			row += pg.values
		}
	}
	return dict, plain, nil
}

// located says in which row of its group the value at fault stands. levels say which rows
// have values; row is the page's first, or -1 where that is not known.
func located(err error, levels []uint8, row int) error {
	var v *valueError
	if !errors.As(err, &v) {
		return err
	}
	e := &Error{Kind: v.kind, Reason: v.reason}
	if row >= 0 {
		at := v.at
		for i, l := range levels {
			if l == 1 {
				if at--; at < 0 {
					at = i
					break
				}
			}
		}
		e.Row = row + at + 1
	}
	return e
}

// present says which rows of a page have a value, nil meaning all, and how many do.
func (p *pages) present(pg page) (which []uint8, n int, err error) {
	if !p.leaf.optional || pg.values == 0 || allOnes(pg.levels, pg.values) {
		return nil, pg.values, nil
	}
	which = grown(&p.s.levels, pg.values)
	n, ok := levels(which, pg.levels)
	if !ok {
		return nil, 0, damaged("a page's levels are not those of a flat column")
	}
	return which, n, nil
}

// place puts values into the rows that have one.
func place[T frame.Value](cells []frame.Cell[T], levels []uint8, found []T, missing T) {
	if levels == nil {
		for i, v := range found {
			cells[i] = frame.Cell[T]{Value: v}
		}
		return
	}
	k := 0
	for i, l := range levels {
		if l == 1 {
			cells[i] = frame.Cell[T]{Value: found[k]}
			k++
		} else {
			cells[i] = frame.Cell[T]{Value: missing, Null: true}
		}
	}
}

// lookUp is place for values that are indices in a dictionary.
func lookUp[T frame.Value](cells []frame.Cell[T], levels []uint8, n int, dict []T, missing T, b []byte, s *scratch) error {
	if n > 0 && (len(b) == 0 || b[0] > 32) {
		return damaged("a page's indices are cut")
	}
	codes := grown(&s.codes, n)
	if n > 0 && !hybrid(codes, b[1:], uint(b[0])) {
		return damaged("a page's indices are cut")
	}
	top := uint32(0)
	for _, c := range codes {
		top = max(top, c)
	}
	if n > 0 && uint64(top) >= uint64(len(dict)) {
		return damaged("an index of %d is outside of the dictionary, which has %d entries", top, len(dict))
	}
	if levels == nil {
		for i, c := range codes {
			cells[i] = frame.Cell[T]{Value: dict[c]}
		}
		return nil
	}
	k := 0
	for i, l := range levels {
		if l == 1 {
			cells[i] = frame.Cell[T]{Value: dict[codes[k]]}
			k++
		} else {
			cells[i] = frame.Cell[T]{Value: missing, Null: true}
		}
	}
	return nil
}

// nanIsMissing sets the flag of numbers that are none.
func nanIsMissing(cells []frame.Cell[float64]) {
	for i := range cells {
		if math.IsNaN(cells[i].Value) {
			cells[i] = frame.Cell[float64]{Value: math.NaN(), Null: true}
		}
	}
}
