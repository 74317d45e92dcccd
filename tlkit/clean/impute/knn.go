package impute

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// KNN fills each missing number with the mean of that column in the training rows that are
// nearest and have a value there (Troyanskaya et al. 2001), as scikit-learn's KNNImputer
// does. Rows are compared over the columns that both have; where a row shares none with any
// training row, the column's mean is filled in.
//
// Which of equally far rows is nearer is left open by scikit-learn; here it is the one that
// stands first. Its cost grows with rows to fill × training rows × columns: 20 000 × 20 000
// × 20 takes a second or two. Training rows stay in the fitted imputer.
type KNN struct {
	// Columns are compared, and filled where they miss a value; they are numbers. None: all
	// columns of ints and floats.
	Columns []string `json:"columns,omitempty"`
	// Neighbors is how many rows are averaged. 0 means 5.
	Neighbors int `json:"neighbors,omitempty"`
	// Weights is how much each counts. The zero value is estimate.Uniform.
	Weights estimate.Weights `json:"weights,omitempty"`
	// Standardize divides each column's differences by its standard deviation among the
	// training rows, so that no column counts more because its unit is smaller.
	// scikit-learn does not; it asks for scaled columns.
	Standardize bool `json:"standardize,omitempty"`
	// Ints says what becomes of columns of ints.
	Ints Ints `json:"ints,omitempty"`
	// Others says what becomes of columns that are not numbers. The zero value is Leave.
	Others Others `json:"others,omitempty"`
	// KeepEmpty leaves columns without any value to learn from as they are. They are
	// otherwise an [*EmptyError].
	KeepEmpty bool `json:"keepEmpty,omitempty"`
	// Indicators adds a boolean column for each column with missing values among the
	// training rows: its name and "_missing", true where the value was missing.
	Indicators bool `json:"indicators,omitempty"`
}

// FittedKNN is a fitted [KNN].
type FittedKNN struct {
	numeric
	neighbors int
	weights   estimate.Weights
	rows      matrix    // one column for each that is not empty
	means     []float64 // of each
	scale     []float64 // nil unless the differences are standardised
	donors    *donors
}

// String says what is done.
func (o KNN) String() string {
	s := fmt.Sprintf("%d nearest neighbours", o.neighbors())
	if o.Weights == estimate.Distance {
		s += " by distance"
	}
	if o.Standardize {
		s += ", standardised"
	}
	return s + of(o.Columns)
}

func (o KNN) neighbors() int {
	if o.Neighbors == 0 {
		return 5
	}
	return o.Neighbors
}

func (o KNN) check() error {
	if o.Neighbors < 0 {
		return optionf("Neighbors is %d; ask for at least 1", o.Neighbors)
	}
	if o.Weights != estimate.Uniform && o.Weights != estimate.Distance {
		return optionf("Weights is %v; use estimate.Uniform or estimate.Distance", o.Weights)
	}
	return checkNumeric(o.Ints, o.Others)
}

// Fit keeps the training rows. It gives a [*FittedKNN].
func (o KNN) Fit(ctx context.Context, _ progress.Reporter, train split.Train) (Fitted, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	f := &FittedKNN{neighbors: o.neighbors(), weights: o.Weights}
	var err error
	if f.numeric, f.rows, err = fitNumeric(ctx, train, o.Columns, o.Ints, o.Others, o.KeepEmpty, o.Indicators); err != nil {
		return nil, err
	}
	if o.Standardize {
		f.scale = make([]float64, len(f.rows))
		for j, v := range f.rows {
			if _, f.scale[j] = known(v); !(f.scale[j] > 0) {
				f.scale[j] = 1 // a constant column tells no rows apart
			}
			if math.IsInf(f.scale[j], 0) {
				return nil, fmt.Errorf("impute: %w: the standard deviation of column %.40q is infinite; bring it to a smaller scale", ErrNumber, f.used()[j].Name)
			}
		}
	}
	return f, f.prepare()
}

// prepare makes what follows from the rest.
func (f *FittedKNN) prepare() error {
	f.means = make([]float64, len(f.rows))
	for j, v := range f.rows {
		if f.means[j], _ = known(v); math.IsInf(f.means[j], 0) || math.IsNaN(f.means[j]) {
			return fmt.Errorf("impute: %w: the mean of column %.40q is beyond the largest number; bring it to a smaller scale", ErrNumber, f.used()[j].Name)
		}
	}
	f.donors = newDonors(f.rows, f.scale)
	return nil
}

// Neighbors is how many rows are averaged.
func (f *FittedKNN) Neighbors() int { return f.neighbors }

// Rows is the number of training rows.
func (f *FittedKNN) Rows() int { return f.rows.rows() }

// String says what is done.
func (f *FittedKNN) String() string {
	return fmt.Sprintf("%d nearest of %d rows in %d columns", f.neighbors, f.Rows(), len(f.rows))
}

// Apply fills the columns.
func (f *FittedKNN) Apply(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	w, err := f.begin(ctx, "nearest neighbours", t)
	if err != nil {
		return frame.Table{}, nil, err
	}
	rows := w.incomplete()
	// Each missing cell has its place, so that goroutines do not meet.
	for j := range w.m {
		w.values[j] = make([]float64, len(w.holes[j]))
	}
	var beyond atomic.Bool
	var filled atomic.Int64
	rep = progress.Or(rep)
	done := func(n int) {
		rep.Report(progress.Event{Task: "nearest neighbours", Done: filled.Add(int64(n)), Total: int64(len(rows)), Unit: "rows"})
	}
	err = f.donors.nearest(ctx, w.m, rows, f.neighbors, done, func(j, row int, list []near) {
		v := f.mean(j, list)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			beyond.Store(true)
		}
		k, _ := slices.BinarySearch(w.holes[j], row)
		w.values[j][k] = v
	})
	if err != nil {
		return frame.Table{}, nil, err
	}
	if beyond.Load() {
		return frame.Table{}, nil, fmt.Errorf("impute: %w: distances are beyond the largest number; set Standardize, or bring the columns to smaller scales", ErrNumber)
	}
	return w.done(ctx)
}

// mean is the value for feature j of a row with these donors.
func (f *FittedKNN) mean(j int, list []near) float64 {
	if len(list) == 0 {
		return f.means[j]
	}
	weights := make([]float64, len(list))
	for i, n := range list {
		weights[i] = math.Sqrt(n.square * float64(len(f.rows)))
	}
	f.weights.Of(weights)
	sum, total := 0.0, 0.0
	for i, n := range list {
		sum += f.rows[j][n.row] * weights[i]
		total += weights[i]
	}
	return sum / total
}

type knnForm struct {
	Format    string           `json:"format"`
	Numeric   numericForm      `json:"fit"`
	Neighbors int              `json:"neighbors"`
	Weights   estimate.Weights `json:"weights"`
	Scale     numbers          `json:"scale,omitempty"`
	Rows      []numbers        `json:"rows"` // column by column
}

const knnFormat = "tlkit knn imputer 1"

// MarshalJSON writes what was learnt, the training rows included.
func (f *FittedKNN) MarshalJSON() ([]byte, error) {
	form := knnForm{Format: knnFormat, Numeric: f.form(), Neighbors: f.neighbors, Weights: f.weights, Scale: f.scale}
	for _, v := range f.rows {
		form.Rows = append(form.Rows, v)
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads what MarshalJSON wrote; an error is [ErrFile].
func (f *FittedKNN) UnmarshalJSON(b []byte) error {
	var form knnForm
	if err := open(b, &form, &form.Format, knnFormat); err != nil {
		return err
	}
	out := FittedKNN{neighbors: form.Neighbors, weights: form.Weights}
	var err error
	if out.numeric, err = form.Numeric.load(); err != nil {
		return err
	}
	if form.Neighbors < 1 || len(form.Rows) != len(out.used()) {
		return fmt.Errorf("impute: %w: %d neighbours, and rows of %d columns for %d", ErrFile, form.Neighbors, len(form.Rows), len(out.used()))
	}
	for _, v := range form.Rows {
		if len(v) != len(form.Rows[0]) {
			return fmt.Errorf("impute: %w: columns of %d and %d rows", ErrFile, len(form.Rows[0]), len(v))
		}
		some := false
		for _, x := range v {
			some = some || x == x
		}
		if !some {
			return fmt.Errorf("impute: %w: a column without any value", ErrFile)
		}
		out.rows = append(out.rows, v)
	}
	if form.Scale != nil {
		out.scale = form.Scale
		if len(out.scale) != len(out.rows) {
			return fmt.Errorf("impute: %w: %d scales for %d columns", ErrFile, len(out.scale), len(out.rows))
		}
		for _, s := range out.scale {
			if !(s > 0) {
				return fmt.Errorf("impute: %w: a scale of %v", ErrFile, s)
			}
		}
	}
	if err := out.prepare(); err != nil {
		return err
	}
	*f = out
	return nil
}
