package feature

import (
	"math"
	"slices"
)

// StepScores is what one selector went by. For [RFE] and [RFECV] a feature's score is the
// square of its coefficient, of several classes their sum, in the last model that had it,
// fitted on all training rows: compare scores only of features of one rank. For
// [SelectModel] it is the size of the coefficient, of several classes the sum, in the one
// model that was fitted. Both depend on the features' scales. [Sequential] has no scores;
// its ranks and its Curve say what it went by.
type StepScores struct {
	Step int    // of the pipeline, from 0
	Name string // the step's kind: "SelectBest"
	// By says what the scores are: "variance", "F", "squared coefficient".
	By      string
	Columns []ColumnScore // in their order
	// Metric and Curve are how well models of each number of features did, the smallest
	// number first, where these were tried. The models' folds divide rows for which the steps
	// before have learnt from all training rows: after a step that learns from the target the
	// scores are too good, and those of [Compare] are not.
	Metric Metric
	Curve  []CurvePoint
}

// ColumnScore is what a selector knows of one feature.
type ColumnScore struct {
	Name  string
	Kept  bool
	Score float64 // NaN where there is none
	P     float64 // the probability of such a score by chance; NaN where there is none
	// Rank is 1 for what is kept, or was first chosen, and grows with what went sooner, or
	// was chosen later; 0 where there is none.
	Rank int
}

// Scores tells of each selector, in their order, what it went by and what it kept.
func (f *Fitted) Scores() []StepScores {
	var out []StepScores
	for i, s := range f.steps {
		entry := StepScores{Step: i, Name: s.name}
		var k *kept
		switch do := s.do.(type) {
		case *keptCurve:
			k = &do.kept
			entry.Metric, entry.Curve = do.Metric, do.copied()
		case *kept:
			k = do
		}
		if k == nil || s.name == "Drop" || s.name == "Keep" {
			continue
		}
		entry.By = k.By
		for j, name := range s.takes {
			entry.Columns = append(entry.Columns, k.score(j, name))
		}
		out = append(out, entry)
	}
	return out
}

func (k *kept) score(j int, name string) ColumnScore {
	c := ColumnScore{Name: name, Kept: k.Keep[j], Score: math.NaN(), P: math.NaN()}
	if len(k.Scores) > 0 {
		c.Score = k.Scores[j]
	}
	if len(k.P) > 0 {
		c.P = k.P[j]
	}
	if len(k.Ranks) > 0 {
		c.Rank = k.Ranks[j]
	}
	return c
}

// copied keeps the fitted curve from being changed.
func (k *keptCurve) copied() []CurvePoint {
	out := make([]CurvePoint, len(k.Curve))
	for i, c := range k.Curve {
		out[i] = c
		out[i].Folds = slices.Clone(c.Folds)
	}
	return out
}
