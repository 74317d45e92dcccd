package frame

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"transferlab/tlkit/parallel"
)

// By is one column to sort by.
type By struct {
	Column     string
	Descending bool
}

// Asc sorts by a column from low to high.
func Asc(column string) By { return By{Column: column} }

// Desc sorts by a column from high to low.
func Desc(column string) By { return By{Column: column, Descending: true} }

// Sort is the table with its rows in order of the first column, rows that are equal there
// in order of the second, and so on; rows that are equal in all of them keep their order.
// Numbers go by value, text by its bytes (which is the order of Unicode's code points),
// booleans false first, dates by time, categories by their Levels where the schema has
// them. Rows without a value come last, whatever the direction, as in pandas.
func Sort(t Table, by ...By) (Table, error) {
	rows, err := SortedRows(t, by...)
	if err != nil {
		return Table{}, err
	}
	return t.Take(rows)
}

// SortedRows is the order in which [Sort] would put the rows.
func SortedRows(t Table, by ...By) ([]int, error) {
	if len(by) == 0 {
		return nil, fmt.Errorf("frame: %w: nothing to sort by; name a column, as in Sort(t, Asc(%.40q))", ErrShape, firstName(t))
	}
	cols := make([]Column, len(by))
	for i, b := range by {
		c, err := t.Column(b.Column)
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	if int64(t.Nrow()) > math.MaxInt32 {
		return nil, fmt.Errorf("frame: %w: %d rows, and at most %d can be sorted; work on parts of the table", ErrLimit, t.Nrow(), math.MaxInt32)
	}
	order := make([]int32, t.Nrow())
	for i := range order {
		order[i] = int32(i)
	}
	order = sortedBy(order, cols, func(i int) bool { return by[i].Descending })
	rows := make([]int, len(order))
	for i, r := range order {
		rows[i] = int(r)
	}
	return rows, nil
}

func firstName(t Table) string {
	if names := t.Names(); len(names) > 0 {
		return names[0]
	}
	return "a"
}

func upwards(int) bool { return false }

// sortedBy puts row numbers in the order of the first column, equal ones in that of the
// second, and so on; those without a value come last. Rows that are equal in all columns
// keep their order. It returns a slice of its own.
func sortedBy(rows []int32, cols []Column, descending func(i int) bool) []int32 {
	keys, gone := make([][]uint64, len(cols)), make([][]bool, len(cols))
	_ = parallel.Each(context.Background(), len(cols), func(k int) {
		keys[k], gone[k] = orderKeys(cols[k], rows), missingRows(cols[k], rows)
	})
	order := make([]int32, len(rows)) // places in rows
	for i := range order {
		order[i] = int32(i)
	}
	for k := len(cols) - 1; k >= 0; k-- { // the last column first: each sort keeps what the ones before it did
		order = sortedByKeys(order, keys[k], gone[k], descending(k))
	}
	for i, at := range order {
		order[i] = rows[at]
	}
	return order
}

func sortedByKeys(order []int32, keys []uint64, gone []bool, descending bool) []int32 {
	turn := uint64(0)
	if descending {
		turn = ^turn
	}
	present, last := make([]int32, 0, len(order)), []int32(nil)
	sorted := make([]uint64, 0, len(order))
	for _, at := range order {
		if gone != nil && gone[at] {
			last = append(last, at)
			continue
		}
		present, sorted = append(present, at), append(sorted, keys[at]^turn)
	}
	sortRadix(sorted, present)
	return append(present, last...)
}

// missingRows says which of the rows lack a value; nil if none does.
func missingRows(c Column, rows []int32) []bool {
	var gone []bool
	for i, r := range rows {
		if c.Missing(int(r)) {
			if gone == nil {
				gone = make([]bool, len(rows))
			}
			gone[i] = true
		}
	}
	return gone
}

// orderKeys makes numbers that have the order of the rows' values; of a missing value it is
// any number.
func orderKeys(c Column, rows []int32) []uint64 {
	keys := make([]uint64, len(rows))
	switch c.Kind {
	case Int:
		for i, r := range rows {
			keys[i] = intBits(c.Ints[r].Value)
		}
	case Float:
		for i, r := range rows {
			keys[i] = floatBits(c.Floats[r].Value)
		}
	case Bool:
		for i, r := range rows {
			if c.Bools[r].Value {
				keys[i] = 1
			}
		}
	default:
		textKeys(c, rows, keys)
	}
	return keys
}

// textKeys finds the different texts, sorts them, and gives each row the place of its own.
func textKeys(c Column, rows []int32, keys []uint64) {
	texts, whole := c.Texts, 2*len(rows) >= c.Len()
	if !whole {
		texts = gathered(keyCells[string]{first: c.Texts}, rows)
	}
	ids, n, err := identify([]keyColumn{keyCells[string]{first: texts}}, len(texts), newHasher())
	if err != nil {
		return // more rows than a caller can give
	}
	kinds := make([]string, n)
	for id, row := range firstRows(ids, n) {
		kinds[id] = texts[row].Value
	}
	place := placesOfTexts(c.Field, kinds)
	for i, row := range rows {
		if whole {
			keys[i] = uint64(place[ids[row]])
		} else {
			keys[i] = uint64(place[ids[i]])
		}
	}
}

// placesOfTexts gives each of some different texts its place among them in order.
func placesOfTexts(f Field, kinds []string) []uint32 {
	type item struct {
		prefix uint64 // the first eight bytes: most comparisons end there
		text   string
		id     uint32
	}
	items := make([]item, len(kinds))
	level := levelOrder(f)
	for i, s := range kinds {
		if f.Kind == Date {
			s = dateKey(s)
		}
		items[i] = item{text: s, id: uint32(i)}
		if len(level) > 0 {
			items[i].prefix = level.of(s)
			continue
		}
		var first [8]byte
		copy(first[:], s)
		items[i].prefix = binary.BigEndian.Uint64(first[:])
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return strings.Compare(a.text, b.text)
	})
	place := make([]uint32, len(kinds))
	for i, it := range items {
		place[it.id] = uint32(i)
		if i > 0 && it.text == items[i-1].text { // two ways of writing one instant
			place[it.id] = place[items[i-1].id]
		}
	}
	return place
}

// levels are the places of a category's values.
type levels map[string]uint64

// of is a value's place; values that the schema does not name come after the others.
func (l levels) of(s string) uint64 {
	if at, ok := l[s]; ok {
		return at
	}
	return uint64(len(l))
}

// levelOrder are the places of the Levels of a category, nil for any other column.
func levelOrder(f Field) levels {
	if f.Kind != Category || len(f.Levels) == 0 {
		return nil
	}
	l := levels{}
	for i, s := range f.Levels {
		if _, twice := l[s]; !twice {
			l[s] = uint64(i)
		}
	}
	return l
}

// dateKey is a date in a form whose order is time's: in ISO 8601 without the Z, so that
// 12:00:00 comes before 12:00:00.5.
func dateKey(s string) string { return strings.TrimSuffix(s, "Z") }

// compareTexts compares two values of a column of text as [Sort] does.
func compareTexts(f Field, level levels, a, b string) int {
	if level != nil {
		if c := cmp.Compare(level.of(a), level.of(b)); c != 0 {
			return c
		}
	}
	if f.Kind == Date {
		return strings.Compare(dateKey(a), dateKey(b))
	}
	return strings.Compare(a, b)
}
