package estimate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// trees are added up: each row's scores are first, and rate times what the trees answer,
// of which there is one a round for each score.
type trees struct {
	first    []float64
	rate     float64
	trees    []tree
	features int
}

// add makes scores those of a row.
func (m trees) add(scores, row []float64) {
	copy(scores, m.first)
	for i, t := range m.trees {
		scores[i%len(scores)] += float64(m.rate * t.values[t.reach(row)])
	}
}

// GradientBoostingClassification is a fitted [GradientBoostingClassifier].
type GradientBoostingClassification struct {
	trees   trees
	classes []string
}

// GradientBoostingRegression is a fitted [GradientBoostingRegressor].
type GradientBoostingRegression struct{ trees trees }

// Features is the number of features.
func (m *GradientBoostingClassification) Features() int { return m.trees.features }

// Features is the number of features.
func (m *GradientBoostingRegression) Features() int { return m.trees.features }

// Classes are the labels that Fit saw, sorted.
func (m *GradientBoostingClassification) Classes() []string { return slices.Clone(m.classes) }

// Proba gives each row the probabilities of the classes. Numbers beyond float32 are
// [ErrNumber].
func (m *GradientBoostingClassification) Proba(ctx context.Context, _ progress.Reporter, x mat.Matrix) ([][]float64, error) {
	out := make([][]float64, rowsOf(x))
	return out, eachRow(ctx, x, m.Features(), func(i int, row []float64) {
		p := make([]float64, len(m.classes))
		if len(p) == 2 {
			m.trees.add(p[1:], row)
			p[1] = 1 / (1 + math.Exp(-p[1]))
			p[0] = 1 - p[1]
		} else {
			m.trees.add(p, row)
			softmax(p)
		}
		out[i] = p
	})
}

// Predict gives each row the trees' sum. Numbers beyond float32 are [ErrNumber].
func (m *GradientBoostingRegression) Predict(ctx context.Context, _ progress.Reporter, x mat.Matrix) ([]float64, error) {
	out := make([]float64, rowsOf(x))
	return out, eachRow(ctx, x, m.Features(), func(i int, row []float64) { m.trees.add(out[i:i+1], row) })
}

// treesForm is a tree, or several that are added up, in JSON.
type treesForm struct {
	Features int        `json:"features"`
	Classes  []string   `json:"classes,omitempty"`
	First    []float64  `json:"first,omitempty"`
	Rate     float64    `json:"rate,omitempty"`
	Trees    []treeForm `json:"trees"`
}

func (m *TreeClassification) form() treesForm {
	return treesForm{Features: m.features, Classes: m.classes, Trees: []treeForm{m.tree.form()}}
}

func (m *TreeRegression) form() treesForm {
	return treesForm{Features: m.features, Trees: []treeForm{m.tree.form()}}
}

func (m *GradientBoostingClassification) form() treesForm {
	f := m.trees.form()
	f.Classes = m.classes
	return f
}

func (m *GradientBoostingRegression) form() treesForm { return m.trees.form() }

func (m trees) form() treesForm {
	f := treesForm{Features: m.features, First: m.first, Rate: m.rate}
	for _, t := range m.trees {
		f.Trees = append(f.Trees, t.form())
	}
	return f
}

// model is the single tree, or the sum, that the form says.
func (f treesForm) model(sum, classes bool) (Model, error) {
	least := 0
	if classes {
		least = 1
		if sum {
			least = 2
		}
	}
	if len(f.Classes) < least || least == 0 && f.Classes != nil {
		return nil, fmt.Errorf("estimate: %w: %d classes for trees", ErrModel, len(f.Classes))
	}
	for i, c := range f.Classes {
		if i > 0 && f.Classes[i-1] >= c {
			return nil, fmt.Errorf("estimate: %w: the classes are not sorted and different", ErrModel)
		}
	}
	if sum {
		return f.sum()
	}
	if len(f.Trees) != 1 || f.First != nil || f.Rate != 0 {
		return nil, fmt.Errorf("estimate: %w: %d trees where one is due", ErrModel, len(f.Trees))
	}
	t, err := f.Trees[0].tree(f.Features, max(len(f.Classes), 1))
	if err != nil {
		return nil, err
	}
	if !classes {
		return &TreeRegression{t, f.Features}, nil
	}
	if err := t.probabilities(); err != nil {
		return nil, err
	}
	return &TreeClassification{t, f.Classes, f.Features}, nil
}

func (f treesForm) sum() (Model, error) {
	scores := len(f.Classes)
	if scores <= 2 { // two classes have one score, as numbers have
		scores = 1
	}
	if len(f.First) != scores || len(f.Trees) == 0 || len(f.Trees)%scores != 0 || !finite(f.First...) || !finite(f.Rate) {
		return nil, fmt.Errorf("estimate: %w: %d trees at the rate %v beside %d first scores", ErrModel, len(f.Trees), f.Rate, len(f.First))
	}
	most := floats.Norm(f.First, math.Inf(1))
	m := trees{first: f.First, rate: f.Rate, features: f.Features}
	for _, form := range f.Trees {
		t, err := form.tree(f.Features, 1)
		if err != nil {
			return nil, err
		}
		m.trees = append(m.trees, t)
		most += math.Abs(f.Rate) * floats.Norm(t.values, math.Inf(1))
	}
	if !finite(most) {
		return nil, fmt.Errorf("estimate: %w: the sum of the trees is out of range", ErrModel)
	}
	if f.Classes == nil {
		return &GradientBoostingRegression{m}, nil
	}
	return &GradientBoostingClassification{m, f.Classes}, nil
}
