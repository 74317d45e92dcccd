package frame

import (
	"context"
	"fmt"
	"math"

	"transferlab/tlkit/parallel"
)

// Describe says of every column, one a row, what its values are like:
//
//	column, kind       its name, and its kind as Frictionless Data calls it
//	count, missing     rows with and without a value
//	mean, std          of numbers; std is that of a sample (divided by n-1)
//	min … max          the least and greatest number and the quartiles between, 25%, 50%, 75%
//	unique             how many different values: of text, dates, categories and booleans
//	top, freq          the most frequent of these (the first in the table where several are), and how often
//
// What does not apply is missing. The numbers are those of pandas' describe (3.1), turned
// on its side: describe(include="all").T. Where infinities neighbour a quartile pandas
// gives NaN; here it is that infinity.
func Describe(t Table) (Table, error) {
	cols, err := t.Columns()
	if err != nil {
		return Table{}, err
	}
	if int64(t.Nrow()) > math.MaxInt32 {
		return Table{}, fmt.Errorf("frame: %w: %d rows, and at most %d can be described; describe a part of the table", ErrLimit, t.Nrow(), math.MaxInt32)
	}
	found := make([]description, len(cols))
	_ = parallel.Each(context.Background(), len(cols), func(i int) { found[i] = describe(cols[i]) })
	return descriptions(found)
}

// description is one row of Describe.
type description struct {
	name, kind     string
	count, missing int
	numbers        [7]float64 // mean, std, min, 25%, 50%, 75%, max
	numeric        bool
	unique, freq   int
	top            string
}

func describe(c Column) description {
	d := description{name: c.Name, kind: c.Kind.String(), numeric: c.Numeric()}
	switch c.Kind {
	case Int:
		describeNumbers(&d, c.Kind, c.Ints)
	case Float:
		describeNumbers(&d, c.Kind, c.Floats)
	default:
		describeKinds(&d, c)
	}
	d.missing = c.Len() - d.count
	return d
}

func describeNumbers[T number](d *description, kind Kind, cells []Cell[T]) {
	m := momentsOf(cells)
	q := cellQuantiles(kind, cells, m, 0.25, 0.5, 0.75)
	d.count = m.n
	d.numbers = [7]float64{m.orNaN(m.mean), m.std(), m.orNaN(m.low), q[0], q[1], q[2], m.orNaN(m.high)}
}

func describeKinds(d *description, c Column) {
	ids, n, err := identify([]keyColumn{keyOf(c)}, c.Len(), newHasher())
	if err != nil {
		return // only of more rows than Describe takes
	}
	counts := make([]int, n)
	for _, id := range ids {
		counts[id]++
	}
	d.unique, d.count = n, c.Len()
	for id, row := range firstRows(ids, n) {
		switch {
		case c.Missing(int(row)):
			d.unique--
			d.count -= counts[id]
		case counts[id] > d.freq:
			d.freq, d.top = counts[id], c.Format(int(row))
		}
	}
}

func descriptions(found []description) (Table, error) {
	n := len(found)
	names, kinds, top := make([]Cell[string], n), make([]Cell[string], n), make([]Cell[string], n)
	count, missing, unique, freq := make([]Cell[int], n), make([]Cell[int], n), make([]Cell[int], n), make([]Cell[int], n)
	var numbers [7][]Cell[float64]
	for k := range numbers {
		numbers[k] = make([]Cell[float64], n)
	}
	for i, d := range found {
		names[i].Value, kinds[i].Value = d.name, d.kind
		count[i].Value, missing[i].Value = d.count, d.missing
		unique[i] = Cell[int]{d.unique, d.numeric}
		freq[i] = Cell[int]{d.freq, d.numeric || d.count == 0}
		top[i] = Cell[string]{d.top, d.numeric || d.count == 0}
		for k := range numbers {
			numbers[k][i] = floatCell(d.numbers[k])
			if !d.numeric {
				numbers[k][i] = Cell[float64]{Null: true}
			}
		}
	}
	return New(nil,
		Series("column", names), Series("kind", kinds), Series("count", count), Series("missing", missing),
		Series("mean", numbers[0]), Series("std", numbers[1]), Series("min", numbers[2]),
		Series("25%", numbers[3]), Series("50%", numbers[4]), Series("75%", numbers[5]), Series("max", numbers[6]),
		Series("unique", unique), Series("top", top), Series("freq", freq))
}

// floatCell is a cell of v, without a value where v is NaN.
func floatCell(v float64) Cell[float64] {
	if v != v {
		return Cell[float64]{Null: true}
	}
	return Cell[float64]{Value: v}
}
