package impute

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/internal/wording"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Order is in which order columns are predicted within a round.
type Order uint8

// The orders.
const (
	Ascending   Order = iota // from the fewest missing values to the most
	Descending               // from the most to the fewest
	LeftToRight              // as they stand in the table: scikit-learn's "roman"
	RightToLeft              // scikit-learn's "arabic"
	RandomOrder              // by chance, anew in each round
)

var orderNames = enum.Names{Type: "Order", List: []string{"ascending", "descending", "leftToRight", "rightToLeft", "random"}, Err: errOption}

// String is the order's name: "ascending".
func (v Order) String() string { return orderNames.String(uint8(v)) }

// MarshalText writes the name.
func (v Order) MarshalText() ([]byte, error) { return orderNames.Marshal(uint8(v)) }

// UnmarshalText reads the name.
func (v *Order) UnmarshalText(b []byte) error { return orderNames.Unmarshal(b, (*uint8)(v)) }

// Limit is a bound of what a column is filled with.
type Limit struct {
	Column string  `json:"column,omitempty"` // empty: all columns
	Value  float64 `json:"value"`
}

// Iterative predicts each column's missing numbers from the other columns, in turns, as
// scikit-learn's IterativeImputer does (after van Buuren and Groothuis-Oudshoorn's MICE,
// 2011): missing values are first filled by Initial; then, in each round, each column is
// learnt from the others over the rows that have a value in it, and predicted where they
// have not. The rounds end when no row changes by more than Tolerance times the largest
// known number, or when they are used up. Applied to another table, the same models are
// used in the same order.
//
// A table of one column is filled by Initial alone.
type Iterative struct {
	// Columns are learnt from and filled; they are numbers. None: all columns of ints and
	// floats.
	Columns []string
	// Regressor learns one column from others. nil means estimate.BayesianRidge{}.
	Regressor estimate.Regressor
	// Initial is what missing values are first filled with: Mean (the zero value, too),
	// Median, MostFrequent, or Given: Number.
	Initial Strategy
	Number  float64
	// Order is in which order columns are predicted. The zero value is Ascending.
	Order Order
	// Rounds is the most rounds there are. 0 means 10.
	Rounds int
	// Tolerance ends the rounds. 0 means 0.001.
	Tolerance float64
	// Nearest is how many other columns one is learnt from: drawn anew for each column and
	// round, with chances in proportion to the absolute correlation. 0: all others.
	Nearest int
	// SkipComplete learns nothing about columns without missing values among the training
	// rows. It saves time; a table in which such a column misses values then gets the
	// Initial value there.
	SkipComplete bool
	// Min and Max bound the predicted values.
	Min, Max []Limit
	// Seed is where chance comes from: that of RandomOrder and of Nearest.
	Seed uint64
	// Ints says what becomes of columns of ints.
	Ints Ints
	// Others says what becomes of columns that are not numbers. The zero value is Leave.
	Others Others
	// KeepEmpty leaves columns without any value to learn from as they are. They are
	// otherwise an [*EmptyError].
	KeepEmpty bool
	// Indicators adds a boolean column for each column with missing values among the
	// training rows: its name and "_missing", true where the value was missing.
	Indicators bool
}

// FittedIterative is a fitted [Iterative].
type FittedIterative struct {
	numeric
	initial   []float64 // of the columns that are used
	min, max  []float64
	steps     []step // of all rounds, one after the other
	rounds    int
	converged bool
}

// step predicts a column from others.
type step struct {
	column int // among those that are used
	from   []int
	model  estimate.Regression
}

// String says what is done.
func (o Iterative) String() string {
	r := "BayesianRidge"
	if o.Regressor != nil {
		r = fmt.Sprintf("%T", o.Regressor)
		r = r[1+lastDot(r):]
	}
	return "iterative by " + r + of(o.Columns)
}

func lastDot(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '.' {
			return i
		}
	}
	return -1
}

func (o Iterative) defaults() (Iterative, error) {
	for _, err := range []error{orderNames.Check(uint8(o.Order)), checkNumeric(o.Ints, o.Others)} {
		if err != nil {
			return o, err
		}
	}
	if o.Initial > Given {
		return o, optionf("Initial is %v; use Mean, Median, MostFrequent or Given", o.Initial)
	}
	if o.Rounds < 0 || !(o.Tolerance >= 0) || math.IsInf(o.Tolerance, 0) || o.Nearest < 0 || math.IsNaN(o.Number) || math.IsInf(o.Number, 0) {
		return o, optionf("Rounds is %d, Tolerance %v, Nearest %d and Number %v; none is below 0, and all are finite", o.Rounds, o.Tolerance, o.Nearest, o.Number)
	}
	if o.Rounds == 0 {
		o.Rounds = 10
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-3
	}
	if o.Regressor == nil {
		o.Regressor = estimate.BayesianRidge{}
	}
	return o, nil
}

// Fit learns a model for each column and round. It gives a [*FittedIterative].
func (o Iterative) Fit(ctx context.Context, rep progress.Reporter, train split.Train) (Fitted, error) {
	return o.fit(ctx, rep, train, &chance{rng: rand.New(rand.NewPCG(o.Seed, 0x1e7a))})
}

func (o Iterative) fit(ctx context.Context, rep progress.Reporter, train split.Train, c chooser) (Fitted, error) {
	o, err := o.defaults()
	if err != nil {
		return nil, err
	}
	f := &FittedIterative{}
	var m matrix
	if f.numeric, m, err = fitNumeric(ctx, train, o.Columns, o.Ints, o.Others, o.KeepEmpty, o.Indicators); err != nil {
		return nil, err
	}
	if f.initial, err = o.initials(train.Table(), f.used()); err != nil {
		return nil, err
	}
	if f.min, f.max, err = o.bounds(f.columns); err != nil {
		return nil, err
	}
	if len(m) < 2 {
		f.converged = true
		return f, nil
	}
	t := newTurns(m, f.initial)
	err = t.rounds(ctx, progress.Or(rep), o, c, f)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// initials are what missing values are first filled with.
func (o Iterative) initials(t frame.Table, used []Column) ([]float64, error) {
	out := make([]float64, len(used))
	s := Simple{Numbers: o.Initial, Number: o.Number}
	for j, d := range used {
		c, err := t.Column(d.Name)
		if err != nil {
			return nil, fmt.Errorf("impute: %w", err)
		}
		f, err := s.fill(c)
		if err != nil {
			return nil, err
		}
		out[j] = f.Value.number()
	}
	return out, nil
}

// bounds are those of the columns that are used.
func (o Iterative) bounds(columns []Column) (low, high []float64, err error) {
	var where []int // among those that are used; -1 for the others
	for _, c := range columns {
		if c.Empty {
			where = append(where, -1)
			continue
		}
		where = append(where, len(low))
		low, high = append(low, math.Inf(-1)), append(high, math.Inf(1))
	}
	set := func(to []float64, limits []Limit) error {
		for _, l := range limits {
			if math.IsNaN(l.Value) || math.IsInf(l.Value, 0) {
				return optionf("a limit of column %.40q is %v; leave out what has no limit", l.Column, l.Value)
			}
			if l.Column == "" {
				for j := range to {
					to[j] = l.Value
				}
				continue
			}
			i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == l.Column })
			if i < 0 {
				return optionf("there is a limit for column %.40q, which is not among the columns %s", l.Column, columnNames(columns))
			}
			if where[i] >= 0 {
				to[where[i]] = l.Value
			}
		}
		return nil
	}
	if err := set(low, o.Min); err != nil {
		return nil, nil, err
	}
	if err := set(high, o.Max); err != nil {
		return nil, nil, err
	}
	for i, c := range columns {
		if j := where[i]; j >= 0 && !(low[j] < high[j]) {
			return nil, nil, optionf("column %.40q has the bounds %v and %v; the lower one is below the upper one", c.Name, low[j], high[j])
		}
	}
	return low, high, nil
}

func columnNames(columns []Column) string {
	ns := make([]string, len(columns))
	for i, c := range columns {
		ns[i] = c.Name
	}
	return wording.Names(ns)
}

// turns are the numbers while they are being filled.
type turns struct {
	m       matrix  // filled
	missing [][]int // rows of each column that had none
	known   [][]int // and those that had
	largest float64 // of the known numbers
}

func newTurns(m matrix, initial []float64) *turns {
	t := &turns{m: make(matrix, len(m)), missing: make([][]int, len(m)), known: make([][]int, len(m))}
	for j, v := range m {
		t.m[j] = slices.Clone(v)
		for i, x := range v {
			if x == x {
				t.known[j] = append(t.known[j], i)
				t.largest = max(t.largest, math.Abs(x))
				continue
			}
			t.missing[j] = append(t.missing[j], i)
			t.m[j][i] = initial[j]
		}
	}
	return t
}

// rounds learns the models.
func (t *turns) rounds(ctx context.Context, rep progress.Reporter, o Iterative, c chooser, f *FittedIterative) error {
	order := t.order(o)
	c.prepare(t, o)
	for round := range o.Rounds {
		if o.Order == RandomOrder {
			c.shuffle(order)
		}
		before := make(matrix, len(t.m))
		for _, j := range order {
			if len(t.missing[j]) > 0 {
				before[j] = slices.Clone(t.m[j])
			}
		}
		for _, j := range order {
			s := step{column: j, from: c.others(j)}
			var err error
			y := make([]float64, len(t.known[j]))
			for k, i := range t.known[j] {
				y[k] = t.m[j][i]
			}
			if s.model, err = o.Regressor.Fit(ctx, nil, t.gather(s.from, t.known[j]), y); err != nil {
				return fmt.Errorf("impute: column %.40q, round %d: %w", f.used()[j].Name, round+1, err)
			}
			if err := t.predict(ctx, s, f); err != nil {
				return err
			}
			f.steps = append(f.steps, s)
			rep.Report(progress.Event{Task: "iterative imputer", Done: int64(len(f.steps)), Total: int64(o.Rounds * len(order)), Unit: "columns"})
		}
		f.rounds = round + 1
		if t.change(before) < o.Tolerance*t.largest {
			f.converged = true
			rep.Report(progress.Event{Task: "iterative imputer", Done: int64(len(f.steps)), Total: int64(len(f.steps)), Unit: "columns"})
			break
		}
	}
	return nil
}

// order is that of the columns, for each round or for the first.
func (t *turns) order(o Iterative) []int {
	var order []int
	for j := range t.m {
		if !o.SkipComplete || len(t.missing[j]) > 0 {
			order = append(order, j)
		}
	}
	switch o.Order {
	case Ascending, Descending:
		slices.SortStableFunc(order, func(a, b int) int { return len(t.missing[a]) - len(t.missing[b]) })
	}
	if o.Order == Descending || o.Order == RightToLeft {
		slices.Reverse(order)
	}
	return order
}

// gather is the matrix of these rows and columns.
func (t *turns) gather(columns, rows []int) *mat.Dense {
	data := make([]float64, len(rows)*len(columns))
	for c, j := range columns {
		for k, i := range rows {
			data[k*len(columns)+c] = t.m[j][i]
		}
	}
	return mat.NewDense(len(rows), len(columns), data)
}

// predict fills a column anew where it was missing.
func (t *turns) predict(ctx context.Context, s step, f *FittedIterative) error {
	j := s.column
	if len(t.missing[j]) == 0 {
		return nil
	}
	v, err := s.model.Predict(ctx, nil, t.gather(s.from, t.missing[j]))
	if err != nil {
		return fmt.Errorf("impute: column %.40q: %w", f.used()[j].Name, err)
	}
	if len(v) != len(t.missing[j]) {
		return fmt.Errorf("impute: %w: column %.40q: the model gave %d predictions for %d rows", ErrNumber, f.used()[j].Name, len(v), len(t.missing[j]))
	}
	for k, i := range t.missing[j] {
		if math.IsNaN(v[k]) || math.IsInf(v[k], 0) {
			return fmt.Errorf("impute: %w: column %.40q, row %d: the prediction is %v; bound it by Min and Max, or bring the columns to similar scales", ErrNumber, f.used()[j].Name, i, v[k])
		}
		t.m[j][i] = max(f.min[j], min(f.max[j], v[k]))
	}
	return nil
}

// change is the largest sum of changes of a row.
func (t *turns) change(before matrix) float64 {
	sums := make([]float64, t.m.rows())
	for j, old := range before {
		if old == nil {
			continue
		}
		for _, i := range t.missing[j] {
			sums[i] += math.Abs(t.m[j][i] - old[i])
		}
	}
	return slices.Max(sums)
}

// Rounds is how many rounds were done; 0 where there is only one column.
func (f *FittedIterative) Rounds() int { return f.rounds }

// Converged reports whether the last round changed little enough.
func (f *FittedIterative) Converged() bool { return f.converged }

// Initial is what missing values are first filled with, in the order of Columns, those
// that are Empty left out.
func (f *FittedIterative) Initial() []float64 { return slices.Clone(f.initial) }

// Models are the fitted models of the last round that predict a column.
func (f *FittedIterative) Models() map[string]estimate.Regression {
	out := map[string]estimate.Regression{}
	used := f.used()
	for _, s := range f.steps {
		out[used[s.column].Name] = s.model
	}
	return out
}

// String says what is done, and whether it converged.
func (f *FittedIterative) String() string {
	s := fmt.Sprintf("iterative, %d columns, %d rounds", len(f.initial), f.rounds)
	if !f.converged {
		s += ", not converged"
	}
	return s
}

// Apply fills the columns.
func (f *FittedIterative) Apply(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *Report, error) {
	w, err := f.begin(ctx, f.String(), t)
	if err != nil {
		return frame.Table{}, nil, err
	}
	// Each row is filled by itself, so that complete ones need no work.
	rows := w.incomplete()
	some := make(matrix, len(w.m))
	for j, v := range w.m {
		some[j] = make([]float64, len(rows))
		for k, i := range rows {
			some[j][k] = v[i]
		}
	}
	turns := newTurns(some, f.initial)
	rep = progress.Or(rep)
	for k, s := range f.steps {
		if err := ctx.Err(); err != nil {
			return frame.Table{}, nil, err
		}
		if err := turns.predict(ctx, s, f); err != nil {
			return frame.Table{}, nil, err
		}
		rep.Report(progress.Event{Task: "iterative imputer", Done: int64(k + 1), Total: int64(len(f.steps)), Unit: "columns"})
	}
	for j := range w.m {
		w.values[j] = make([]float64, len(w.holes[j]))
		for k, i := range turns.missing[j] {
			w.values[j][k] = turns.m[j][i]
		}
	}
	return w.done(ctx)
}
