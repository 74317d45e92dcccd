package feature

import (
	"errors"
	"math"
	"path/filepath"
	"testing"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// A target of whole numbers has the same classes as ints and as floats; of another kind it
// is refused.
func TestTargetOfAnotherKind(t *testing.T) {
	ctx := t.Context()
	x, ints, floats, texts := frame.MakeCells[float64](8), frame.MakeCells[int](8), frame.MakeCells[float64](8), frame.MakeCells[string](8)
	for i := range x {
		x[i].Value, ints[i].Value, floats[i].Value = float64(i), i/4, float64(i/4)
		texts[i].Value = []string{"0", "1"}[i/4]
	}
	floats[0].Value = math.Copysign(0, -1)
	table := func(target any) frame.Table {
		t.Helper()
		out, err := frame.New(nil, frame.Series("x", x))
		if err == nil {
			switch v := target.(type) {
			case []frame.Cell[int]:
				out, err = out.With(frame.Series("y", v))
			case []frame.Cell[float64]:
				out, err = out.With(frame.Series("y", v))
			case []frame.Cell[string]:
				out, err = out.With(frame.Series("y", v))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	held := func(target any) split.Held {
		_, _, test, err := split.Tables(ctx, table(target), split.Parts{Test: []int{0, 1, 2, 3, 4, 5, 6, 7}})
		if err != nil {
			t.Fatal(err)
		}
		return test
	}
	fitted, err := Classifier{Pipeline{Target: "y", Classes: true}, estimate.KNNClassifier{Neighbors: 1}}.Fit(ctx, nil, split.WholeAsTrain(table(ints)))
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []any{ints, floats} {
		if r, err := fitted.Evaluate(ctx, nil, held(target)); err != nil || r.Accuracy.Value != 1 {
			t.Errorf("%T: %v, %v", target, r, err)
		}
	}
	if _, err := fitted.Evaluate(ctx, nil, held(texts)); !errors.Is(err, frame.ErrKind) {
		t.Error(err)
	}
}

// The model and the target have to fit together, and what is not fitted says so.
func TestRolesOfTheTarget(t *testing.T) {
	ctx := t.Context()
	y, flag := frame.MakeCells[float64](6), frame.MakeCells[bool](6)
	for i := range y {
		y[i].Value, flag[i].Value = float64(i)/3, i%2 == 0
	}
	table, err := frame.New(nil, frame.Series("y", y), frame.Series("flag", flag))
	if err != nil {
		t.Fatal(err)
	}
	train := split.WholeAsTrain(table)
	for name, err := range map[string]error{
		"classifier of numbers": second(Classifier{Pipeline{Target: "y"}, estimate.KNNClassifier{}}.Fit(ctx, nil, train)),
		"regressor of classes":  second(Regressor{Pipeline{Target: "y", Classes: true}, estimate.Ridge{}}.Fit(ctx, nil, train)),
		"regressor of truth":    second(Regressor{Pipeline{Target: "flag"}, estimate.Ridge{}}.Fit(ctx, nil, train)),
	} {
		if !errors.Is(err, ErrTarget) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"predict": second((&Classification{}).Predict(ctx, nil, table)), "proba": second((*Classification)(nil).Proba(ctx, nil, table)),
		"evaluate": second((&Classification{}).Evaluate(ctx, nil, split.Held{})), "numbers": second((&Regression{}).Predict(ctx, nil, table)),
		"evaluate numbers": second((*Regression)(nil).Evaluate(ctx, nil, split.Held{})),
	} {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// No two columns have one name, and no feature has the target's.
func TestNamesThatRepeat(t *testing.T) {
	ctx := t.Context()
	a, b, y := frame.MakeCells[string](4), frame.MakeCells[float64](4), frame.MakeCells[float64](4)
	for i := range a {
		a[i].Value = []string{"b", "c"}[i%2]
	}
	table, err := frame.New(nil, frame.Series("a", a), frame.Series("x", b), frame.Series("a=b", y))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Pipeline{Target: "a=b", Steps: []Step{OneHotEncoder{}}}).Fit(ctx, nil, split.WholeAsTrain(table)); !errors.Is(err, ErrInput) {
		t.Error("a feature called as the target:", err)
	}
	for _, names := range [][]string{{"a", "a", "y"}, {"a", "y", "y"}} {
		twice := frame.Table{DataFrame: table.DataFrame.Copy()}
		if err := twice.DataFrame.SetNames(names...); err != nil {
			t.Fatal(err)
		}
		if _, err := (Pipeline{Target: "y"}).Fit(ctx, nil, split.WholeAsTrain(twice)); !errors.Is(err, ErrInput) {
			t.Error(names, err)
		}
	}
}

// The order of classes does not depend on the order of rows, levels or not.
func TestClassesBesideLevels(t *testing.T) {
	want := []string{"b", "a", "aa"}
	for _, order := range [][]string{{"a", "b", "aa"}, {"aa", "b", "a"}, {"b", "aa", "a"}, {"a", "aa", "b"}} {
		y := frame.MakeCells[string](3)
		for i, v := range order {
			y[i].Value = v
		}
		table, err := frame.New(frame.Schema{{Name: "y", Kind: frame.Category, Levels: []string{"b", "a"}}}, frame.Series("y", y))
		if err != nil {
			t.Fatal(err)
		}
		c, err := table.Column("y")
		if err != nil {
			t.Fatal(err)
		}
		_, names, err := classLabels(c)
		if err != nil || names[0] != want[0] || names[1] != want[1] || names[2] != want[2] {
			t.Error(order, names, err)
		}
	}
}

// JSON holds no text that is not UTF-8: such a class is refused when it is saved, not
// changed.
func TestClassThatIsNotUTF8(t *testing.T) {
	x, y := frame.MakeCells[float64](4), frame.MakeCells[string](4)
	for i := range x {
		x[i].Value, y[i].Value = float64(i), []string{"\xfe", "\xff"}[i/2]
	}
	table, err := frame.New(nil, frame.Series("x", x), frame.Series("y", y))
	if err != nil {
		t.Fatal(err)
	}
	m, err := Classifier{Pipeline{Target: "y"}, estimate.Logistic{}}.Fit(t.Context(), nil, split.WholeAsTrain(table))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Save(filepath.Join(t.TempDir(), "m.json")); !errors.Is(err, estimate.ErrModel) {
		t.Error(err)
	}
}
