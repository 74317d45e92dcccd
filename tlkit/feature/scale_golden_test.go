package feature

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/golden"
)

// scaleNumber is a float64 in the goldens: null is NaN, and infinities are text.
type scaleNumber float64

func (n *scaleNumber) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "null":
		*n = scaleNumber(math.NaN())
		return nil
	case `"inf"`, `"-inf"`:
		v, err := strconv.ParseFloat(string(b[1:len(b)-1]), 64)
		*n = scaleNumber(v)
		return err
	}
	return json.Unmarshal(b, (*float64)(n))
}

type scaleGolden struct {
	Tables map[string]struct{ Train, Held [][]scaleNumber }
	Cases  []struct {
		Step    string
		Options json.RawMessage
		Table   string
		Made    [][]scaleNumber
		Back    [][]scaleNumber
		Lambda  []scaleNumber
		Edges   [][]scaleNumber
	}
}

func readScaleGolden(t *testing.T) scaleGolden {
	t.Helper()
	return golden.Read[scaleGolden](t, "testdata/scale/golden.json.gz")
}

// scaleStep is the step of a golden case.
func scaleStep(t *testing.T, name string, options json.RawMessage) Step {
	t.Helper()
	var err error
	read := func(to any) { err = json.Unmarshal(options, to) }
	var out Step
	switch name {
	case "StandardScaler":
		var s StandardScaler
		read(&s)
		out = s
	case "MinMaxScaler":
		var s MinMaxScaler
		read(&s)
		out = s
	case "MaxAbsScaler":
		var s MaxAbsScaler
		read(&s)
		out = s
	case "RobustScaler":
		var s RobustScaler
		read(&s)
		out = s
	case "QuantileTransformer":
		var s QuantileTransformer
		read(&s)
		out = s
	case "PowerTransformer":
		var s PowerTransformer
		read(&s)
		out = s
	case "Binning":
		var s Binning
		read(&s)
		out = s
	case "Impute":
		var by struct{ By string }
		read(&by)
		out = Impute{By: impute.Simple{KeepEmpty: true}}
		if by.By == "median" {
			out = Impute{By: impute.Simple{Numbers: impute.Median, Indicators: true}}
		}
	default:
		t.Fatal("unknown step", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func scaleTable(t testing.TB, cols [][]scaleNumber) frame.Table {
	t.Helper()
	table := frame.Table{}
	for j, c := range cols {
		v := make([]float64, len(c))
		for i, x := range c {
			v[i] = float64(x)
		}
		var err error
		if table, err = table.With(numberColumn("c"+strconv.Itoa(j), v...)); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func complete(cols [][]scaleNumber) [][]scaleNumber {
	out := make([][]scaleNumber, len(cols))
	for i := range cols[0] {
		if slices.ContainsFunc(cols, func(c []scaleNumber) bool { return c[i] != c[i] }) {
			continue
		}
		for j := range cols {
			out[j] = append(out[j], cols[j][i])
		}
	}
	return out
}

// closeTo reports whether two numbers agree, to a part of the larger one or of size.
func closeTo(a, b, part, size float64) bool {
	if a != a || b != b {
		return a != a && b != b
	}
	return a == b || math.Abs(a-b) <= part*max(math.Abs(a), math.Abs(b), size)
}

func TestScalersAgreeWithScikitLearn(t *testing.T) {
	g := readScaleGolden(t)
	for _, c := range g.Cases {
		t.Run(c.Step+string(c.Options)+"/"+c.Table, func(t *testing.T) {
			part := 1e-9
			if c.Step == "PowerTransformer" {
				part = 1e-6 // as λ
				if strings.Contains(string(c.Options), "NoStandard") {
					part = 1e-5 // a power of x differs by log x times as much as λ
				}
			}
			f := mustFit(t, Pipeline{Steps: []Step{scaleStep(t, c.Step, c.Options)}}, scaleTable(t, g.Tables[c.Table].Train))
			held := g.Tables[c.Table].Held
			if c.Step == "Binning" {
				held = complete(held)
			}
			table := scaleTable(t, held)
			checkLearnt(t, f, c.Lambda, c.Edges)
			x := mustMatrix(t, f, table)
			made := c.Made
			if c.Step == "Impute" {
				made = beside(made, len(held), f.Names())
			}
			if _, p := x.Dims(); p != len(made) {
				t.Fatalf("%d features, want %d: %v", p, len(made), f.Names())
			}
			for j, want := range made {
				for i, w := range want {
					if v := x.At(i, j); !closeTo(v, float64(w), part, 1) {
						t.Fatalf("row %d, feature %d: %v, want %v; of %v", i, j, v, w, held[min(j, len(held)-1)][i])
					}
				}
			}
			checkWays(t, f, table)
			if c.Back != nil {
				checkBack(t, f, table, c.Back, part)
			}
		})
	}
}

// beside orders scikit-learn's columns, the indicators at the end, as Impute does.
func beside(made [][]scaleNumber, columns int, names []string) [][]scaleNumber {
	var out [][]scaleNumber
	next := columns
	column := 0
	for _, n := range names {
		if len(n) > 3 {
			out = append(out, made[next])
			next++
		} else {
			out = append(out, made[column])
			column++
		}
	}
	return out
}

func checkLearnt(t *testing.T, f *Fitted, lambda []scaleNumber, edges [][]scaleNumber) {
	t.Helper()
	switch do := f.steps[0].do.(type) {
	case *powered:
		for j, w := range lambda {
			if !closeTo(do.Lambda[j], float64(w), 1e-6, 1) {
				t.Errorf("column %d: λ is %v, want %v", j, do.Lambda[j], w)
			}
		}
	case *binned:
		for j, want := range edges {
			have := do.Edges[j]
			if len(want) == 2 && math.IsInf(float64(want[0]), -1) {
				continue // a constant column
			}
			if len(have) != len(want) {
				t.Errorf("column %d: edges %v, want %v", j, have, want)
				continue
			}
			for i, w := range want {
				if !closeTo(have[i], float64(w), 1e-9, 0) {
					t.Errorf("column %d: edge %d is %v, want %v", j, i, have[i], w)
				}
			}
		}
	}
}

func checkBack(t *testing.T, f *Fitted, table frame.Table, want [][]scaleNumber, part float64) {
	t.Helper()
	features, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	back, err := f.Inverse(t.Context(), features)
	if err != nil {
		t.Fatal(err)
	}
	for j, column := range want {
		c, err := back.Column("c" + strconv.Itoa(j))
		if err != nil {
			t.Fatal(err)
		}
		v, err := c.Numbers()
		if err != nil {
			t.Fatal(err)
		}
		binned, ok := f.steps[0].do.(*binned)
		for i, w := range column {
			if w != w && ok && len(binned.Edges[j]) == 2 {
				w = scaleNumber(binned.Edges[j][0]) // a constant column leads back to its value
			}
			if !closeTo(v[i], float64(w), part, 1e-3) {
				t.Fatalf("back to column %d, row %d: %v, want %v", j, i, v[i], w)
			}
		}
	}
}
