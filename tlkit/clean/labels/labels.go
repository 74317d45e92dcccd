// Package labels finds items whose label is probably wrong, by confident learning
// (Northcutt, Jiang and Chuang 2021).
//
// It needs, for each item, the probabilities that a model gives the classes – a model that
// has not learnt from the item, or it repeats the label that it was told: [OutOfFold] makes
// such probabilities with any model. An item counts for a class of which the model is at
// least as sure as it is of that class's items on average. Items that count for another
// class than their label's tell how many labels of each class are wrong and what they
// should be; [Find] lists so many suspects, the least credible first.
//
// A suspect is a question to a person and no verdict: look at each before it is changed.
// Numbers are those of cleanlab 2.9.0.
package labels

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// The kinds of errors, for errors.Is.
var (
	ErrInput  = errors.New("labels and probabilities do not fit together")
	ErrMethod = errors.New("no such method")
)

// Predictions are items, their labels, and what a model that did not learn from them says.
type Predictions struct {
	IDs     []string    // n names for people; nil numbers the items from 0
	Labels  []int       // n given labels, from 0
	Prob    [][]float64 // n × k probabilities; rows sum to 1
	Classes []string    // k names
}

// Method is how suspects are chosen.
type Method string

// The methods. Each leaves out items whose label the model itself thinks most likely.
const (
	// ByNoiseRate takes, for each pair of a given and a true class, as many items as are
	// estimated to be so mislabelled: those with the largest margin of true over given.
	ByNoiseRate Method = "noise rate"
	// ByClass takes, of each class, as many items as are estimated to be mislabelled:
	// those that are least like it.
	ByClass Method = "class"
	// Both takes what the two above agree on.
	Both Method = "both"
	// Confident takes every item that counts for another class than its label's.
	Confident Method = "confident"
	// Disagreement takes every item for which the model prefers another class.
	Disagreement Method = "disagreement"
)

// Score is how credible a label is, from 0 to 1.
type Score string

// The scores.
const (
	// SelfConfidence is the probability of the given label.
	SelfConfidence Score = "self-confidence"
	// Margin is the probability of the given label less that of the likeliest other,
	// scaled to 0…1.
	Margin Score = "margin"
	// Entropy weighs how unsure the model is by how little it thinks of the label.
	Entropy Score = "entropy"
)

// Options say how suspects are chosen and ranked. The zero value is [ByNoiseRate] and
// [SelfConfidence].
type Options struct {
	Method Method // which items are suspects
	Score  Score  // by what they are ranked
}

// Suspect is an item whose label is probably wrong.
type Suspect struct {
	Item      int // its position
	ID        string
	Given     int     // the label that it has
	Suggested int     // the class that the model prefers
	Said      float64 // probability of the suggested class
	Score     float64 // how credible the given label is
}

// Report is what was found.
type Report struct {
	Items    int
	Classes  []string
	Suspects []Suspect // least credible first

	// Joint estimates the share of all items that were given label i and are of class j.
	Joint [][]float64
	// Wrong estimates the share of labels that are wrong: 1 less Joint's diagonal.
	Wrong float64

	// Agreed is the share of items of which the given label is the model's likeliest, Common that
	// of the most frequent label. A model that does not agree more often than that knows
	// nothing of the labels, and neither do its suspects.
	Agreed, Common float64

	o Options
}

// Find finds suspects. Every class needs at least one item with its label, or nothing is
// ever taken for it.
func Find(p Predictions, o Options) (*Report, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	o.Method, o.Score = cmp.Or(o.Method, ByNoiseRate), cmp.Or(o.Score, SelfConfidence)
	score, err := scoring(o.Score)
	if err != nil {
		return nil, err
	}
	c := count(p)
	var suspect []bool
	switch o.Method {
	case ByNoiseRate:
		suspect = c.byNoiseRate(p)
	case ByClass:
		suspect = c.byClass(p)
	case Both:
		suspect = c.byNoiseRate(p)
		for i, too := range c.byClass(p) {
			suspect[i] = suspect[i] && too
		}
	case Confident:
		suspect = c.confident
	case Disagreement:
		suspect = slices.Repeat([]bool{true}, len(p.Labels))
	default:
		return nil, fmt.Errorf("labels: %w: %.40q; there are %q", ErrMethod, o.Method, []Method{ByNoiseRate, ByClass, Both, Confident, Disagreement})
	}
	r := &Report{Items: len(p.Labels), Classes: slices.Clone(p.Classes), o: o}
	r.Joint, r.Wrong = c.shares()
	r.Agreed, r.Common = agreement(p)
	for i, yes := range suspect {
		given, best := p.Labels[i], preferred(p.Prob[i], p.Labels[i])
		if !yes || best == given {
			continue
		}
		r.Suspects = append(r.Suspects, Suspect{i, p.id(i), given, best, p.Prob[i][best], score(p.Prob[i], given)})
	}
	slices.SortStableFunc(r.Suspects, func(a, b Suspect) int { return cmp.Compare(a.Score, b.Score) })
	return r, nil
}

// agreement is the share of the labels that the model prefers, and of the most frequent one.
func agreement(p Predictions) (agreed, common float64) {
	n, of := 0, make([]int, len(p.Classes))
	for i, given := range p.Labels {
		of[given]++
		likelier := func(q float64) bool { return q >= p.Prob[i][given] }
		if !slices.ContainsFunc(slices.Delete(slices.Clone(p.Prob[i]), given, given+1), likelier) {
			n++
		}
	}
	all := float64(len(p.Labels))
	return float64(n) / all, float64(slices.Max(of)) / all
}

func (p Predictions) id(i int) string {
	if p.IDs == nil {
		return fmt.Sprint(i)
	}
	return p.IDs[i]
}

func (p Predictions) check() error {
	n, k := len(p.Labels), len(p.Classes)
	if n == 0 || k < 2 || len(p.Prob) != n || p.IDs != nil && len(p.IDs) != n {
		return fmt.Errorf("labels: %w: %d labels, %d rows of probabilities, %d ids, %d classes; give one of each for each item, and 2 classes or more", ErrInput, n, len(p.Prob), len(p.IDs), k)
	}
	for i, row := range p.Prob {
		if p.Labels[i] < 0 || p.Labels[i] >= k || len(row) != k {
			return fmt.Errorf("labels: %w: item %s has label %d and %d probabilities for %d classes", ErrInput, p.id(i), p.Labels[i], len(row), k)
		}
		sum := 0.0
		for _, q := range row {
			if !(q >= 0 && q <= 1+1e-6) {
				return fmt.Errorf("labels: %w: item %s has the probability %v", ErrInput, p.id(i), q)
			}
			sum += q
		}
		if math.Abs(sum-1) > 1e-3 {
			return fmt.Errorf("labels: %w: the probabilities of item %s sum to %v; apply softmax", ErrInput, p.id(i), sum)
		}
	}
	return nil
}

// tie is how much likelier another class must be than the label before it is preferred.
const tie = 1e-6

// preferred is the likeliest class; the given one where none is likelier.
func preferred(row []float64, given int) int {
	best, most := 0, math.Inf(-1)
	for j, q := range row {
		if j == given {
			q += tie
		}
		if q > most {
			best, most = j, q
		}
	}
	return best
}

// scoring gives the function that says how credible a label is.
func scoring(s Score) (func(row []float64, given int) float64, error) {
	switch s {
	case SelfConfidence:
		return func(row []float64, given int) float64 { return row[given] }, nil
	case Margin:
		return func(row []float64, given int) float64 {
			other := math.Inf(-1)
			for j, q := range row {
				if j != given {
					other = max(other, q)
				}
			}
			return (row[given] - other + 1) / 2
		}, nil
	case Entropy:
		return func(row []float64, given int) float64 {
			const least = 1e-6 // keeps the quotient finite
			h := 0.0
			for _, q := range row {
				if q > 0 {
					h -= q * math.Log(q)
				}
			}
			x := h / math.Log(float64(len(row))) / max(row[given], least)
			return math.Log1p(x) / max(x, least)
		}, nil
	}
	return nil, fmt.Errorf("labels: %w: score %.40q; there are %q", ErrMethod, s, []Score{SelfConfidence, Margin, Entropy})
}
