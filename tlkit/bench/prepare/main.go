// Command prepare is the kit's side of the preparation benchmark: one job, in a process that
// links no more than it needs. It prints what ../peers/prepare.py prints. The command bench
// builds it and runs it.
//
//	prepare split|scale|power|onehot|information|rfe|path|knn|serve TABLE
//	prepare make TABLE ROWS COLUMNS CLASSES TEXTS
package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/bench/job"
	"transferlab/tlkit/estimate"
	"transferlab/tlkit/feature"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
	"transferlab/tlkit/split"
)

func main() { job.Main("prepare", run) }

func run(args []string, steps job.Steps) (map[string]any, error) {
	ctx := context.Background()
	if len(args) > 0 && args[0] == "make" {
		return nil, makes(args[1:])
	}
	if len(args) != 2 {
		return nil, fmt.Errorf("give a job and a file")
	}
	jobs := map[string]func(context.Context, job.Steps, frame.Table) (map[string]any, error){
		"split": splitting, "scale": scaling, "power": power, "onehot": oneHot, "information": information,
		"rfe": elimination, "path": path, "knn": nearest, "serve": serve,
	}
	do, ok := jobs[args[0]]
	if !ok {
		return nil, fmt.Errorf("there is no job %q", args[0])
	}
	t, err := parquet.File(args[1], parquet.Options{}).Read(ctx, nil)
	if err != nil {
		return nil, err
	}
	return do(ctx, steps, t)
}

func splitting(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	var train split.Train
	var valid, test split.Held
	err := steps.Step("stratified split", func() error {
		rows, err := split.Rows(t, split.RowOptions{Label: "y"})
		if err != nil {
			return err
		}
		train, valid, test, err = split.Tables(ctx, t, split.Stratified(rows, split.Options{Seed: 7}))
		return err
	})
	return map[string]any{"train": train.Table().Nrow(), "valid": valid.Table().Nrow(), "test": test.Table().Nrow()}, err
}

// numbersOnly leaves the text out.
func numbersOnly(t frame.Table) (frame.Table, error) {
	for _, name := range t.Names() {
		if name == "product" {
			return t.Without(name)
		}
	}
	return t, nil
}

// scale fits each scaler, makes the matrix of all rows, and adds up its size.
func scale(ctx context.Context, steps job.Steps, t frame.Table, names []string, scalers []feature.Step) (map[string]any, error) {
	t, err := numbersOnly(t)
	if err != nil {
		return nil, err
	}
	check := map[string]any{}
	for k, name := range names {
		var x *mat.Dense
		err := steps.Step(name, func() error {
			f, err := feature.Pipeline{Target: "y", Steps: scalers[k : k+1]}.Fit(ctx, nil, split.WholeAsTrain(t))
			if err != nil {
				return err
			}
			x, err = f.Matrix(ctx, nil, t)
			return err
		})
		if err != nil {
			return nil, err
		}
		sum := 0.0
		for _, v := range x.RawMatrix().Data {
			sum += math.Abs(v)
		}
		check[name] = sum
	}
	return check, nil
}

func scaling(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	check, err := scale(ctx, steps, t, []string{"standard", "min-max", "max-abs", "robust", "quantile"},
		[]feature.Step{feature.StandardScaler{}, feature.MinMaxScaler{}, feature.MaxAbsScaler{}, feature.RobustScaler{}, feature.QuantileTransformer{}})
	delete(check, "quantile") // the reference learns it from ten thousand rows by chance
	return check, err
}

func power(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	return scale(ctx, steps, t, []string{"power"}, []feature.Step{feature.PowerTransformer{}})
}

func oneHot(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	t, err := t.Pick("product")
	if err != nil {
		return nil, err
	}
	var x *feature.Sparse
	err = steps.Step("one-hot", func() error {
		f, err := feature.Pipeline{Steps: []feature.Step{feature.OneHotEncoder{}}}.Fit(ctx, nil, split.WholeAsTrain(t))
		if err != nil {
			return err
		}
		x, err = f.Sparse(ctx, nil, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"rows": x.Rows, "features": x.Cols, "ones": len(x.Value)}, nil
}

func information(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	t, err := numbersOnly(t)
	if err != nil {
		return nil, err
	}
	err = steps.Step("mutual information", func() error {
		_, err := feature.Pipeline{Target: "y", Classes: true, Steps: []feature.Step{feature.SelectBest{Score: feature.MutualInformation, K: 10}}}.Fit(ctx, nil, split.WholeAsTrain(t))
		return err
	})
	return map[string]any{"rows": t.Nrow()}, err
}

func elimination(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	var f *feature.Fitted
	err := steps.Step("RFE", func() (err error) {
		f, err = feature.Pipeline{Target: "y", Steps: []feature.Step{feature.RFE{K: 10}}}.Fit(ctx, nil, split.WholeAsTrain(t))
		return err
	})
	if err != nil {
		return nil, err
	}
	which := 0
	for k, name := range t.Names() {
		for _, kept := range f.Names() {
			if kept == name {
				which += k * k
			}
		}
	}
	return map[string]any{"features": t.Ncol() - 1, "kept": len(f.Names()), "which": which}, nil
}

// matrixOf gives the features and the target of a table, read before the clock runs.
func matrixOf(ctx context.Context, t frame.Table) (*mat.Dense, frame.Column, error) {
	f, err := feature.Pipeline{Target: "y"}.Fit(ctx, nil, split.WholeAsTrain(t))
	if err != nil {
		return nil, frame.Column{}, err
	}
	x, err := f.Matrix(ctx, nil, t)
	if err != nil {
		return nil, frame.Column{}, err
	}
	y, err := t.Column("y")
	return x, y, err
}

func path(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	x, c, err := matrixOf(ctx, t)
	if err != nil {
		return nil, err
	}
	y, err := c.Numbers()
	if err != nil {
		return nil, err
	}
	var p *estimate.Path
	err = steps.Step("lasso path", func() error {
		p, err = estimate.Lasso{}.Path(ctx, nil, x, y, estimate.Grid{})
		return err
	})
	if err != nil {
		return nil, err
	}
	last := 0.0
	for _, v := range p.Models[len(p.Models)-1].Coef {
		last += math.Abs(v)
	}
	// The reference stops at a gap of 1e-4: two digits are what it has.
	return map[string]any{"alphas": len(p.Alphas), "first": p.Alphas[0], "last": math.Round(100*last) / 100}, nil
}

func nearest(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	t, err := numbersOnly(t)
	if err != nil {
		return nil, err
	}
	x, c, err := matrixOf(ctx, t)
	if err != nil {
		return nil, err
	}
	labels := make([]string, c.Len())
	for i := range labels {
		labels[i] = c.Format(i)
	}
	n, p := x.Dims()
	half := n / 2
	var said []string
	err = steps.Step("kNN", func() error {
		m, err := estimate.KNNClassifier{}.Fit(ctx, nil, x.Slice(0, half, 0, p), labels[:half])
		if err != nil {
			return err
		}
		said, err = estimate.Predict(ctx, nil, m, x.Slice(half, n, 0, p))
		return err
	})
	right := 0
	for i, s := range said {
		if s == labels[half+i] {
			right++
		}
	}
	return map[string]any{"rows": len(said), "right": right}, err
}

// serve times a fitted pipeline on one row after the other.
func serve(ctx context.Context, steps job.Steps, t frame.Table) (map[string]any, error) {
	p := feature.Pipeline{Target: "y", Classes: true, Steps: []feature.Step{
		feature.StandardScaler{}, feature.TargetEncoder{}, feature.SelectBest{Score: feature.AnovaF, K: 10},
	}}
	f, err := p.Fit(ctx, nil, split.WholeAsTrain(t))
	if err != nil {
		return nil, err
	}
	row, err := f.Row()
	if err != nil {
		return nil, err
	}
	inputs := f.Inputs()
	one := func(k int) {
		for i, in := range inputs {
			if in.Kind == frame.Text || in.Kind == frame.Category {
				_ = row.SetText(i, products[k%len(products)])
			} else {
				_ = row.SetNumber(i, float64(k%7)-3)
			}
		}
		if _, err := row.Features(); err != nil {
			panic(err)
		}
	}
	one(0)
	const rows = 200_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for k := range rows {
		one(k)
	}
	steps["one row"] = time.Since(start).Seconds() / rows
	runtime.ReadMemStats(&after)
	return map[string]any{"allocations": (after.Mallocs - before.Mallocs) / rows, "inputs": len(inputs)}, nil
}

var products = []string{"product-0000", "product-0999", "product-0500", "unknown"}
