package feature

import (
	"context"
	"fmt"
	"time"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Set is a way to make features that is compared with others.
type Set struct {
	Name  string
	Steps []Step // of the pipeline
}

// CompareOptions say what is compared, and how. Target and Sets are needed.
type CompareOptions struct {
	Target  string // as in [Pipeline]
	Classes bool   // as in [Pipeline]
	// Sets are compared with the first one.
	Sets []Set
	// Classifier learns a target that names classes, Regressor one of numbers. nil means
	// Logistic and Ridge with their defaults.
	Classifier estimate.Classifier
	Regressor  estimate.Regressor
	// Folds divide the training rows, stratified where the target names classes. Its Valid
	// is not used. Its Seed is also that of the bootstrap.
	Folds split.FoldOptions
	// Rows say which rows stay together: its Group, Duplicates and Alike are used.
	Rows split.RowOptions
}

// Comparison says how well a model does with several sets of features, and what each
// costs.
type Comparison struct {
	Target  string
	Numbers bool // the target has numbers: R2 and RMSE are set, else the others
	Rows    int
	Folds   int // in each repeat
	Repeats int
	Seed    uint64
	Sets    []SetScore // in the order of the options
}

// SetScore is how well a model does with one set of features. Scores are of all rows'
// out-of-fold predictions together: each row is predicted by a model of the other folds,
// whose pipeline was fitted on them alone.
type SetScore struct {
	Name string

	Accuracy    evaluate.Interval // Wilson's interval, for as many rows as there are
	MacroRecall evaluate.Interval // these four: 95 % percentile intervals of a bootstrap
	MacroF1     evaluate.Interval // over the rows, in up to 400 blocks of neighbouring ones
	R2          evaluate.Interval
	RMSE        evaluate.Interval
	// FoldScores are the accuracy, or R², in each fold.
	FoldScores []float64

	// Difference compares with the first set, in accuracy or R²: by McNemar's exact test on
	// the rows for classes in one repeat, else by Nadeau and Bengio's corrected t-test on
	// the folds. It is zero for the first set, and where the folds leave no spread to judge
	// by its Test is "".
	Difference evaluate.Comparison

	// Features is how many there were in each fold, Chosen in how many folds each one was,
	// in the order in which they came up.
	Features []int
	Chosen   []Chosen

	// What one fold costs, on average. Bytes are those that the whole process allocated
	// meanwhile.
	FitPipeline time.Duration // also makes the training rows' features
	FitModel    time.Duration
	Predict     time.Duration // features and predictions of the fold's test rows
	Allocated   int64         // bytes, for FitPipeline and FitModel
	Matrix      int64         // bytes of the training rows' features
}

// Chosen is a feature and how many folds had it.
type Chosen struct {
	Name  string
	Folds int
}

// Compare runs each set of features through a model with cross-validation, all in the same
// folds. The pipeline is fitted in each fold, on that fold's training part alone, so that
// nothing that a selector sees is what it is judged by.
//
// The best of several sets looks better than it is, as it was chosen by these very scores;
// judge it by rows that are held back.
func Compare(ctx context.Context, rep progress.Reporter, train split.Train, o CompareOptions) (*Comparison, error) {
	c, folds, err := newContest(ctx, train, o)
	if err != nil {
		return nil, err
	}
	k, planned := 0, len(c.entries)
	for f, err := range split.EachFold(ctx, train.Table(), folds) {
		if err != nil {
			return nil, fmt.Errorf("feature: dividing the training rows into folds: %w", err)
		}
		for i := range c.entries {
			// Each fold begins with another set, so that none always pays for cold memory.
			e := c.entries[(i+k)%len(c.entries)]
			if err := c.run(ctx, e, f, k); err != nil {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				return nil, fmt.Errorf("feature: set %.40q, fold %d: %w", e.Name, k+1, err)
			}
			progress.Or(rep).Report(progress.Event{Task: "comparing features", Done: int64(k*planned + i + 1), Total: int64(c.parts * planned), Unit: "fits"})
		}
		c.shares += float64(f.Test.Table().Nrow()) / float64(f.Train.Table().Nrow())
		k++
	}
	return c.comparison(ctx)
}
