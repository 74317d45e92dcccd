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
	// Divide, if it is not nil, divides them instead: by time ([split.TimeSeries]), in folds
	// that were made elsewhere ([split.Given]), or in any other way. Of Folds only the Seed
	// is then used. Rows that no fold tests are not predicted, and do not count in a score;
	// rows that several folds test are predicted as often.
	Divide split.Folder
	// Rows say which rows stay together: its Group, Duplicates and Alike are used. Group is
	// also that of the sets' pipelines: it is no feature, and the folds within a step keep
	// it together too. Those do not know of Duplicates and Alike: name the clusters in a
	// column, and make that the Group, where a step has folds. With Divide only the Group
	// is used, for the pipelines.
	Rows split.RowOptions
}

// Comparison says how well a model does with several sets of features, and what each
// costs.
type Comparison struct {
	Target  string
	Numbers bool // the target has numbers: R2 and RMSE are set, else the others
	Rows    int  // training rows
	// Predicted is how many of the rows some fold tests: all of them, unless Divide leaves
	// some out. Scores and intervals are of these.
	Predicted int
	Folds     int // in each repeat; all of them where Divide made them
	// Repeats is how often each row is predicted; with Divide, the one that is most often.
	Repeats int
	Seed    uint64
	Sets    []SetScore // in the order of the options
}

// SetScore is how well a model does with one set of features. Scores are of all rows'
// out-of-fold predictions together: each row is predicted by a model of a fold's training
// rows, whose pipeline was fitted on them alone.
type SetScore struct {
	Name string

	Accuracy    evaluate.Interval // Wilson's interval, for as many rows as are predicted
	MacroRecall evaluate.Interval // these four: 95 % percentile intervals of a bootstrap
	MacroF1     evaluate.Interval // over the rows, in up to 400 blocks of neighbouring ones
	R2          evaluate.Interval
	RMSE        evaluate.Interval
	// FoldScores are the accuracy, or R², in each fold.
	FoldScores []float64

	// Difference compares with the first set, in accuracy or R²: by McNemar's exact test on
	// the rows for classes that are predicted once, else by Nadeau and Bengio's corrected t-test on
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
	total := int64(c.o.Folds.K * c.o.Folds.Repeats * planned) // 0: unknown
	for f, err := range split.EachFold(ctx, train.Table(), folds) {
		if err != nil {
			return nil, fmt.Errorf("feature: dividing the training rows into folds: %w", err)
		}
		if len(f.Rows) == 0 {
			return nil, fmt.Errorf("feature: %w: fold %d tests no row; leave it out", ErrEmpty, k+1)
		}
		layer := c.layer(f.Rows)
		for i := range c.entries {
			// Each fold begins with another set, so that none always pays for cold memory.
			e := c.entries[(i+k)%len(c.entries)]
			if err := c.run(ctx, e, f, layer); err != nil {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				return nil, fmt.Errorf("feature: set %.40q, fold %d: %w", e.Name, k+1, err)
			}
			progress.Or(rep).Report(progress.Event{Task: "comparing features", Done: int64(k*planned + i + 1), Total: total, Unit: "fits"})
		}
		c.shares += float64(f.Test.Table().Nrow()) / float64(f.Train.Table().Nrow())
		k++
	}
	if c.parts = k; k == 0 {
		return nil, fmt.Errorf("feature: %w: there are no folds", split.ErrFolds)
	}
	return c.comparison(ctx)
}
