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
	for _, c := range []struct {
		name  string
		steps []Step
		want  string
	}{{"raw", nil, "0.663"}, {"standard", []Step{StandardScaler{}}, "0.961"}, {"min-max", []Step{MinMaxScaler{}}, "0.972"}} {
		sum := 0.0
		for k := range 5 {
			var p split.Parts
			for i, f := range wineFolds {
				if int(f-'0') == k {
					p.Test = append(p.Test, i)
				} else {
					p.Train = append(p.Train, i)
				}
			}
			train, _, test, err := split.Tables(ctx, wine, p)
			if err != nil {
				t.Fatal(err)
			}
			fitted, err := Classifier{Pipeline{Target: "class", Steps: c.steps}, estimate.KNNClassifier{}}.Fit(ctx, nil, train)
			if err != nil {
				t.Fatal(err)
			}
			report, err := fitted.Evaluate(ctx, nil, test)
			if err != nil {
				t.Fatal(err)
			}
			sum += report.Accuracy.Value / 5
		}
		if got := fmt.Sprintf("%.3f", sum); got != c.want {
			t.Errorf("%s: %s, scikit-learn has %s", c.name, got, c.want)
		}
	}
}
