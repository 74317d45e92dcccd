package feature

import (
	"context"
	"fmt"
	"testing"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// wineFolds says in which fold each wine is tested: StratifiedKFold(5, shuffle=True,
// random_state=0) of scikit-learn 1.9.1.
const wineFolds = "22320023310023234012423414210214140121444301320131103400433041242324120120312043213320441" +
	"41031313430304314041011304222404243012032203020402414124432431024330240110121301212410333"

// What scaling does to five neighbours, as cross_val_score of scikit-learn 1.9.1 has it on
// the same folds: 0.663, 0.961 and 0.972.
func TestWineIsScaled(t *testing.T) {
	ctx := context.Background()
	wine, err := tables.Wine().Read(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	folds := make(split.Given, 5)
	for i, f := range wineFolds {
		for k := range folds {
			if p := &folds[k]; int(f-'0') == k {
				p.Test = append(p.Test, i)
			} else {
				p.Train = append(p.Train, i)
			}
		}
	}
	sets := []Set{{Name: "raw"}, {"standard", []Step{StandardScaler{}}}, {"min-max", []Step{MinMaxScaler{}}}}
	want := []string{"0.663", "0.961", "0.972"}
	compared := mustCompare(t, split.WholeAsTrain(wine), CompareOptions{Target: "class", Sets: sets, Classifier: estimate.KNNClassifier{}, Divide: folds})
	if compared.Folds != 5 || compared.Repeats != 1 || compared.Predicted != 178 || compared.Sets[1].Difference.Items != 178 {
		t.Errorf("%+v", compared)
	}
	for k, c := range sets {
		if got := fmt.Sprintf("%.3f", mean(compared.Sets[k].FoldScores)); got != want[k] {
			t.Errorf("%s: compared, %s, scikit-learn has %s", c.Name, got, want[k])
		}
		sum := 0.0
		for _, p := range folds {
			train, _, test, err := split.Tables(ctx, wine, p)
			if err != nil {
				t.Fatal(err)
			}
			fitted, err := Classifier{Pipeline{Target: "class", Steps: c.Steps}, estimate.KNNClassifier{}}.Fit(ctx, nil, train)
			if err != nil {
				t.Fatal(err)
			}
			report, err := fitted.Evaluate(ctx, nil, test)
			if err != nil {
				t.Fatal(err)
			}
			sum += report.Accuracy.Value / 5
		}
		if got := fmt.Sprintf("%.3f", sum); got != want[k] {
			t.Errorf("%s: %s, scikit-learn has %s", c.Name, got, want[k])
		}
	}
}
