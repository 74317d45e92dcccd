package feature

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"transferlab/tlkit/frame"
)

// HashingEncoder makes columns of many values into a given number of features, without
// knowing the values: each value is hashed to one of the features, and adds 1 or -1 to it,
// by another bit of the hash (Weinberger et al. 2009). Values that meet in a feature
// cannot be told apart; by their signs they cancel out on average. There is nothing to
// learn, and no value is unknown. A missing value adds nothing.
//
// A value is hashed as "column=value" by MurmurHash3, so that the features are those of
// scikit-learn's FeatureHasher. They stand in the place of the first of the columns, and
// are called "hash#0", "hash#1", …
//
// It costs a code a row and column, however many features there are: see
// [Fitted.Sparse]. As those of [OneHotEncoder], the features are only scaled by a step that
// names them.
type HashingEncoder struct {
	// Columns are hashed, into the same features: texts, categories and dates. None: all
	// of text and categories.
	Columns []string
	// Bits makes 2^Bits features, 1 to 20. 0: 8, which is 256 features.
	Bits int
	// NoSign adds 1 for every value.
	NoSign bool
	// Seed is the hash's.
	Seed uint32
	// Name is what the features' names begin with. "": "hash".
	Name string
}

const defaultBits, mostHashBits = 8, 20

func (s HashingEncoder) takes(p *plan) ([]int, error) {
	if s.Bits < 0 || s.Bits > mostHashBits {
		return nil, optionf("Bits is %d; give 1 to %d, or 0 for %d", s.Bits, mostHashBits, defaultBits)
	}
	if !utf8.ValidString(s.Name) {
		return nil, optionf("Name is %.40q, which is not UTF-8", s.Name)
	}
	return p.take(s.Columns, frame.Text, func(k frame.Kind) bool { return formOf(k) == texts },
		func(k frame.Kind) bool { return k == frame.Text || k == frame.Category })
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

	begun []murmur // of each column, after "column="
}

func (s *hashing) takesTexts() {}

func (s *hashing) outputs(in []element) ([]output, error) {
	if s.Bits < 1 || s.Bits > mostHashBits {
		return nil, fmt.Errorf("feature: %w: a hash of %d bits", ErrFile, s.Bits)
	}
	if len(in) == 0 {
		return nil, nil
	}
	s.begun = make([]murmur, len(in))
	for j, e := range in {
		if formOf(e.kind) != texts {
			return nil, kindError(e.name, e.kind, frame.Text)
		}
		s.begun[j] = murmurOf(s.Seed)
		s.begun[j].write(e.name)
		s.begun[j].write("=")
	}
	names := make([]string, 1<<s.Bits)
	for i := range names {
		names[i] = s.Name + "#" + strconv.Itoa(i)
	}
	return []output{{names: names, kind: frame.Float, wide: true, sums: len(in)}}, nil
}

func (s *hashing) one(j, _ int, in, out *column) error {
	begun, mask := s.begun[j], uint32(1)<<s.Bits-1
	code := out.code[:len(in.text)]
	for i := range in.text {
		c := &in.text[i]
		if c.Null {
			code[i] = -1
			continue
		}
		h := begun
		h.write(c.Value)
		code[i] = s.feature(h.sum(), mask)
	}
	return nil
}

// feature is the code of a hash. It is read as a signed number: its size leads to the
// feature, and its sign is what is added.
func (s *hashing) feature(h, mask uint32) int32 {
	if int32(h) >= 0 {
		return int32(h & mask)
	}
	to := int32(-h & mask)
	if s.NoSign {
		return to
	}
	return negative(to)
}
