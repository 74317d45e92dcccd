package evaluate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// z95 is the 97.5 % point of the normal distribution.
const z95 = 1.959963984540054

// Wilson is a share with its 95 % score interval (Wilson 1927): it stays within 0…1 and
// holds for few items. Of no items it is 0 with the interval 0…1; hits outside 0…n count
// as the nearest of these.
func Wilson(hits, n int) Interval {
	if n <= 0 {
		return Interval{0, 0, 1}
	}
	hits = min(max(hits, 0), n)
	p, m := float64(hits)/float64(n), float64(n)
	mid := (p + z95*z95/(2*m)) / (1 + z95*z95/m)
	half := z95 / (1 + z95*z95/m) * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	return Interval{p, max(mid-half, 0), min(mid+half, 1)}
}

// Bootstrap gives any metric of n items its 95 % percentile interval (Efron 1979): metric
// takes positions, some more than once, and is asked rounds times; 0 means 2000.
func Bootstrap(n, rounds int, seed uint64, metric func(index []int) float64) (Interval, error) {
	if n < 1 || rounds < 0 {
		return Interval{}, fmt.Errorf("evaluate: %w: %d items, %d rounds", ErrEmpty, n, rounds)
	}
	if rounds == 0 {
		rounds = 2000
	}
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	out := Interval{Value: metric(index)}
	rng := rand.New(rand.NewPCG(seed, 0xb007))
	values := make([]float64, rounds)
	for r := range values {
		for i := range index {
			index[i] = rng.IntN(n)
		}
		values[r] = metric(index)
	}
	slices.Sort(values)
	out.Low, out.High = quantile(values, 0.025), quantile(values, 0.975)
	return out, nil
}

// quantile is the linear one between the two nearest of sorted values, as numpy's default.
func quantile(v []float64, q float64) float64 {
	at := q * float64(len(v)-1)
	i := int(at)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}

// Comparison says whether one of two models is better.
type Comparison struct {
	Test       string   // the name of the test
	Items      int      // items or folds that were compared
	Difference Interval // of A minus B, in accuracy
	P          float64  // two-sided
	OnlyA      int      // items that only A got right; McNemar's test
	OnlyB      int      // items that only B got right; McNemar's test
	ChiSquare  float64  // McNemar's, with continuity correction; 0 where they never differ
}

// Words say which is better, by how much, or that the data cannot tell.
func (c Comparison) Words(a, b string) string {
	d := fmt.Sprintf("%+.1f points (95 %% interval %+.1f to %+.1f, p = %.2g, %s)",
		100*c.Difference.Value, 100*c.Difference.Low, 100*c.Difference.High, c.P, c.Test)
	switch {
	case !(c.P < 0.05):
		return fmt.Sprintf("The data cannot tell %s and %s apart: %s.", a, b, d)
	case c.Difference.Value > 0:
		return fmt.Sprintf("%s is better than %s: %s.", a, b, d)
	}
	return fmt.Sprintf("%s is worse than %s: %s.", a, b, d)
}

// McNemar compares two models on the same items by those that only one of them got right
// (McNemar 1947): the exact binomial test, as statsmodels' mcnemar(exact=True), and the
// chi-square with continuity correction. Pool out-of-fold predictions before: a paired
// t-test over folds finds differences that are not there, since folds share training items.
//
// The interval of the difference is Wald's with Agresti and Min's correction (2005).
func McNemar(labels, a, b []int) (Comparison, error) {
	if len(labels) != len(a) || len(labels) != len(b) {
		return Comparison{}, fmt.Errorf("evaluate: %w: %d labels, %d and %d predictions", ErrLength, len(labels), len(a), len(b))
	}
	if len(labels) == 0 {
		return Comparison{}, fmt.Errorf("evaluate: %w: no items to compare on", ErrEmpty)
	}
	c := Comparison{Test: "McNemar's exact test", Items: len(labels)}
	for i, t := range labels {
		switch {
		case a[i] == t && b[i] != t:
			c.OnlyA++
		case b[i] == t && a[i] != t:
			c.OnlyB++
		}
	}
	n := c.OnlyA + c.OnlyB
	c.P = 1
	if n > 0 {
		low := distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(min(c.OnlyA, c.OnlyB)))
		c.P = min(2*low, 1)
		gap := math.Abs(float64(c.OnlyA-c.OnlyB)) - 1 // squared also where it is -1, as statsmodels does
		c.ChiSquare = gap * gap / float64(n)
	}
	m := float64(len(labels))
	c.Difference.Value = float64(c.OnlyA-c.OnlyB) / m
	x, y, k := float64(c.OnlyA)+0.5, float64(c.OnlyB)+0.5, m+2
	mid := (x - y) / k
	half := z95 * math.Sqrt((x+y)-(x-y)*(x-y)/k) / k
	c.Difference.Low, c.Difference.High = max(mid-half, -1), min(mid+half, 1)
	return c, nil
}

// CorrectedT compares two models by their scores on the same k folds or repeated splits,
// with the variance corrected for shared training items (Nadeau and Bengio 2003): share is
// test items divided by training items of a split. Where all differ by the same amount
// there is no spread to judge by: [ErrSpread].
func CorrectedT(a, b []float64, share float64) (Comparison, error) {
	if len(a) != len(b) {
		return Comparison{}, fmt.Errorf("evaluate: %w: %d and %d scores", ErrLength, len(a), len(b))
	}
	k := float64(len(a))
	if len(a) < 2 || !(share > 0) {
		return Comparison{}, fmt.Errorf("evaluate: %w: %d scores and a share of %v; at least 2 scores and a share above 0", ErrEmpty, len(a), share)
	}
	mean, ss := 0.0, 0.0
	for i := range a {
		mean += (a[i] - b[i]) / k
	}
	for i := range a {
		d := a[i] - b[i] - mean
		ss += d * d
	}
	c := Comparison{Test: "Nadeau and Bengio's corrected t-test", Items: len(a)}
	se := math.Sqrt((1/k + share) * ss / (k - 1))
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}
	switch {
	case math.IsNaN(mean) || math.IsInf(mean, 0):
		return Comparison{}, fmt.Errorf("evaluate: %w: a score is not finite", ErrProbability)
	case se > 1e-12*math.Abs(mean): // less is rounding
		c.P = 2 * t.Survival(math.Abs(mean)/se)
	case mean == 0:
		c.P = 1
	default:
		return Comparison{}, fmt.Errorf("evaluate: %w: all %d differ by %v; compare on more folds, or by items with McNemar", ErrSpread, len(a), mean)
	}
	half := t.Quantile(0.975) * se
	c.Difference = Interval{mean, mean - half, mean + half}
	return c, nil
}
