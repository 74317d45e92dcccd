package dedupe

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unicode/utf8"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/parallel"
)

// Similarity is how two values of a column are compared: 1 is equal, 0 unlike.
type Similarity uint8

const (
	// JaroWinkler suits names: it forgives a few letters and favours equal beginnings.
	JaroWinkler Similarity = iota
	// Levenshtein is 1 − edits / length of the longer text, in characters. It suits codes,
	// numbers of telephones, and other texts in which every character counts.
	Levenshtein
	// TokenSet compares texts as sets of words: their order and repetition do not count.
	TokenSet
	// Exact is 1 for equal values and 0 for others.
	Exact
	// Numbers is 1 where two numbers are at most Tolerance apart, and 0 otherwise.
	Numbers
	// Days is 1 where two dates are at most Tolerance days apart, and 0 otherwise.
	Days
)

var similarityNames = enum.Names{Type: "Similarity", List: []string{"jaro-winkler", "levenshtein", "token-set", "exact", "numbers", "days"}, Err: errOptions}

// String is the name: "jaro-winkler", "levenshtein", "token-set", "exact", "numbers", "days".
func (s Similarity) String() string { return similarityNames.String(uint8(s)) }

// MarshalText writes the name.
func (s Similarity) MarshalText() ([]byte, error) {
	return similarityNames.Marshal(uint8(s))
}

// UnmarshalText reads the name.
func (s *Similarity) UnmarshalText(b []byte) error {
	return similarityNames.Unmarshal(b, (*uint8)(s))
}

// Missing says what a column contributes to a pair of which one row or both have no value.
type Missing uint8

const (
	// Differ takes the pair as unlike in this column: nothing is merged without evidence.
	Differ Missing = iota
	// Skip leaves the column out of the pair's score; Evidence guards against pairs of
	// which little is left.
	Skip
	// Alike is Differ, but two missing values are equal.
	Alike
)

var missingNames = enum.Names{Type: "Missing", List: []string{"differ", "skip", "alike"}, Err: errOptions}

// String is "differ", "skip" or "alike".
func (m Missing) String() string { return missingNames.String(uint8(m)) }

// MarshalText writes the name.
func (m Missing) MarshalText() ([]byte, error) {
	return missingNames.Marshal(uint8(m))
}

// UnmarshalText reads the name.
func (m *Missing) UnmarshalText(b []byte) error {
	return missingNames.Unmarshal(b, (*uint8)(m))
}

// Compare is one rule: how much two rows are alike in one column. A column may have
// several.
type Compare struct {
	Column string `json:"column"`

	// By is how values are compared. JaroWinkler, Levenshtein and TokenSet take any column
	// by its text, and look at the first 1000 characters; Numbers takes numbers, Days
	// takes dates.
	By Similarity `json:"by"`

	// Verbatim compares texts as they stand. Otherwise case does not count, nor white
	// space at the ends, and runs of it within are one blank. Text of nothing but white
	// space is a missing value either way.
	Verbatim bool `json:"verbatim,omitempty"`

	// Tolerance for Numbers, in the column's unit, and for Days. 0 asks for equal ones.
	Tolerance float64 `json:"tolerance,omitempty"`

	// Weight of the column in the score, positive; 0 means 1.
	Weight float64 `json:"weight,omitempty"`

	// Least is a similarity below which two rows are no duplicates, whatever the other
	// columns say. 0 asks for nothing.
	Least float64 `json:"least,omitempty"`

	// Missing is Differ, Skip or Alike.
	Missing Missing `json:"missing"`
}

// longest is how many characters of a text are compared: the time that a comparison takes
// grows with the product of the lengths.
const longest = 1000

func (c Compare) filled(i int) (Compare, error) {
	bad := func(format string, a ...any) (Compare, error) {
		return c, fmt.Errorf("dedupe: %w: rule %d, column %.40q: "+format, append([]any{ErrOptions, i, c.Column}, a...)...)
	}
	if similarityNames.Check(uint8(c.By)) != nil || missingNames.Check(uint8(c.Missing)) != nil {
		return bad("%v, %v; choose a similarity and a rule for missing values of this package", c.By, c.Missing)
	}
	if c.Weight == 0 {
		c.Weight = 1
	}
	if !(c.Weight > 0) || c.Weight > 1e9 {
		return bad("a weight of %v; give a positive number up to 1e9", c.Weight)
	}
	if !(c.Least >= 0 && c.Least <= 1) {
		return bad("a least similarity of %v; give a number in [0, 1]", c.Least)
	}
	if !(c.Tolerance >= 0) || math.IsInf(c.Tolerance, 0) {
		return bad("a tolerance of %v; give a number of 0 or more", c.Tolerance)
	}
	if c.Tolerance != 0 && c.By != Numbers && c.By != Days {
		return bad("a tolerance for %v; it is for Numbers and Days alone", c.By)
	}
	return c, nil
}

// rule is a Compare with its column made ready. Equal values have equal ids, and −1 is a
// missing one.
type rule struct {
	Compare
	ids     []int32
	texts   []string  // by id
	lengths []int     // by id, in characters
	letters []uint64  // by id: a bit for each different character, several share one
	numbers []float64 // by row, for Numbers and Days
}

// cost is where a rule comes in the order of work: the cheap ones first, that settle most
// pairs.
func (r *rule) cost() int {
	return [...]int{Exact: 0, Numbers: 0, Days: 0, Levenshtein: 1, JaroWinkler: 2, TokenSet: 3}[r.By]
}

func newRule(t frame.Table, c Compare) (rule, error) {
	r := rule{Compare: c}
	column, err := t.Column(c.Column)
	if err != nil {
		return r, fmt.Errorf("dedupe: %w", err)
	}
	switch c.By {
	case Numbers:
		if !column.Numeric() {
			return r, fmt.Errorf("dedupe: %w: column %.40q is %v, and Numbers compares numbers; choose another similarity, or turn it into numbers first", frame.ErrKind, c.Column, column.Kind)
		}
		if r.numbers, err = column.Numbers(); err != nil {
			return r, fmt.Errorf("dedupe: %w", err)
		}
		r.ids = known(r.numbers)
	case Days:
		if r.numbers, err = days(column); err != nil {
			return r, err
		}
		r.ids = known(r.numbers)
	default:
		r.ids, r.texts = intern(column, func(s string) string {
			plain := fold(s)
			if c.Verbatim && plain != "" {
				plain = s
			}
			if c.By == Exact {
				return plain
			}
			return first(plain, longest)
		})
		r.lengths, r.letters = make([]int, len(r.texts)), make([]uint64, len(r.texts))
		for i, s := range r.texts {
			for _, c := range s {
				r.lengths[i]++
				r.letters[i] |= 1 << (c % 64)
			}
		}
	}
	return r, nil
}

// known gives 0 to rows with a number and −1 to others.
func known(v []float64) []int32 {
	ids := make([]int32, len(v))
	for i, x := range v {
		if math.IsNaN(x) {
			ids[i] = -1
		}
	}
	return ids
}

// fold is text without what does not count: case, and white space beyond single blanks
// between words.
func fold(s string) string { return text.CollapseBlanks(text.Trim(text.Lower(s))) }

// first is the first n characters of s.
func first(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// intern numbers the values of a column after key was put to their text: from 0 in the
// order in which they first occur, and −1 where the value is missing or its key is empty.
func intern(c frame.Column, key func(string) string) (ids []int32, texts []string) {
	ids = make([]int32, c.Len())
	raw, seen := map[string]int32{}, map[string]int32{}
	for i := range ids {
		ids[i] = -1
		if c.Missing(i) {
			continue
		}
		s := formatted(c, i)
		id, ok := raw[s]
		if !ok {
			k := key(s)
			if id, ok = seen[k]; !ok {
				if id = int32(len(texts)); k == "" {
					id = -1
				} else {
					texts = append(texts, k)
				}
				seen[k] = id
			}
			raw[s] = id
		}
		ids[i] = id
	}
	return ids, texts
}

// formatted is Format, where the zeros of a float column are one value.
func formatted(c frame.Column, i int) string {
	if c.Kind == frame.Float && c.Floats[i].Value == 0 {
		return "0.0"
	}
	return c.Format(i)
}

// days are the days since 1970 of a column of dates, NaN where one is missing.
func days(c frame.Column) ([]float64, error) {
	if c.Kind != frame.Date && c.Kind != frame.Text {
		return nil, fmt.Errorf("dedupe: %w: column %.40q is %v, and a date is needed; choose another column or similarity", frame.ErrKind, c.Name, c.Kind)
	}
	out := make([]float64, c.Len())
	for i, cell := range c.Texts {
		if cell.Null {
			out[i] = math.NaN()
			continue
		}
		at, ok := frame.ParseDate(cell.Value)
		if !ok {
			return nil, fmt.Errorf("dedupe: %w: column %.40q, row %d: %.40q is no date of the form 2006-01-02 or RFC 3339; turn the column into dates first", frame.ErrKind, c.Name, i, cell.Value)
		}
		const perDay = 24 * 60 * 60
		out[i] = float64(at.Unix())/perDay + float64(at.Nanosecond())/(perDay*1e9)
	}
	return out, nil
}

// scorer compares rows.
type scorer struct {
	rules     []rule // in the order of work
	order     []int  // the rules' places in the options, in which their shares are added
	total     float64
	evidence  float64
	threshold float64
}

func newScorer(ctx context.Context, t frame.Table, o NearOptions) (*scorer, error) {
	s := &scorer{rules: make([]rule, len(o.Compare)), evidence: o.Evidence, threshold: o.Threshold}
	errs := make([]error, len(o.Compare))
	err := parallel.Each(ctx, len(o.Compare), func(i int) {
		var c Compare
		if c, errs[i] = o.Compare[i].filled(i); errs[i] == nil {
			s.rules[i], errs[i] = newRule(t, c)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	for i, err := range errs {
		if err != nil {
			return nil, err
		}
		s.order = append(s.order, i)
		s.total += s.rules[i].Weight
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return s.rules[a].cost() - s.rules[b].cost() })
	sorted := make([]rule, len(s.rules))
	for k, i := range s.order {
		sorted[k] = s.rules[i]
	}
	s.rules = sorted
	return s, nil
}

// rounding is how far sums of rounded numbers may miss the threshold.
const rounding = 1e-12

// score is the similarity of two rows, and whether it reaches floor and what the rules ask
// of single columns. Where it does not, work may stop early and the score is 0, unless the
// floor is 0.
func (s *scorer) score(i, j int, floor float64) (float64, bool) {
	if i > j { // Jaro's greedy matching may depend on which comes first
		i, j = j, i
	}
	var sims [maxRules]float64
	const open, skipped = -1, -2
	weight, both, best := 0.0, 0.0, 0.0 // of what counts, of what both have, and what can be reached
	for k := range s.rules {
		r := &s.rules[k]
		a, b := r.ids[i], r.ids[j]
		switch {
		case a >= 0 && b >= 0:
			sims[k] = open
			both += r.Weight
			best += r.Weight
		case r.Missing == Skip:
			sims[k] = skipped
			continue
		case r.Missing == Alike && a == b:
			sims[k] = 1
			best += r.Weight
		}
		weight += r.Weight
	}
	good := weight > 0 && both >= s.evidence*s.total-rounding*s.total
	if !good && floor > 0 || weight == 0 {
		return 0, false
	}
	need := (floor - 2*rounding) * weight
	for k := range s.rules {
		r := &s.rules[k]
		if sims[k] == skipped {
			continue
		}
		if sims[k] == open {
			least := 0.0
			if floor > 0 {
				least = max(1-(best-need)/r.Weight, r.Least-rounding)
			}
			sims[k] = r.similarity(i, j, least)
			best -= (1 - sims[k]) * r.Weight
		}
		if sims[k] < r.Least-rounding {
			good = false
		}
		if floor > 0 && (!good || best < need) {
			return 0, false
		}
	}
	mean := s.mean(sims[:len(s.rules)], weight)
	return mean, good && mean >= floor-rounding
}

// mean adds up the similarities in the order in which the rules were given.
func (s *scorer) mean(sims []float64, weight float64) float64 {
	var given [maxRules]float64
	for k, i := range s.order {
		given[i] = max(sims[k], 0) * s.rules[k].Weight
	}
	sum := 0.0
	for i := range sims {
		sum += given[i]
	}
	return sum / weight
}

// similarity of two values that are there. One below least may come out as 0.
func (r *rule) similarity(i, j int, least float64) float64 {
	yes := func(x bool) float64 {
		if x {
			return 1
		}
		return 0
	}
	if r.numbers != nil {
		a, b := r.numbers[i], r.numbers[j]
		return yes(a == b || math.Abs(a-b) <= r.Tolerance)
	}
	a, b := r.ids[i], r.ids[j]
	if a == b || r.By == Exact {
		return yes(a == b)
	}
	switch r.By {
	case TokenSet:
		return text.TokenSet(r.texts[a], r.texts[b])
	case Levenshtein:
		longer := max(r.lengths[a], r.lengths[b])
		most := min(int(math.Floor((1-least+rounding)*float64(longer))), longer)
		if longer-r.common(a, b) > most {
			return 0
		}
		d, within := text.LevenshteinWithin(r.texts[a], r.texts[b], most)
		if !within {
			return 0
		}
		return 1 - float64(d)/float64(longer)
	default:
		if r.atMost(a, b) < least-rounding {
			return 0
		}
		return text.JaroWinkler(r.texts[a], r.texts[b])
	}
}

// common is how many characters two texts have in common at most: for each bit that only
// one of them has, one of its characters stands alone.
func (r *rule) common(a, b int32) int {
	x, y := r.letters[a], r.letters[b]
	return min(r.lengths[a]-bits.OnesCount64(x&^y), r.lengths[b]-bits.OnesCount64(y&^x))
}

// atMost is the highest Jaro-Winkler similarity that two texts can have, told without
// looking at where their characters stand: most pairs are settled by it.
func (r *rule) atMost(a, b int32) float64 {
	m := float64(r.common(a, b))
	jaro := (m/float64(r.lengths[a]) + m/float64(r.lengths[b]) + 1) / 3
	x, y := r.texts[a][0], r.texts[b][0]
	if x != y && (x < utf8.RuneSelf || y < utf8.RuneSelf) { // no character in common at the start
		return jaro
	}
	const bonus = 0.4 // for four characters that both begin with
	return jaro + bonus*(1-jaro)
}
