package estimate

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// boosting is how trees are added up. Its fields are those of the two below.
type boosting struct {
	Rounds                   int
	Rate                     float64
	Depth, MinSplit, MinLeaf int
}

func (o boosting) defaults(of string) (boosting, bounds, error) {
	if !finite(o.Rate) || o.Rate < 0 || o.Rounds < 0 {
		return o, bounds{}, fmt.Errorf("estimate: %w: %s has %d rounds at the rate %v; neither is below 0", ErrOption, of, o.Rounds, o.Rate)
	}
	if o.Rounds == 0 {
		o.Rounds = 100
	}
	if o.Rate == 0 {
		o.Rate = 0.1
	}
	if o.Depth == 0 {
		o.Depth = 3
	}
	limits, err := bounds{o.Depth, o.MinSplit, o.MinLeaf}.defaults(of)
	return o, limits, err
}

// GradientBoostingClassifier adds up many small trees (Friedman 2001): each round grows a
// tree for squares, as [TreeRegressor] does, on what the probabilities so far lack to the
// truth, puts one step of Newton's method into each leaf, and adds a share of it to the
// scores. Two classes have one score, more have one each. That is scikit-learn's
// GradientBoostingClassifier, with all rows and all features in each round.
//
// What [TreeClassifier] says of features and of equal splits holds here too: scikit-learn's
// model depends on its random_state where splits are equally good, and this one takes the
// first feature, so that it has no seed.
type GradientBoostingClassifier struct {
	// Rounds is how often a tree is added: for more than two classes, one for each class.
	// 0 means 100.
	Rounds int `json:"rounds,omitempty"`
	// Rate is the share of a tree's answer that counts (shrinkage). 0 means 0.1.
	Rate float64 `json:"rate,omitempty"`
	// Depth is the most questions on the way to a leaf. 0 means 3.
	Depth int `json:"depth,omitempty"`
	// MinSplit is the fewest rows that are still split. 0 means 2.
	MinSplit int `json:"minSplit,omitempty"`
	// MinLeaf is the fewest rows of a leaf. 0 means 1.
	MinLeaf int `json:"minLeaf,omitempty"`
}

// GradientBoostingRegressor adds up small trees that each learn what those before it left
// over: scikit-learn's GradientBoostingRegressor for squares. What
// [GradientBoostingClassifier] says holds here too.
type GradientBoostingRegressor struct {
	// Rounds is how often a tree is added: for more than two classes, one for each class.
	// 0 means 100.
	Rounds int `json:"rounds,omitempty"`
	// Rate is the share of a tree's answer that counts (shrinkage). 0 means 0.1.
	Rate float64 `json:"rate,omitempty"`
	// Depth is the most questions on the way to a leaf. 0 means 3.
	Depth int `json:"depth,omitempty"`
	// MinSplit is the fewest rows that are still split. 0 means 2.
	MinSplit int `json:"minSplit,omitempty"`
	// MinLeaf is the fewest rows of a leaf. 0 means 1.
	MinLeaf int `json:"minLeaf,omitempty"`
}

// Fit gives a [*GradientBoostingClassification]. It needs two classes at least. Its cost
// grows with n·p·(log n + rounds·classes·depth).
func (o GradientBoostingClassifier) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, labels []string) (Classification, error) {
	options, limits, err := boosting(o).defaults("GradientBoostingClassifier")
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
		return nil, fmt.Errorf("estimate: %w: all %d rows are of the class %.40q, and boosting needs two; add rows of another class", ErrEmpty, g.Rows, classes[0])
	}
	s, err := presort(ctx, g)
	if err != nil {
		return nil, err
	}
	b := &booster{rate: options.Rate, grower: newGrower(s, limits), classes: len(classes), class: y}
	b.start(priors(y, len(classes)))
	if err := b.rounds(ctx, progress.Or(rep), options.Rounds, b.lacks, b.newton); err != nil {
		return nil, err
	}
	return &GradientBoostingClassification{b.sum(g.Cols), classes}, nil
}

// Fit gives a [*GradientBoostingRegression]. Its cost grows with n·p·(log n + rounds·depth).
func (o GradientBoostingRegressor) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (Regression, error) {
	options, limits, err := boosting(o).defaults("GradientBoostingRegressor")
	if err != nil {
		return nil, err
	}
	g, err := pair(x, y)
	if err != nil {
		return nil, err
	}
	mean, rest, err := around(y)
	if err != nil {
		return nil, err
	}
	s, err := presort(ctx, g)
	if err != nil {
		return nil, err
	}
	b := &booster{rate: options.Rate, grower: newGrower(s, limits), number: rest}
	b.start([]float64{0})
	if err := b.rounds(ctx, progress.Or(rep), options.Rounds, b.rest, nil); err != nil {
		return nil, err
	}
	b.first[0] = mean
	return &GradientBoostingRegression{b.sum(g.Cols)}, nil
}

// A booster adds trees to scores.
type booster struct {
	rate    float64
	grower  *grower
	class   []int     // of each row
	classes int       // 0 where numbers are learnt
	number  []float64 // of each row

	first  []float64   // the scores before the first round
	scores [][]float64 // by score, then by row
	target [][]float64 // what the next trees learn
	trees  []tree      // round by round
}

// priors are the scores of the classes' shares.
func priors(y []int, classes int) []float64 {
	out := make([]float64, classes)
	for _, c := range y {
		out[c] += 1 / float64(len(y))
	}
	if classes == 2 {
		return []float64{math.Log(out[1] / (1 - out[1]))}
	}
	mean := 0.0
	for c := range out {
		out[c] = math.Log(out[c])
		mean += out[c] / float64(classes)
	}
	for c := range out {
		out[c] -= mean
	}
	return out
}

func (b *booster) start(first []float64) {
	b.first = first
	for _, f := range first {
		s := make([]float64, len(b.grower.leaf))
		for i := range s {
			s[i] = f
		}
		b.scores = append(b.scores, s)
		b.target = append(b.target, make([]float64, len(s)))
	}
}

// rounds grows the trees. learn fills the targets of a round for a range of rows; answer,
// if there is one, puts other answers into the leaves of the tree of score k.
func (b *booster) rounds(ctx context.Context, rep progress.Reporter, rounds int, learn func(low, high int), answer func(k int, t tree)) error {
	for round := range rounds {
		err := parallel.Chunks(ctx, len(b.grower.leaf), 4096, func(_, low, high int) { learn(low, high) })
		if err != nil {
			return err
		}
		for k := range b.scores {
			t, err := b.grower.grow(ctx, squares(b.target[k]))
			if err != nil {
				return err
			}
			if answer != nil {
				answer(k, t)
			}
			for i, leaf := range b.grower.leaf {
				b.scores[k][i] += float64(b.rate * t.values[leaf])
			}
			b.trees = append(b.trees, t)
			if !finite(t.values...) || !finite(b.scores[k]...) {
				return fmt.Errorf("estimate: %w: the scores grow out of range in round %d; lower the rate, which is %v", ErrNumber, round+1, b.rate)
			}
		}
		rep.Report(progress.Event{Task: "boosting", Done: int64(round + 1), Total: int64(rounds), Unit: "rounds"})
	}
	return nil
}

// rest is what the scores leave over of the numbers.
func (b *booster) rest(low, high int) {
	for i := low; i < high; i++ {
		b.target[0][i] = b.number[i] - b.scores[0][i]
	}
}

// lacks is 1 or 0 for the truth, less the probability.
func (b *booster) lacks(low, high int) {
	if b.classes == 2 {
		for i := low; i < high; i++ {
			b.target[0][i] = float64(b.class[i]) - 1/(1+math.Exp(-b.scores[0][i]))
		}
		return
	}
	p := make([]float64, b.classes)
	for i := low; i < high; i++ {
		for k := range p {
			p[k] = b.scores[k][i]
		}
		softmax(p)
		for k := range p {
			b.target[k][i] = -p[k]
		}
		b.target[b.class[i]][i]++
	}
}

// newton puts into each leaf Σ(y − p)/Σp(1 − p) over its rows: one step of Newton's method
// from 0 for its score. For more than two classes it is shortened by (K−1)/K, as in
// Friedman's paper.
func (b *booster) newton(k int, t tree) {
	above, below := make([]float64, len(t.nodes)), make([]float64, len(t.nodes))
	one := k
	if b.classes == 2 {
		one = 1
	}
	for i, leaf := range b.grower.leaf {
		lack, truth := b.target[k][i], 0.0
		if b.class[i] == one {
			truth = 1
		}
		p := truth - lack
		above[leaf] += lack
		below[leaf] += float64(p * (1 - p))
	}
	share := 1.0
	if b.classes > 2 {
		share = float64(b.classes-1) / float64(b.classes)
	}
	// The means' quotient is the sums'. Where all probabilities are 0 or 1, there is no step.
	counts := make([]float64, len(t.nodes))
	for _, leaf := range b.grower.leaf {
		counts[leaf]++
	}
	for i := range t.nodes {
		t.values[i] = 0
		if counts[i] > 0 && below[i]/counts[i] >= 1e-150 {
			t.values[i] = share * above[i] / below[i]
		}
	}
}

// sum is the model.
func (b *booster) sum(features int) trees {
	return trees{b.first, b.rate, b.trees, features}
}
