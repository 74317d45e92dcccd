package estimate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// Folds say how a weight is chosen by cross-validation.
type Folds struct {
	// Count is how many parts the rows are cut into; 0 means 5. Each part is predicted by
	// what was fitted on the others.
	Count int `json:"count,omitempty"`
	// Shuffle draws the parts by Seed. Otherwise they are runs of rows, as of
	// scikit-learn's KFold.
	Shuffle bool   `json:"shuffle,omitempty"`
	Seed    uint64 `json:"seed,omitempty"`
	// Of gives each row its part, from 0 on, instead of all that: for groups and times. A
	// part has at least one row.
	Of []int `json:"of,omitempty"`
	// OneStandardError takes the largest weight whose error is not more than one standard
	// error above the least error, instead of the weight of the least error (Breiman and
	// others 1984): a simpler model that is not surely worse.
	OneStandardError bool `json:"oneStandardError,omitempty"`
}

// LassoCV is [Lasso] with the weight of the penalty chosen by cross-validation, as
// scikit-learn's LassoCV.
type LassoCV struct {
	Grid  Grid  `json:"grid"`
	Folds Folds `json:"folds"`
	// The rest is as in Lasso; its Alpha is left out of account.
	Lasso Lasso `json:"lasso"`
}

// ElasticNetCV is [ElasticNet] with the weight of the penalty, and its share of absolute
// values, chosen by cross-validation, as scikit-learn's ElasticNetCV.
type ElasticNetCV struct {
	Grid  Grid  `json:"grid"`
	Folds Folds `json:"folds"`
	// L1Ratios are the shares to choose from, each above 0 and at most 1. nil means that of
	// Net alone.
	L1Ratios []float64 `json:"l1Ratios,omitempty"`
	// The rest is as in ElasticNet; its Alpha is left out of account.
	Net ElasticNet `json:"net"`
}

// Score is how a penalty did in cross-validation.
type Score struct {
	L1Ratio       float64 `json:"l1Ratio"`
	Alpha         float64 `json:"alpha"`
	Error         float64 `json:"error"`         // the mean over the parts of the mean squared error
	StandardError float64 `json:"standardError"` // of that mean; 0 for one part
}

// ChosenModel is a fitted [LassoCV] or [ElasticNetCV]: the model of the chosen penalty,
// fitted on all rows.
type ChosenModel struct {
	LassoModel
	Scores []Score `json:"scores"` // for each ratio, by falling alpha
}

func (m *ChosenModel) check() error {
	for _, s := range m.Scores {
		if !finite(s.L1Ratio, s.Alpha, s.Error, s.StandardError) {
			return fmt.Errorf("estimate: %w: a score is not finite", ErrModel)
		}
	}
	return m.LassoModel.check()
}

// Fit gives a [*ChosenModel]. Where n ≥ p the rows are read twice in all, whatever the
// number of parts.
func (o LassoCV) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	o.Lasso.Alpha = 0
	n, err := o.Lasso.net()
	if err != nil {
		return nil, err
	}
	return n.choose(ctx, rep, x, y, []float64{1}, o.Grid, o.Folds)
}

// Fit gives a [*ChosenModel], as [LassoCV.Fit].
func (o ElasticNetCV) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	o.Net.Alpha = 0
	n, err := o.Net.net()
	if err != nil {
		return nil, err
	}
	ratios := o.L1Ratios
	if len(ratios) == 0 {
		ratios = []float64{n.ratio}
	}
	for _, r := range ratios {
		if !(r > 0 && r <= 1) {
			return nil, fmt.Errorf("estimate: %w: a share of absolute values is %v; choose from shares above 0 and at most 1", ErrOption, r)
		}
	}
	return n.choose(ctx, rep, x, y, ratios, o.Grid, o.Folds)
}

func (o net) choose(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64, ratios []float64, grid Grid, folds Folds) (*ChosenModel, error) {
	g, err := pair(x, y)
	if err != nil {
		return nil, err
	}
	if err := grid.check(o.ratio); err != nil {
		return nil, err
	}
	parts, err := folds.parts(g.Rows)
	if err != nil {
		return nil, err
	}
	var v validation
	if g.Cols <= max(g.Rows-g.Rows/len(parts), fewColumns) {
		v, err = newSumsOfParts(ctx, g, y, parts, o.intercept)
	} else {
		v = rowsOfParts{g, y, parts}
	}
	if err != nil {
		return nil, err
	}
	return o.validate(ctx, progress.Or(rep), v, ratios, grid, folds.OneStandardError, len(parts))
}

// validation gives problems, and judges what was fitted on them.
type validation interface {
	// problem is that of all parts but one; of all for -1.
	problem(ctx context.Context, o net, part int) (*problem, error)
	// judge is the mean squared error of a model on a part.
	judge(part int, m *LassoModel) float64
}

func (o net) validate(ctx context.Context, rep progress.Reporter, v validation, ratios []float64, grid Grid, oneError bool, parts int) (*ChosenModel, error) {
	var nets []net // one for each score
	for _, r := range ratios {
		all, err := v.problem(ctx, o, -1)
		if err != nil {
			return nil, err
		}
		o.ratio = r
		for _, a := range grid.of(all, o) {
			o.alpha = a
			nets = append(nets, o)
		}
	}
	errs := make([][]float64, parts) // of each part, of each net
	failed := make([]error, parts)
	err := parallel.Each(ctx, parts, func(k int) {
		errs[k], failed[k] = along(ctx, v, nets, k)
		rep.Report(progress.Event{Task: "cross-validation", Done: int64(k + 1), Total: int64(parts), Unit: "parts"})
	})
	for _, f := range failed {
		if err == nil {
			err = f
		}
	}
	if err != nil {
		return nil, err
	}
	scores := scored(nets, errs)
	chosen := nets[winner(scores, oneError)]
	all, err := v.problem(ctx, chosen, -1)
	if err != nil {
		return nil, err
	}
	m, err := all.solve(ctx, chosen)
	if err != nil {
		return nil, err
	}
	out := &ChosenModel{*m, scores}
	return out, out.check()
}

// along fits the nets without part k and judges them on it.
func along(ctx context.Context, v validation, nets []net, k int) ([]float64, error) {
	out := make([]float64, len(nets))
	var p *problem
	for i, o := range nets {
		var err error
		if i == 0 || o.ratio != nets[i-1].ratio {
			if p, err = v.problem(ctx, o, k); err != nil {
				return nil, err
			}
		}
		m, err := p.solve(ctx, o)
		if err != nil {
			return nil, err
		}
		out[i] = v.judge(k, m)
	}
	return out, nil
}

func scored(nets []net, errs [][]float64) []Score {
	k := float64(len(errs))
	out := make([]Score, len(nets))
	for i, o := range nets {
		s := Score{L1Ratio: o.ratio, Alpha: o.alpha}
		for _, e := range errs {
			s.Error += e[i] / k
		}
		for _, e := range errs {
			s.StandardError += (e[i] - s.Error) * (e[i] - s.Error)
		}
		s.StandardError = math.Sqrt(s.StandardError / (k - 1) / k)
		out[i] = s
	}
	return out
}

// winner is the position of the chosen score: the first of the least ones, or with one
// standard error's grace the first of the same ratio.
func winner(scores []Score, oneError bool) int {
	at := 0
	for i, s := range scores {
		if s.Error < scores[at].Error {
			at = i
		}
	}
	if oneError {
		for i, s := range scores {
			if s.L1Ratio == scores[at].L1Ratio && s.Error <= scores[at].Error+scores[at].StandardError {
				return i
			}
		}
	}
	return at
}

// parts are the rows of each part.
func (f Folds) parts(n int) ([][]int, error) {
	if f.Of != nil {
		return f.given(n)
	}
	count := f.Count
	if count == 0 {
		count = 5
	}
	if count < 2 || count > n {
		return nil, fmt.Errorf("estimate: %w: %d parts of %d rows; ask for 2 to %d", ErrOption, count, n, n)
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if f.Shuffle {
		rand.New(rand.NewPCG(f.Seed, 0)).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	parts := make([][]int, count)
	for k, low := 0, 0; k < count; k++ {
		high := low + n/count
		if k < n%count {
			high++
		}
		parts[k] = order[low:high]
		low = high
	}
	return parts, nil
}

func (f Folds) given(n int) ([][]int, error) {
	if len(f.Of) != n {
		return nil, fmt.Errorf("estimate: %w: Folds.Of has %d numbers for %d rows", ErrShape, len(f.Of), n)
	}
	var parts [][]int
	for i, k := range f.Of {
		if k < 0 || k >= n {
			return nil, fmt.Errorf("estimate: %w: Folds.Of puts row %d into part %d; parts count from 0", ErrOption, i, k)
		}
		for len(parts) <= k {
			parts = append(parts, nil)
		}
		parts[k] = append(parts[k], i)
	}
	for k, p := range parts {
		if len(p) == 0 || len(parts) < 2 {
			return nil, fmt.Errorf("estimate: %w: Folds.Of gives part %d of %d %d rows; there are two parts at least, and none is empty", ErrOption, k, len(parts), len(p))
		}
	}
	return parts, nil
}

// rowsOfParts copies the rows of each problem.
type rowsOfParts struct {
	x     blas64.General
	y     []float64
	parts [][]int
}

func (v rowsOfParts) problem(ctx context.Context, o net, part int) (*problem, error) {
	if part < 0 {
		return o.problem(ctx, v.x, v.y)
	}
	var at []int
	for k, p := range v.parts {
		if k != part {
			at = append(at, p...)
		}
	}
	x, y := taken(v.x, v.y, at)
	return o.problem(ctx, x, y)
}

func (v rowsOfParts) judge(part int, m *LassoModel) float64 {
	sum := 0.0
	for _, i := range v.parts[part] {
		d := v.y[i] - m.Intercept - floats.Dot(row(v.x, i), m.Coef)
		sum += d * d
	}
	return sum / float64(len(v.parts[part]))
}

// taken copies rows, and does not where they are a run.
func taken(x blas64.General, y []float64, at []int) (blas64.General, []float64) {
	if at[len(at)-1]-at[0] == len(at)-1 && isRun(at) {
		low := at[0]
		return blas64.General{Rows: len(at), Cols: x.Cols, Stride: x.Stride, Data: x.Data[low*x.Stride:]}, y[low : low+len(at)]
	}
	out := blas64.General{Rows: len(at), Cols: x.Cols, Stride: x.Cols, Data: make([]float64, len(at)*x.Cols)}
	to := make([]float64, len(at))
	for k, i := range at {
		copy(row(out, k), row(x, i))
		to[k] = y[i]
	}
	return out, to
}

func isRun(at []int) bool {
	for k, i := range at {
		if i != at[0]+k {
			return false
		}
	}
	return true
}
