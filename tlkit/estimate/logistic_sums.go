package estimate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"transferlab/tlkit/estimate/internal/product"
	"transferlab/tlkit/parallel"
)

// losses is the mean over rows of −ln p(label), times the weight of the label, with its
// first and second derivatives. The parameters are k rows of p coefficients and an
// intercept; features are taken less their means.
type losses struct {
	x         blas64.General
	y         []int
	weights   []float64 // of a row of each class
	mean      []float64
	intercept float64 // 1, or 0 for none
	k         int     // rows of parameters: one a class, 1 for two classes
	each      int     // every each-th row counts
}

// rows is how many rows count.
func (l *losses) rows() int { return (l.x.Rows + l.each - 1) / l.each }

// point is what is known at some parameters.
type point struct {
	value    float64
	gradient []float64      // k×(p+1)
	hessian  blas64.General // of the chosen features: k·(s+1) on a side
}

// sums are those of a piece of rows.
type sums struct {
	value    float64
	gradient []float64
	blocks   []product.Block // for each pair of classes the upper blocks
}

// at sums over the rows. The second derivatives are those by the chosen features and the
// intercepts.
func (l *losses) at(ctx context.Context, w []float64, chosen []int) (point, error) {
	width := len(chosen) + 1
	panels := (width + product.Width - 1) / product.Width
	pairs := l.k * (l.k + 1) / 2
	each := panels * (panels + 1) / 2
	n := l.rows()
	// So many pieces that their sums take 64 MiB at most.
	most := min(max((64<<20)/(pairs*each*8*len(product.Block{})), 2), pieces)
	size := max(1, ((n+most-1)/most+blockRows-1)/blockRows) * blockRows
	parts := make([]sums, (n+size-1)/size)
	err := parallel.Chunks(ctx, n, size, func(c, low, high int) {
		s := &parts[c]
		s.gradient, s.blocks = make([]float64, len(w)), make([]product.Block, pairs*each)
		b := l.newBlock(chosen)
		for ; low < high && ctx.Err() == nil; low += blockRows {
			b.add(s, w, low, min(low+blockRows, high))
		}
	})
	if err != nil {
		return point{}, err
	}
	total := parts[0]
	for _, s := range parts[1:] {
		total.value += s.value
		floats.Add(total.gradient, s.gradient)
		for b := range s.blocks {
			floats.Add(total.blocks[b][:], s.blocks[b][:])
		}
	}
	total.value /= float64(n)
	floats.Scale(1/float64(n), total.gradient)
	return point{total.value, total.gradient, l.matrix(total.blocks, width, each)}, nil
}

// matrix puts the pairs of classes together.
func (l *losses) matrix(blocks []product.Block, width, each int) blas64.General {
	m := l.k * width
	out := blas64.General{Rows: m, Cols: m, Stride: m, Data: make([]float64, m*m)}
	n := float64(l.rows())
	for c := range l.k {
		for e := c; e < l.k; e++ {
			g := unpacked(blocks[:each], width)
			blocks = blocks[each:]
			for i := range width {
				for j, v := range row(g, i) {
					row(out, c*width+i)[e*width+j] = v / n
					row(out, e*width+j)[c*width+i] = v / n
				}
			}
		}
	}
	return out
}

// rowBlock is working space for up to 256 rows.
type rowBlock struct {
	*losses
	chosen         []int
	plain, scaled  *packed
	all            []float64 // one row, and 1
	prob           []float64 // rows×k
	weight, factor []float64 // one a row
}

func (l *losses) newBlock(chosen []int) *rowBlock {
	panels := (len(chosen) + 1 + product.Width - 1) / product.Width
	return &rowBlock{l, chosen, newPacked(panels), newPacked(panels), make([]float64, l.x.Cols+1),
		make([]float64, blockRows*l.k), make([]float64, blockRows), make([]float64, blockRows)}
}

// add adds the rows [low, high) of those that count.
func (b *rowBlock) add(s *sums, w []float64, low, high int) {
	p := b.x.Cols
	logs := 1.0 // a product of numbers between 1 and 2, whose logarithm is taken at the end
	b.plain.take(len(b.chosen)+1, low, high, func(i int, to []float64) {
		if len(b.chosen) == p {
			b.all = to
		}
		mean := b.mean
		for j, v := range row(b.x, i*b.each) {
			b.all[j] = v - mean[j]
		}
		b.all[p] = b.intercept
		if len(b.chosen) < p {
			for a, j := range b.chosen {
				to[a] = b.all[j]
			}
			to[len(b.chosen)] = b.intercept
		}
		y := b.y[i*b.each]
		b.weight[i-low] = b.weights[y]
		prob := b.prob[(i-low)*b.k : (i-low+1)*b.k]
		for c := range prob {
			prob[c] = floats.Dot(b.all, w[c*(p+1):(c+1)*(p+1)])
		}
		if b.k > 1 {
			s.value += b.several(s, prob, y)
			return
		}
		loss, factor := b.two(s, prob, y)
		s.value += loss
		logs *= factor
	})
	s.value += math.Log(logs)
	b.curve(s, high-low)
}

// several takes the scores of several classes, and leaves their probabilities.
func (b *rowBlock) several(s *sums, prob []float64, y int) float64 {
	weight, width := b.weights[y], len(b.all)
	truth := prob[y]
	loss := (softmax(prob) - truth) * weight
	for c, p := range prob {
		if c == y {
			p--
		}
		floats.AddScaled(s.gradient[c*width:(c+1)*width], p*weight, b.all)
	}
	return loss
}

// two takes the score of the second of two classes, and leaves its probability. The loss
// comes in two parts: a number, and a factor whose logarithm belongs to it.
func (b *rowBlock) two(s *sums, prob []float64, y int) (loss, factor float64) {
	score, weight := prob[0], b.weights[y]
	e := math.Exp(-math.Abs(score))
	p := 1 / (1 + e)
	if score < 0 {
		p = e / (1 + e)
	}
	prob[0] = p
	wrong := p
	if y == 1 {
		// 1 − p, without losing the digits of a small one.
		wrong = -e / (1 + e)
		if score < 0 {
			wrong = -1 / (1 + e)
		}
	}
	floats.AddScaled(s.gradient, wrong*weight, b.all)
	if (score < 0) == (y == 1) {
		loss = math.Abs(score)
	}
	if weight == 1 && e > 1e-3 {
		return loss, 1 + e
	}
	return (loss + math.Log1p(e)) * weight, 1
}

// curve adds the second derivatives of the rows that were taken.
func (b *rowBlock) curve(s *sums, rows int) {
	panels := len(b.plain.one) / product.Width
	at := 0
	for c := range b.k {
		for e := c; e < b.k; e++ {
			for i := range rows {
				pc, pe := b.prob[i*b.k+c], b.prob[i*b.k+e]
				if c == e {
					pe = pc - 1
				}
				b.factor[i] = -pc * pe * b.weight[i]
			}
			for q := range panels {
				scale(b.scaled.panel(q, rows), b.plain.panel(q, rows), b.factor)
			}
			for i := range panels {
				for j := i; j < panels; j++ {
					product.Outer(&s.blocks[at], b.scaled.panel(i, rows), b.plain.panel(j, rows))
					at++
				}
			}
		}
	}
}

// scale multiplies each row of a panel by a number.
func scale(to, panel, by []float64) {
	for i := 0; len(panel) >= product.Width; i++ {
		f := by[i]
		a, t := (*[product.Width]float64)(panel), (*[product.Width]float64)(to)
		for j, v := range a {
			t[j] = v * f
		}
		panel, to = panel[product.Width:], to[product.Width:]
	}
}
