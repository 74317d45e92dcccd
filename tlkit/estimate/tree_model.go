package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// A tree's nodes are numbered from its root, 0; children come after their parent, and the
// right one after the left one.
type tree struct {
	nodes   []node
	values  []float64 // outputs numbers a node
	outputs int
}

type node struct {
	threshold float64
	feature   int32
	low       int32 // the left child, for values up to the threshold; 0 is none: a leaf
}

func (t *tree) add() int32 {
	t.nodes = append(t.nodes, node{})
	t.values = append(t.values, make([]float64, t.outputs)...)
	return int32(len(t.nodes) - 1)
}

func (t tree) value(i int) []float64 { return t.values[i*t.outputs : (i+1)*t.outputs] }

// split gives a node its question, halfway between the items beside the cut, and children.
func (t *tree) split(at int32, feature int, items []item, cut int) (low, high int32) {
	low, high = t.add(), t.add()
	// Halves, as the sum may be out of range.
	t.nodes[at] = node{float64(items[cut-1].value)/2 + float64(items[cut].value)/2, int32(feature), low}
	return low, high
}

// reach is the leaf that a row of features ends in.
func (t tree) reach(row []float64) int {
	i := int32(0)
	for {
		n := &t.nodes[i]
		if n.low == 0 {
			return int(i)
		}
		i = n.low
		// Written so that it holds for NaN, too, though none gets here.
		if !(float64(float32(row[n.feature])) <= n.threshold) {
			i++
		}
	}
}

// TreeClassification is a fitted [TreeClassifier].
type TreeClassification struct {
	tree     tree
	classes  []string
	features int
}

// TreeRegression is a fitted [TreeRegressor].
type TreeRegression struct {
	tree     tree
	features int
}

// Features is the number of features.
func (m *TreeClassification) Features() int { return m.features }

// Features is the number of features.
func (m *TreeRegression) Features() int { return m.features }

// Classes are the labels that Fit saw, sorted.
func (m *TreeClassification) Classes() []string { return slices.Clone(m.classes) }

// Leaves is the number of leaves.
func (m *TreeClassification) Leaves() int { return (len(m.tree.nodes) + 1) / 2 }

// Leaves is the number of leaves.
func (m *TreeRegression) Leaves() int { return (len(m.tree.nodes) + 1) / 2 }

// Proba gives each row the shares of the classes in its leaf. Numbers beyond float32 are
// [ErrNumber].
func (m *TreeClassification) Proba(ctx context.Context, _ progress.Reporter, x mat.Matrix) ([][]float64, error) {
	out := make([][]float64, rowsOf(x))
	return out, eachRow(ctx, x, m.features, func(i int, row []float64) {
		out[i] = slices.Clone(m.tree.value(m.tree.reach(row)))
	})
}

// Predict gives each row the mean of its leaf. Numbers beyond float32 are [ErrNumber].
func (m *TreeRegression) Predict(ctx context.Context, _ progress.Reporter, x mat.Matrix) ([]float64, error) {
	out := make([]float64, rowsOf(x))
	return out, eachRow(ctx, x, m.features, func(i int, row []float64) {
		out[i] = m.tree.value(m.tree.reach(row))[0]
	})
}

// eachRow does f for each row of x, on several cores.
func eachRow(ctx context.Context, x mat.Matrix, features int, f func(i int, row []float64)) error {
	g, err := fitting(x, features)
	if err == nil {
		err = single(g)
	}
	if err != nil {
		return err
	}
	return parallel.Chunks(ctx, g.Rows, 1024, func(_, low, high int) {
		for i := low; i < high; i++ {
			f(i, row(g, i))
		}
	})
}

// treeForm is a tree in JSON. Its nodes stand level by level, which is how trees grow, so
// that each split's children are the next two: only what they ask is written.
type treeForm struct {
	Feature   []int32   `json:"feature"`             // of each node; -1 for a leaf
	Threshold []float64 `json:"threshold,omitempty"` // of each split
	Value     []float64 `json:"value"`               // of the leaves, one after the other
}

func (t tree) form() treeForm {
	f := treeForm{}
	for i, n := range t.nodes {
		if n.low == 0 {
			f.Feature = append(f.Feature, -1)
			f.Value = append(f.Value, t.value(i)...)
			continue
		}
		f.Feature, f.Threshold = append(f.Feature, n.feature), append(f.Threshold, n.threshold)
	}
	return f
}

// tree is what the form says, if every row reaches a leaf of it.
func (f treeForm) tree(features, outputs int) (tree, error) {
	n, splits := len(f.Feature), len(f.Threshold)
	if n == 0 || n-1 != 2*splits || outputs < 1 || len(f.Value)/outputs != splits+1 || len(f.Value)%outputs != 0 {
		return tree{}, fmt.Errorf("estimate: %w: a tree of %d nodes, %d thresholds and %d numbers", ErrModel, n, splits, len(f.Value))
	}
	if !finite(f.Value...) || !finite(f.Threshold...) {
		return tree{}, fmt.Errorf("estimate: %w: a tree with a number that is not finite", ErrModel)
	}
	t := tree{outputs: outputs, nodes: make([]node, n), values: make([]float64, n*outputs)}
	split, leaf := 0, 0
	for i, j := range f.Feature {
		low := 1 + 2*split
		switch {
		case j == -1 && leaf <= splits:
			copy(t.value(i), f.Value[leaf*outputs:])
			leaf++
		case j >= 0 && int(j) < features && split < splits && low > i:
			t.nodes[i] = node{f.Threshold[split], j, int32(low)}
			split++
		default:
			return tree{}, fmt.Errorf("estimate: %w: node %d of a tree asks for feature %d of %d, or stands where it cannot", ErrModel, i, j, features)
		}
	}
	return t, nil
}

// probabilities checks that a tree's answers are shares.
func (t tree) probabilities() error {
	for i, n := range t.nodes {
		if n.low != 0 {
			continue
		}
		sum := 0.0
		for _, v := range t.value(i) {
			sum += v
			if v < 0 {
				sum = math.Inf(1)
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			return fmt.Errorf("estimate: %w: the shares of leaf %d are not those of a whole", ErrModel, i)
		}
	}
	return nil
}
