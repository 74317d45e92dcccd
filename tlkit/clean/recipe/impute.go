package recipe

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Steps about missing values are the descriptions of package impute, where their options
// are documented.
type (
	// FillConstant fills missing values with one that is given.
	FillConstant impute.Constant
	// FillForward fills missing values with the last one before them. It is pandas' ffill;
	// [FillDown] is OpenRefine's.
	FillForward impute.ForwardFill
	// FillBackward fills missing values with the next one after them.
	FillBackward impute.BackwardFill
	// Interpolate fills missing numbers from those before and after them.
	Interpolate impute.Interpolate
	// DropMissing drops rows by how many of their values are missing.
	DropMissing impute.DropOptions
	// DropColumns drops the columns of which too much is missing among the training rows.
	DropColumns impute.DropOptions
	// Fill fills missing values with the mean, the median, the most frequent value or a
	// given one, as the training rows have them.
	Fill impute.Simple
	// FillKNN fills missing numbers with the mean of the nearest training rows.
	FillKNN impute.KNN
	// FillIterative fills missing numbers with what models predict from the other columns,
	// learnt from the training rows.
	FillIterative impute.Iterative
)

func (FillConstant) Name() string  { return "fill-constant" }
func (FillForward) Name() string   { return "fill-forward" }
func (FillBackward) Name() string  { return "fill-backward" }
func (Interpolate) Name() string   { return "interpolate" }
func (DropMissing) Name() string   { return "drop-missing" }
func (DropColumns) Name() string   { return "drop-columns" }
func (Fill) Name() string          { return "fill" }
func (FillKNN) Name() string       { return "fill-knn" }
func (FillIterative) Name() string { return "fill-iterative" }

func (f FillConstant) String() string  { return impute.Constant(f).String() }
func (f FillForward) String() string   { return impute.ForwardFill(f).String() }
func (f FillBackward) String() string  { return impute.BackwardFill(f).String() }
func (f Interpolate) String() string   { return impute.Interpolate(f).String() }
func (f Fill) String() string          { return impute.Simple(f).String() }
func (f FillKNN) String() string       { return impute.KNN(f).String() }
func (f FillIterative) String() string { return impute.Iterative(f).String() }

func (d DropMissing) String() string { return "drop rows with " + missingRule(impute.DropOptions(d)) }
func (d DropColumns) String() string {
	return "drop columns with " + missingRule(impute.DropOptions(d))
}

func missingRule(o impute.DropOptions) string {
	s := "missing values (" + o.Rule.String()
	switch o.Rule {
	case impute.FewValues:
		s += fmt.Sprintf(", %d", o.Values)
	case impute.MoreMissing:
		s += fmt.Sprintf(", %v", o.Share)
	}
	s += ")"
	if len(o.Columns) > 0 {
		s += " in " + listed("column", o.Columns)
	}
	return s
}

func (f FillConstant) check() error  { return nil }
func (f FillForward) check() error   { return nil }
func (f FillBackward) check() error  { return nil }
func (f Interpolate) check() error   { return nil }
func (f Fill) check() error          { return nil }
func (f FillKNN) check() error       { return nil }
func (f FillIterative) check() error { return nil }

func (d DropMissing) check() error { return wrong(checkDrop(impute.DropOptions(d))) }
func (d DropColumns) check() error { return wrong(checkDrop(impute.DropOptions(d))) }

// checkDrop tries the options on a table that has nothing but the columns that they name.
func checkDrop(o impute.DropOptions) error {
	o.Columns = nil
	_, _, err := impute.DropRows(frame.Table{}, o)
	return err
}

func (f FillConstant) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	t, report, err := impute.Constant(f).Apply(ctx, rep, s.Table)
	return s.filled(f.Columns, t, report, err)
}

func (f FillForward) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	t, report, err := impute.ForwardFill(f).Apply(ctx, rep, s.Table)
	return s.filled(f.Columns, t, report, err)
}

func (f FillBackward) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	t, report, err := impute.BackwardFill(f).Apply(ctx, rep, s.Table)
	return s.filled(f.Columns, t, report, err)
}

func (f Interpolate) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	t, report, err := impute.Interpolate(f).Apply(ctx, rep, s.Table)
	return s.filled(f.Columns, t, report, err)
}

func (d DropMissing) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	_, dropped, err := impute.DropRows(s.Table, impute.DropOptions(d))
	if err != nil {
		return outcome{}, err
	}
	goes := make([]bool, s.Nrow())
	for _, r := range dropped {
		goes[r] = true
	}
	return s.keep(func(i int) bool { return !goes[i] })
}

// filled is the outcome of a step that fills these columns, or all if none are named. What
// the report says of values that are still missing in them goes into the notes.
func (s state) filled(columns []string, t frame.Table, report *impute.Report, err error) (outcome, error) {
	if err != nil {
		return outcome{}, err
	}
	out := outcome{state: s.on(t)}
	for _, c := range report.Columns {
		if c.Left() > 0 && (len(columns) == 0 || slices.Contains(columns, c.Column)) {
			out.notes = append(out.notes, fmt.Sprintf("%s: %s still missing: %s", quoted(c.Column), wording.Count(c.Left(), "cell"), c.Why))
		}
	}
	return out, nil
}

// imputing is what the fitted imputers share as steps.
type imputing struct {
	fit     impute.Fitted
	columns []string // that the step names
}

func (i imputing) MarshalJSON() ([]byte, error) { return impute.Save(i.fit) }

func (i imputing) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	t, report, err := i.fit.Apply(ctx, rep, s.Table)
	return s.filled(i.columns, t, report, err)
}

// learnImputer fits an imputer on the state's rows, which are training rows.
func learnImputer(ctx context.Context, rep progress.Reporter, im impute.Imputer, columns []string, s state) (learnt, error) {
	fit, err := im.Fit(ctx, rep, split.WholeAsTrain(s.Table))
	if err != nil {
		return nil, err
	}
	return imputing{fit, columns}, nil
}

// restoreImputer reads a fitted imputer of type F.
func restoreImputer[F impute.Fitted](n strict.Node, columns []string) (learnt, error) {
	fit, err := impute.Load(n.Raw())
	if err != nil {
		return nil, err
	}
	if _, ok := fit.(F); !ok {
		return nil, fmt.Errorf("this is what another kind of step learnt (%v)", fit)
	}
	return imputing{fit, columns}, nil
}

func (f Fill) fit(ctx context.Context, rep progress.Reporter, s state) (learnt, error) {
	return learnImputer(ctx, rep, impute.Simple(f), f.Columns, s)
}

func (f Fill) restore(n strict.Node) (learnt, error) {
	return restoreImputer[*impute.FittedSimple](n, f.Columns)
}

func (f FillKNN) fit(ctx context.Context, rep progress.Reporter, s state) (learnt, error) {
	return learnImputer(ctx, rep, impute.KNN(f), f.Columns, s)
}

func (f FillKNN) restore(n strict.Node) (learnt, error) {
	return restoreImputer[*impute.FittedKNN](n, f.Columns)
}

func (f FillIterative) fit(ctx context.Context, rep progress.Reporter, s state) (learnt, error) {
	return learnImputer(ctx, rep, impute.Iterative(f), f.Columns, s)
}

func (f FillIterative) restore(n strict.Node) (learnt, error) {
	return restoreImputer[*impute.FittedIterative](n, f.Columns)
}

// MarshalJSON writes the options; the regressor is one of package estimate's.
func (f FillIterative) MarshalJSON() ([]byte, error) { return json.Marshal(impute.Iterative(f)) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *FillIterative) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, (*impute.Iterative)(f))
}

// dropping are the columns that a DropColumns drops.
type dropping struct {
	Columns []string `json:"columns"`
}

func (d DropColumns) fit(_ context.Context, _ progress.Reporter, s state) (learnt, error) {
	_, gone, err := impute.DropColumns(s.Table, impute.DropOptions(d))
	if err != nil {
		return nil, err
	}
	return dropping{gone}, nil
}

func (d DropColumns) restore(n strict.Node) (learnt, error) {
	var l dropping
	err := n.Decode(&l)
	return l, err
}

func (d dropping) MarshalJSON() ([]byte, error) {
	type plain dropping
	return json.Marshal(plain(d))
}

func (d dropping) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	out, err := s.without(d.Columns...)
	return outcome{state: out}, err
}
