package impute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// bitsOf is every cell of a table, exactly.
func bitsOf(t testing.TB, table frame.Table) []any {
	var out []any
	for _, c := range must(table.Columns())(t) {
		for i := range c.Len() {
			if c.Kind == frame.Float && !c.Missing(i) {
				out = append(out, math.Float64bits(c.Floats[i].Value))
				continue
			}
			out = append(out, c.Format(i), c.Missing(i))
		}
	}
	return out
}

func TestImputersReadBackAndFillWithTheSameBits(t *testing.T) {
	for seed := range uint64(6) {
		x := messy(t, seed)
		for _, o := range all() {
			f := fit(t, o, x)
			b := must(Save(f))(t)
			again, err := Load(b)
			if err != nil {
				t.Fatalf("%v: %v\n%s", o, err, b)
			}
			one, _ := apply(t, f, x)
			two, report := apply(t, again, x)
			p, q := bitsOf(t, one), bitsOf(t, two)
			if len(p) != len(q) {
				t.Fatalf("%v: %d and %d cells", o, len(p), len(q))
			}
			for i := range p {
				if p[i] != q[i] {
					t.Fatalf("%v: cell %d is %v, read back %v", o, i, p[i], q[i])
				}
			}
			if f.String() != again.String() || report.Rows != x.Nrow() {
				t.Errorf("%v became %v", f, again)
			}
			if b2 := must(Save(again))(t); !bytes.Equal(b, b2) {
				t.Errorf("%v is written otherwise the second time:\n%s\n%s", o, b, b2)
			}
		}
	}
}

func TestOptionsReadBack(t *testing.T) {
	o := Iterative{Columns: []string{"a"}, Regressor: estimate.KNNRegressor{Neighbors: 3}, Initial: Given, Number: 2, Order: RandomOrder, Rounds: 4,
		Tolerance: 0.1, Nearest: 2, SkipComplete: true, Min: []Limit{{"", -1}}, Max: []Limit{{"a", 1}}, Seed: math.MaxUint64, Ints: Round, Others: Mode, KeepEmpty: true, Indicators: true}
	b := must(json.Marshal(o))(t)
	var again Iterative
	if err := json.Unmarshal(b, &again); err != nil || must(json.Marshal(again))(t) == nil || again.String() != o.String() {
		t.Fatal(again, err)
	}
	if b2 := must(json.Marshal(again))(t); !bytes.Equal(b, b2) {
		t.Errorf("%s\n%s", b, b2)
	}
	for _, text := range []string{`{"regressor":{"is":"guess","as":{}}}`, `{"rounds":"many"}`, `{"more":1}`, `{"order":"sideways"}`} {
		if err := json.Unmarshal([]byte(text), &again); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	s := Simple{Numbers: Given, Number: 0.5, Others: Given, Other: BoolValue(true)}
	b = must(json.Marshal(s))(t)
	var simple Simple
	if err := json.Unmarshal(b, &simple); err != nil || simple.Other != s.Other || simple.Numbers != Given {
		t.Errorf("%s: %+v, %v", b, simple, err)
	}
}

// foreign is a regressor that this module cannot write.
type foreign struct{ estimate.Regressor }
type foreignModel struct{ estimate.Regression }

func (f foreign) Fit(ctx context.Context, rep progress.Reporter, x mat.Matrix, y []float64) (estimate.Regression, error) {
	m, err := f.Regressor.Fit(ctx, rep, x, y)
	return foreignModel{m}, err
}

func TestAForeignRegressorFillsAndIsNotWritten(t *testing.T) {
	x := correlated(t, 50, 3)
	o := Iterative{Regressor: foreign{estimate.Ridge{}}, Rounds: 2}
	f := fit(t, o, x)
	if _, report := apply(t, f, x); report.Left() != 0 || o.String() != "iterative by foreign" {
		t.Errorf("%v: %v", o, report)
	}
	if _, err := Save(f); !errors.Is(err, estimate.ErrModel) {
		t.Errorf("%v", err)
	}
	if _, err := json.Marshal(o); !errors.Is(err, estimate.ErrModel) {
		t.Errorf("%v", err)
	}
	if _, err := Save(struct{ Fitted }{f}); !errors.Is(err, ErrFile) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNotASavedImputer(t *testing.T) {
	column := `{"name":"a","type":"number","missing":1}`
	for _, text := range []string{
		``, `null`, `{}`, `[]`, `{"format":"tlkit imputer 9"}`,
		`{"format":"tlkit simple imputer 1","fills":[],"more":1}`,
		`{"format":"tlkit simple imputer 1","fills":[{"name":"a","type":"number","missing":1,"strategy":"mean"}]}`,
		`{"format":"tlkit simple imputer 1","fills":[{"name":"a","type":"number","missing":1,"strategy":"mean","value":{"type":"number","value":"NaN"}}]}`,
		`{"format":"tlkit simple imputer 1","fills":[{"name":"a","type":"number","missing":1,"strategy":"mean","value":{"type":"string","value":"x"}}]}`,
		`{"format":"tlkit simple imputer 1","fills":[{"name":"a","type":"any","missing":1,"strategy":"mean","value":{"type":"number","value":"1"}}]}`,
		`{"format":"tlkit simple imputer 1","fills":[{"name":"a","type":"number","missing":-1,"strategy":"mean","value":{"type":"number","value":"1"}}]}`,
		`{"format":"tlkit simple imputer 1","fills":[],"indicators":["a"]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `,` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1],[2]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":0,"weights":"uniform","rows":[[1]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1],[2]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[null]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1e999]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1]],"scale":[0]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1]],"scale":[1,2]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[{"name":"a","type":"string","missing":1}],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1]]}`,
		`{"format":"tlkit knn imputer 1","fit":{"columns":[` + column + `],"others":[{"name":"b","type":"number","missing":0,"strategy":"mostFrequent"}],"ints":"widen"},"neighbors":1,"weights":"uniform","rows":[[1]]}`,
		`{"format":"tlkit iterative imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"initial":[],"min":[null],"max":[null],"rounds":1,"converged":true,"steps":[]}`,
		`{"format":"tlkit iterative imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"initial":[null],"min":[null],"max":[null],"rounds":1,"converged":true,"steps":[]}`,
		`{"format":"tlkit iterative imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"initial":[1],"min":[2],"max":[1],"rounds":1,"converged":true,"steps":[]}`,
		`{"format":"tlkit iterative imputer 1","fit":{"columns":[` + column + `],"ints":"widen"},"initial":[1],"min":[null],"max":[null],"rounds":1,"converged":true,"steps":[{"column":0,"from":[0],"model":{"is":"linear","as":{"coef":[1],"intercept":0}}}]}`,
		`{"format":"tlkit iterative imputer 1","fit":{"columns":[` + column + `,{"name":"b","type":"number","missing":0}],"ints":"widen"},"initial":[1,1],"min":[null,null],"max":[null,null],"rounds":1,"converged":true,"steps":[{"column":0,"from":[1],"model":{"is":"linear","as":{"coef":[1,2],"intercept":0}}}]}`,
		`{"format":"tlkit iterative imputer 1","fit":{"columns":[` + column + `,{"name":"b","type":"number","missing":0}],"ints":"widen"},"initial":[1,1],"min":[null,null],"max":[null,null],"rounds":1,"converged":true,"steps":[{"column":0,"from":[2],"model":{"is":"linear","as":{"coef":[1],"intercept":0}}}]}`,
		`{"format":"tlkit stateless imputer 1","is":"constant","options":{"limit":1}}`,
		`{"format":"tlkit stateless imputer 1","is":"zero","options":{}}`,
		`{"format":"tlkit stateless imputer 1","is":"forward"}`,
		`{"format":"tlkit stateless imputer 1","is":"forward","options":{}}}`,
		`{"format":"tlkit stateless imputer 1","is":"forward","options":{}} null`,
	} {
		if f, err := Load([]byte(text)); !errors.Is(err, ErrFile) || f != nil {
			t.Errorf("%s is read as %v, %v", text, f, err)
		}
	}
	// A file that was cut short at any byte.
	b := must(Save(fit(t, KNN{}, correlated(t, 5, 2))))(t)
	for n := range b {
		if _, err := Load(b[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are read", n, len(b))
		}
	}
}

// FuzzLoad: whatever is read either is refused, or fills a table without a panic, changes
// no cell that had a value, and is written as something that reads back.
func FuzzLoad(f *testing.F) {
	x := messy(f, 3)
	for _, o := range all() {
		f.Add(must(Save(fit(f, o, x)))(f))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fitted, err := Load(b)
		if err != nil {
			return
		}
		for _, table := range []frame.Table{x, messy(t, 4)} {
			out, report, err := fitted.Apply(ctx, nil, table)
			if err != nil {
				continue
			}
			if out.Nrow() != table.Nrow() || report.Left() < 0 || strings.Contains(report.HTML(), "<script") {
				t.Fatalf("%d rows, %v", out.Nrow(), report)
			}
			for _, c := range must(table.Columns())(t) {
				got := must(out.Column(c.Name))(t)
				for i := range c.Len() {
					if !c.Missing(i) && c.Kind == got.Kind && got.Format(i) != c.Format(i) {
						t.Fatalf("%s, row %d was %s and is %s", c.Name, i, c.Format(i), got.Format(i))
					}
				}
			}
		}
		again, err := Save(fitted)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Load(again); err != nil {
			t.Fatalf("%s was written and is not read: %v", again, err)
		}
	})
}

// FuzzSimple fits on what the bytes make of a table.
func FuzzSimple(f *testing.F) {
	f.Add([]byte("1 2\x00 3"), uint8(3), uint8(0))
	f.Add([]byte{0, 255, 7, 7, 7}, uint8(1), uint8(7))
	f.Fuzz(func(t *testing.T, b []byte, numbers, ints uint8) {
		if len(b) > 1000 {
			return
		}
		floats, texts := make([]frame.Cell[float64], len(b)), make([]frame.Cell[string], len(b))
		for i, v := range b {
			floats[i] = frame.Cell[float64]{Value: float64(int8(v)) * 1.5, Null: v%5 == 0}
			texts[i] = frame.Cell[string]{Value: string(b[i:min(i+2, len(b))]), Null: v%7 == 0}
		}
		x := tableOf(t, nil, frame.Series("a", floats), frame.Series("b", texts))
		fitted, err := Simple{Numbers: Strategy(numbers), Ints: Ints(ints)}.Fit(ctx, nil, split.WholeAsTrain(x))
		if err != nil {
			return
		}
		if _, report := apply(t, fitted, x); Strategy(numbers) != Skip && report.Left() != 0 {
			t.Fatal(report)
		}
	})
}
