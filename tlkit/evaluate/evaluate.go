// Package evaluate judges predictions: how often they are right, with the uncertainty of
// that, class by class, and whether one model is really better than another.
//
// It takes plain slices. Labels are positions in a list of classes, probabilities are one
// row an item and one column a class. What scikit-learn defines is computed as there
// (version 1.9); where a ratio has no denominator it is 0, which is scikit-learn's
// zero_division=0.
package evaluate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// The kinds of errors, for errors.Is.
var (
	ErrEmpty       = errors.New("nothing to evaluate")
	ErrLength      = errors.New("lengths differ")
	ErrClass       = errors.New("no such class")
	ErrProbability = errors.New("not a probability")
	ErrSpread      = errors.New("no spread to judge by")
	ErrNumber      = errors.New("not a finite number")
)

// Predictions are what a model said of n items, and the truth.
type Predictions struct {
	IDs     []string    // names of the items; nil: their positions
	Labels  []int       // the truth, n positions in Classes
	Prob    [][]float64 // n rows of len(Classes) probabilities; each row sums to 1
	Classes []string
}

// Interval is a value with its 95 % interval.
type Interval struct {
	Value, Low, High float64
}

func (i Interval) String() string { return fmt.Sprintf("%.3f (%.3f – %.3f)", i.Value, i.Low, i.High) }

// ClassScore is how well one class is found.
type ClassScore struct {
	Name      string
	Precision float64 // of what was taken for it, the share that is it
	Recall    float64 // of what is it, the share that was taken for it
	F1        float64 // harmonic mean of the two
	Support   int     // items of the class
}

// Report is what predictions are worth.
type Report struct {
	N         int
	Accuracy  Interval // with Wilson's interval
	Balanced  float64  // mean recall of the classes that occur
	Classes   []ClassScore
	Macro     ClassScore // plain mean over the classes that occur in truth or prediction
	Weighted  ClassScore // mean weighted by support
	Confusion [][]int    // [truth][predicted]
	LogLoss   float64    // mean of -ln p(truth), p clipped to at least 2⁻⁵²
	Brier     float64    // mean squared distance of the row from the truth, 0…2 (Brier 1950)
	ECE       float64    // expected calibration error over 15 equal bins of confidence (Naeini et al. 2015)

	mistakes []Mistake
}

// Mistake is an item that was taken for another class.
type Mistake struct {
	ID         string
	Index      int     // position in the predictions
	Label      int     // the truth
	Predicted  int     // the most probable class
	Confidence float64 // its probability
	Truth      float64 // the probability of the truth
}

// New evaluates predictions.
func New(p Predictions) (*Report, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	n, k := len(p.Labels), len(p.Classes)
	predicted := Argmax(p.Prob)
	m, err := Confusion(p.Labels, predicted, k)
	if err != nil {
		return nil, err
	}
	r := &Report{N: n, Confusion: m}
	hits := 0
	for c := range k {
		hits += m[c][c]
	}
	r.Accuracy = Wilson(hits, n)
	r.classScores(p.Classes)
	for i, row := range p.Prob {
		truth := p.Labels[i]
		r.LogLoss -= math.Log(math.Min(math.Max(row[truth], epsilon), 1)) / float64(n)
		for c, q := range row {
			d := q
			if c == truth {
				d--
			}
			r.Brier += d * d / float64(n)
		}
		if predicted[i] != truth {
			r.mistakes = append(r.mistakes, Mistake{p.id(i), i, truth, predicted[i], row[predicted[i]], row[truth]})
		}
	}
	r.ECE = calibration(p.Prob, p.Labels, predicted)
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int { return cmp.Compare(a.Truth, b.Truth) })
	return r, nil
}

// epsilon is float64's, at which scikit-learn clips probabilities.
const epsilon = 0x1p-52

func (p Predictions) id(i int) string {
	if p.IDs == nil {
		return fmt.Sprint(i)
	}
	return p.IDs[i]
}

func (p Predictions) check() error {
	n, k := len(p.Labels), len(p.Classes)
	switch {
	case n == 0 || k == 0:
		return fmt.Errorf("evaluate: %w: %d items, %d classes", ErrEmpty, n, k)
	case len(p.Prob) != n:
		return fmt.Errorf("evaluate: %w: %d labels, %d rows of probabilities", ErrLength, n, len(p.Prob))
	case p.IDs != nil && len(p.IDs) != n:
		return fmt.Errorf("evaluate: %w: %d labels, %d ids", ErrLength, n, len(p.IDs))
	}
	for i, row := range p.Prob {
		if c := p.Labels[i]; c < 0 || c >= k {
			return fmt.Errorf("evaluate: %w: item %s has label %d of %d classes", ErrClass, p.id(i), c, k)
		}
		if len(row) != k {
			return fmt.Errorf("evaluate: %w: item %s has %d probabilities for %d classes", ErrLength, p.id(i), len(row), k)
		}
		sum := 0.0
		for _, q := range row {
			if !(q >= 0 && q <= 1+1e-6) {
				return fmt.Errorf("evaluate: %w: item %s has %v; did the training diverge?", ErrProbability, p.id(i), q)
			}
			sum += q
		}
		if math.Abs(sum-1) > 1e-3 {
			return fmt.Errorf("evaluate: %w: the row of item %s sums to %v; apply softmax", ErrProbability, p.id(i), sum)
		}
	}
	return nil
}

// Argmax is the most probable class of each row, the first of equals.
func Argmax(prob [][]float64) []int {
	out := make([]int, len(prob))
	for i, row := range prob {
		for c, q := range row {
			if q > row[out[i]] {
				out[i] = c
			}
		}
	}
	return out
}

// Confusion counts: row truth, column prediction, k×k.
func Confusion(labels, predicted []int, k int) ([][]int, error) {
	if len(labels) != len(predicted) {
		return nil, fmt.Errorf("evaluate: %w: %d labels, %d predictions", ErrLength, len(labels), len(predicted))
	}
	flat := make([]int, k*k)
	for i, t := range labels {
		q := predicted[i]
		if t < 0 || t >= k || q < 0 || q >= k {
			return nil, fmt.Errorf("evaluate: %w: item %d is %d, predicted %d, of %d classes", ErrClass, i, t, q, k)
		}
		flat[t*k+q]++
	}
	m := make([][]int, k)
	for c := range m {
		m[c] = flat[c*k : (c+1)*k : (c+1)*k]
	}
	return m, nil
}

// classScores fills what follows from the confusion matrix.
func (r *Report) classScores(names []string) {
	ratio := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	r.Macro.Name, r.Weighted.Name = "macro average", "weighted average"
	seen, occur := 0, 0
	for c, name := range names {
		taken := 0
		support := 0
		for o := range names {
			taken += r.Confusion[o][c]
			support += r.Confusion[c][o]
		}
		hit := r.Confusion[c][c]
		s := ClassScore{Name: name, Precision: ratio(hit, taken), Recall: ratio(hit, support), F1: ratio(2*hit, taken+support), Support: support}
		r.Classes = append(r.Classes, s)
		if support > 0 {
			occur++
			r.Balanced += s.Recall
		}
		if support+taken > 0 {
			seen++
			r.Macro.Precision += s.Precision
			r.Macro.Recall += s.Recall
			r.Macro.F1 += s.F1
		}
		w := float64(support) / float64(r.N)
		r.Weighted.Precision += w * s.Precision
		r.Weighted.Recall += w * s.Recall
		r.Weighted.F1 += w * s.F1
	}
	r.Balanced /= float64(occur)
	r.Macro.Precision /= float64(seen)
	r.Macro.Recall /= float64(seen)
	r.Macro.F1 /= float64(seen)
	r.Macro.Support, r.Weighted.Support = r.N, r.N
}

// bins of calibration's confidence.
const bins = 15

// calibration is the mean distance between confidence and accuracy, over bins (a, b].
func calibration(prob [][]float64, labels, predicted []int) float64 {
	var count, hits [bins]int
	var sum [bins]float64
	for i, row := range prob {
		q := row[predicted[i]]
		b := min(bins-1, max(0, int(math.Ceil(q*bins))-1))
		count[b]++
		sum[b] += q
		if predicted[i] == labels[i] {
			hits[b]++
		}
	}
	e := 0.0
	for b, c := range count {
		if c > 0 {
			e += math.Abs(float64(hits[b])-sum[b]) / float64(len(labels))
		}
	}
	return e
}

// Worst gives the n mistakes that gave the truth the least probability, worst first.
func (r *Report) Worst(n int) []Mistake {
	return slices.Clone(r.mistakes[:min(max(n, 0), len(r.mistakes))])
}

// Mistakes is the number of items that were taken for another class.
func (r *Report) Mistakes() int { return len(r.mistakes) }

// TopK is the share of items whose truth is among the k most probable classes; of equals,
// those with the lower position come first.
func TopK(prob [][]float64, labels []int, k int) (float64, error) {
	if len(prob) != len(labels) || len(labels) == 0 {
		return 0, fmt.Errorf("evaluate: %w: %d labels, %d rows", ErrLength, len(labels), len(prob))
	}
	if k < 1 {
		return 0, fmt.Errorf("evaluate: %w: the first %d classes; give 1 or more", ErrClass, k)
	}
	hits := 0
	for i, row := range prob {
		t := labels[i]
		if slices.ContainsFunc(row, math.IsNaN) {
			return 0, fmt.Errorf("evaluate: %w: item %d has NaN among its probabilities", ErrProbability, i)
		}
		if t < 0 || t >= len(row) {
			return 0, fmt.Errorf("evaluate: %w: item %d has label %d of %d", ErrClass, i, t, len(row))
		}
		before := 0
		for c, q := range row {
			if q > row[t] || q == row[t] && c < t {
				before++
			}
		}
		if before < k {
			hits++
		}
	}
	return float64(hits) / float64(len(labels)), nil
}
