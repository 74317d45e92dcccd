package estimate

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func fittedModels(t testing.TB) []Model {
	ctx := context.Background()
	x, y, labels := ring(5, 12, 2, false)
	var models []Model
	for _, r := range []Regressor{Ridge{}, BayesianRidge{Covariance: true}, BayesianRidge{}, KNNRegressor{Weights: Distance}, TreeRegressor{}, GradientBoostingRegressor{Rounds: 3}} {
		m, err := r.Fit(ctx, nil, x, y)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	for _, c := range []Classifier{Logistic{}, KNNClassifier{Search: Tree}, TreeClassifier{}, GradientBoostingClassifier{Rounds: 3}} {
		m, err := c.Fit(ctx, nil, x, labels)
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	return models
}

func answers(t testing.TB, m Model, x mat.Matrix) []float64 {
	var out []float64
	switch m := m.(type) {
	case Regression:
		p, err := m.Predict(context.Background(), nil, x)
		if err != nil {
			t.Fatal(err)
		}
		out = p
	case Classification:
		p, err := m.Proba(context.Background(), nil, x)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p {
			out = append(out, r...)
		}
	}
	return out
}

func TestModelsReadBackAsTheSameBits(t *testing.T) {
	q, _, _ := ring(6, 30, 2, false)
	for _, m := range fittedModels(t) {
		b, err := SaveModel(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := LoadModel(b)
		if err != nil {
			t.Fatalf("%T: %v", m, err)
		}
		one, two := answers(t, m, q), answers(t, again, q)
		for i := range one {
			if math.Float64bits(one[i]) != math.Float64bits(two[i]) {
				t.Fatalf("%T: %v, read back %v", m, one[i], two[i])
			}
		}
		if b2, err := SaveModel(again); err != nil || !bytes.Equal(b, b2) {
			t.Errorf("%T is written otherwise the second time: %v", m, err)
		}
	}
}

func TestRegressorsReadBack(t *testing.T) {
	for _, r := range []Regressor{Ridge{}, Ridge{Alpha: -1, NoIntercept: true}, BayesianRidge{Rounds: 7}, KNNRegressor{3, Distance, Brute}, TreeRegressor{Depth: 4}, GradientBoostingRegressor{Rounds: 9, Rate: 0.3}} {
		b, err := SaveRegressor(r)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := LoadRegressor(b); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%+v came back as %+v, %v", r, again, err)
		}
	}
}

func TestClassifiersReadBack(t *testing.T) {
	for _, c := range []Classifier{Logistic{}, Logistic{C: 2, L1Ratio: 0.5, Balanced: true}, KNNClassifier{3, Distance, Brute}} {
		b, err := SaveClassifier(c)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := LoadClassifier(b); err != nil || !reflect.DeepEqual(again, c) {
			t.Errorf("%+v came back as %+v, %v", c, again, err)
		}
	}
	for _, text := range []string{``, `{"is":"ridge","as":{}}`, `{"is":"logistic","as":{"Beta":1}}`} {
		if _, err := LoadClassifier([]byte(text)); !errors.Is(err, ErrModel) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := SaveClassifier(nil); !errors.Is(err, ErrModel) {
		t.Errorf("no classifier: %v", err)
	}
}

type foreign struct{ Regressor }

func (foreign) Features() int { return 1 }

func TestWhatIsNotAModel(t *testing.T) {
	if _, err := SaveRegressor(foreign{}); !errors.Is(err, ErrModel) {
		t.Errorf("a foreign regressor: %v", err)
	}
	if _, err := SaveModel(foreign{}); !errors.Is(err, ErrModel) {
		t.Errorf("a foreign model: %v", err)
	}
	for _, text := range []string{
		``, `null`, `{}`, `[]`, `{"is":"linear"}`, `{"is":"linear","as":null}`, `{"is":"linear","as":{}}`,
		`{"is":"linear","as":{"coef":[1],"intercept":1e999}}`, `{"is":"linear","as":{"coef":[1],"more":1}}`,
		`{"is":"linear","as":{"coef":[1],"intercept":1}} x`, `{"is":"linear","as":{"coef":[1],"intercept":1}}}`, `{"is":"ridge","as":{}}`,
		`{"is":"bayesianModel","as":{"coef":[1],"intercept":1,"alpha":0,"lambda":1}}`,
		`{"is":"bayesianModel","as":{"coef":[1],"intercept":1,"alpha":1,"lambda":1,"mean":[1],"covariance":[1,2]}}`,
		`{"is":"lassoModel","as":{}}`, `{"is":"lassoModel","as":{"coef":[1],"intercept":1,"alpha":-1}}`,
		`{"is":"lassoModel","as":{"coef":[1],"intercept":1,"l1Ratio":2}}`, `{"is":"lassoModel","as":{"coef":[1],"intercept":1,"rounds":-2}}`,
		`{"is":"lassoModel","as":{"coef":[1],"intercept":1,"scores":[]}}`, `{"is":"chosenModel","as":{"coef":[],"intercept":1}}`,
		`{"is":"chosenModel","as":{"coef":[1],"intercept":1,"scores":[{"alpha":1,"beta":2}]}}`,
		`{"is":"logisticModel","as":{"classes":["a"],"coef":[[1]],"intercept":[1]}}`,
		`{"is":"logisticModel","as":{"classes":["b","a"],"coef":[[1]],"intercept":[1]}}`,
		`{"is":"logisticModel","as":{"classes":["a","b","c"],"coef":[[1],[1,2],[3]],"intercept":[1,2,3]}}`,
		`{"is":"logisticModel","as":{"classes":["a","b"],"coef":[[]],"intercept":[1]}}`,
		`{"is":"knnRegression","as":{"neighbors":2,"features":1,"rows":[1],"numbers":[1]}}`,
		`{"is":"knnRegression","as":{"neighbors":1,"features":0,"rows":[],"numbers":[]}}`,
		`{"is":"knnRegression","as":{"neighbors":1,"features":2,"rows":[1,2,3],"numbers":[1]}}`,
		`{"is":"knnRegression","as":{"neighbors":0,"features":1,"rows":[1],"numbers":[1]}}`,
		`{"is":"knnRegression","as":{"neighbors":1,"weights":"heavy","features":1,"rows":[1],"numbers":[1]}}`,
		`{"is":"knnClassification","as":{"neighbors":1,"features":1,"rows":[1],"classes":["a"],"positions":[1]}}`,
		`{"is":"knnClassification","as":{"neighbors":1,"features":1,"rows":[1],"classes":["a","a"],"positions":[0]}}`,
	} {
		if m, err := LoadModel([]byte(text)); err == nil || m != nil {
			t.Errorf("%s is read as %v, %v", text, m, err)
		}
	}
	for _, text := range []string{`{"is":"lassoo","as":{}}`, `{"is":"ridge","as":{"Beta":1}}`, `{"is":"linear","as":{"coef":[1]}}`} {
		if _, err := LoadRegressor([]byte(text)); !errors.Is(err, ErrModel) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzLoadModel: whatever is read either is refused or predicts, and is written again as
// something that reads back.
func FuzzLoadModel(f *testing.F) {
	for _, m := range fittedModels(f) {
		b, err := SaveModel(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := LoadModel(b)
		if err != nil {
			return
		}
		p := m.Features()
		if p > 100 {
			return
		}
		x := mat.NewDense(3, p, nil)
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range 3 {
			for j := range p {
				x.Set(i, j, rng.NormFloat64())
			}
		}
		_ = ask(m, x) // numbers may go out of range, and say so
		again, err := SaveModel(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := LoadModel(again); err != nil {
			t.Fatalf("%s was written and is not read: %v", again, err)
		}
	})
}
