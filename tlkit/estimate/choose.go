package estimate

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

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
	if err := grid.check(1); err != nil { // the shares are above 0
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
	var done atomic.Int64
	err := parallel.Each(ctx, parts, func(k int) {
		errs[k], failed[k] = along(ctx, v, nets, k)
		rep.Report(progress.Event{Task: "cross-validation", Done: done.Add(1), Total: int64(parts), Unit: "parts"})
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
	for _, s := range scores {
		if !finite(s.Alpha, s.Error, s.StandardError) {
			return nil, errTooLarge
		}
	}
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
