package feature

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/replace"
	"transferlab/tlkit/split"
)

// This file is pipelines with a model at their end: from a table's rows to predictions.

// Classifier describes a pipeline and the model that learns classes from its features.
type Classifier struct {
	Pipeline Pipeline // with a Target
	Model    estimate.Classifier
}

// Regressor describes a pipeline and the model that learns numbers from its features.
type Regressor struct {
	Pipeline Pipeline // with a Target of numbers
	Model    estimate.Regressor
}

// Classification is a fitted [Classifier]. It does not change.
type Classification struct {
	Features *Fitted
	Model    estimate.Classification
}

// Regression is a fitted [Regressor]. It does not change.
type Regression struct {
	Features *Fitted
	Model    estimate.Regression
}

// errNotFitted is that a predictor is a zero value.
var errNotFitted = fmt.Errorf("feature: %w: it was neither fitted nor loaded", ErrInput)

// Fit fits the pipeline, and the model on the training rows' features. A pipeline that
// leaves none is a [*NoFeatureError], a value that the model cannot use an [*InputError].
func (c Classifier) Fit(ctx context.Context, rep progress.Reporter, train split.Train) (*Classification, error) {
	if c.Model == nil {
		return nil, optionf("a Classifier has no Model; give it one of package estimate's")
	}
	f, x, err := c.Pipeline.features(ctx, rep, train)
	if err != nil {
		return nil, err
	}
	if f.target.Name != "" && !f.classes && numericKind(f.target.Kind) {
		return nil, fmt.Errorf("feature: %w: column %.40q has numbers, and a Classifier learns classes; set the pipeline's Classes if the numbers name some, or use a Regressor", ErrTarget, f.target.Name)
	}
	labels, err := f.Labels(train.Table())
	if err != nil {
		return nil, err
	}
	m, err := c.Model.Fit(ctx, rep, x, labels)
	if err != nil {
		return nil, f.named(err)
	}
	return &Classification{f, m}, nil
}

// Fit fits the pipeline, and the model on the training rows' features. A pipeline that
// leaves none is a [*NoFeatureError], a value that the model cannot use an [*InputError].
func (r Regressor) Fit(ctx context.Context, rep progress.Reporter, train split.Train) (*Regression, error) {
	if r.Model == nil {
		return nil, optionf("a Regressor has no Model; give it one of package estimate's")
	}
	f, x, err := r.Pipeline.features(ctx, rep, train)
	if err != nil {
		return nil, err
	}
	if f.target.Name != "" && (f.classes || !numericKind(f.target.Kind)) {
		return nil, fmt.Errorf("feature: %w: column %.40q names classes, and a Regressor learns numbers; use a Classifier", ErrTarget, f.target.Name)
	}
	y, err := f.TargetNumbers(train.Table())
	if err != nil {
		return nil, err
	}
	m, err := fitRegressor(ctx, rep, r.Model, f, x, y, train, r.Pipeline.Group)
	if err != nil {
		return nil, err
	}
	return &Regression{f, m}, nil
}

// numericKind reports whether a kind is of numbers.
func numericKind(k frame.Kind) bool { return k == frame.Int || k == frame.Float }

// features fits the pipeline, and refuses one that leaves no feature.
func (p Pipeline) features(ctx context.Context, rep progress.Reporter, train split.Train) (*Fitted, *mat.Dense, error) {
	f, x, err := p.FitMatrix(ctx, rep, train)
	if err == nil {
		err = some(f)
	}
	return f, x, err
}

// fitRegressor fits a model that keeps the rows of a group together where it divides them.
func fitRegressor(ctx context.Context, rep progress.Reporter, r estimate.Regressor, f *Fitted, x *mat.Dense, y []float64, train split.Train, group string) (estimate.Regression, error) {
	g, err := groupingOf(train.Table(), group)
	if err != nil {
		return nil, err
	}
	m, err := g.together(r).Fit(ctx, rep, x, y)
	return m, f.named(err)
}

// Predict gives each row of a table its most probable class.
func (c *Classification) Predict(ctx context.Context, rep progress.Reporter, t frame.Table) ([]string, error) {
	x, err := c.matrix(ctx, rep, t)
	if err != nil || x == nil {
		return nil, err
	}
	out, err := estimate.Predict(ctx, rep, c.Model, x)
	return out, c.Features.named(err)
}

// Proba gives each row of a table the probabilities of the model's classes.
func (c *Classification) Proba(ctx context.Context, rep progress.Reporter, t frame.Table) ([][]float64, error) {
	x, err := c.matrix(ctx, rep, t)
	if err != nil || x == nil {
		return nil, err
	}
	out, err := c.Model.Proba(ctx, rep, x)
	return out, c.Features.named(err)
}

// matrix are the features of the rows; nil where there are no rows.
func (c *Classification) matrix(ctx context.Context, rep progress.Reporter, t frame.Table) (*mat.Dense, error) {
	if c == nil || c.Features == nil || c.Model == nil {
		return nil, errNotFitted
	}
	x, err := c.Features.Matrix(ctx, rep, t)
	if err != nil || t.Nrow() == 0 {
		return nil, err
	}
	return x, nil
}

// Predict gives each row of a table a number.
func (r *Regression) Predict(ctx context.Context, rep progress.Reporter, t frame.Table) ([]float64, error) {
	if r == nil || r.Features == nil || r.Model == nil {
		return nil, errNotFitted
	}
	x, err := r.Features.Matrix(ctx, rep, t)
	if err != nil || t.Nrow() == 0 {
		return nil, err
	}
	out, err := r.Model.Predict(ctx, rep, x)
	return out, r.Features.named(err)
}

// Evaluate judges the classifier by rows that were held back. A class that the training
// rows do not have is one that it always gets wrong.
func (c *Classification) Evaluate(ctx context.Context, rep progress.Reporter, held split.Held) (*evaluate.Report, error) {
	t := held.Table()
	if c == nil || c.Features == nil {
		return nil, errNotFitted
	}
	labels, err := c.Features.Labels(t)
	if err != nil {
		return nil, err
	}
	prob, err := c.Proba(ctx, rep, t)
	if err != nil {
		return nil, err
	}
	p := evaluate.Predictions{Classes: slices.Clone(c.Model.Classes()), Prob: prob, Labels: make([]int, len(labels))}
	known := len(p.Classes)
	for i, l := range labels {
		k := slices.Index(p.Classes, l)
		if k < 0 {
			k = len(p.Classes)
			p.Classes = append(p.Classes, l)
		}
		p.Labels[i] = k
	}
	if more := len(p.Classes) - known; more > 0 {
		for i, row := range p.Prob {
			p.Prob[i] = append(row[:known:known], make([]float64, more)...)
		}
	}
	return evaluate.New(p)
}

// Evaluate judges the regression by rows that were held back.
func (r *Regression) Evaluate(ctx context.Context, rep progress.Reporter, held split.Held) (*evaluate.NumbersReport, error) {
	if r == nil || r.Features == nil {
		return nil, errNotFitted
	}
	y, err := r.Features.TargetNumbers(held.Table())
	if err != nil {
		return nil, err
	}
	predicted, err := r.Predict(ctx, rep, held.Table())
	if err != nil {
		return nil, err
	}
	return evaluate.Numbers(y, predicted, 0, 0)
}

// predictorForm is a pipeline and its model in JSON.
type predictorForm struct {
	Format   string          `json:"format"`
	Pipeline json.RawMessage `json:"pipeline"`
	Model    json.RawMessage `json:"model"`
}

const (
	classifierFormat = "tlkit classifier 1"
	regressorFormat  = "tlkit regressor 1"
)

// Save writes pipeline and model to a file as JSON. The file is replaced whole or not at
// all.
func (c *Classification) Save(path string) error {
	return save(path, classifierFormat, c.Features, c.Model)
}

// Save writes pipeline and model to a file as JSON. The file is replaced whole or not at
// all.
func (r *Regression) Save(path string) error { return save(path, regressorFormat, r.Features, r.Model) }

func save(path, format string, f *Fitted, m estimate.Model) error {
	pipeline, err := json.Marshal(f)
	if err != nil {
		return err
	}
	model, err := estimate.SaveModel(m)
	if err != nil {
		return err
	}
	b, err := json.Marshal(predictorForm{format, pipeline, model})
	if err != nil {
		return fmt.Errorf("feature: %w", err)
	}
	if err := replace.File(path, append(b, '\n')); err != nil {
		return fmt.Errorf("feature: saving %s: %w", path, err)
	}
	return nil
}

// LoadClassification reads what [Classification.Save] wrote; it predicts the same bits.
func LoadClassification(path string) (*Classification, error) {
	f, model, err := load(path, classifierFormat)
	if err != nil {
		return nil, err
	}
	m, ok := model.(estimate.Classification)
	if !ok {
		return nil, fmt.Errorf("feature: %s: %w: its model is a %T, which is no classifier", path, ErrFile, model)
	}
	return &Classification{f, m}, nil
}

// LoadRegression reads what [Regression.Save] wrote; it predicts the same bits.
func LoadRegression(path string) (*Regression, error) {
	f, model, err := load(path, regressorFormat)
	if err != nil {
		return nil, err
	}
	m, ok := model.(estimate.Regression)
	if !ok {
		return nil, fmt.Errorf("feature: %s: %w: its model is a %T, which predicts no numbers", path, ErrFile, model)
	}
	return &Regression{f, m}, nil
}

func load(path, format string) (*Fitted, estimate.Model, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	f, m, err := decode(b, format)
	if err != nil {
		return nil, nil, fmt.Errorf("feature: %s: %w", path, err)
	}
	return f, m, nil
}

func decode(b []byte, format string) (*Fitted, estimate.Model, error) {
	var form predictorForm
	if err := strictly(b, &form); err != nil {
		return nil, nil, err
	}
	if form.Format != format {
		return nil, nil, fmt.Errorf("%w: format is %.40q, want %q", ErrFile, form.Format, format)
	}
	f := &Fitted{}
	if err := f.UnmarshalJSON(form.Pipeline); err != nil {
		return nil, nil, err
	}
	m, err := estimate.LoadModel(form.Model)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if n := len(f.plan.elements); m.Features() != n {
		return nil, nil, fmt.Errorf("%w: the model takes %d features, the pipeline makes %d", ErrFile, m.Features(), n)
	}
	return f, m, nil
}
