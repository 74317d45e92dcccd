package feature

import (
	"context"
	"math"

	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/internal/enum"
)

// Metric is what predictions are judged by.
type Metric uint8

// The metrics. More is better.
const (
	UsualMetric Metric = iota // Accuracy for classes, R2 for numbers
	Accuracy                  // the share of rows whose class is right
	MacroF1                   // the mean F1 of the classes that occur
	MacroRecall               // the mean recall of the classes that occur
	R2                        // 1 − squared error / variance; below 0 is worse than the mean
)

var metricNames = enum.Names{Type: "Metric", List: []string{"usual", "accuracy", "macro F1", "macro recall", "R²"}, Err: errOption}

// String is the metric's name.
func (m Metric) String() string { return metricNames.String(uint8(m)) }

// MarshalText writes the name.
func (m Metric) MarshalText() ([]byte, error) { return metricNames.Marshal(uint8(m)) }

// UnmarshalText reads the name.
func (m *Metric) UnmarshalText(b []byte) error { return metricNames.Unmarshal(b, (*uint8)(m)) }

// check finds the metric for a target; the usual one is resolved.
func (m Metric) check(classes bool) (Metric, error) {
	if err := metricNames.Check(uint8(m)); err != nil {
		return m, err
	}
	switch {
	case m == UsualMetric && classes:
		return Accuracy, nil
	case m == UsualMetric:
		return R2, nil
	case classes && m == R2:
		return m, optionf("R² is for a target of numbers, and this one names classes; take Accuracy, MacroF1 or MacroRecall")
	case !classes && m != R2:
		return m, optionf("%v is for a target that names classes, and this one has numbers; take R2", m)
	}
	return m, nil
}

// counting adds up what a metric is made of, so that sums over parts of the rows are
// enough to know it of any of them together, as a bootstrap needs.
type counting struct {
	metric  Metric
	classes int
	centre  float64 // near the target's mean, so that squares keep their digits
}

// count is the counting of a trial's rows.
func (t *trial) count(by Metric) counting {
	c := counting{metric: by, classes: len(t.names)}
	if t.classifier == nil {
		c.centre = mean(t.y)
	}
	return c
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// width is how many sums there are: rows, squared errors, target, squared target for
// numbers; hits, predicted, true rows of each class for classes.
func (c counting) width() int {
	if c.metric == R2 {
		return 4
	}
	return 3 * c.classes
}

func (c counting) number(sums []float64, truth, predicted float64) {
	e, y := predicted-truth, truth-c.centre
	sums[0]++
	sums[1] += e * e
	sums[2] += y
	sums[3] += y * y
}

func (c counting) class(sums []float64, truth, predicted int) {
	if truth == predicted {
		sums[truth]++
	}
	sums[c.classes+predicted]++
	sums[2*c.classes+truth]++
}

// score is the metric of sums. Where it has no denominator it is as in scikit-learn, NaN
// for R² of one row.
func (c counting) score(sums []float64) float64 {
	if c.metric == R2 {
		n, sse := sums[0], sums[1]
		if n < 2 {
			return math.NaN()
		}
		total := sums[3] - sums[2]*sums[2]/n
		switch {
		case total > sums[3]*eps*8:
			return 1 - sse/total
		case sse == 0:
			return 1
		}
		return 0
	}
	hits, taken, support := sums[:c.classes], sums[c.classes:2*c.classes], sums[2*c.classes:]
	total, n, seen := 0.0, 0.0, 0.0
	for k := range hits {
		switch c.metric {
		case Accuracy:
			total += hits[k]
			n += support[k]
		case MacroRecall:
			if support[k] > 0 {
				total += hits[k] / support[k]
				n++
			}
		default:
			if seen = taken[k] + support[k]; seen > 0 {
				total += 2 * hits[k] / seen
				n++
			}
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return total / n
}

// rmse is the root of the mean squared error of sums.
func (c counting) rmse(sums []float64) float64 { return math.Sqrt(sums[1] / sums[0]) }

// blocks is how many blocks of neighbouring rows a bootstrap draws at most.
const bootBlocks = 400

// bootRounds is how often it draws.
const bootRounds = 1000

// blocksOf adds up what is counted of each block of rows: blocks × width.
func blocksOf(n, width int, add func(sums []float64, i int)) [][]float64 {
	b := min(n, bootBlocks)
	out := make([][]float64, b)
	for k := range out {
		out[k] = make([]float64, width)
	}
	for i := range n {
		add(out[i*b/n], i)
	}
	return out
}

// bootstrap gives a function of the summed blocks its 95 % interval.
func bootstrap(ctx context.Context, blocks [][]float64, seed uint64, f func(sums []float64) float64) (evaluate.Interval, error) {
	sums := make([]float64, len(blocks[0]))
	last := math.NaN()
	out, err := evaluate.Bootstrap(len(blocks), bootRounds, seed, func(index []int) float64 {
		if ctx.Err() != nil {
			return 0
		}
		clear(sums)
		for _, b := range index {
			for k, v := range blocks[b] {
				sums[k] += v
			}
		}
		if v := f(sums); !math.IsNaN(v) {
			last = v
		}
		return last // a draw that the number cannot be told of counts as the one before
	})
	if err == nil {
		err = ctx.Err()
	}
	return out, err
}
