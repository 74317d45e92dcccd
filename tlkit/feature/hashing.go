package feature

import (
	"fmt"
	"strconv"

	"transferlab/tlkit/frame"
)

// HashingEncoder makes columns of many values into a given number of features, without
// knowing the values: each value is hashed to one of the features, and adds 1 or -1 to it,
// by another bit of the hash (Weinberger et al. 2009). Values that meet in a feature
// cannot be told apart; by their signs they cancel out on average. There is nothing to
// learn, and no value is unknown.
//
// A text is hashed as "column=value"; a column of numbers that is named adds its number,
// times the sign, to the feature that its name is hashed to. Missing values add nothing.
// The hash is MurmurHash3, and the features are those of scikit-learn's FeatureHasher.
//
// The features stand in the place of the first of the columns, and are called "hash#0",
// "hash#1", …
type HashingEncoder struct {
	// Columns are hashed, into the same features. None: all of text and categories.
	Columns []string
	// Bits makes 2^Bits features, 1 to 16. 0: 8, which is 256 features.
	Bits int
	// NoSign adds 1 for every value.
	NoSign bool
	// Seed is the hash's.
	Seed uint32
	// Name is what the features' names begin with. "": "hash".
	Name string
}

const defaultBits, mostHashBits = 8, 16

func (s HashingEncoder) takes(p *plan) ([]int, error) {
	if s.Bits < 0 || s.Bits > mostHashBits {
		return nil, optionf("Bits is %d; give 1 to %d, or 0 for %d", s.Bits, mostHashBits, defaultBits)
	}
	return p.takeTexts(s.Columns)
}

func (s HashingEncoder) fit(l *learning) (learnt, error) {
	f := &hashing{Bits: s.Bits, NoSign: s.NoSign, Seed: s.Seed, Name: s.Name}
	if f.Bits == 0 {
		f.Bits = defaultBits
	}
	if f.Name == "" {
		f.Name = "hash"
	}
	return f, nil
}

// hashing is a fitted HashingEncoder.
type hashing struct {
	Bits   int    `json:"bits"`
	NoSign bool   `json:"noSign,omitempty"`
	Seed   uint32 `json:"seed,omitempty"`
	Name   string `json:"name"`

	begun []murmur // of each column, after "column=", or of a number's name
}

func (s *hashing) outputs(in []element) ([]output, error) {
	if s.Bits < 1 || s.Bits > mostHashBits {
		return nil, fmt.Errorf("feature: %w: a hash of %d bits", ErrFile, s.Bits)
	}
	if len(in) == 0 {
		return nil, nil
	}
	s.begun = make([]murmur, len(in))
	for j, e := range in {
		s.begun[j] = murmurOf(s.Seed)
		s.begun[j].write(e.name)
		if formOf(e.kind) == texts {
			s.begun[j].write("=")
		}
	}
	out := make([]output, 1<<s.Bits)
	for i := range out {
		out[i] = output{names: []string{s.Name + "#" + strconv.Itoa(i)}, kind: frame.Float}
	}
	return out, nil
}

func (s *hashing) apply(_ int, in, out []*column) error {
	for _, o := range out {
		clear(o.num)
	}
	for j, c := range in {
		if c.text == nil {
			to, sign := s.feature(s.begun[j])
			num := out[to].num
			for i, v := range c.num {
				if v == v {
					num[i] += sign * v
				}
			}
			continue
		}
		for i := range c.text {
			if c.text[i].Null {
				continue
			}
			h := s.begun[j]
			h.write(c.text[i].Value)
			to, sign := s.feature(h)
			out[to].num[i] += sign
		}
	}
	return nil
}

// feature is where a hash leads to. It is read as a signed number, whose size counts.
func (s *hashing) feature(m murmur) (to uint32, sign float64) {
	h, sign := m.sum(), 1.0
	if int32(h) < 0 {
		h = -h
		if !s.NoSign {
			sign = -1
		}
	}
	return h & (1<<s.Bits - 1), sign
}
