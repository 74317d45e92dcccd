package score

import (
	"context"
	"math"

	"transferlab/tlkit/progress"
)

// LinearOptions says how a feature and the target are compared as straight lines. The zero
// value is scikit-learn's default.
type LinearOptions struct {
	// NoCenter leaves the means where they are: the line goes through the origin.
	NoCenter bool `json:"noCenter,omitempty"`
	// KeepInfinite gives what the formulas give at their edges: NaN for a constant feature
	// or target, +Inf for the F of a perfect line. By default r is then 0, F is 0 with p = 1,
	// and +Inf is the largest float64.
	KeepInfinite bool `json:"keepInfinite,omitempty"`
}

// Pearson is the correlation of each column with y: the cosine of the angle between them,
// about their means. P is the probability, where there is no correlation and both are
// normal, of one as far from 0 to either side. It is scikit-learn's r_regression, with the
// p-values of f_regression.
//
// P is NaN where too few rows are left to say: two, or one with NoCenter.
func Pearson(ctx context.Context, rep progress.Reporter, columns [][]float64, y []float64, o LinearOptions) (Result, error) {
	return linear(ctx, rep, "Pearson correlation", columns, y, o, func(r float64, dof int) (float64, float64) {
		p := correlationTail(r, dof)
		if r != r && !o.KeepInfinite {
			r, p = 0, correlationTail(0, dof)
		}
		return r, p
	})
}

// FRegression is the F of the straight line from each column to y: how much more it
// explains than it leaves, r²/(1−r²) times the degrees of freedom, n−2, or n−1 with
// NoCenter. It is scikit-learn's f_regression, and orders features as |r| does. Where no
// degrees of freedom are left, F is 0, or with KeepInfinite NaN, and P is NaN.
func FRegression(ctx context.Context, rep progress.Reporter, columns [][]float64, y []float64, o LinearOptions) (Result, error) {
	return linear(ctx, rep, "F of regression", columns, y, o, func(r float64, dof int) (float64, float64) {
		if r != r && !o.KeepInfinite {
			r = 0
		}
		f, p := r*r/((1-r)*(1+r))*float64(dof), correlationTail(r, dof)
		if dof <= 0 {
			f = math.NaN()
		}
		if !o.KeepInfinite {
			switch {
			case f != f && dof <= 0:
				f = 0
			case f != f:
				f, p = 0, 1
			case math.IsInf(f, 1):
				f = math.MaxFloat64
			}
		}
		return f, p
	})
}

// linear hands the correlation of each column with y to f.
func linear(ctx context.Context, rep progress.Reporter, task string, columns [][]float64, y []float64, o LinearOptions, f func(r float64, dof int) (float64, float64)) (Result, error) {
	if err := numbers(columns, y); err != nil {
		return Result{}, err
	}
	middle, dof := centreOf, len(y)-2
	if o.NoCenter {
		middle, dof = about0, len(y)-1
	}
	cy, err := middle(y, -1)
	if err != nil {
		return Result{}, err
	}
	w := make([]float64, len(y))
	for i, v := range y {
		w[i] = cy.scale*v - cy.mean
	}
	out := Result{make([]float64, len(columns)), make([]float64, len(columns))}
	err = each(ctx, rep, task, len(columns), func(j int) error {
		c, err := middle(columns[j], j)
		if err != nil {
			return err
		}
		out.Score[j], out.P[j] = f(cosine(productAbout(columns[j], c, w), c.squares, cy.squares), dof)
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	return out, nil
}
