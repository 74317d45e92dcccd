package estimate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/gonum/blas/blas64"
)

// Estimators and models are kept as JSON: {"is": name, "as": …}. Numbers read back as the
// same bits. What is read is checked as a whole before it is given out.

// MaxJSON is the most bytes that LoadModel and LoadRegressor take.
const MaxJSON = 1 << 30

type envelope struct {
	Is string          `json:"is"`
	As json.RawMessage `json:"as"`
}

// SaveRegressor writes one of this package's regressors as JSON.
func SaveRegressor(r Regressor) ([]byte, error) {
	switch r.(type) {
	case Ridge:
		return wrap("ridge", r)
	case BayesianRidge:
		return wrap("bayesianRidge", r)
	case KNNRegressor:
		return wrap("knnRegressor", r)
	case LinearRegression:
		return wrap("linearRegression", r)
	case Lasso:
		return wrap("lasso", r)
	case ElasticNet:
		return wrap("elasticNet", r)
	case LassoCV:
		return wrap("lassoCV", r)
	case ElasticNetCV:
		return wrap("elasticNetCV", r)
	case TreeRegressor:
		return wrap("treeRegressor", r)
	case GradientBoostingRegressor:
		return wrap("gradientBoostingRegressor", r)
	}
	return nil, fmt.Errorf("estimate: %w: %T is not of this package, and only its own regressors can be written", ErrModel, r)
}

// LoadRegressor reads what [SaveRegressor] wrote. Options out of their range are found
// when it fits.
func LoadRegressor(b []byte) (Regressor, error) {
	e, err := unwrap(b)
	if err != nil {
		return nil, err
	}
	switch e.Is {
	case "ridge":
		return into[Ridge](e)
	case "bayesianRidge":
		return into[BayesianRidge](e)
	case "knnRegressor":
		return into[KNNRegressor](e)
	case "linearRegression":
		return into[LinearRegression](e)
	case "lasso":
		return into[Lasso](e)
	case "elasticNet":
		return into[ElasticNet](e)
	case "lassoCV":
		return into[LassoCV](e)
	case "elasticNetCV":
		return into[ElasticNetCV](e)
	case "treeRegressor":
		return into[TreeRegressor](e)
	case "gradientBoostingRegressor":
		return into[GradientBoostingRegressor](e)
	}
	return nil, fmt.Errorf("estimate: %w: %.40q is no regressor; there are ridge, bayesianRidge, linearRegression, lasso, elasticNet, lassoCV, elasticNetCV, knnRegressor, treeRegressor and gradientBoostingRegressor", ErrModel, e.Is)
}

// SaveClassifier writes one of this package's classifiers as JSON.
func SaveClassifier(c Classifier) ([]byte, error) {
	switch c.(type) {
	case Logistic:
		return wrap("logistic", c)
	case KNNClassifier:
		return wrap("knnClassifier", c)
	case TreeClassifier:
		return wrap("treeClassifier", c)
	case GradientBoostingClassifier:
		return wrap("gradientBoostingClassifier", c)
	}
	return nil, fmt.Errorf("estimate: %w: %T is not of this package, and only its own classifiers can be written", ErrModel, c)
}

// LoadClassifier reads what [SaveClassifier] wrote. Options out of their range are found
// when it fits.
func LoadClassifier(b []byte) (Classifier, error) {
	e, err := unwrap(b)
	if err != nil {
		return nil, err
	}
	switch e.Is {
	case "logistic":
		return into[Logistic](e)
	case "knnClassifier":
		return into[KNNClassifier](e)
	case "treeClassifier":
		return into[TreeClassifier](e)
	case "gradientBoostingClassifier":
		return into[GradientBoostingClassifier](e)
	}
	return nil, fmt.Errorf("estimate: %w: %.40q is no classifier; there are logistic, knnClassifier, treeClassifier and gradientBoostingClassifier", ErrModel, e.Is)
}

// Model is a [Regression] or a [Classification].
type Model interface{ Features() int }

// SaveModel writes one of this package's models as JSON.
func SaveModel(m Model) ([]byte, error) {
	if c, ok := m.(Classification); ok {
		for _, name := range c.Classes() {
			if !utf8.ValidString(name) {
				return nil, fmt.Errorf("estimate: %w: class %.40q is not UTF-8, and JSON can hold nothing else; rename it first", ErrModel, name)
			}
		}
	}
	switch m := m.(type) {
	case *Linear:
		return wrap("linear", m)
	case *BayesianModel:
		return wrap("bayesianModel", m)
	case *LassoModel:
		return wrap("lassoModel", m)
	case *ChosenModel:
		return wrap("chosenModel", m)
	case *LogisticModel:
		return wrap("logisticModel", m)
	case *KNNRegression:
		return wrap("knnRegression", m.near.form(knnForm{Numbers: m.y}))
	case *KNNClassification:
		return wrap("knnClassification", m.near.form(knnForm{Classes: m.classes, Positions: m.y}))
	case *TreeRegression:
		return wrap("treeRegression", m.form())
	case *TreeClassification:
		return wrap("treeClassification", m.form())
	case *GradientBoostingRegression:
		return wrap("gradientBoostingRegression", m.form())
	case *GradientBoostingClassification:
		return wrap("gradientBoostingClassification", m.form())
	}
	return nil, fmt.Errorf("estimate: %w: %T is not of this package, and only its own models can be written", ErrModel, m)
}

// LoadModel reads what [SaveModel] wrote: a model of the same type, with the same bits.
func LoadModel(b []byte) (Model, error) {
	e, err := unwrap(b)
	if err != nil {
		return nil, err
	}
	switch e.Is {
	case "linear":
		m, err := into[Linear](e)
		if err == nil {
			err = m.check()
		}
		return loaded(&m, err)
	case "bayesianModel":
		m, err := into[BayesianModel](e)
		if err == nil {
			err = m.check()
		}
		return loaded(&m, err)
	case "lassoModel":
		m, err := into[LassoModel](e)
		if err == nil {
			err = m.check()
		}
		return loaded(&m, err)
	case "chosenModel":
		m, err := into[ChosenModel](e)
		if err == nil {
			err = m.check()
		}
		return loaded(&m, err)
	case "logisticModel":
		m, err := into[LogisticModel](e)
		if err == nil {
			err = m.check()
		}
		return loaded(&m, err)
	case "knnRegression", "knnClassification":
		f, err := into[knnForm](e)
		if err != nil {
			return nil, err
		}
		return f.model(e.Is == "knnClassification")
	case "treeRegression", "treeClassification", "gradientBoostingRegression", "gradientBoostingClassification":
		f, err := into[treesForm](e)
		if err != nil {
			return nil, err
		}
		return f.model(strings.HasPrefix(e.Is, "gradientBoosting"), strings.HasSuffix(e.Is, "Classification"))
	}
	return nil, fmt.Errorf("estimate: %w: %.40q is no model of this package", ErrModel, e.Is)
}

// loaded keeps a model that did not pass from getting out.
func loaded(m Model, err error) (Model, error) {
	if err != nil {
		return nil, err
	}
	return m, nil
}

func wrap(is string, v any) ([]byte, error) {
	as, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("estimate: %s: %w", is, err)
	}
	return json.Marshal(envelope{is, as})
}

func unwrap(b []byte) (envelope, error) {
	var e envelope
	if len(b) > MaxJSON {
		return e, fmt.Errorf("estimate: %w: it has %d bytes, more than %d", ErrModel, len(b), MaxJSON)
	}
	if err := strict(b, &e); err != nil {
		return e, fmt.Errorf("estimate: %w: %w", ErrModel, err)
	}
	return e, nil
}

func into[T any](e envelope) (T, error) {
	var v T
	if err := strict(e.As, &v); err != nil {
		return v, fmt.Errorf("estimate: %w: %s: %w", ErrModel, e.Is, err)
	}
	return v, nil
}

// strict reads one value and refuses what it does not know.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more after its end")
	}
	return nil
}

// knnForm is a nearest neighbours' model in JSON.
type knnForm struct {
	Neighbors int       `json:"neighbors"`
	Weights   Weights   `json:"weights"`
	Search    Search    `json:"search"`
	Features  int       `json:"features"`
	Rows      []float64 `json:"rows"` // row by row
	Numbers   []float64 `json:"numbers,omitempty"`
	Classes   []string  `json:"classes,omitempty"`
	Positions []int     `json:"positions,omitempty"`
}

func (n neighbours) form(f knnForm) knnForm {
	f.Neighbors, f.Weights, f.Search, f.Features, f.Rows = n.k, n.weights, n.how, n.rows.Cols, n.rows.Data
	return f
}

func (f knnForm) model(classes bool) (Model, error) {
	targets := len(f.Numbers)
	if classes {
		targets = len(f.Positions)
	}
	if f.Features < 1 || f.Features > len(f.Rows) || len(f.Rows)%f.Features != 0 || len(f.Rows)/f.Features != targets {
		return nil, fmt.Errorf("estimate: %w: %d numbers for rows of %d features and %d targets", ErrModel, len(f.Rows), f.Features, targets)
	}
	if !finite(f.Rows...) || !finite(f.Numbers...) {
		return nil, fmt.Errorf("estimate: %w: a number is not finite", ErrModel)
	}
	rows := blas64.General{Rows: targets, Cols: f.Features, Stride: f.Features, Data: f.Rows}
	if f.Neighbors < 1 { // 0 is not the default here
		return nil, fmt.Errorf("estimate: %w: %d neighbours", ErrModel, f.Neighbors)
	}
	n, err := newNeighbours(rows, f.Neighbors, f.Weights, f.Search)
	if err != nil {
		return nil, err
	}
	if !classes {
		return &KNNRegression{n, f.Numbers}, nil
	}
	for i, c := range f.Classes {
		if i > 0 && f.Classes[i-1] >= c {
			return nil, fmt.Errorf("estimate: %w: the classes are not sorted and different", ErrModel)
		}
	}
	for _, p := range f.Positions {
		if p < 0 || p >= len(f.Classes) {
			return nil, fmt.Errorf("estimate: %w: class %d of %d", ErrModel, p, len(f.Classes))
		}
	}
	return &KNNClassification{n, f.Positions, f.Classes}, nil
}
