package leak

import (
	"context"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// What is fitted on training rows is applied to any, and the way round is loud.
func _(ctx context.Context, t frame.Table) (frame.Table, error) {
	rows, err := split.Rows(t, split.RowOptions{Label: "class"})
	if err != nil {
		return frame.Table{}, err
	}
	train, valid, test, err := split.Tables(ctx, t, split.Stratified(rows, split.Options{}))
	if err != nil {
		return frame.Table{}, err
	}
	fitted, err := impute.KNN{}.Fit(ctx, nil, train)
	if err != nil {
		return frame.Table{}, err
	}
	for _, table := range []frame.Table{train.Table(), valid.Table(), test.Table(), t} {
		if _, _, err := fitted.Apply(ctx, nil, table); err != nil {
			return frame.Table{}, err
		}
	}
	if _, err := (impute.Simple{}).Fit(ctx, nil, split.WholeAsTrain(t)); err != nil {
		return frame.Table{}, err
	}
	out, _, err := impute.ForwardFill{}.Apply(ctx, nil, test.Table())
	return out, err
}
