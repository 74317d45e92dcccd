package feature

import (
	"fmt"
	"math"
	"strings"
	"unsafe"

	"transferlab/tlkit/frame"
)

// values are what an encoder knows of a column: the values that it has in the training
// rows, numbered from 0 in their order. Texts are ordered by their bytes, numbers by size;
// a category's are its levels, in theirs.
type values struct {
	Texts   textList `json:"texts,omitempty"`
	Numbers floats   `json:"numbers,omitempty"`
	// Missing says that some training row has no value, which is then a value itself: the
	// last one.
	Missing bool `json:"missing,omitempty"`

	text   map[string]int32
	number map[float64]int32
	column string // its name
	ints   bool   // it is one of ints
}

// exactInt is the first number from which on float64 is not every int.
const exactInt = 1 << 53

// exact is an error if an int has no float64 of its own: its value would be that of
// another. The rows are counted from first.
func exact(name string, first int, num []float64) error {
	for i, x := range num {
		if x >= exactInt || x <= -exactInt {
			return &InputError{name, first + i, x, "ints are told apart below 2^53 only: make the column one of text", nil}
		}
	}
	return nil
}

// exact checks the rows of a column of ints.
func (v *values) exact(first int, in *column) error {
	if !v.ints {
		return nil
	}
	return exact(v.column, first, in.num)
}

// fewRows is how many rows' numbers an encoder keeps on its stack.
const fewRows = 512

// What find gives for a row whose value has no number.
const (
	noneSuch  int32 = -1
	noneThere int32 = -2 // the value is missing
)

// known is how many values there are, not counting a missing one.
func (v *values) known() int { return len(v.Texts) + len(v.Numbers) }

// all is how many there are.
func (v *values) all() int {
	if v.Missing {
		return v.known() + 1
	}
	return v.known()
}

// index makes the values ready to be found, and checks that they are those of a column of
// that kind.
func (v *values) index(e element) error {
	v.column, v.ints = e.name, e.kind == frame.Int
	isText := formOf(e.kind) == texts
	if isText && len(v.Numbers) > 0 || !isText && len(v.Texts) > 0 {
		return fmt.Errorf("feature: %w: column %.40q is %v, and its known values are not", ErrFile, e.name, e.kind)
	}
	v.text, v.number = make(map[string]int32, len(v.Texts)), make(map[float64]int32, len(v.Numbers))
	for k, t := range v.Texts {
		v.text[t] = int32(k)
	}
	for k, x := range v.Numbers {
		if x-x != 0 {
			return fmt.Errorf("feature: %w: column %.40q: %v as a known value", ErrFile, e.name, x)
		}
		v.number[x] = int32(k)
	}
	if len(v.text)+len(v.number) != v.known() {
		return fmt.Errorf("feature: %w: column %.40q has a known value twice", ErrFile, e.name)
	}
	return nil
}

// name is value k as a person would write it.
func (v *values) name(k int, kind frame.Kind) string {
	switch {
	case k < len(v.Texts):
		return v.Texts[k]
	case k >= len(v.Numbers):
		return ""
	case kind == frame.Bool && v.Numbers[k] == 0:
		return "false"
	case kind == frame.Bool && v.Numbers[k] == 1:
		return "true"
	}
	return strings.TrimSuffix(frame.FormatFloat(v.Numbers[k]), ".0")
}

// put writes value k into row i of a column; one that there is not is missing.
func (v *values) put(k int32, c *column, i int) {
	switch {
	case c.text != nil && k >= 0 && int(k) < len(v.Texts):
		c.text[i] = frame.Cell[string]{Value: v.Texts[k]}
	case c.text != nil:
		c.text[i] = frame.Cell[string]{Null: true}
	case k >= 0 && int(k) < len(v.Numbers):
		c.num[i] = v.Numbers[k]
	default:
		c.num[i] = math.NaN()
	}
}

// find gives the number of the value of each row from low on: noneSuch if it is not known,
// noneThere if it is missing.
func (v *values) find(in *column, low int, to []int32) {
	if in.text == nil {
		v.findNumbers(in.num[low:low+len(to)], to)
		return
	}
	cells := in.text[low : low+len(to)]
	switch n := len(cells); {
	case n >= 2048:
		v.findMost(cells, to)
	case n >= 32:
		v.findMany(cells, to)
	default:
		for i := range cells {
			to[i] = v.findText(&cells[i])
		}
	}
}

func (v *values) findText(c *frame.Cell[string]) int32 {
	if c.Null {
		return noneThere
	}
	if k, ok := v.text[c.Value]; ok {
		return k
	}
	return noneSuch
}

func (v *values) findNumbers(num []float64, to []int32) {
	for i, x := range num {
		if x != x {
			to[i] = noneThere
		} else if k, ok := v.number[x]; ok {
			to[i] = k
		} else {
			to[i] = noneSuch
		}
	}
}

// findMany looks first among the texts that it met last: equal texts of a table that was
// read from a file are mostly one text in memory, and then need not be hashed.
func (v *values) findMany(cells []frame.Cell[string], to []int32) {
	var met recent
	for i := range cells {
		to[i] = v.findAt(&cells[i], met.at(cells[i].Value))
	}
}

func (v *values) findMost(cells []frame.Cell[string], to []int32) {
	var met recentMany
	for i := range cells {
		to[i] = v.findAt(&cells[i], met.at(cells[i].Value))
	}
}

// findAt looks at a place where the text may be remembered, and remembers it there.
func (v *values) findAt(c *frame.Cell[string], m *place) int32 {
	switch {
	case c.Null:
		return noneThere
	case !m.is(c.Value):
		*m = place{unsafe.StringData(c.Value), int32(len(c.Value)), v.findText(c)}
	}
	return m.code
}

// recent remembers where in memory texts are that were met not long ago.
type recent [256]place

// recentMany remembers more, for many rows.
type recentMany [2048]place

type place struct {
	data *byte
	size int32
	code int32
}

// at is where a text is remembered, if it is.
func (r *recent) at(s string) *place { return &r[scatter(s)>>56] }

func (r *recentMany) at(s string) *place { return &r[scatter(s)>>53] }

// scatter makes a number with well mixed upper bits of where a text is in memory: it
// multiplies by 2^64 over the golden ratio, as Knuth advises.
func scatter(s string) uint64 {
	return uint64(uintptr(unsafe.Pointer(unsafe.StringData(s)))) * 0x9e3779b97f4a7c15
}

// is reports whether the text is the one that is remembered here. An empty text has no
// place, and one of more than 2 GiB is not remembered rightly, so they are not.
func (p *place) is(s string) bool {
	return p.data == unsafe.StringData(s) && int(p.size) == len(s) && len(s) > 0
}
