package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// Grid is the weights of the penalty that a path goes through.
type Grid struct {
	// Alphas are the weights themselves, in any order. nil means Count weights, each the
	// same share of the one before, from the least that makes all coefficients 0 down to
	// Shortest times it.
	Alphas []float64 `json:"alphas,omitempty"`
	// Count is how many; 0 means 100.
	Count int `json:"count,omitempty"`
	// Shortest is the last weight as a share of the first; 0 means 0.001. That is eps of
	// scikit-learn's lasso_path.
	Shortest float64 `json:"shortest,omitempty"`
}

// Path is models along falling weights of the penalty.
type Path struct {
	Alphas []float64     // falling
	Models []*LassoModel // one for each
}

// Path fits the weights of grid from the largest down, each from the solution before, as
// scikit-learn's lasso_path does, but for the means, which are taken off first unless
// o.NoIntercept. o.Alpha is left out of account.
func (o Lasso) Path(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64, grid Grid) (*Path, error) {
	o.Alpha = 0
	n, err := o.net()
	if err != nil {
		return nil, err
	}
	return n.path(ctx, rep, x, y, grid)
}

// Path is [Lasso.Path] with both penalties, as scikit-learn's enet_path. Without a share
// of absolute values, grid.Alphas have to be given.
func (o ElasticNet) Path(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64, grid Grid) (*Path, error) {
	o.Alpha = 0
	n, err := o.net()
	if err != nil {
		return nil, err
	}
	return n.path(ctx, rep, x, y, grid)
}

func (o net) path(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64, grid Grid) (*Path, error) {
	g, err := shapes(x, y)
	if err != nil {
		return nil, err
	}
	if err := grid.check(o.ratio); err != nil {
		return nil, err
	}
	p, err := o.problem(ctx, g, y)
	if err != nil {
		return nil, err
	}
	out := &Path{Alphas: grid.of(p, o)}
	rep = progress.Or(rep)
	for i, alpha := range out.Alphas {
		o.alpha = alpha
		m, err := p.solve(ctx, o)
		if err != nil {
			return nil, err
		}
		out.Models = append(out.Models, m)
		rep.Report(progress.Event{Task: "lasso path", Done: int64(i + 1), Total: int64(len(out.Alphas)), Unit: "penalties"})
	}
	return out, nil
}

// mostAlphas bounds a grid, whose models are all kept.
const mostAlphas = 100_000

func (g Grid) check(ratio float64) error {
	if !finite(g.Shortest) || g.Count < 0 || g.Count > mostAlphas || g.Shortest < 0 || g.Shortest > 1 || len(g.Alphas) > mostAlphas {
		return fmt.Errorf("estimate: %w: Grid has %d weights down to %v of the first; give at most %d, and a share between 0 and 1", ErrOption, max(g.Count, len(g.Alphas)), g.Shortest, mostAlphas)
	}
	for _, a := range g.Alphas {
		if !finite(a) || a < 0 {
			return fmt.Errorf("estimate: %w: Grid.Alphas has %v; weights are at least 0 and finite", ErrOption, a)
		}
	}
	if len(g.Alphas) == 0 && ratio == 0 {
		return fmt.Errorf("estimate: %w: without a penalty on absolute values no weight makes all coefficients 0; give Grid.Alphas", ErrOption)
	}
	return nil
}

// of is the grid of a problem whose coefficients are still 0.
func (g Grid) of(p *problem, o net) []float64 {
	if len(g.Alphas) > 0 {
		out := slices.Clone(g.Alphas)
		slices.Sort(out)
		slices.Reverse(out)
		return out
	}
	count, shortest := g.Count, g.Shortest
	if count == 0 {
		count = 100
	}
	if shortest == 0 {
		shortest = 1e-3
	}
	out := make([]float64, count)
	first := p.largest(o.positive) / (float64(p.n) * o.ratio)
	if first == 0 {
		first = 1e-15 // where nothing correlates; as scikit-learn
	}
	for i := range out {
		share := 0.0
		if count > 1 {
			share = float64(i) / float64(count-1)
		}
		out[i] = first * math.Pow(shortest, share)
	}
	return out
}
