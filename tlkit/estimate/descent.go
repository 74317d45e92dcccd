package estimate

import (
	"context"
	"math"
	"slices"
)

// penalty is what is added to ½‖y − Xw‖²: one·‖w‖₁ + ½·two·‖w‖². Positive keeps w from
// going below 0.
type penalty struct {
	one, two float64
	positive bool
}

// quadratic is ½‖y − Xw‖² at some w, as coordinate descent asks for it.
type quadratic interface {
	features() int
	length(j int) float64                  // ‖xⱼ‖²
	against(j int) float64                 // xⱼ·(y − Xw)
	move(j int, by float64)                // adds to wⱼ
	left() (rr, ry float64)                // r·r and r·y of r = y − Xw
	among(active []int) ([]float64, error) // X'X of some columns, row by row
}

// descent minimises a quadratic and a penalty by cyclic coordinate descent, as glmnet
// (Friedman, Hastie and Tibshirani 2010) and scikit-learn do: each coefficient in turn is
// put where the objective is least while the others stand still; between rounds over all
// coefficients, those that are not 0 are gone over until they hardly move.
//
// It ends by the duality gap, which bounds how far the objective is above its minimum.
// Features that the gap proves to be 0 are left out of the rounds (Ndiaye and others
// 2017). Once the signs of the coefficients stay as they are, the linear equations that
// these signs leave are solved exactly, as in exact.go; where the gap confirms the
// solution, that is the end, with coefficients good to rounding.
type descent struct {
	quadratic
	penalty
	w      []float64
	live   []int   // features that are not proved to be 0
	yy     float64 // y·y
	target float64 // the gap that ends it
	rounds int     // the most rounds
	// bySlope ends it by the slope that is left instead of the gap: for a quadratic that is
	// not known to be a sum of squares.
	bySlope bool
}

// outcome is how a descent ended.
type outcome struct {
	gap       float64
	rounds    int
	converged bool
}

const (
	// innerRounds is how many rounds over the active features follow one over all.
	innerRounds = 30
	// smallSystem is up to how many active coefficients solving exactly costs no more than
	// some rounds, and is done between any two of them.
	smallSystem = 64
	// largestSystem is up to how many the equations are solved exactly at all.
	largestSystem = 1000
)

func (d *descent) run(ctx context.Context) (outcome, error) {
	d.start()
	if d.one == 0 {
		d.target *= 1e-6 // what stands in for the gap is no bound, and is taken more strictly
	}
	var o outcome
	var before []int
	for o.rounds < d.rounds {
		if err := ctx.Err(); err != nil {
			return o, err
		}
		most := d.sweep(d.live)
		o.rounds++
		active := d.active()
		for end := min(d.rounds, o.rounds+innerRounds); o.rounds < end && d.sweep(active) > most/100; {
			o.rounds++
		}
		o.gap = d.gap(true)
		o.converged = o.gap <= d.target
		signs := d.signs()
		if k := len(signs); k > 0 && k <= largestSystem && (o.converged || k <= smallSystem || slices.Equal(signs, before)) {
			if err := d.exact(); err != nil {
				return o, err
			}
			o.gap = d.gap(false)
			o.converged = o.gap <= d.target
		}
		if o.converged {
			return o, nil
		}
		before = signs
	}
	return o, nil
}

// start takes all features that are not 0 throughout as live.
func (d *descent) start() {
	d.live = d.live[:0]
	for j := range d.features() {
		if d.length(j) > 0 {
			d.live = append(d.live, j)
		}
	}
}

// sweep puts each of some coefficients to its best place, and gives the longest way that
// one went, in units of y.
func (d *descent) sweep(over []int) (most float64) {
	for _, j := range over {
		length, old := d.length(j), d.w[j]
		z := d.against(j) + length*old
		to := 0.0
		switch {
		case z > d.one:
			to = (z - d.one) / (length + d.two)
		case z < -d.one && !d.positive:
			to = (z + d.one) / (length + d.two)
		}
		if to != old {
			d.shift(j, to)
			most = max(most, math.Abs(to-old)*math.Sqrt(length))
		}
	}
	return most
}

func (d *descent) shift(j int, to float64) {
	d.move(j, to-d.w[j])
	d.w[j] = to
}

// active are the features that are not 0.
func (d *descent) active() []int {
	var out []int
	for _, j := range d.live {
		if d.w[j] != 0 {
			out = append(out, j)
		}
	}
	return out
}

// signs are the active features, those below 0 as ones' complements.
func (d *descent) signs() []int {
	out := d.active()
	for i, j := range out {
		if d.w[j] < 0 {
			out[i] = ^j
		}
	}
	return out
}

// gap is that between the objective and the dual objective at the residuals, shrunk until
// they are feasible. screen drops the features that it proves to be 0.
func (d *descent) gap(screen bool) float64 {
	if d.one == 0 || d.bySlope {
		return d.slope()
	}
	correlations := make([]float64, len(d.live))
	most, one, two := 0.0, 0.0, 0.0
	for i, j := range d.live {
		c := d.against(j) - d.two*d.w[j]
		if !d.positive {
			c = math.Abs(c)
		}
		correlations[i] = c
		most = max(most, c)
		one += math.Abs(d.w[j])
		two += d.w[j] * d.w[j]
	}
	shrink := min(1, d.one/most)
	rr, ry := d.left()
	primal := rr/2 + d.one*one + d.two/2*two
	dual := shrink*ry - shrink*shrink/2*(rr+d.two*two)
	gap := max(primal-dual, 0)
	if screen {
		// The best dual point is no farther from the shrunk residuals than this.
		radius := math.Sqrt(2 * (gap + 1e-14*d.yy))
		keep := d.live[:0]
		for i, j := range d.live {
			if correlations[i]*shrink+math.Sqrt(d.length(j)+d.two)*radius < d.one {
				if d.w[j] != 0 {
					d.shift(j, 0)
				}
				continue
			}
			keep = append(keep, j)
		}
		d.live = keep
	}
	return gap
}

// slope stands in for the gap where no dual point is near: half the square of the steepest
// way down, for each coordinate.
func (d *descent) slope() float64 {
	most := 0.0
	for _, j := range d.live {
		c, w := d.against(j)-d.two*d.w[j], d.w[j]
		switch {
		case w != 0:
			c -= math.Copysign(d.one, w)
		case d.positive:
			c = max(c-d.one, 0)
		default:
			c = max(math.Abs(c)-d.one, 0)
		}
		most = max(most, c*c/d.length(j))
	}
	return most * float64(len(d.live)) / 2
}
