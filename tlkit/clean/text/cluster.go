package text

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/progress"
)

// ErrLimit is the kind of error that says that work would outgrow a limit. Each says which
// and what to do.
var ErrLimit = errors.New("limit exceeded")

// ErrOptions is the kind of error that says that options make no sense.
var ErrOptions = errors.New("options are not possible")

// Value is a string and how often it occurs.
type Value struct {
	Text  string
	Count int
}

// Count are the different strings of texts, in the order in which they first occur, and
// how often each does.
func Count(texts []string) []Value {
	seen := make(map[string]int, len(texts)/2)
	var values []Value
	for _, s := range texts {
		at, ok := seen[s]
		if !ok {
			at = len(values)
			seen[s] = at
			values = append(values, Value{Text: s})
		}
		values[at].Count++
	}
	return values
}

// Method is how strings are found to be most likely the same.
type Method uint8

// The methods. The first five find strings with equal keys, in time proportional to their
// number; the last two find strings that are near one another, also where the slip is at a
// place that no key passes over, and compare many pairs.
const (
	ByFingerprint     Method = iota // equal words in any order: [Fingerprint]
	ByNGram                         // equal pieces of n characters: [NGramFingerprint]
	ByDoubleMetaphone               // sound alike in English: [DoubleMetaphone]
	ByCologne                       // sound alike in German: [Cologne]
	ByDaitchMokotoff                // sound alike in Slavic and Yiddish: [DaitchMokotoff]
	ByLevenshtein                   // few edits apart: [Levenshtein]
	ByJaroWinkler                   // alike, above all at the start: [JaroWinkler]
)

// methodNames are OpenRefine's, where it has the method.
var methodNames = enum.Names{
	Type: "Method",
	List: []string{"fingerprint", "ngram-fingerprint", "double-metaphone", "cologne-phonetic", "daitch-mokotoff", "levenshtein", "jaro-winkler"},
	Err:  fmt.Errorf("text: %w", ErrOptions),
}

// String is the method's name as OpenRefine has it: "fingerprint", "levenshtein", …
func (m Method) String() string { return methodNames.String(uint8(m)) }

// MarshalText writes the method's name.
func (m Method) MarshalText() ([]byte, error) { return methodNames.Marshal(uint8(m)) }

// UnmarshalText reads a method's name.
func (m *Method) UnmarshalText(b []byte) error { return methodNames.Unmarshal(b, (*uint8)(m)) }

// nearest reports whether the method compares pairs.
func (m Method) nearest() bool { return m == ByLevenshtein || m == ByJaroWinkler }

// ClusterOptions say how clusters are found. The zero value is OpenRefine's default:
// equal fingerprints.
type ClusterOptions struct {
	Method Method // the zero value is ByFingerprint

	// NGram is the length of the pieces for ByNGram, in characters. 0 means 2.
	NGram int

	// Key, if not nil, is a key of the caller's own, in place of the Method's: strings with
	// equal keys are clustered. It is called from several goroutines at once.
	Key func(string) string

	// SkipEmpty leaves out the cluster of the strings that have an empty key, such as those
	// of punctuation alone, or those without a Latin letter where the key is phonetic.
	// OpenRefine shows it. A Daitch-Mokotoff key of zeros is empty in this sense.
	SkipEmpty bool

	// Radius is how far apart strings of a cluster may be. 0 means the default: 1 edit for
	// ByLevenshtein, where OpenRefine starts too, and 0.1 for ByJaroWinkler, whose distance
	// is 1 less the similarity.
	Radius float64

	// Block is how many characters in a row two strings must share for ByLevenshtein and
	// ByJaroWinkler to compare them: without ASCII's punctuation and control characters, in
	// lower case. 0 means 6. Strings shorter than that are compared with none; a shorter
	// block finds more, and takes longer.
	Block int

	// MaxPairs bounds the pairs of strings that share a block, each counted for each block
	// they share. 0 means 500 million, which take up to about half a minute on two cores.
	MaxPairs int64

	// MaxLength bounds the length of strings that are compared in pairs, in characters. 0
	// means 1000.
	MaxLength int
}

// The defaults.
const (
	defaultNGram      = 2
	defaultEdits      = 1
	defaultUnlikeness = 0.1
	defaultBlock      = 6
	defaultMaxPairs   = 500_000_000
	defaultMaxLength  = 1000
)

// complete puts defaults where nothing is said, and refuses what is impossible.
func (o ClusterOptions) complete() (ClusterOptions, error) {
	if err := methodNames.Check(uint8(o.Method)); err != nil {
		return o, err
	}
	if !(o.Radius >= 0) || o.NGram < 0 || o.Block < 0 || o.MaxPairs < 0 || o.MaxLength < 0 {
		return o, fmt.Errorf("text: %w: Radius %v, NGram %d, Block %d, MaxPairs %d and MaxLength %d must not be below zero; leave out what should be the default",
			ErrOptions, o.Radius, o.NGram, o.Block, o.MaxPairs, o.MaxLength)
	}
	if o.Radius == 0 && o.Method == ByJaroWinkler {
		o.Radius = defaultUnlikeness
	} else if o.Radius == 0 {
		o.Radius = defaultEdits
	}
	orDefault(&o.NGram, defaultNGram)
	orDefault(&o.Block, defaultBlock)
	orDefault(&o.MaxPairs, defaultMaxPairs)
	orDefault(&o.MaxLength, defaultMaxLength)
	return o, nil
}

func orDefault[T int | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// A Cluster is strings that are most likely the same.
type Cluster struct {
	// Key is what the strings have in common; empty where they were found in pairs.
	Key string

	// Values are the strings, those that occur most often first, at least two.
	Values []Value
}

// Proposal is the string that the others should most likely be: the most frequent, and of
// equally frequent ones the first in the order of Java's strings, as OpenRefine proposes.
func (c Cluster) Proposal() string { return c.Values[0].Text }

// Rows is how often the strings of the cluster occur together.
func (c Cluster) Rows() int {
	n := 0
	for _, v := range c.Values {
		n += v.Count
	}
	return n
}

// Clusters are what FindClusters found: those of most strings first, among equally large
// ones those of most rows.
type Clusters []Cluster

// FindClusters finds strings that are most likely the same: variants of spelling, case,
// accents, punctuation, order of words, and slips. The clusters are OpenRefine 3.9.3's for
// the same method, with two liberties where it leaves the result to chance: clusters of
// one size come in the order of [Clusters], and those found in pairs do not depend on the
// number of processors.
//
// Clusters of equal keys never share a string. Those found in pairs are a string and all
// that are within the radius of it and share a block with it; case does not count, and
// characters are UTF-16 units. A string can be in several of them, for what is near a
// neighbour need not be near.
//
// Of values whose texts are equal the counts are added up; where no count is above zero,
// each stands for itself. The error is ErrLimit, with a [BlockError] where there are too
// many pairs, ErrOptions, or ctx's.
func FindClusters(ctx context.Context, rep progress.Reporter, values []Value, o ClusterOptions) (Clusters, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	values, err = distinct(values)
	if err != nil {
		return nil, err
	}
	var found Clusters
	if o.Key == nil && o.Method.nearest() {
		found, err = neighbours(ctx, progress.Or(rep), values, o)
	} else {
		found, err = collisions(ctx, progress.Or(rep), values, o)
	}
	if err != nil {
		return nil, err
	}
	found.sort()
	return found, nil
}

// distinct adds up the counts of equal texts.
func distinct(values []Value) ([]Value, error) {
	seen := make(map[string]int32, len(values))
	out := make([]Value, 0, len(values))
	counted := false
	for _, v := range values {
		if v.Count < 0 {
			return nil, fmt.Errorf("text: %w: value %.40q occurs %d times; counts are not below zero", ErrOptions, v.Text, v.Count)
		}
		counted = counted || v.Count > 0
		if at, ok := seen[v.Text]; ok {
			out[at].Count += v.Count
			continue
		}
		seen[v.Text] = int32(len(out))
		out = append(out, v)
	}
	for i := range out {
		if !counted {
			out[i].Count = 1
		}
	}
	return out, nil
}

// sort orders the values of each cluster, and the clusters.
func (c Clusters) sort() {
	for _, one := range c {
		slices.SortFunc(one.Values, func(a, b Value) int {
			if a.Count != b.Count {
				return b.Count - a.Count
			}
			return compare(a.Text, b.Text)
		})
	}
	slices.SortStableFunc(c, func(a, b Cluster) int {
		if len(a.Values) != len(b.Values) {
			return len(b.Values) - len(a.Values)
		}
		if x, y := a.Rows(), b.Rows(); x != y {
			return y - x
		}
		return slices.CompareFunc(a.Values, b.Values, func(a, b Value) int { return compare(a.Text, b.Text) })
	})
}
