package facet

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
)

// kind is what a row has for a facet of numbers or times.
type kind uint8

const (
	inBins  kind = iota // a number, a time
	other               // something else
	blank               // no value, or empty text
	failing             // a number without a place: an infinity
)

// Range is a facet of numbers: a histogram, and how many rows have no number. A row is in
// bin i where From + i·Step ≤ number < From + (i+1)·Step.
type Range struct {
	Title      string
	From, Step float64
	Bins       []int // rows of each bin
	Numbers    int   // rows with a number
	Others     int   // rows with something that is no number
	Blank      int   // rows without a value, or with empty text
	Errors     int   // rows with an infinity

	unit   string // what is counted, for people; may be empty
	kinds  []kind
	values []float64
}

// NumericOptions say how a numeric facet counts. The zero value is OpenRefine's.
type NumericOptions struct {
	// Parse takes text that is a decimal number for that number, blanks around it aside. As
	// it is, text is no number, whatever it says.
	Parse bool

	// Step is the width of a bin. 0 chooses one from 1, 2 times a power of ten, as
	// OpenRefine does, for 10 to 500 bins from the smallest to the largest number of all
	// rows, but not below 1 where all numbers are whole. At most 10 000 bins are made.
	Step float64

	// Within, one for each row, counts only these rows: what other facets have selected.
	// nil counts all. The bins are those of all rows, so that they stay where they are.
	Within []bool
}

// Numeric is the facet of a column's numbers. Booleans, dates and text are no numbers;
// infinities are errors, for they are in no bin. These are the bins and the counts of
// OpenRefine's numeric facet.
func Numeric(t frame.Table, column string, o NumericOptions) (*Range, error) {
	c, err := t.Column(column)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	r := newRange(column, c.Len())
	for i := range r.values {
		switch {
		case c.Missing(i) || c.Texts != nil && c.Texts[i].Value == "":
			r.kinds[i] = blank
		case c.Kind == frame.Int:
			r.values[i] = float64(c.Ints[i].Value)
		case c.Kind == frame.Float:
			r.values[i] = c.Floats[i].Value
		case c.Kind == frame.Bool || !o.Parse:
			r.kinds[i] = other
		default:
			v, ok := parsed(c.Texts[i].Value)
			r.values[i] = v
			if !ok {
				r.kinds[i] = other
			}
		}
		if math.IsInf(r.values[i], 0) {
			r.kinds[i] = failing
		}
	}
	return r, r.count(o.Step, o.Within)
}

// Length is the facet of how long a column's values are as text, in UTF-16 units as in
// OpenRefine: an emoji counts two. Empty text has length 0; rows without a value are
// blank, where OpenRefine counts an error.
func Length(t frame.Table, column string, o Options) (*Range, error) {
	c, err := t.Column(column)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	r := newRange("length of "+column, c.Len())
	r.unit = "characters"
	for i := range r.values {
		if c.Missing(i) {
			r.kinds[i] = blank
			continue
		}
		n := 0
		for _, s := range c.Format(i) {
			n += utf16.RuneLen(s)
		}
		r.values[i] = float64(n)
	}
	return r, r.count(0, o.Within)
}

func newRange(title string, rows int) *Range {
	return &Range{Title: title, kinds: make([]kind, rows), values: make([]float64, rows)}
}

// parsed reads a decimal number.
func parsed(s string) (float64, bool) {
	s = text.Trim(s)
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// maxBins bounds the bins where the step is chosen by the caller.
const maxBins = 10_000

// count makes the bins of all rows and counts those within.
func (r *Range) count(step float64, within []bool) error {
	if err := inside(within, len(r.values)); err != nil {
		return err
	}
	if !(step >= 0) || math.IsInf(step, 0) {
		return fmt.Errorf("facet: %w: Step %v must be a number above zero; 0 chooses one", ErrOptions, step)
	}
	low, high, whole := math.Inf(1), math.Inf(-1), true
	for i, v := range r.values {
		if r.kinds[i] == inBins {
			low, high = min(low, v), max(high, v)
			whole = whole && v == math.Trunc(v)
		}
	}
	n := 0
	if step == 0 {
		r.From, r.Step, n = bins(low, high)
		if whole && r.Step < 1 {
			r.From, r.Step, n = low, 1, int(high-low)+1
		}
	} else if low <= high {
		r.From, r.Step = min(math.Floor(low/step)*step, low), step // the product may be rounded up
		wanted := math.Floor((high-r.From)/step) + 1
		if !(wanted <= maxBins) {
			return fmt.Errorf("facet: %w: Step %v makes %.0f bins from %v to %v, more than %d; use a larger one", ErrOptions, step, wanted, low, high, maxBins)
		}
		n = int(wanted)
	}
	r.Bins = make([]int, n)
	for i := range r.values {
		if within != nil && !within[i] {
			continue
		}
		switch r.kinds[i] {
		case inBins:
			r.Numbers++
			r.Bins[r.bin(r.values[i])]++
		case other:
			r.Others++
		case blank:
			r.Blank++
		case failing:
			r.Errors++
		}
	}
	return nil
}

// bin is the bin of a number of the column.
func (r *Range) bin(v float64) int {
	return int(min(max(math.Floor((v-r.From)/r.Step), 0), float64(len(r.Bins)-1)))
}

// bins are where OpenRefine's numeric facet begins, how wide its bins are, and how many
// there are: a power of ten such that a hundred or, for a small range, ten to a hundred of
// them make up the range, doubled where that leaves more than a hundred.
func bins(low, high float64) (from, step float64, n int) {
	if low > high {
		return 0, 1, 0
	}
	if low == high {
		return low, 1, 1
	}
	reach := high - low
	step = 1
	if reach > 10 {
		for step*100 < reach && !math.IsInf(step*100, 0) {
			step *= 10
		}
	} else {
		for step*100 > reach {
			step /= 10
		}
	}
	from = math.Floor(low/step) * step
	to := math.Ceil(high/step) * step
	wanted := (to - from) / step
	if wanted > 100 {
		step *= 2
		wanted = (wanted + 1) / 2
	}
	if to <= high {
		wanted++
	}
	if !(wanted >= 1 && wanted <= 1000 && math.Abs(from-low) <= 2*step) { // at the ends of what float64 can tell apart
		return low, max(high/64-low/64, math.SmallestNonzeroFloat64), 64
	}
	return from, step, int(math.Floor(wanted + 0.5))
}

// Between are the rows of the whole table with a number from ≤ v < to. Use infinities for
// no bound.
func (r *Range) Between(from, to float64) []bool {
	rows := make([]bool, len(r.values))
	for i, v := range r.values {
		rows[i] = r.kinds[i] == inBins && v >= from && v < to
	}
	return rows
}

// Rows are the rows of the whole table whose number is in one of these bins, by their
// index.
func (r *Range) Rows(bins ...int) ([]bool, error) {
	wanted, err := wantedBins(r.Title, len(r.Bins), bins)
	if err != nil {
		return nil, err
	}
	rows := make([]bool, len(r.values))
	for i, v := range r.values {
		rows[i] = r.kinds[i] == inBins && wanted[r.bin(v)]
	}
	return rows, nil
}

func wantedBins(title string, n int, bins []int) ([]bool, error) {
	wanted := make([]bool, n)
	for _, b := range bins {
		if b < 0 || b >= n {
			return nil, fmt.Errorf("facet: %w: %.40q has no bin %d; it has %d, numbered from 0", ErrChoice, title, b, n)
		}
		wanted[b] = true
	}
	return wanted, nil
}

// OtherRows are the rows of the whole table with something that is no number.
func (r *Range) OtherRows() []bool { return ofKind(r.kinds, other) }

// BlankRows are the rows of the whole table without a value, or with empty text.
func (r *Range) BlankRows() []bool { return ofKind(r.kinds, blank) }

// ErrorRows are the rows of the whole table with an infinity.
func (r *Range) ErrorRows() []bool { return ofKind(r.kinds, failing) }

func ofKind(kinds []kind, wanted kind) []bool {
	rows := make([]bool, len(kinds))
	for i, k := range kinds {
		rows[i] = k == wanted
	}
	return rows
}

// Table is the bins with their counts: the columns from, to and count.
func (r *Range) Table() (frame.Table, error) {
	from, to, counts := make([]frame.Cell[float64], len(r.Bins)), make([]frame.Cell[float64], len(r.Bins)), make([]frame.Cell[int], len(r.Bins))
	for i, n := range r.Bins {
		from[i].Value, to[i].Value, counts[i].Value = r.edge(i), r.edge(i+1), n
	}
	return frame.New(nil, frame.Series("from", from), frame.Series("to", to), frame.Series("count", counts))
}

// edge is where bin i begins.
func (r *Range) edge(i int) float64 { return r.From + float64(i)*r.Step }
