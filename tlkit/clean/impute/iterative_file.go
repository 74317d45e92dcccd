package impute

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"transferlab/tlkit/estimate"
)

// iterativeOptions is Iterative in JSON, where its regressor has a name.
type iterativeOptions struct {
	Columns      []string        `json:"columns,omitempty"`
	Regressor    json.RawMessage `json:"regressor,omitempty"`
	Initial      Strategy        `json:"initial,omitempty"`
	Number       float64         `json:"number,omitempty"`
	Order        Order           `json:"order,omitempty"`
	Rounds       int             `json:"rounds,omitempty"`
	Tolerance    float64         `json:"tolerance,omitempty"`
	Nearest      int             `json:"nearest,omitempty"`
	SkipComplete bool            `json:"skipComplete,omitempty"`
	Min          []Limit         `json:"min,omitempty"`
	Max          []Limit         `json:"max,omitempty"`
	Seed         uint64          `json:"seed,omitempty"`
	Ints         Ints            `json:"ints,omitempty"`
	Others       Others          `json:"others,omitempty"`
	KeepEmpty    bool            `json:"keepEmpty,omitempty"`
	Indicators   bool            `json:"indicators,omitempty"`
}

// MarshalJSON writes the options. A regressor that is not of package estimate is an error.
func (o Iterative) MarshalJSON() ([]byte, error) {
	form := iterativeOptions{o.Columns, nil, o.Initial, o.Number, o.Order, o.Rounds, o.Tolerance, o.Nearest, o.SkipComplete,
		o.Min, o.Max, o.Seed, o.Ints, o.Others, o.KeepEmpty, o.Indicators}
	if o.Regressor != nil {
		var err error
		if form.Regressor, err = estimate.SaveRegressor(o.Regressor); err != nil {
			return nil, fmt.Errorf("impute: %w", err)
		}
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (o *Iterative) UnmarshalJSON(b []byte) error {
	var form iterativeOptions
	if err := strict(b, &form); err != nil {
		return fmt.Errorf("impute: %w: %w", ErrFile, err)
	}
	out := Iterative{form.Columns, nil, form.Initial, form.Number, form.Order, form.Rounds, form.Tolerance, form.Nearest,
		form.SkipComplete, form.Min, form.Max, form.Seed, form.Ints, form.Others, form.KeepEmpty, form.Indicators}
	if form.Regressor != nil {
		var err error
		if out.Regressor, err = estimate.LoadRegressor(form.Regressor); err != nil {
			return fmt.Errorf("impute: %w: %w", ErrFile, err)
		}
	}
	*o = out
	return nil
}

type iterativeForm struct {
	Format    string      `json:"format"`
	Numeric   numericForm `json:"fit"`
	Initial   numbers     `json:"initial"`
	Min       numbers     `json:"min"` // null: none
	Max       numbers     `json:"max"`
	Rounds    int         `json:"rounds"`
	Converged bool        `json:"converged"`
	Steps     []stepForm  `json:"steps"`
}

type stepForm struct {
	Column int             `json:"column"`
	From   []int           `json:"from"`
	Model  json.RawMessage `json:"model"`
}

const iterativeFormat = "tlkit iterative imputer 1"

// MarshalJSON writes what was learnt. Models that are not of package estimate are an error.
func (f *FittedIterative) MarshalJSON() ([]byte, error) {
	form := iterativeForm{Format: iterativeFormat, Numeric: f.form(), Initial: f.initial,
		Min: unbounded(f.min), Max: unbounded(f.max), Rounds: f.rounds, Converged: f.converged, Steps: []stepForm{}}
	for _, s := range f.steps {
		m, err := estimate.SaveModel(s.model)
		if err != nil {
			return nil, fmt.Errorf("impute: %w", err)
		}
		form.Steps = append(form.Steps, stepForm{s.column, s.from, m})
	}
	return json.Marshal(form)
}

// unbounded has NaN, which JSON has as null, for what has no bound.
func unbounded(v []float64) numbers {
	out := make(numbers, len(v))
	for i, x := range v {
		if out[i] = x; math.IsInf(x, 0) {
			out[i] = math.NaN()
		}
	}
	return out
}

func bounded(v numbers, none float64) []float64 {
	out := slices.Clone([]float64(v))
	for i, x := range out {
		if math.IsNaN(x) {
			out[i] = none
		}
	}
	return out
}

// UnmarshalJSON reads what MarshalJSON wrote; an error is [ErrFile].
func (f *FittedIterative) UnmarshalJSON(b []byte) error {
	var form iterativeForm
	if err := open(b, &form, &form.Format, iterativeFormat); err != nil {
		return err
	}
	out := FittedIterative{initial: form.Initial, min: bounded(form.Min, math.Inf(-1)), max: bounded(form.Max, math.Inf(1)),
		rounds: form.Rounds, converged: form.Converged}
	var err error
	if out.numeric, err = form.Numeric.load(); err != nil {
		return err
	}
	p := len(out.used())
	if len(out.initial) != p || len(out.min) != p || len(out.max) != p || form.Rounds < 0 {
		return fmt.Errorf("impute: %w: %d initial values, %d and %d bounds for %d columns, %d rounds", ErrFile, len(out.initial), len(out.min), len(out.max), p, form.Rounds)
	}
	for j, v := range out.initial {
		if math.IsNaN(v) || !(out.min[j] < out.max[j]) {
			return fmt.Errorf("impute: %w: column %.40q has the initial value %v and the bounds %v and %v", ErrFile, out.used()[j].Name, v, out.min[j], out.max[j])
		}
	}
	for k, s := range form.Steps {
		st, err := s.load(p)
		if err != nil {
			return fmt.Errorf("impute: %w: step %d: %w", ErrFile, k+1, err)
		}
		out.steps = append(out.steps, st)
	}
	*f = out
	return nil
}

func (s stepForm) load(columns int) (step, error) {
	if s.Column < 0 || s.Column >= columns || len(s.From) == 0 {
		return step{}, fmt.Errorf("column %d of %d from %d others", s.Column, columns, len(s.From))
	}
	for i, j := range s.From {
		if j < 0 || j >= columns || j == s.Column || slices.Contains(s.From[:i], j) {
			return step{}, fmt.Errorf("column %d from column %d of %d", s.Column, j, columns)
		}
	}
	m, err := estimate.LoadModel(s.Model)
	if err != nil {
		return step{}, err
	}
	r, ok := m.(estimate.Regression)
	if !ok || r.Features() != len(s.From) {
		return step{}, fmt.Errorf("a %T of %d features for %d columns", m, m.Features(), len(s.From))
	}
	return step{s.Column, s.From, r}, nil
}
