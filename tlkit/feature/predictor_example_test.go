package feature_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/feature"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// From a table to the class of one new flower: divide, fit, judge, save, load, predict.
func ExampleClassifier() {
	if err := flowers(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// right: 41 of 45
	// inputs: sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)
	// virginica, 0.98
}

func flowers(ctx context.Context) error {
	iris, err := tables.Iris().Read(ctx, nil)
	if err != nil {
		return err
	}
	rows, err := split.Rows(iris, split.RowOptions{Label: "class", Duplicates: true})
	if err != nil {
		return err
	}
	train, _, test, err := split.Tables(ctx, iris, split.Stratified(rows, split.Options{Train: 0.7, Test: 0.3}))
	if err != nil {
		return err
	}
	fitted, err := feature.Classifier{
		Pipeline: feature.Pipeline{Target: "class", Steps: []feature.Step{feature.StandardScaler{}}},
		Model:    estimate.Logistic{},
	}.Fit(ctx, nil, train)
	if err != nil {
		return err
	}
	report, err := fitted.Evaluate(ctx, nil, test)
	if err != nil {
		return err
	}
	n := test.Table().Nrow()
	fmt.Printf("right: %.0f of %d\n", report.Accuracy.Value*float64(n), n)

	dir, err := os.MkdirTemp("", "iris")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "iris.json")
	if err := fitted.Save(path); err != nil {
		return err
	}
	served, err := feature.LoadClassification(path)
	if err != nil {
		return err
	}
	row, err := served.Row()
	if err != nil {
		return err
	}
	for k, field := range served.Features.Inputs() {
		fmt.Print([]string{"inputs: ", ", "}[min(k, 1)], field.Name)
		if err := row.SetNumber(k, []float64{6.7, 3.1, 5.6, 2.4}[k]); err != nil {
			return err
		}
	}
	class, probability, err := row.Predict()
	if err != nil {
		return err
	}
	fmt.Printf("\n%s, %.2f\n", class, probability)
	return nil
}

// Each of forty photographs is in the table twice, with a class by lot. A selector that
// splits copies apart in its own folds believes that it can tell the classes; with Group it
// finds that it has to guess.
func ExamplePipeline_group() {
	csv := "of,width,height,class\n"
	rng := rand.New(rand.NewPCG(1, 1))
	for of := range 40 {
		row := fmt.Sprintf("%d,%d,%d,%s\n", of, rng.IntN(1000), rng.IntN(1000), []string{"cat", "dog"}[rng.IntN(2)])
		csv += row + row
	}
	train := split.WholeAsTrain(fromCSV(csv))
	choose := feature.Sequential{Columns: []string{"width", "height"}, Classifier: estimate.KNNClassifier{Neighbors: 1}, K: 1}
	for _, group := range []string{"", "of"} {
		p := feature.Pipeline{Target: "class", Group: group, Steps: []feature.Step{choose}}
		fitted, err := p.Fit(context.Background(), nil, train)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("group %q: accuracy %.2f, features %v\n", group, fitted.Scores()[0].Curve[0].Mean(), fitted.Names())
	}
	// Output:
	// group "": accuracy 0.90, features [of height]
	// group "of": accuracy 0.47, features [height]
}
