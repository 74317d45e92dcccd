package frame

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// How says which rows a join keeps.
type How string

// The joins. The empty How is Inner.
const (
	Inner How = "inner" // rows of both tables that match, in the left table's order
	Left  How = "left"  // all rows of the left table, in its order, with what matches
	Right How = "right" // all rows of the right table, in its order, with what matches
	Outer How = "outer" // all rows of both tables, sorted by the keys, those without one last
	Semi  How = "semi"  // rows of the left table that match, once each, without the right's columns
	Anti  How = "anti"  // rows of the left table that match nothing
)

// Cardinality is what a join may take for granted of its keys; see [JoinOptions].
type Cardinality string

// What keys can be to each other. The empty Cardinality is ManyToMany.
const (
	ManyToMany Cardinality = "many_to_many"
	OneToOne   Cardinality = "one_to_one"  // no key stands twice in either table
	OneToMany  Cardinality = "one_to_many" // no key stands twice in the left table
	ManyToOne  Cardinality = "many_to_one" // no key stands twice in the right table
)

// ErrRepeated is what the error of a join is if its keys are not as JoinOptions.Validate
// says.
var ErrRepeated = errors.New("keys repeat")

// A JoinSizeError says that a join would make more rows than it may. It is [ErrLimit], and
// no memory was taken for the rows.
type JoinSizeError struct{ Rows, Max int }

func (e *JoinSizeError) Error() string {
	return fmt.Sprintf("frame: %v: the join would make %d rows, more than %d; its keys repeat on both sides: join by more columns, drop duplicates first, or set MaxRows", ErrLimit, e.Rows, e.Max)
}

// Is makes errors.Is(err, ErrLimit) true.
func (e *JoinSizeError) Is(target error) bool { return target == ErrLimit }

// JoinOptions say how two tables are joined. The zero value keeps the rows whose values
// are equal in all columns that both tables have.
type JoinOptions struct {
	How How // which rows are kept; empty is Inner

	// On are the key columns, where they have the same names in both tables. The result has
	// each of them once. Where On, LeftOn and RightOn are empty, all common columns are keys.
	On []string

	// LeftOn and RightOn are the key columns where their names differ, in pairs. The result
	// has both of a pair, unless their names are equal.
	LeftOn, RightOn []string

	// Suffixes are put after names that both tables have besides the keys: first the left
	// table's, then the right's. Both empty means "_x" and "_y".
	Suffixes [2]string

	// MissingApart says that a key without a value matches nothing, as in SQL. Without it a
	// missing value matches a missing value, as in pandas.
	MissingApart bool

	// Validate is checked before anything is joined: [ErrRepeated] if it does not hold.
	Validate Cardinality

	// Indicator is the name of a column to add that says of each row where it comes from:
	// left_only, right_only or both. Empty means none.
	Indicator string

	// MaxRows is how many rows the result may have; [JoinSizeError] if there are more. 0
	// means ten million, or twice the rows of both tables where these are more.
	MaxRows int
}

// Join puts the rows of two tables beside each other where their keys are equal; where a
// key stands more than once, each of its rows on the left meets each on the right. The
// order of the rows is that of pandas 3.1: the left table's, and for one left row the
// right's (the other way round for [Right]); for [Outer] that of the keys, as in [Sort].
//
// Keys are of one kind: whole numbers match floats where both are the same number, and a
// category matches text; anything else is [ErrKind]. The columns are the left table's,
// then those of the right that are not keys of the same name. A key that stands on both
// sides takes its values from the side that has the row, and its kind from the left table
// (from the right one for [Right]; a whole number and a float make a float for [Outer]).
func Join(left, right Table, o JoinOptions) (Table, error) {
	if err := left.check(); err != nil {
		return Table{}, err
	}
	if err := right.check(); err != nil {
		return Table{}, err
	}
	if err := o.valid(); err != nil {
		return Table{}, err
	}
	pairs, err := pairsOf(left, right, o)
	if err != nil {
		return Table{}, err
	}
	m, err := match(left, right, pairs, o.MissingApart)
	if err != nil {
		return Table{}, err
	}
	if err := m.validate(o.Validate, pairs); err != nil {
		return Table{}, err
	}
	most := o.MaxRows
	if most == 0 {
		most = max(10_000_000, 2*(left.Nrow()+right.Nrow()))
	}
	if rows := m.count(o.How); rows > most {
		return Table{}, &JoinSizeError{Rows: rows, Max: most}
	}
	if o.How == Semi || o.How == Anti {
		return m.filtered(left, o)
	}
	return joined(left, right, pairs, m.rows(o.How, pairs), o)
}

func (o *JoinOptions) valid() error {
	if o.How == "" {
		o.How = Inner
	}
	if hows := []How{Inner, Left, Right, Outer, Semi, Anti}; !slices.Contains(hows, o.How) {
		return fmt.Errorf("frame: no join is called %.40q; the joins are %v", o.How, hows)
	}
	if all := []Cardinality{"", ManyToMany, OneToOne, OneToMany, ManyToOne}; !slices.Contains(all, o.Validate) {
		return fmt.Errorf("frame: a join cannot be checked to be %.40q; choose one of %v", o.Validate, all[1:])
	}
	if o.Suffixes == [2]string{} {
		o.Suffixes = [2]string{"_x", "_y"}
	}
	if o.MaxRows < 0 {
		return fmt.Errorf("frame: MaxRows of a join is %d; give a number of rows, or 0 for the default", o.MaxRows)
	}
	return nil
}

// A keyPair is a key's column in either table.
type keyPair struct {
	left, right Column
	cells       keyColumn // the left cells, then the right ones
	mixed       bool      // whole numbers on one side, floats on the other
}

// once reports whether the result has the key in one column.
func (p keyPair) once() bool { return p.left.Name == p.right.Name }

func pairsOf(left, right Table, o JoinOptions) ([]keyPair, error) {
	leftOn, rightOn := o.LeftOn, o.RightOn
	switch {
	case len(o.On) > 0 && len(leftOn)+len(rightOn) > 0:
		return nil, errors.New("frame: a join has On and LeftOn or RightOn; give On where the names are the same, otherwise the other two")
	case len(o.On) > 0:
		leftOn, rightOn = o.On, o.On
	case len(leftOn)+len(rightOn) == 0:
		for _, n := range left.Names() {
			if slices.Contains(right.Names(), n) {
				leftOn = append(leftOn, n)
			}
		}
		if rightOn = leftOn; len(leftOn) == 0 {
			return nil, fmt.Errorf("frame: %w: the tables share no column to join by; name the keys in LeftOn and RightOn. The left table has %s; the right one %s", ErrColumn, listed(left.Names()), listed(right.Names()))
		}
	case len(leftOn) != len(rightOn):
		return nil, fmt.Errorf("frame: %w: LeftOn has %d keys, RightOn %d; give pairs", ErrShape, len(leftOn), len(rightOn))
	}
	pairs := make([]keyPair, len(leftOn))
	for i := range pairs {
		l, err := left.Column(leftOn[i])
		if err != nil {
			return nil, fmt.Errorf("frame: left table of a join: %w", err)
		}
		r, err := right.Column(rightOn[i])
		if err != nil {
			return nil, fmt.Errorf("frame: right table of a join: %w", err)
		}
		if pairs[i], err = pairOf(l, r); err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

func pairOf(l, r Column) (keyPair, error) {
	p := keyPair{left: l, right: r}
	text := func(k Kind) bool { return k == Text || k == Category }
	switch {
	case l.Kind == Int && r.Kind == Float, l.Kind == Float && r.Kind == Int:
		p.mixed = true
		lf, err := floatCells(l)
		if err != nil {
			return p, err
		}
		rf, err := floatCells(r)
		if err != nil {
			return p, err
		}
		p.cells = keyCells[float64]{lf, rf}
	case l.Kind != r.Kind && !(text(l.Kind) && text(r.Kind)):
		return p, fmt.Errorf("frame: %w: the key %.40q is %v in the left table, and %.40q is %v in the right one; convert one of them first",
			ErrKind, l.Name, l.Kind, r.Name, r.Kind)
	case l.Kind == Int:
		p.cells = keyCells[int]{l.Ints, r.Ints}
	case l.Kind == Float:
		p.cells = keyCells[float64]{l.Floats, r.Floats}
	case l.Kind == Bool:
		p.cells = keyCells[bool]{l.Bools, r.Bools}
	case l.Kind == Date:
		p.cells = dateCells(l.Texts, r.Texts)
	default:
		p.cells = keyCells[string]{l.Texts, r.Texts}
	}
	return p, nil
}

// floatCells are the cells of a column of numbers as floats. A whole number that no float64
// equals is [ErrKind].
func floatCells(c Column) ([]Cell[float64], error) {
	if c.Kind == Float {
		return c.Floats, nil
	}
	cells := make([]Cell[float64], len(c.Ints))
	for i, v := range c.Ints {
		f := float64(v.Value)
		if !v.Null && (f >= math.MaxInt64 || int(f) != v.Value) {
			return nil, fmt.Errorf("frame: %w: key %.40q holds %d in row %d, which no float64 equals, and the other table's key is %v; turn that one into integers or both into text",
				ErrKind, c.Name, v.Value, i, Float)
		}
		cells[i] = Cell[float64]{f, v.Null}
	}
	return cells, nil
}
