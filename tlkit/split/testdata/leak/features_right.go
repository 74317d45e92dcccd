package leak

import (
	"context"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// A pipeline is fitted on training rows, applied to any, and judged by those held back.
func _(ctx context.Context, t frame.Table) error {
	rows, err := split.Rows(t, split.RowOptions{Label: "class"})
	if err != nil {
		return err
	}
	train, valid, test, err := split.Tables(ctx, t, split.Stratified(rows, split.Options{}))
	if err != nil {
		return err
	}
	p := feature.Pipeline{Target: "class", Steps: []feature.Step{feature.StandardScaler{}, feature.RFECV{}}}
	fitted, err := p.Fit(ctx, nil, train)
	if err != nil {
		return err
	}
	for _, table := range []frame.Table{train.Table(), valid.Table(), test.Table(), t} {
		if _, err := fitted.Matrix(ctx, nil, table); err != nil {
			return err
		}
	}
	sets := []feature.Set{{Name: "all"}, {Name: "chosen", Steps: p.Steps}}
	if _, err := feature.Compare(ctx, nil, train, feature.CompareOptions{Target: "class", Sets: sets}); err != nil {
		return err
	}
	model, err := feature.Classifier{Pipeline: p, Model: estimate.Logistic{}}.Fit(ctx, nil, train)
	if err != nil {
		return err
	}
	if _, err := model.Evaluate(ctx, nil, valid); err != nil {
		return err
	}
	_, err = model.Permutation(ctx, nil, test, feature.PermutationOptions{})
	return err
}
