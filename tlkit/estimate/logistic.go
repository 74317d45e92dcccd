package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// Logistic is logistic regression with a penalty on the coefficients: it minimises
//
//	C·Σᵢ −ln p(labelᵢ) + L1Ratio·‖W‖₁ + ½·(1 − L1Ratio)·‖W‖²
//
// where p is the logistic function of one score for two classes, and the softmax of a
// score for each class for more (multinomial). The intercepts are not penalised. That is
// scikit-learn's LogisticRegression.
//
// It is solved by Newton's method: each round solves for the step, and halves it until the
// objective falls. Up to 3 000 coefficients the step is computed from the matrix of second
// derivatives, and beyond by conjugate gradients (Nash 2000). With a penalty on absolute
// values the step is that of the proximal method (Lee, Sun and Saunders 2014), found by
// coordinate descent as in [ElasticNet], among the features that are not 0 or should not
// be. Of many rows a part is looked at first, to begin the rounds near the end. The rounds
// end when no coefficient moves by more than Tolerance times the largest one; as the
// method converges quadratically, the coefficients are then good to many more digits.
// What features of very different scales cost is rounds: bring them to similar ones first.
type Logistic struct {
	// C is the weight of the data against the penalty. 0 means 1.
	C float64 `json:"c,omitempty"`
	// L1Ratio is the share of absolute values in the penalty, which make coefficients 0.
	// 0 means none, 1 nothing else.
	L1Ratio float64 `json:"l1Ratio,omitempty"`
	// Balanced lets each class count the same, whatever the number of its rows: a row
	// counts n/(k·rows of its class), as with scikit-learn's class_weight="balanced".
	Balanced bool `json:"balanced,omitempty"`
	// Rounds is the most rounds of Newton's method. 0 means 100.
	Rounds int `json:"rounds,omitempty"`
	// Tolerance ends the rounds. 0 means 1e-8.
	Tolerance float64 `json:"tolerance,omitempty"`
	// NoIntercept leaves the intercepts out.
	NoIntercept bool `json:"noIntercept,omitempty"`
}

// LogisticModel is a fitted [Logistic]: for two classes one row of coefficients, which
// speaks for the second class, for k > 2 classes k rows.
type LogisticModel struct {
	Labels    []string    `json:"classes"`   // sorted
	Coef      [][]float64 `json:"coef"`      // 1 or k rows, one number a feature
	Intercept []float64   `json:"intercept"` // 1 or k
	Rounds    int         `json:"rounds"`    // rounds that were done
	Converged bool        `json:"converged"` // before the rounds were used up
}

// Fit gives a [*LogisticModel]. It needs two classes at least. Its cost is some ten rounds
// of n·(p·k)² multiplications, and with conjugate gradients some dozens of passes over
// n·p·k numbers.
func (o Logistic) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, labels []string) (Classification, error) {
	o, err := o.defaults()
	if err != nil {
		return nil, err
	}
	g, err := input(x)
	if err != nil {
		return nil, err
	}
	classes, y, err := classesOf(labels, g.Rows)
	if err != nil {
		return nil, err
	}
	if len(classes) < 2 {
		return nil, fmt.Errorf("estimate: %w: all %d rows are of the class %.40q, and logistic regression needs two; add rows of another class", ErrEmpty, g.Rows, classes[0])
	}
	f, err := o.minimum(ctx, progress.Or(rep), g, y, len(classes))
	if err != nil {
		return nil, err
	}
	m := &LogisticModel{Labels: classes, Rounds: f.rounds, Converged: f.converged}
	width := g.Cols + 1
	for c := range len(f.w) / width {
		coef := slices.Clone(f.w[c*width : c*width+g.Cols])
		m.Coef = append(m.Coef, coef)
		m.Intercept = append(m.Intercept, f.w[c*width+g.Cols]-floats.Dot(coef, f.mean))
	}
	return m, m.check()
}

func (o Logistic) defaults() (Logistic, error) {
	if !finite(o.C, o.Tolerance) || o.C < 0 || o.Rounds < 0 || o.Tolerance < 0 || !(o.L1Ratio >= 0 && o.L1Ratio <= 1) {
		return o, fmt.Errorf("estimate: %w: Logistic has C %v, ratio %v, %d rounds and tolerance %v; none is below 0, the ratio is at most 1, all finite", ErrOption, o.C, o.L1Ratio, o.Rounds, o.Tolerance)
	}
	if o.C == 0 {
		o.C = 1
	}
	if o.Rounds == 0 {
		o.Rounds = 100
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-8
	}
	return o, nil
}

// fitted is coefficients and an intercept for each class, those of features less their
// means.
type fitted struct {
	w, mean   []float64
	rounds    int
	converged bool
}

const (
	// mostDense is up to how many coefficients the matrix of second derivatives is used.
	mostDense = 3000
	// fewSparse is up to how many coefficients, of which many will be 0, all are looked at
	// in each round.
	fewSparse = 1000
)

func (o Logistic) minimum(ctx context.Context, rep progress.Reporter, x blas64.General, y []int, classes int) (fitted, error) {
	weights := o.weights(y, classes)
	k := classes
	if classes == 2 {
		k = 1
	}
	if o.L1Ratio == 0 && k*(x.Cols+1) > mostDense {
		l := newLogit(x, y, classes, o)
		l.weights = weights
		w, rounds, converged, err := l.minimise(ctx, rep, o)
		if err != nil {
			return fitted{}, err
		}
		l.level(w)
		return fitted{w, l.mean, rounds, converged}, nil
	}
	return o.newton(ctx, rep, x, y, k, weights)
}

// weights are what a row of each class counts.
func (o Logistic) weights(y []int, classes int) []float64 {
	out := make([]float64, classes)
	for _, c := range y {
		out[c]++
	}
	for c := range out {
		if o.Balanced {
			out[c] = float64(len(y)) / (float64(classes) * out[c])
		} else {
			out[c] = 1
		}
	}
	return out
}

func (m *LogisticModel) check() error {
	k := len(m.Labels)
	if k == 2 {
		k = 1
	}
	if len(m.Labels) < 2 || len(m.Coef) != k || len(m.Intercept) != k || len(m.Coef[0]) == 0 {
		return fmt.Errorf("estimate: %w: %d classes with %d rows of coefficients and %d intercepts", ErrModel, len(m.Labels), len(m.Coef), len(m.Intercept))
	}
	for i := 1; i < len(m.Labels); i++ {
		if m.Labels[i-1] >= m.Labels[i] {
			return fmt.Errorf("estimate: %w: the classes are not sorted and different", ErrModel)
		}
	}
	for _, c := range m.Coef {
		if len(c) != len(m.Coef[0]) {
			return fmt.Errorf("estimate: %w: rows of %d and %d coefficients", ErrModel, len(m.Coef[0]), len(c))
		}
		if !finite(c...) || !finite(m.Intercept...) {
			return fmt.Errorf("estimate: %w: a coefficient is not finite; bring the features to similar scales first", ErrNumber)
		}
	}
	return nil
}

// Features is the number of features.
func (m *LogisticModel) Features() int {
	if len(m.Coef) == 0 {
		return 0
	}
	return len(m.Coef[0])
}

// Classes are the labels that Fit saw, sorted.
func (m *LogisticModel) Classes() []string { return slices.Clone(m.Labels) }

// Proba gives each row of x the probabilities of the classes.
func (m *LogisticModel) Proba(ctx context.Context, _ progress.Reporter, x mat.Matrix) ([][]float64, error) {
	g, err := fitting(x, m.Features())
	if err != nil {
		return nil, err
	}
	out := make([][]float64, g.Rows)
	err = parallel.Chunks(ctx, g.Rows, 1024, func(_, low, high int) {
		for i := low; i < high; i++ {
			scores := make([]float64, len(m.Labels))
			for c := range m.Coef {
				scores[c] = floats.Dot(row(g, i), m.Coef[c]) + m.Intercept[c]
			}
			if len(m.Coef) == 1 {
				scores[0], scores[1] = 0, scores[0]
			}
			softmax(scores)
			out[i] = scores
		}
	})
	return out, err
}

// softmax replaces scores by probabilities and gives ln Σ exp(score).
func softmax(scores []float64) float64 {
	most := floats.Max(scores)
	sum := 0.0
	for c, s := range scores {
		scores[c] = math.Exp(s - most)
		sum += scores[c]
	}
	floats.Scale(1/sum, scores)
	return most + math.Log(sum)
}
