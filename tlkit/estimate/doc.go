// Package estimate holds the small classical models: nearest neighbours, linear regression
// without a penalty, with one (ridge, lasso, elastic net) and Bayesian, logistic regression,
// decision trees alone and boosted. They fill missing values, score features, and are the
// baselines that a larger model has to beat.
//
// An estimator is a description, a struct of options whose zero value is a sensible
// default. Fit gives a model, a value that predicts and does not change:
//
//	model, err := estimate.Ridge{Alpha: 0.5}.Fit(ctx, nil, x, y)
//	predicted, err := model.Predict(ctx, nil, other)
//
// x is a matrix of n rows (observations) by p columns (features), y has n numbers, labels
// has n classes. All of x and y is finite: there is a package for filling what is missing,
// transferlab/tlkit/clean/impute. A model holds what it was given only where its
// documentation says so.
//
// A matrix does not know which rows may be learnt from. Callers fit on training rows
// alone: on numbers taken from the table of a split.Train, never from a split.Held.
//
// What scikit-learn defines is computed as there (version 1.9): the same objective, the
// same defaults unless the documentation says why not, coefficients that agree to rounding,
// for iterative solvers to 1e-6.
package estimate

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/progress"
)

// Regressor learns to predict a number. [KNNRegressor], [LinearRegression], [Ridge],
// [BayesianRidge], [Lasso], [ElasticNet], [LassoCV], [ElasticNetCV], [TreeRegressor] and
// [GradientBoostingRegressor] are regressors.
type Regressor interface {
	// Fit learns y, of n numbers, from x, of n rows by p features.
	Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (Regression, error)
}

// Regression is a fitted regressor.
type Regression interface {
	// Predict gives one number for each row of x, which has as many features as Fit saw.
	Predict(ctx context.Context, rep progress.Reporter, x mat.Matrix) ([]float64, error)
	// Features is the number of features that the model takes.
	Features() int
}

// Classifier learns to predict a class. [KNNClassifier], [Logistic],
// [TreeClassifier] and [GradientBoostingClassifier] are classifiers.
type Classifier interface {
	// Fit learns the class of each of n rows from x, of n rows by p features.
	Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, labels []string) (Classification, error)
}

// Classification is a fitted classifier.
type Classification interface {
	// Proba gives each row of x the probabilities of the Classes, in their order; they sum
	// to 1.
	Proba(ctx context.Context, rep progress.Reporter, x mat.Matrix) ([][]float64, error)
	// Classes are the labels that Fit saw, sorted.
	Classes() []string
	// Features is the number of features that the model takes.
	Features() int
}

// Predict gives each row of x its most probable class; of equally probable ones the first
// in sorted order, as scikit-learn does.
func Predict(ctx context.Context, rep progress.Reporter, m Classification, x mat.Matrix) ([]string, error) {
	prob, err := m.Proba(ctx, rep, x)
	if err != nil {
		return nil, err
	}
	classes := m.Classes()
	out := make([]string, len(prob))
	for i, p := range prob {
		best := 0
		for c := range p {
			if p[c] > p[best] {
				best = c
			}
		}
		out[i] = classes[best]
	}
	return out, nil
}
