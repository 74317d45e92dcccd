package feature

import (
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// OneHotEncoder makes each value of a column a feature that is 1 where the column has that
// value, else 0. Columns of numbers and booleans that are named are encoded by their
// values too; an int of 2^53 or beyond, which float64 does not tell from the next one, is an
// [*InputError] for every encoder. As scikit-learn's OneHotEncoder.
//
// The features stand in the order of the values: texts by their bytes, numbers by size; a
// category that has Levels has a feature for each of them, in their order, whether or not
// it occurs. A feature is called "column=value"; that of missing values
// "column=(missing)", that of the infrequent ones "column=(infrequent)", each with further
// brackets if it were the name of a value otherwise. If two columns still give one name,
// as "a" with "b=c" and "a=b" with "c" do, Fit is [ErrInput].
//
// It costs a code a row, however many values there are: only a matrix writes the zeros,
// and [Fitted.Sparse] does not.
type OneHotEncoder struct {
	// Columns are encoded. None: all of text and categories.
	Columns []string
	// Unknown says what becomes of a value that the training rows do not have. A missing
	// one is such a value if none of them is missing.
	Unknown Unknown
	// SkipMissing makes a missing value 0 in every feature, instead of a value of its own.
	SkipMissing bool
	// DropValue leaves one feature of a column out. Inverse takes a row that is 0 in all
	// others for one of the value that was dropped; it does not know whether it is one with
	// SkipMissing, or where a later step left some of the others out, and gives a missing
	// value. An unknown value that was ignored comes back as the dropped one, as in
	// scikit-learn.
	DropValue DropValue
	// MinFrequency joins the values that are in fewer rows: so many from 1 on, that share
	// of the training rows below. MaxCategories joins the rarest so that a column has no
	// more features than that, the one of the joined values included. 0: none are joined.
	MinFrequency  float64
	MaxCategories int
}

// DropValue says which value of a column is told by the absence of all others.
type DropValue uint8

// The choices. They are made after infrequent values were joined.
const (
	DropNone     DropValue = iota
	DropFirst              // the first value; a column of one value has no feature then
	DropIfBinary           // the first value of a column of two, none of others
)

var dropNames = enum.Names{Type: "DropValue", List: []string{"none", "first", "if binary"}, Err: errOption}

// String is "none", "first" or "if binary".
func (d DropValue) String() string { return dropNames.String(uint8(d)) }

// MarshalText writes the name.
func (d DropValue) MarshalText() ([]byte, error) { return dropNames.Marshal(uint8(d)) }

// UnmarshalText reads the name.
func (d *DropValue) UnmarshalText(b []byte) error { return dropNames.Unmarshal(b, (*uint8)(d)) }

func (s OneHotEncoder) takes(p *plan) ([]int, error) {
	if err := unknownNames.Check(uint8(s.Unknown)); err != nil {
		return nil, err
	}
	if err := dropNames.Check(uint8(s.DropValue)); err != nil {
		return nil, err
	}
	if err := checkRare(s.MinFrequency, s.MaxCategories); err != nil {
		return nil, err
	}
	return p.takeTexts(s.Columns)
}

func (s OneHotEncoder) fit(l *learning) (learnt, error) {
	found, err := l.countAll()
	if err != nil {
		return nil, err
	}
	f := &oneHot{Columns: make([]oneHotColumn, len(found)), Unknown: s.Unknown, SkipMissing: s.SkipMissing}
	for j := range found {
		c := &found[j]
		if s.SkipMissing {
			c.Missing = false
		}
		if c.Missing {
			c.counts = append(c.counts, c.missing)
		}
		h := oneHotColumn{values: c.values, Infrequent: rare(c.counts, l.rows, s.MinFrequency, s.MaxCategories)}
		n := c.all()
		if len(h.Infrequent) > 0 {
			n += 1 - len(h.Infrequent)
		}
		h.DropFirst = n > 0 && s.DropValue == DropFirst || n == 2 && s.DropValue == DropIfBinary
		f.Columns[j] = h
	}
	return f, nil
}

// oneHot is a fitted OneHotEncoder.
type oneHot struct {
	Columns     []oneHotColumn `json:"columns"`
	Unknown     Unknown        `json:"unknown,omitempty"`
	SkipMissing bool           `json:"skipMissing,omitempty"`
}

type oneHotColumn struct {
	values
	Infrequent []int `json:"infrequent,omitempty"` // the values that are joined
	DropFirst  bool  `json:"dropFirst,omitempty"`

	element element
	groups  groups
	codes   []int32 // of each value; -1 if it is dropped
	dropped int32   // 1 if the first group is, else 0
	unknown int32   // the code of unknown values
}

func (s *oneHot) takesTexts() {}

func (s *oneHot) outputs(in []element) ([]output, error) {
	if len(s.Columns) != len(in) {
		return nil, fmt.Errorf("feature: %w: values of %d columns for %d", ErrFile, len(s.Columns), len(in))
	}
	out := make([]output, len(in))
	for j, e := range in {
		c := &s.Columns[j]
		if err := c.prepare(e, s.Unknown); err != nil {
			return nil, err
		}
		out[j] = output{of: j, kind: frame.Bool, wide: true, names: c.names()}
	}
	return out, nil
}

// prepare makes what encoding needs of what is kept in a file.
func (c *oneHotColumn) prepare(e element, u Unknown) (err error) {
	if err = c.index(e); err != nil {
		return err
	}
	if c.groups, err = groupsOf(c.all(), c.Infrequent); err != nil {
		return err
	}
	if c.DropFirst && len(c.groups.from) == 0 {
		return fmt.Errorf("feature: %w: column %.40q drops a value and has none", ErrFile, e.name)
	}
	c.element, c.dropped, c.unknown = e, 0, -1
	if c.DropFirst {
		c.dropped = 1
	}
	c.codes = make([]int32, len(c.groups.of))
	for k, g := range c.groups.of {
		c.codes[k] = max(g-c.dropped, -1)
	}
	if u == Infrequent {
		c.unknown = max(c.groups.joinedGroup(-1)-c.dropped, -1)
	}
	return nil
}

// names are those of the features.
func (c *oneHotColumn) names() []string {
	from := c.groups.from[c.dropped:]
	out := make([]string, len(from))
	for i, k := range from {
		out[i] = c.element.name + "="
		switch {
		case k < 0:
			out[i] += c.unlike("(infrequent)")
		case int(k) == c.known():
			out[i] += c.unlike("(missing)")
		default:
			out[i] += c.name(int(k), c.element.kind)
		}
	}
	return out
}

// unlike puts brackets around a word until it is none of the values.
func (c *oneHotColumn) unlike(word string) string {
	for {
		if _, ok := c.text[word]; !ok {
			return word
		}
		word = "(" + word + ")"
	}
}

func (s *oneHot) one(j, first int, in, out *column) error {
	c := &s.Columns[j]
	if err := c.exact(first, in); err != nil {
		return err
	}
	code := out.code
	c.find(in, 0, code)
	for i, k := range code {
		switch {
		case k >= 0:
			code[i] = c.codes[k]
		case k == noneThere && c.Missing:
			code[i] = c.codes[len(c.codes)-1]
		case k == noneThere && s.SkipMissing:
			code[i] = -1
		case s.Unknown == Refuse:
			return c.refused(c.element.name, c.element.kind, first, i, in)
		default:
			code[i] = c.unknown
		}
	}
	return nil
}

func (s *oneHot) codes(j int) int {
	c := &s.Columns[j]
	return len(c.groups.from) - int(c.dropped)
}

// back gives each row the value whose feature is 1. Where none is, it is the dropped value,
// unless missing values are 0 in every feature too; else it is missing, as is one of several
// that were joined.
func (s *oneHot) back(j int, in, out *column) error {
	c := &s.Columns[j]
	for i, k := range in.code {
		value := int32(-1)
		if g := k + c.dropped; g >= 0 && !(k < 0 && s.SkipMissing) && int(g) < len(c.groups.from) {
			value = c.groups.from[g]
		}
		c.put(value, out, i)
	}
	return nil
}
