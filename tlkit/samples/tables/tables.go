// Package tables has the small tables that the course and its tests compare methods on:
// five that scikit-learn ships, and two that its documentation draws by chance to show
// pitfalls. They are in the program, and nothing is fetched:
//
//	wine, err := tables.Wine().Read(ctx, nil)
//
// Where the five come from, and their licences, is said in data/README.md.
package tables

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

//go:embed data/*.csv.gz
var files embed.FS

// ErrName is that there is no sample of a name.
var ErrName = errors.New("no such sample")

// A Sample is a table, described and not yet read. It is a [frame.Source].
type Sample struct {
	Name string `json:"name"` // as the functions of this package say it
}

// Iris is 150 flowers of three species: 4 features, and class.
func Iris() Sample { return Sample{"iris"} }

// Wine is 178 wines of three cultivars: 13 features of very different scales, and class.
func Wine() Sample { return Sample{"wine"} }

// BreastCancer is 569 tumours: 30 features, and class, which is malignant or benign.
func BreastCancer() Sample { return Sample{"breast cancer"} }

// Diabetes is 442 patients: 10 features, each centred and of squared sum 1 as
// load_diabetes() gives them, and target, the disease's progression after a year, a number.
func Diabetes() Sample { return Sample{"diabetes"} }

// Digits is 1 797 handwritten digits: 64 features, pixels of 0 … 16 row by row, and class,
// the digit as text.
func Digits() Sample { return Sample{"digits"} }

// Noise is 200 rows of 10 000 features, x0 … x9999, that are normal numbers, and class, 0 or
// 1 as text, which has nothing to do with them: what a model seems to learn from it is what
// leaks. It is what scikit-learn's documentation draws from RandomState(42) to show that.
func Noise() Sample { return Sample{"noise"} }

// Line is 100 rows of one feature, x, and y, which is 41.7 times x and normal noise of
// deviation 1: scikit-learn's make_regression(random_state=42, n_features=1, noise=1), on
// which its documentation shows what a test part does that is not scaled as the training part was.
func Line() Sample { return Sample{"line"} }

// All are the samples of this package.
func All() []Sample {
	return []Sample{Iris(), Wine(), BreastCancer(), Diabetes(), Digits(), Noise(), Line()}
}

// Read reads or draws the table. Its class is a [frame.Category], whose levels have the
// order of scikit-learn's target_names. A name that is not of this package is [ErrName].
func (s Sample) Read(ctx context.Context, rep progress.Reporter) (frame.Table, error) {
	switch s.Name {
	case "iris":
		return read(ctx, rep, "data/iris.csv.gz", "setosa", "versicolor", "virginica")
	case "wine":
		return read(ctx, rep, "data/wine.csv.gz", "class_0", "class_1", "class_2")
	case "breast cancer":
		return read(ctx, rep, "data/breast_cancer.csv.gz", "malignant", "benign")
	case "diabetes":
		return read(ctx, rep, "data/diabetes.csv.gz")
	case "digits":
		return read(ctx, rep, "data/digits.csv.gz", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	case "noise":
		return noise(ctx)
	case "line":
		return line(ctx)
	}
	return frame.Table{}, fmt.Errorf("tables: %w: %.40q; call one of the package's functions", ErrName, s.Name)
}

// String says which table it is.
func (s Sample) String() string { return fmt.Sprintf("sample %q", s.Name) }

var _ frame.Source = Sample{}

func read(ctx context.Context, rep progress.Reporter, path string, levels ...string) (frame.Table, error) {
	o := frame.CSVOptions{NoSchemaFile: true}
	if len(levels) > 0 {
		o.Types = frame.Schema{{Name: "class", Kind: frame.Category, Levels: levels}}
	}
	return (&frame.CSVFile{Path: path, Options: o, FS: files}).Read(ctx, rep)
}
