package feature

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/estimate"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/samples/tables"
	"transferlab/tlkit/split"
)

// drawn is a table of n rows and p columns x0, x1, …, of which the first three make y and
// class.
func drawn(t testing.TB, n, p int) frame.Table {
	rng := rand.New(rand.NewPCG(1, 9))
	cols := make([][]float64, p)
	for j := range cols {
		cols[j] = make([]float64, n)
		for i := range cols[j] {
			cols[j][i] = rng.NormFloat64()
		}
	}
	y, class := make([]float64, n), make([]string, n)
	for i := range y {
		for j := range min(p, 3) {
			y[i] += float64(3-j) * cols[j][i]
		}
		y[i] += rng.NormFloat64()
		class[i] = "low"
		if y[i] > 0 {
			class[i] = "high"
		}
	}
	all := []series.Series{}
	for j, c := range cols {
		all = append(all, numberColumn(fmt.Sprintf("x%d", j), c...))
	}
	return tableOf(t, nil, append(all, numberColumn("y", y...), textColumn("class", class...))...)
}

// selectors are all of them, for a target of numbers and for one of classes.
func selectors(classes bool) []Step {
	best := SelectBest{K: 3, Score: MutualInformation}
	steps := []Step{
		SelectVariance{Threshold: 0.01}, SelectCorrelated{Above: 0.9}, SelectCorrelated{Method: Spearman},
		SelectBest{K: 4}, best, SelectBest{FalseDiscovery: 0.05},
		RFE{}, RFE{K: 2, StepShare: 0.3}, RFECV{}, RFECV{OneStandardError: true, Step: 2, Min: 2},
		Sequential{K: 2}, Sequential{Direction: Backward, Tolerance: -0.01}, SelectModel{}, SelectModel{Cut: AtMedian, Max: 2},
	}
	if !classes {
		steps = append(steps, SelectBest{Score: RankCorrelation, FamilyWise: 0.01})
	}
	return steps
}

func TestSelectorsGoEveryWay(t *testing.T) {
	table := drawn(t, 150, 7)
	for _, target := range []string{"y", "class"} {
		other := map[string]string{"y": "class", "class": "y"}[target]
		for _, s := range selectors(target == "class") {
			t.Run(fmt.Sprintf("%s %s %+v", target, stepName(s), s), func(t *testing.T) {
				p := Pipeline{Target: target, Steps: []Step{Drop{Columns: []string{other}}, StandardScaler{}, s}}
				f := mustFit(t, p, table)
				checkWays(t, f, table)
				again := mustFit(t, p, table)
				if !slices.Equal(f.Names(), again.Names()) {
					t.Errorf("%v, then %v", f.Names(), again.Names())
				}
				scores := f.Scores()
				if len(scores) != 1 || len(scores[0].Columns) != 7 || scores[0].Step != 2 || scores[0].Name != stepName(s) {
					t.Fatalf("%+v", scores)
				}
				var kept []string
				for _, c := range scores[0].Columns {
					if c.Kept {
						kept = append(kept, c.Name)
					}
				}
				if !slices.Equal(kept, f.Names()) {
					t.Errorf("kept %v, and there is %v", kept, f.Names())
				}
				if _, chosen := s.(SelectCorrelated); len(kept) == 0 || !slices.Contains(kept, "x0") && !chosen {
					t.Errorf("the best one is not in %v", kept)
				}
			})
		}
	}
}

func TestSelectedFeaturesGoBack(t *testing.T) {
	table := drawn(t, 60, 5)
	f := mustFit(t, Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"class"}}, StandardScaler{}, RFE{K: 2}}}, table)
	features, err := f.Table(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	back, err := f.Inverse(t.Context(), features)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := table.Numbers(f.Names()...)
	got, err := back.Numbers(f.Names()...)
	if err != nil {
		t.Fatal(err)
	}
	for j := range want {
		for i := range want[j] {
			if math.Abs(got[j][i]-want[j][i]) > 1e-12 {
				t.Fatalf("%v, want %v", got[j][i], want[j][i])
			}
		}
	}
}

func TestCurveIsOfEachNumberOfFeatures(t *testing.T) {
	table := drawn(t, 200, 6)
	p := Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"class"}}, RFECV{Folds: split.FoldOptions{K: 4, Repeats: 2}}}}
	curve := mustFit(t, p, table).Scores()[0].Curve
	if len(curve) != 6 {
		t.Fatalf("%d points", len(curve))
	}
	for i, c := range curve {
		if c.Features != i+1 || len(c.Folds) != 8 || !(c.StandardError() > 0) {
			t.Errorf("point %d: %+v", i, c)
		}
	}
	if !(curve[2].Mean() > curve[1].Mean()+0.02 && curve[1].Mean() > curve[0].Mean()+0.05) {
		t.Errorf("three features make the target: %v, %v, %v", curve[0].Mean(), curve[1].Mean(), curve[2].Mean())
	}
	curve[0].Folds[0] = 99
	one := RFECV{Folds: split.FoldOptions{K: 4, Repeats: 2}, OneStandardError: true}
	p.Steps[1] = one
	if n := mustFit(t, p, table).Names(); !slices.Equal(n, []string{"x0", "x1", "x2"}) {
		t.Errorf("within one standard error: %v", n)
	}
	forward := Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"class"}}, Sequential{K: 3}}}
	var order []string
	for _, c := range mustFit(t, forward, table).Scores()[0].Curve {
		order = append(order, c.Column)
	}
	if !slices.Equal(order, []string{"x0", "x1", "x2"}) {
		t.Errorf("added %v", order)
	}
}

func TestOneStandardErrorTakesTheSmallestWithin(t *testing.T) {
	curve := []CurvePoint{{Features: 1, Folds: []float64{0.5, 0.5}}, {Features: 2, Folds: []float64{0.85, 0.75}}, {Features: 5, Folds: []float64{1, 0.8}}}
	if n := best(curve, false); n != 5 {
		t.Errorf("%d", n)
	}
	if n := best(curve, true); n != 2 { // 0.9 less 0.1
		t.Errorf("%d", n)
	}
	curve[0].Folds = []float64{1, 0.8}
	if n := best(curve, false); n != 1 { // of equal ones the smallest
		t.Errorf("%d", n)
	}
}

func TestAlikeFeaturesAreLeftOut(t *testing.T) {
	a := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	table := tableOf(t, nil,
		numberColumn("a", a...),
		numberColumn("cubes", 1, 8, 27, 64, 125, 216, 343, 512),
		numberColumn("other", 3, 1, 4, 1, 5, 9, 2, 6),
		numberColumn("falling", -1, -2, -3, -4, -5, -6, -7, -8.5),
		numberColumn("constant", 2, 2, 2, 2, 2, 2, 2, 2))
	for _, c := range []struct {
		s    SelectCorrelated
		want []string
	}{
		{SelectCorrelated{}, []string{"a", "cubes", "other", "constant"}},
		{SelectCorrelated{Above: 0.9}, []string{"a", "other", "constant"}},
		{SelectCorrelated{Method: Spearman}, []string{"a", "other", "constant"}},
		{SelectCorrelated{Above: 1}, []string{"a", "cubes", "other", "falling", "constant"}},
	} {
		f := mustFit(t, Pipeline{Steps: []Step{c.s}}, table)
		if !slices.Equal(f.Names(), c.want) {
			t.Errorf("%+v: %v, want %v", c.s, f.Names(), c.want)
		}
		checkWays(t, f, table)
	}
	f := mustFit(t, Pipeline{Steps: []Step{SelectCorrelated{}}}, table)
	if s := f.Scores()[0].Columns[3]; s.Kept || !(s.Score < -0.99) {
		t.Errorf("%+v", s)
	}
}

func TestVarianceLooksAwayFromWhatIsMissing(t *testing.T) {
	nan := math.NaN()
	table := tableOf(t, nil, numberColumn("a", 1, nan, 1), numberColumn("b", 1, nan, 3), numberColumn("c", nan, nan, nan), boolColumn("d", true, false, true))
	f := mustFit(t, Pipeline{Steps: []Step{SelectVariance{}}}, table)
	if !slices.Equal(f.Names(), []string{"b", "d"}) {
		t.Errorf("%v", f.Names())
	}
	if v := f.Scores()[0].Columns[1].Score; v != 1 {
		t.Errorf("the variance of 1 and 3 is %v", v)
	}
}

func TestEncodedValuesAreSelected(t *testing.T) {
	n := 90
	color, y := make([]string, n), make([]float64, n)
	noise := make([]float64, n)
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range color {
		color[i] = []string{"red", "green", "blue"}[i%3]
		noise[i] = rng.NormFloat64()
		y[i] = noise[i] / 10
		if color[i] == "green" {
			y[i] += 5
		}
	}
	table := tableOf(t, nil, textColumn("color", color...), numberColumn("noise", noise...), numberColumn("y", y...))
	for _, s := range []Step{SelectBest{K: 1}, RFE{K: 1}, Sequential{K: 1}, SelectModel{Max: 1, Cut: AboveZero}, SelectBest{K: 1, Score: MutualInformation}} {
		f := mustFit(t, Pipeline{Target: "y", Steps: []Step{OneHotEncoder{}, s}}, table)
		if got := f.Names(); len(got) != 1 || !strings.Contains(got[0], "green") {
			t.Errorf("%T keeps %v", s, got)
		}
		checkWays(t, f, table)
	}
}

func TestUglyTablesAreSelectedFrom(t *testing.T) {
	zero := make([]float64, 16)
	class := strings.Split("abababababababab", "")
	y := []float64{1, 2, 1.5, 2.5, 1, 3, 2, 2, 1, 2, 1.5, 2.5, 1, 3, 2, 4}
	twice := func(v ...float64) []float64 { return append(v, v...) }
	tests := map[string]frame.Table{
		"constants": tableOf(t, nil, numberColumn("a", zero...), numberColumn("b", zero...), numberColumn("y", y...), textColumn("class", class...)),
		"copies":    tableOf(t, nil, numberColumn("a", y...), numberColumn("b", y...), numberColumn("y", y...), textColumn("class", class...)),
		"huge":      tableOf(t, nil, numberColumn("a", twice(1e150, 2e150, 3e150, 1e150, 2e150, 3e150, 0, 0)...), numberColumn("b", twice(1e-150, 0, 0, 1e-150, 0, 0, 0, 0)...), numberColumn("y", y...), textColumn("class", class...)),
	}
	for name, table := range tests {
		for _, target := range []string{"y", "class"} {
			other := map[string]string{"y": "class", "class": "y"}[target]
			for _, s := range selectors(target == "class") {
				switch b := s.(type) { // there are only two columns
				case SelectBest:
					if b.K > 0 {
						b.K = 1
						s = b
					}
				case Sequential:
					if b.K > 0 {
						b.K = 1
						s = b
					}
				}
				p := Pipeline{Target: target, Steps: []Step{Drop{Columns: []string{other}}, s}}
				f, err := p.Fit(t.Context(), nil, split.WholeAsTrain(table))
				if err != nil {
					// Squares of 1e150 leave float64; that is said, and nothing else.
					if name != "huge" || !errors.Is(err, estimate.ErrNumber) {
						t.Errorf("%s, %s, %T: %v", name, target, s, err)
					}
					continue
				}
				if _, err := f.Matrix(t.Context(), nil, table); err != nil {
					t.Errorf("%s, %s, %T: %v", name, target, s, err)
				}
			}
		}
	}
}

func TestSelectorsRefuse(t *testing.T) {
	table := drawn(t, 40, 4)
	holes := tableOf(t, nil, numberColumn("x", 1, math.NaN(), 3, 4), numberColumn("x2", 1, 2, 3, 5), numberColumn("y", 1, 2, 3, 4), textColumn("class", "a", "b", "a", "b"))
	one := tableOf(t, nil, numberColumn("x", 1), numberColumn("x2", 2), numberColumn("y", 1), textColumn("class", "a"))
	texts := tableOf(t, nil, textColumn("x", "u", "v"), numberColumn("y", 1, 2), textColumn("class", "a", "b"))
	missing := tableOf(t, nil, numberColumn("x", 1, 2), numberColumn("x2", 2, 3), numberColumn("y", 1, math.NaN()), textColumn("class", "a", none))
	single := tableOf(t, nil, numberColumn("x", 1, 2, 3, 4, 5, 6), numberColumn("x2", 2, 3, 1, 1, 1, 1), numberColumn("y", 1, 2, 3, 4, 5, 6), textColumn("class", "a", "a", "a", "a", "a", "a"))
	var unknown *frame.ColumnError
	for name, c := range map[string]struct {
		table  frame.Table
		target string
		step   Step
		want   error
	}{
		"no target":            {table, "", RFE{}, ErrTarget},
		"no target, best":      {table, "", SelectBest{}, ErrTarget},
		"no target, cv":        {table, "", RFECV{}, ErrTarget},
		"no target, one by":    {table, "", Sequential{}, ErrTarget},
		"no target, model":     {table, "", SelectModel{}, ErrTarget},
		"k":                    {table, "y", RFE{K: 5}, ErrOption},
		"k below":              {table, "y", RFE{K: -1}, ErrOption},
		"k, best":              {table, "y", SelectBest{K: 5}, ErrOption},
		"k, all":               {table, "y", Sequential{K: 4}, ErrOption},
		"min":                  {table, "y", RFECV{Min: 5}, ErrOption},
		"max":                  {table, "y", SelectModel{Max: 5}, ErrOption},
		"step":                 {table, "y", RFE{Step: -1}, ErrOption},
		"share of 1":           {table, "y", RFE{StepShare: 1}, ErrOption},
		"NaN share":            {table, "y", RFE{StepShare: math.NaN()}, ErrOption},
		"step and share":       {table, "y", RFE{Step: 1, StepShare: 0.5}, ErrOption},
		"two ways":             {table, "y", SelectBest{K: 1, Share: 0.5}, ErrOption},
		"alpha":                {table, "y", SelectBest{FalsePositive: 1.5}, ErrOption},
		"NaN alpha":            {table, "y", SelectBest{FalsePositive: math.NaN()}, ErrOption},
		"p of information":     {table, "y", SelectBest{FalsePositive: 0.5, Score: MutualInformation}, ErrOption},
		"no such score":        {table, "y", SelectBest{Score: 99}, ErrOption},
		"no such cut":          {table, "y", SelectModel{Cut: 99}, ErrOption},
		"no such direction":    {table, "y", Sequential{Direction: 9}, ErrOption},
		"no such metric":       {table, "y", RFECV{Metric: 99}, ErrOption},
		"no such method":       {table, "y", SelectCorrelated{Method: 9}, ErrOption},
		"R² of classes":        {table, "class", RFECV{Metric: R2}, ErrOption},
		"accuracy of numbers":  {table, "y", Sequential{K: 1, Metric: Accuracy}, ErrOption},
		"value":                {table, "y", SelectModel{Value: -1}, ErrOption},
		"variance":             {table, "y", SelectVariance{Threshold: math.NaN()}, ErrOption},
		"above":                {table, "y", SelectCorrelated{Above: 1.1}, ErrOption},
		"tolerance":            {table, "y", Sequential{Tolerance: -1}, ErrOption},
		"neighbours":           {table, "y", SelectBest{Score: MutualInformation, Neighbors: -1}, ErrOption},
		"folds":                {table, "y", RFECV{Folds: split.FoldOptions{K: 1000}}, split.ErrFolds},
		"a row a fold":         {table, "y", RFECV{Folds: split.FoldOptions{K: 40}}, ErrOption},
		"F of numbers":         {table, "y", SelectBest{Score: AnovaF}, ErrTarget},
		"chi-square, numbers":  {table, "y", SelectBest{Score: ChiSquare}, ErrTarget},
		"line of classes":      {table, "class", SelectBest{Score: RegressionF}, ErrTarget},
		"chi-square below 0":   {table, "class", SelectBest{Score: ChiSquare, Columns: []string{"x0"}}, ErrInput},
		"regressor, classes":   {table, "class", RFE{Regressor: estimate.Ridge{}}, ErrTarget},
		"classifier, numbers":  {table, "y", RFE{Classifier: estimate.Logistic{}}, ErrTarget},
		"no coefficients":      {table, "y", RFE{Regressor: estimate.KNNRegressor{}}, ErrOption},
		"no coefficients, one": {table, "class", SelectModel{Classifier: estimate.KNNClassifier{}}, ErrOption},
		"texts":                {table, "y", RFE{Columns: []string{"class"}}, frame.ErrKind},
		"missing":              {holes, "y", RFE{}, ErrInput},
		"missing, best":        {holes, "y", SelectBest{K: 1}, ErrInput},
		"missing, alike":       {holes, "y", SelectCorrelated{}, ErrInput},
		"nothing to choose":    {texts, "y", RFE{}, ErrEmpty},
		"target is missing":    {missing, "y", RFE{}, ErrInput},
		"class is missing":     {missing, "class", RFE{}, ErrTarget},
		"one class":            {single, "class", RFE{Columns: []string{"x", "x2"}}, estimate.ErrEmpty},
		"one row":              {one, "y", RFECV{Columns: []string{"x", "x2"}}, split.ErrFolds},
		"one row, one by one":  {one, "y", Sequential{Columns: []string{"x", "x2"}}, split.ErrFolds},
		"ridge's option":       {table, "y", RFE{Regressor: estimate.Ridge{Alpha: math.Inf(1)}}, estimate.ErrOption},
	} {
		_, err := (Pipeline{Target: c.target, Steps: []Step{c.step}}).Fit(t.Context(), nil, split.WholeAsTrain(c.table))
		var step *StepError
		if !errors.Is(err, c.want) || !errors.As(err, &step) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := (Pipeline{Target: "y", Steps: []Step{RFE{Columns: []string{"x00"}}}}).Fit(t.Context(), nil, split.WholeAsTrain(table))
	if !errors.As(err, &unknown) || unknown.Nearest != "x0" {
		t.Errorf("%v", err)
	}
	f := mustFit(t, Pipeline{Target: "y", Steps: []Step{RFE{Columns: []string{"x", "x2"}}, Drop{Columns: []string{"class"}}}}, one)
	if len(f.Names()) != 1 {
		t.Errorf("of one row: %v", f.Names())
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, s := range selectors(false) {
		p := Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"class"}}, s}}
		if _, err := p.Fit(ctx, nil, split.WholeAsTrain(table)); !errors.Is(err, context.Canceled) {
			t.Errorf("%T: %v", s, err)
		}
	}
}

func TestABrokenChoiceIsNotLoaded(t *testing.T) {
	f := mustFit(t, Pipeline{Target: "y", Steps: []Step{Drop{Columns: []string{"class"}}, RFECV{}}}, drawn(t, 40, 3))
	b, err := f.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{`"keep":[`, `"keep":[true,`}, {`"ranks":[`, `"ranks":[1,`}, {`"scores":[`, `"scores":[1,`}, {`"features":3`, `"features":4`},
		{`"folds":[`, `"folds":[],"x":[`}, {`"metric":"R²"`, `"metric":"luck"`},
	} {
		spoilt := strings.Replace(string(b), c[0], c[1], 1)
		if c[0] == `"keep":[` { // the first one is Drop's
			at := strings.LastIndex(string(b), c[0])
			spoilt = string(b[:at]) + c[1] + string(b[at+len(c[0]):])
		}
		if spoilt == string(b) {
			t.Fatalf("%s is not there: %s", c[0], b)
		}
		if err := new(Fitted).UnmarshalJSON([]byte(spoilt)); !errors.Is(err, ErrFile) && !errors.Is(err, ErrOption) {
			t.Errorf("%s: %v", c[1], err)
		}
	}
}

// A result does not depend on how the rows lie in memory, and RFE by products of columns
// chooses as RFE by fits.
func TestProductsChooseAsFitsDo(t *testing.T) {
	table, err := tables.Diabetes().Read(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]estimate.Regressor{
		"ridge":         {estimate.Ridge{Alpha: 0.3}, slow{estimate.Ridge{Alpha: 0.3}}},
		"least squares": {estimate.LinearRegression{}, slow{estimate.LinearRegression{}}},
		"lasso":         {estimate.Lasso{Alpha: 0.5}, slow{estimate.Lasso{Alpha: 0.5}}},
		"elastic net":   {estimate.ElasticNet{Alpha: 0.01}, slow{estimate.ElasticNet{Alpha: 0.01}}},
	} {
		var got [2][]ColumnScore
		for k, r := range pair {
			f := mustFit(t, Pipeline{Target: "target", Steps: []Step{StandardScaler{}, RFE{Regressor: r, K: 1}}}, table)
			got[k] = f.Scores()[0].Columns
		}
		for j := range got[0] {
			a, b := got[0][j], got[1][j]
			if a.Rank != b.Rank || math.Abs(a.Score-b.Score) > 1e-6*math.Abs(b.Score)+1e-9 {
				t.Errorf("%s: %+v and %+v", name, a, b)
			}
		}
	}
}

// slow is a regressor that is not known to go by products.
type slow struct{ estimate.Regressor }

func TestTheColumnBelowZeroIsNamed(t *testing.T) {
	class := []string{"a", "b", "a", "b"}
	cols := []series.Series{textColumn("class", class...)}
	for j := range 40 {
		v := []float64{1, 2, 3, 0}
		if j == 37 {
			v[2] = -3
		}
		cols = append(cols, numberColumn(fmt.Sprintf("n%d", j), v...))
	}
	_, err := (Pipeline{Target: "class", Steps: []Step{SelectBest{Score: ChiSquare}}}).Fit(t.Context(), nil, split.WholeAsTrain(tableOf(t, nil, cols...)))
	var e *InputError
	if !errors.As(err, &e) || e.Column != "n37" || e.Row != 2 || e.Value != -3 || !strings.Contains(err.Error(), "chi-square") {
		t.Errorf("%v", err)
	}
}
