package impute

import (
	"math"
	"math/rand/v2"
)

// chooser makes the choices that Iterative leaves to chance.
type chooser interface {
	// prepare is called once, before the first round.
	prepare(t *turns, o Iterative)
	// shuffle changes the order of the columns.
	shuffle(order []int)
	// others are the columns that column j is learnt from.
	others(j int) []int
}

// chance draws them.
type chance struct {
	rng     *rand.Rand
	columns int
	nearest int         // 0: all others
	share   [][]float64 // share[j][i]: how likely column i is drawn for column j
}

func (c *chance) prepare(t *turns, o Iterative) {
	c.columns = len(t.m)
	if o.Nearest > 0 && o.Nearest < c.columns {
		c.nearest = o.Nearest
		c.share = correlations(t.m)
	}
}

func (c *chance) shuffle(order []int) {
	c.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

func (c *chance) others(j int) []int {
	var out []int
	if c.nearest == 0 {
		for i := range c.columns {
			if i != j {
				out = append(out, i)
			}
		}
		return out
	}
	share := append([]float64(nil), c.share[j]...)
	for range c.nearest {
		total := 0.0
		for _, s := range share {
			total += s
		}
		at := c.rng.Float64() * total
		drawn := -1
		for i, s := range share {
			if s == 0 {
				continue
			}
			drawn = i // the last one, should rounding leave anything over
			if at -= s; at < 0 {
				break
			}
		}
		out = append(out, drawn)
		share[drawn] = 0
	}
	return out
}

// correlations are the absolute correlations of the filled columns, at least a millionth so
// that each column may be drawn, and 0 of a column with itself.
func correlations(m matrix) [][]float64 {
	const least = 1e-6
	p := len(m)
	centred := make(matrix, p)
	norm := make([]float64, p)
	for j, v := range m {
		mean, _ := known(v)
		centred[j] = make([]float64, len(v))
		for i, x := range v {
			centred[j][i] = x - mean
			norm[j] += (x - mean) * (x - mean)
		}
	}
	out := make([][]float64, p)
	for j := range p {
		out[j] = make([]float64, p)
		for i := range p {
			if i == j {
				continue
			}
			sum := 0.0
			for k := range centred[j] {
				sum += centred[j][k] * centred[i][k]
			}
			r := math.Abs(sum) / math.Sqrt(norm[i]*norm[j])
			if !(r >= least) { // NaN too: of a constant column
				r = least
			}
			out[j][i] = r
		}
	}
	return out
}
