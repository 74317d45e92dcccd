package feature

import (
	"fmt"
	"math"
)

// OrdinalEncoder makes each value of a column a number, 0, 1, 2, …, in the order of the
// values: texts by their bytes, numbers by size; a category that has Levels by their
// order. As scikit-learn's OrdinalEncoder.
type OrdinalEncoder struct {
	// Columns are encoded. None: all of text and categories.
	Columns []string
	// Unknown says what becomes of a value that the training rows do not have.
	Unknown Unknown
	// UnknownAs is the number of such a value, where it is ignored. Nil: NaN. It is none
	// of a known value.
	UnknownAs *float64
	// MissingAs is the number of a missing value. Nil: NaN. It is none of a known value.
	MissingAs *float64
	// MinFrequency and MaxCategories join rare values, which get one number after all
	// others, as in [OneHotEncoder]; a missing value is never joined.
	MinFrequency  float64
	MaxCategories int
}

func (s OrdinalEncoder) takes(p *plan) ([]int, error) {
	if err := unknownNames.Check(uint8(s.Unknown)); err != nil {
		return nil, err
	}
	if s.UnknownAs != nil && s.Unknown == Refuse {
		return nil, optionf("UnknownAs is %v, and unknown values are refused; set Unknown to Ignore", *s.UnknownAs)
	}
	for _, v := range []*float64{s.UnknownAs, s.MissingAs} {
		if v != nil && math.IsInf(*v, 0) {
			return nil, optionf("a value would be encoded as %v; give a finite number", *v)
		}
	}
	if err := checkRare(s.MinFrequency, s.MaxCategories); err != nil {
		return nil, err
	}
	return p.takeTexts(s.Columns)
}

func (s OrdinalEncoder) fit(l *learning) (learnt, error) {
	found, err := l.countAll()
	if err != nil {
		return nil, err
	}
	f := &ordinal{Columns: make([]ordinalColumn, len(found)), Unknown: s.Unknown, UnknownAs: orNaN(s.UnknownAs), MissingAs: orNaN(s.MissingAs)}
	for j, c := range found {
		f.Columns[j] = ordinalColumn{values: c.values, Infrequent: rare(c.counts, l.rows, s.MinFrequency, s.MaxCategories)}
		g, err := groupsOf(c.known(), f.Columns[j].Infrequent)
		if err != nil {
			return nil, err
		}
		for _, v := range []floats{f.UnknownAs, f.MissingAs} {
			if v[0] >= 0 && v[0] < float64(len(g.from)) {
				return nil, optionf("an unknown or missing value would be encoded as %v, and column %.40q has values that are encoded as 0 to %d; give another number", v[0], l.cols[j].name, len(g.from)-1)
			}
		}
	}
	return f, nil
}

func orNaN(v *float64) floats {
	if v == nil {
		return floats{math.NaN()}
	}
	return floats{*v}
}

// ordinal is a fitted OrdinalEncoder.
type ordinal struct {
	Columns   []ordinalColumn `json:"columns"`
	Unknown   Unknown         `json:"unknown,omitempty"`
	UnknownAs floats          `json:"unknownAs"` // one number
	MissingAs floats          `json:"missingAs"` // one number
}

type ordinalColumn struct {
	values
	Infrequent []int `json:"infrequent,omitempty"`

	element element
	groups  groups
	unknown float64
}

func (s *ordinal) takesTexts() {}

func (s *ordinal) outputs(in []element) ([]output, error) {
	if len(s.Columns) != len(in) {
		return nil, fmt.Errorf("feature: %w: values of %d columns for %d", ErrFile, len(s.Columns), len(in))
	}
	if err := lengths(1, s.UnknownAs, s.MissingAs); err != nil {
		return nil, err
	}
	for j, e := range in {
		c := &s.Columns[j]
		if err := c.index(e); err != nil {
			return nil, err
		}
		var err error
		if c.groups, err = groupsOf(c.known(), c.Infrequent); err != nil {
			return nil, err
		}
		c.element, c.unknown = e, s.UnknownAs[0]
		if g := c.groups.joinedGroup(-1); s.Unknown == Infrequent && g >= 0 {
			c.unknown = float64(g)
		}
	}
	return sameNames(in), nil
}

func (s *ordinal) one(j, first int, in, out *column) error {
	c := &s.Columns[j]
	if err := c.exact(first, in); err != nil {
		return err
	}
	var found [fewRows]int32
	for low := 0; low < len(out.num); low += len(found) {
		to := out.num[low:min(low+len(found), len(out.num))]
		c.find(in, low, found[:len(to)])
		for i, k := range found[:len(to)] {
			switch {
			case k >= 0:
				to[i] = float64(c.groups.of[k])
			case k == noneThere:
				to[i] = s.MissingAs[0]
			case s.Unknown == Refuse:
				return c.refused(c.element.name, c.element.kind, first, low+i, in)
			default:
				to[i] = c.unknown
			}
		}
	}
	return nil
}

// back finds the value of each number. The number of unknown, of missing and of joined
// values is a missing one; another that is no value's is an [*InputError].
func (s *ordinal) back(j int, in, out *column) error {
	c := &s.Columns[j]
	for i, x := range in.num {
		switch {
		case x >= 0 && x < float64(len(c.groups.from)) && x == math.Floor(x):
			c.put(c.groups.from[int(x)], out, i)
		case x != x || x == s.UnknownAs[0] || x == s.MissingAs[0]:
			c.put(-1, out, i)
		default:
			return &InputError{c.element.name, i, x, fmt.Sprintf("its values are encoded as whole numbers from 0 to %d", len(c.groups.from)-1), nil}
		}
	}
	return nil
}
