package score

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"transferlab/tlkit/progress"
)

// MutualOptions says how mutual information is estimated. The zero value is scikit-learn's
// default.
type MutualOptions struct {
	// Neighbors is how many nearest neighbours say how dense the data are around a row.
	// More make the estimate steadier and more biased. 0 means 3.
	Neighbors int `json:"neighbors,omitempty"`
	// Discrete says for each column whether its numbers are names of categories, or so few
	// that they repeat. nil: none is discrete. A continuous column taken for a discrete one
	// has a mutual information that is far too high, the other way round one that is wrong.
	Discrete []bool `json:"discrete,omitempty"`
	// Seed is for the noise that tells equal numbers of continuous columns apart.
	Seed uint64 `json:"seed,omitempty"`
}

func (o MutualOptions) check(p int) (MutualOptions, error) {
	if o.Neighbors < 0 {
		return o, fmt.Errorf("score: %w: MutualOptions.Neighbors is %d; give 1 or more", ErrOption, o.Neighbors)
	}
	if o.Neighbors == 0 {
		o.Neighbors = 3
	}
	if o.Discrete != nil && len(o.Discrete) != p {
		return o, fmt.Errorf("score: %w: MutualOptions.Discrete has %d entries for %d columns", ErrShape, len(o.Discrete), p)
	}
	if o.Discrete == nil {
		o.Discrete = make([]bool, p)
	}
	return o, nil
}

// MutualInformationClasses estimates, in nats, how much each column tells about the
// class, by whatever dependence: 0 where it tells nothing, at most the entropy of the
// classes. Continuous columns are estimated from the distances to the nearest rows of the
// same class (Ross 2014, "Mutual information between discrete and continuous data sets"),
// discrete ones from the table of counts. It is scikit-learn's mutual_info_classif.
//
// A continuous column is divided by its deviation, and each number gets normal noise of
// 1e-10 times the mean size, or 1e-10 if that is more: numbers that repeat have no
// distances else. So the estimate of a column of repeated numbers depends on the seed;
// that of other columns practically does not. (scikit-learn leaves columns with a
// deviation below 2e-15 undivided, so that the noise is all that is left of them; here
// they are divided as well, and a constant column tells exactly 0.) Rows that are alone in
// their class do not count.
func MutualInformationClasses(ctx context.Context, rep progress.Reporter, columns [][]float64, classes []int, o MutualOptions) (Result, error) {
	l, err := newLabels(columns, classes)
	if err != nil {
		return Result{}, err
	}
	if o, err = o.check(len(columns)); err != nil {
		return Result{}, err
	}
	if err := allFinite(ctx, columns); err != nil {
		return Result{}, err
	}
	psi := digammas(len(l.of))
	return estimates(ctx, rep, columns, func(w *mutual, j int) (float64, error) {
		if o.Discrete[j] {
			w.sort(columns[j])
			return w.contingency(l), nil
		}
		if constant, err := w.noisy(columns[j], j, o.Seed); constant || err != nil {
			return 0, err
		}
		w.sort(w.noise)
		return w.ross(ctx, &w.sorter, l, o.Neighbors, psi)
	})
}

// MutualInformation estimates, in nats, how much each column tells about the numbers y, by
// whatever dependence: 0 where it tells nothing, without an upper bound. Continuous columns
// are estimated from the distances to the nearest rows in the plane of column and y (the
// first estimator of Kraskov, Stögbauer and Grassberger 2004), discrete ones as in
// [MutualInformationClasses] with the parts of column and target exchanged. It is
// scikit-learn's mutual_info_regression. y is divided by its deviation and gets noise as
// the columns do; where it is constant, all columns tell 0.
//
// With continuous columns there have to be more rows than Neighbors.
func MutualInformation(ctx context.Context, rep progress.Reporter, columns [][]float64, y []float64, o MutualOptions) (Result, error) {
	if err := numbers(columns, y); err != nil {
		return Result{}, err
	}
	o, err := o.check(len(columns))
	if err != nil {
		return Result{}, err
	}
	for j, discrete := range o.Discrete {
		if !discrete && o.Neighbors >= len(y) {
			return Result{}, fmt.Errorf("score: %w: column %d: %d neighbours among %d rows; MutualOptions.Neighbors has to be less than the rows", ErrOption, j, o.Neighbors, len(y))
		}
	}
	var target mutual
	constant, err := target.noisy(y, -1, o.Seed)
	if err != nil {
		return Result{}, err
	}
	if err := allFinite(ctx, columns); err != nil {
		return Result{}, err
	}
	if constant {
		return Result{Score: make([]float64, len(columns))}, nil
	}
	target.sort(target.noise)
	psi := digammas(len(y))
	return estimates(ctx, rep, columns, func(w *mutual, j int) (float64, error) {
		if o.Discrete[j] {
			w.sort(columns[j])
			return w.ross(ctx, &target.sorter, w.categories(), o.Neighbors, psi)
		}
		if constant, err := w.noisy(columns[j], j, o.Seed); constant || err != nil {
			return 0, err
		}
		w.sort(w.noise)
		return w.kraskov(ctx, &target, o.Neighbors, psi)
	})
}

// A mutual is the memory that one column at a time is estimated in: some six columns for
// classes, twelve for numbers.
type mutual struct {
	sorter
	noise  []float64 // the column, scaled and with noise
	values []float64
	at     []int32
	tree   plane
}

func estimates(ctx context.Context, rep progress.Reporter, columns [][]float64, f func(w *mutual, j int) (float64, error)) (Result, error) {
	pool := sync.Pool{New: func() any { return new(mutual) }}
	out := Result{Score: make([]float64, len(columns))}
	err := each(ctx, rep, "mutual information", len(columns), func(j int) error {
		w := pool.Get().(*mutual)
		defer pool.Put(w)
		v, err := f(w, j)
		out.Score[j] = max(v, 0) // below 0 it is an error of the estimate
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}

// noisy makes noise from v, unless v is constant. Each column has a stream of chance of its
// own.
func (w *mutual) noisy(v []float64, column int, seed uint64) (constant bool, err error) {
	c, err := centreOf(v, column)
	if err != nil || c.squares == 0 {
		return true, err
	}
	w.noise = sized(w.noise, len(v))
	deviation := math.Sqrt(c.squares / float64(len(v)))
	sum := 0.0
	for i, x := range v {
		x = c.scale * x / deviation
		w.noise[i] = x
		sum += math.Abs(x)
	}
	size := 1e-10 * max(1, sum/float64(len(v)))
	rng := rand.New(rand.NewPCG(seed, uint64(column+1)))
	for i := range w.noise {
		w.noise[i] += size * rng.NormFloat64()
	}
	return false, nil
}

func sized[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}

// categories numbers the equal numbers that were sorted.
func (s *sorter) categories() labels {
	l := labels{of: make([]int32, len(s.keys))}
	s.runs(func(low, high int) {
		for _, i := range s.from[low:high] {
			l.of[i] = int32(len(l.count))
		}
		l.count = append(l.count, high-low)
	})
	return l
}

// digammas are ψ(0) … ψ(n), where ψ(0) is never used: ψ(1) = −γ, ψ(m+1) = ψ(m) + 1/m. The
// sum carries its rounding along (Neumaier 1974).
func digammas(n int) []float64 {
	const gamma = 0.57721566490153286060651209008240243
	psi := make([]float64, n+1)
	sum, rest := -gamma, 0.0
	for m := 1; m <= n; m++ {
		psi[m] = sum + rest
		step := 1 / float64(m)
		next := sum + step
		if math.Abs(sum) >= step {
			rest += sum - next + step
		} else {
			rest += step - next + sum
		}
		sum = next
	}
	return psi
}
