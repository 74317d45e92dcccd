package feature

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

var nan = math.NaN()

// scalers are all steps that turn numbers into numbers.
func scalers() map[string]Step {
	return map[string]Step{
		"standard": StandardScaler{}, "minmax": MinMaxScaler{Range: [2]float64{-1, 2}, Clip: true}, "maxabs": MaxAbsScaler{Clip: true},
		"robust": RobustScaler{UnitVariance: true}, "uniform": QuantileTransformer{Quantiles: 9}, "normal": QuantileTransformer{Output: Normal},
		"yeo-johnson": PowerTransformer{}, "box-cox": PowerTransformer{Method: BoxCox, NoStandard: true},
		"quantile bins": Binning{}, "uniform bins": Binning{By: UniformBins, Bins: 30}, "k-means bins": Binning{By: KMeansBins, Bins: 3},
		"one-hot bins": Binning{OneHot: true},
	}
}

func fitError(t *testing.T, s Step, table frame.Table) error {
	t.Helper()
	_, err := Pipeline{Steps: []Step{s}}.Fit(t.Context(), nil, split.WholeAsTrain(table))
	return err
}

// Whatever a column holds, the features are there, in every way that there is.
func TestScalersOfUglyColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	many := make([]float64, 700)
	for i := range many {
		if many[i] = math.Exp(3 * rng.NormFloat64()); i%9 == 0 {
			many[i] = nan
		}
	}
	tables := map[string][]float64{
		"one row": {3}, "one value": {nan, 4, nan}, "no value": {nan, nan}, "constant": {2.5, 2.5, 2.5, nan},
		"two values": {1, 2, 2, 1, 1}, "tiny": {1e-320, 2e-320, 3e-310}, "huge": {1e300, 2e300, 1.5e300, 1.1e300}, "wide": {1e-300, 1, 1e300, 5},
		"near": {1e15, 1e15 + 0.125, 1e15 + 0.25}, "many": many,
	}
	for step, s := range scalers() {
		for name, v := range tables {
			t.Run(step+"/"+name, func(t *testing.T) {
				table := tableOf(t, nil, numberColumn("a", v...))
				f := mustFit(t, Pipeline{Steps: []Step{s}}, table)
				other := tableOf(t, nil, numberColumn("a", nan, 1, v[0], 2, 1e-310, 1e12))
				for _, table := range []frame.Table{table, other, tableOf(t, nil, numberColumn("a"))} {
					checkWays(t, f, table)
				}
				x := mustMatrix(t, f, table)
				for i, w := range v {
					if got := x.At(i, 0); (w != w) != (got != got) && step != "one-hot bins" {
						t.Errorf("row %d: %v became %v", i, w, got)
					}
				}
			})
		}
	}
}

// What was made leads back to what it was made from, but for clipped values and bins.
func TestScalersAreTurnedRound(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	n := 300
	a, b := make([]float64, n), make([]float64, n)
	for i := range n {
		a[i], b[i] = 100+3*rng.NormFloat64(), math.Exp(rng.NormFloat64())
		if i%17 == 0 {
			b[i] = nan
		}
	}
	table := tableOf(t, nil, numberColumn("a", a...), numberColumn("b", b...))
	steps := scalers()
	for _, name := range []string{"standard", "minmax", "maxabs", "robust", "normal", "yeo-johnson", "box-cox"} {
		f := mustFit(t, Pipeline{Steps: []Step{steps[name], StandardScaler{Columns: []string{"b"}}}}, table)
		made, err := f.Table(t.Context(), nil, table)
		if err != nil {
			t.Fatal(err)
		}
		back, err := f.Inverse(t.Context(), made)
		if err != nil {
			t.Fatal(err)
		}
		have, err := back.Numbers("a", "b")
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if !closeTo(have[0][i], a[i], 1e-8, 1) || !closeTo(have[1][i], b[i], 1e-8, 1) {
				t.Errorf("%s, row %d: %v and %v, want %v and %v", name, i, have[0][i], have[1][i], a[i], b[i])
				break
			}
		}
	}
}

func TestScalersRefuseOptions(t *testing.T) {
	table := tableOf(t, nil, numberColumn("width", 1, 2, 3), textColumn("name", "a", "b", "c"))
	for name, s := range map[string]Step{
		"range turned": MinMaxScaler{Range: [2]float64{1, 0}}, "range empty": MinMaxScaler{Range: [2]float64{2, 2}},
		"range NaN": MinMaxScaler{Range: [2]float64{nan, 2}}, "range infinite": MinMaxScaler{Range: [2]float64{0, math.Inf(1)}},
		"percent": RobustScaler{Range: [2]float64{25, 101}}, "percent turned": RobustScaler{Range: [2]float64{75, 25}}, "percent NaN": RobustScaler{Range: [2]float64{nan, 25}},
		"no variance": RobustScaler{Range: [2]float64{0, 100}, UnitVariance: true}, "no distance": RobustScaler{Range: [2]float64{50, 50}, UnitVariance: true},
		"quantiles": QuantileTransformer{Quantiles: -1}, "output": QuantileTransformer{Output: 7}, "method": PowerTransformer{Method: 9},
		"one bin": Binning{Bins: 1}, "bins": Binning{Bins: MaxBins + 1}, "way": Binning{By: 3}, "twice": MaxAbsScaler{Columns: []string{"width", "width"}},
	} {
		if err := fitError(t, s, table); !errors.Is(err, ErrOption) {
			t.Errorf("%s: %v", name, err)
		}
	}
	named := map[string]func(...string) Step{
		"standard": func(n ...string) Step { return StandardScaler{Columns: n} }, "minmax": func(n ...string) Step { return MinMaxScaler{Columns: n} },
		"maxabs": func(n ...string) Step { return MaxAbsScaler{Columns: n} }, "robust": func(n ...string) Step { return RobustScaler{Columns: n} },
		"quantile": func(n ...string) Step { return QuantileTransformer{Columns: n} }, "power": func(n ...string) Step { return PowerTransformer{Columns: n} },
		"bins": func(n ...string) Step { return Binning{Columns: n} },
	}
	for name, s := range named {
		var unknown *frame.ColumnError
		if err := fitError(t, s("widht"), table); !errors.As(err, &unknown) || unknown.Nearest != "width" {
			t.Errorf("%s, unknown column: %v", name, err)
		}
		if err := fitError(t, s("name"), table); !errors.Is(err, frame.ErrKind) {
			t.Errorf("%s, text: %v", name, err)
		}
		infinite := tableOf(t, nil, numberColumn("a", 1, math.Inf(-1)))
		var bad *InputError
		if err := fitError(t, s(), infinite); !errors.As(err, &bad) || bad.Row != 1 || bad.Column != "a" {
			t.Errorf("%s, infinity: %v", name, err)
		}
		if err := fitError(t, s(), tableOf(t, nil, numberColumn("a"))); !errors.Is(err, ErrEmpty) {
			t.Errorf("%s, no rows: %v", name, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if _, err := (Pipeline{Steps: []Step{s()}}).Fit(ctx, nil, split.WholeAsTrain(table)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, stopped: %v", name, err)
		}
	}
}

// Numbers that are learnt beyond the largest float64 are errors, not NaN in the features.
func TestScalersBeyondTheLargestNumber(t *testing.T) {
	table := tableOf(t, nil, numberColumn("far", -1.7e308, 1.7e308, 1.7e308, -1.7e308))
	for name, s := range map[string]Step{"standard": StandardScaler{}, "minmax": MinMaxScaler{}, "robust": RobustScaler{}, "bins": Binning{By: UniformBins}} {
		if err := fitError(t, s, table); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "far") {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := mustFit(t, Pipeline{Steps: []Step{QuantileTransformer{}}}, table)
	if x := mustMatrix(t, f, tableOf(t, nil, numberColumn("far", 0, -1.7e308))); !closeTo(x.At(0, 0), 0.5, 1e-9, 1) || x.At(1, 0) != 0 {
		t.Error(x.At(0, 0), x.At(1, 0))
	}
}

func TestBoxCoxTakesPositiveNumbers(t *testing.T) {
	good := numberColumn("a", 1, 2, 3)
	s := PowerTransformer{Method: BoxCox}
	for _, v := range []float64{0, -2} {
		var bad *InputError
		err := fitError(t, s, tableOf(t, nil, good, numberColumn("b", 1, nan, v)))
		if !errors.As(err, &bad) || bad.Column != "b" || bad.Row != 2 || bad.Value != v {
			t.Errorf("%v in Fit: %v", v, err)
		}
		f := mustFit(t, Pipeline{Steps: []Step{s}}, tableOf(t, nil, numberColumn("b", 1, 2, 4)))
		long := make([]float64, 1500)
		for i := range long {
			long[i] = 1
		}
		long[1234] = v
		if _, err := f.Matrix(t.Context(), nil, tableOf(t, nil, numberColumn("b", long...))); !errors.As(err, &bad) || bad.Column != "b" || bad.Row != 1234 {
			t.Errorf("%v in Matrix: %v", v, err)
		}
	}
}

// Columns so far from 0 that a strong power leaves nothing but rounding are not flattened, as
// scikit-learn flattens one in six of these.
func TestYeoJohnsonKeepsFarColumns(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 10))
		v := make([]float64, 80)
		for i := range v {
			v[i] = 1000 + rng.NormFloat64()
		}
		table := tableOf(t, nil, numberColumn("a", v...))
		x := mustMatrix(t, mustFit(t, Pipeline{Steps: []Step{PowerTransformer{}}}, table), table)
		if sd := math.Sqrt(momentsOf(x.RawMatrix().Data).variance); math.Abs(sd-1) > 0.01 {
			t.Error("the standard deviation is", sd)
		}
	}
}

// The sums are those of arithmetic with many more digits, also far from 0.
func TestMoments(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	v := make([]float64, 10_007)
	for i := range v {
		v[i] = 1e9 + math.Round(4096*rng.NormFloat64())/4096
	}
	var sum, squares int64 // of 4096ths, less 1e9: exact
	for _, x := range v {
		d := int64((x - 1e9) * 4096)
		sum += d
		squares += d * d
	}
	n := float64(len(v))
	mean := float64(sum) / n
	variance := (float64(squares) - mean*float64(sum)) / n / 4096 / 4096
	if m := momentsOf(v); m.n != len(v) || !closeTo(m.mean, 1e9+mean/4096, 1e-15, 0) || !closeTo(m.variance, variance, 1e-12, 0) {
		t.Errorf("%+v, want mean %v and variance %v", m, 1e9+mean/4096, variance)
	}
	for i := range v {
		v[i] = 0.1
	}
	if m := momentsOf(v); m.mean != 0.1 || m.variance != 0 {
		t.Errorf("of equal values: %+v", m)
	}
	for i := range v {
		v[i] = 1e307 * float64(i%3)
	}
	if m := momentsOf(v); math.Abs(m.mean/1e307-1) > 1e-3 || !m.constant() {
		t.Errorf("of huge values: %+v", m)
	}
	if m := momentsOf([]float64{nan, 5, nan}); m.n != 1 || m.mean != 5 || m.variance != 0 {
		t.Errorf("of one value: %+v", m)
	}
}

func TestPowersAreExponentials(t *testing.T) {
	for x := -60.0; x < 720; x += 0.0137 {
		for _, x := range []float64{x, x * 1e-3, x * 1e-12} {
			out := make([]float64, 1)
			p := powers{[2]float64{1, 1}, [2]float64{1, 1}}
			p.of([]float64{x}, out)
			want := math.Expm1(x)
			if !closeTo(out[0], want, 1e-15, 0) {
				t.Fatalf("e^%v − 1 is %v, want %v", x, out[0], want)
			}
			if sum, squares := p.sums([]float64{x}, 0, 0); sum != out[0] || squares != sum*sum {
				t.Fatalf("sums of e^%v − 1: %v, %v", x, sum, squares)
			}
		}
	}
}

// Between, at and beyond the quantiles, repeated or not, a share is what two searches and
// interpolations give.
func TestLineIsInterpolation(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 200 {
		q := make([]float64, 1+rng.IntN(60))
		for i := range q {
			switch rng.IntN(3) {
			case 0:
				q[i] = float64(rng.IntN(6))
			case 1:
				q[i] = math.Exp(20 * rng.NormFloat64())
			default:
				q[i] = -rng.Float64()
			}
		}
		sort.Float64s(q)
		l := newLine(q)
		for range 200 {
			v := q[rng.IntN(len(q))]
			if rng.IntN(2) == 0 {
				v += rng.NormFloat64()
			}
			if have, want := l.share(v), naiveShare(q, l.share0, v); !closeTo(have, want, 1e-12, 1) {
				t.Fatalf("share of %v in %v: %v, want %v", v, q, have, want)
			}
		}
	}
}

func naiveShare(q, share []float64, v float64) float64 {
	last := len(q) - 1
	low := sort.SearchFloat64s(q, v) // the first that is no less
	high := sort.Search(len(q), func(i int) bool { return q[i] > v })
	switch {
	case low > last:
		return share[last]
	case high == 0:
		return share[0]
	case q[low] == v:
		return (share[low] + share[high-1]) / 2
	}
	return share[low-1] + (share[low]-share[low-1])*(v-q[low-1])/(q[low]-q[low-1])
}

func TestRanked(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, n := range []int{1, 2, 63, 64, 65, 1000, 20_000} {
		for _, of := range []func(i int) float64{
			func(int) float64 { return rng.NormFloat64() }, func(int) float64 { return float64(rng.IntN(3)) },
			func(i int) float64 { return float64(i) }, func(i int) float64 { return float64(-i) }, func(int) float64 { return 1 },
		} {
			v := make([]float64, n)
			for i := range v {
				v[i] = of(i)
			}
			sorted := slices.Clone(v)
			sort.Float64s(sorted)
			places := []int{n - 1, 0, n / 2, n / 3, n / 2, n - 1 - n/7}
			for i, x := range ranked(v, places) {
				if x != sorted[places[i]] {
					t.Fatalf("place %d of %d is %v, want %v", places[i], n, x, sorted[places[i]])
				}
			}
		}
	}
}

func TestBinsOfFewValues(t *testing.T) {
	for _, by := range []Bins{QuantileBins, UniformBins, KMeansBins} {
		for _, v := range [][]float64{{1, 1, 2}, {1, 2}, {0, 0, 0, 0, 1}, {1, 1 + 1e-12, 2}, {1, 2, 3, 4, 100, 101, nan}, {5, 5, 5, 7, 7, 7, 9}} {
			table := tableOf(t, nil, numberColumn("a", v...))
			f := mustFit(t, Pipeline{Steps: []Step{Binning{By: by, Bins: 12}}}, table)
			edges := f.steps[0].do.(*binned).Edges[0]
			if edges[0] != 0 && edges[0] != 1 && edges[0] != 5 || checkEdges(edges) != nil {
				t.Errorf("%v of %v: edges %v", by, v, edges)
			}
			checkWays(t, f, table)
		}
	}
	f := mustFit(t, Pipeline{Steps: []Step{Binning{OneHot: true, Bins: 2}}}, tableOf(t, nil, numberColumn("a", 1, 2, 3, 4)))
	if names := f.Names(); !slices.Equal(names, []string{"a=0", "a=1"}) {
		t.Error(names)
	}
	x := mustMatrix(t, f, tableOf(t, nil, numberColumn("a", -7, 2.5, nan)))
	if d := x.RawMatrix().Data; !slices.Equal(d, []float64{1, 0, 0, 1, 0, 0}) {
		t.Error(d)
	}
	g := mustFit(t, Pipeline{Steps: []Step{Binning{Bins: 2}}}, tableOf(t, nil, numberColumn("a", 1, 2, 3, 4)))
	var bad *InputError
	if _, err := g.Inverse(t.Context(), tableOf(t, nil, numberColumn("a", 0, 2))); !errors.As(err, &bad) || bad.Row != 1 {
		t.Error("a bin that is not there:", err)
	}
}

// The result does not depend on the number of cores, nor does a second run differ.
func TestScalersOnAnyCores(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	v := make([][]float64, 3)
	for j := range v {
		v[j] = make([]float64, 5000)
		for i := range v[j] {
			v[j][i] = math.Exp(rng.NormFloat64())
		}
	}
	table := tableOf(t, nil, numberColumn("a", v[0]...), numberColumn("b", v[1]...), numberColumn("c", v[2]...))
	for name, s := range scalers() {
		var first string
		for _, cores := range []int{1, 4, 2} {
			old := runtime.GOMAXPROCS(cores)
			b, err := json.Marshal(mustFit(t, Pipeline{Steps: []Step{s}}, table))
			runtime.GOMAXPROCS(old)
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = string(b)
			}
			if string(b) != first {
				t.Errorf("%s: other bits on %d cores", name, cores)
			}
		}
	}
}

// What a file says is checked before it is used.
func TestScalersFromBadFiles(t *testing.T) {
	file := func(step, learnt string) []byte {
		return []byte(`{"format":"` + format + `","columns":[{"name":"a","type":"number"}],"steps":[{"step":"` + step + `","columns":["a"],"learnt":` + learnt + `}]}`)
	}
	if err := new(Fitted).UnmarshalJSON(file("Binning", `{"edges":[[1,1,2]]}`)); err != nil {
		t.Fatal("a good file:", err)
	}
	for step, learnt := range map[string][]string{
		"StandardScaler":      {`{"centre":[1],"scale":[0]}`, `{"centre":[1,2],"scale":[1]}`, `{"centre":["inf"],"scale":[1]}`, `{}`, `{"centre":[1],"scale":[1],"more":1}`},
		"RobustScaler":        {`{"centre":[1],"scale":["-inf"]}`},
		"MinMaxScaler":        {`{"scale":[0],"shift":[1]}`, `{"scale":[1],"shift":["inf"]}`, `{"scale":[1],"shift":[1],"clip":[1]}`, `{"scale":[1]}`},
		"MaxAbsScaler":        {`{"scale":[0]}`, `{"scale":[]}`},
		"QuantileTransformer": {`{"quantiles":[]}`, `{"quantiles":[[]]}`, `{"quantiles":[[2,1]]}`, `{"quantiles":[[1,"NaN"]]}`, `{"quantiles":[[1,"inf"]]}`, `{"quantiles":[[1]],"output":"other"}`},
		"PowerTransformer":    {`{"method":"boxCox","lambda":["NaN"],"centre":[0],"scale":[1]}`, `{"method":"boxCox","lambda":[],"centre":[0],"scale":[1]}`, `{"method":"other","lambda":[1],"centre":[0],"scale":[1]}`, `{"method":"boxCox","lambda":[1],"centre":[0],"scale":[0]}`},
		"Binning":             {`{"edges":[[1]]}`, `{"edges":[[1,3,2]]}`, `{"edges":[[2,1]]}`, `{"edges":[[1,"inf"]]}`, `{"edges":[["NaN",1]]}`, `{"edges":[]}`},
		"Impute":              {`{}`, `{"fields":[{"name":"a","type":"number"}],"marked":[]}`, `{"fields":[{"name":"a","type":"number"}],"marked":[false],"imputer":{}}`},
	} {
		for _, l := range learnt {
			if err := new(Fitted).UnmarshalJSON(file(step, l)); !errors.Is(err, ErrFile) && !errors.Is(err, ErrOption) {
				t.Errorf("%s %s: %v", step, l, err)
			}
		}
	}
}

// Whatever a file holds, it is refused or can be used.
func FuzzScalersFromFiles(f *testing.F) {
	table, err := frame.New(nil, numberColumn("a", 1, 2, nan, 5, 9), textColumn("b", "x", none, "y", "x", "x"))
	if err != nil {
		f.Fatal(err)
	}
	steps := scalers()
	steps["impute"], steps["indicators"], steps["knn"] = imputers()[0], imputers()[1], imputers()[2]
	for _, s := range steps {
		b, err := json.Marshal(mustFit(f, Pipeline{Steps: []Step{s}}, table))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Fitted
		if p.UnmarshalJSON(b) != nil {
			return
		}
		made, err := p.Table(t.Context(), nil, table)
		if err == nil {
			_, _ = p.Inverse(t.Context(), made)
		}
		if r, err := p.Row(); err == nil {
			_, _ = r.Features()
		}
	})
}

// Numbers near the end of float64 give finite features or ErrInput that names the column,
// and never a panic, NaN or infinity.
func TestScalersNearTheLargestNumber(t *testing.T) {
	const most = math.MaxFloat64
	steps := []Step{StandardScaler{}, MinMaxScaler{}, MaxAbsScaler{}, RobustScaler{}, RobustScaler{NoCentre: true}, RobustScaler{NoScale: true}, QuantileTransformer{}, QuantileTransformer{Quantiles: 3},
		QuantileTransformer{Output: Normal}, PowerTransformer{}, PowerTransformer{NoStandard: true}, PowerTransformer{Method: BoxCox}, PowerTransformer{Method: BoxCox, NoStandard: true},
		Binning{}, Binning{By: UniformBins}, Binning{By: KMeansBins}}
	for name, v := range map[string][]float64{
		"both ends":  {-most, most, 0, 1},
		"far":        {-1e308, 0, 1e308},
		"farther":    {-1.7e308, 1e308, 1.7e308, 0, 5},
		"one far":    {1, 2, 3, 4, 5, 6, 7, 8, 1e308},
		"close":      {0, 1e-10, 2e-10, 3e-10, 1e300},
		"constant":   {most, most, most},
		"one beside": {-1.7e308, -1.7e308, -1.7e308, -1.7e308, -1.7e308, -1.7e308, -1.7e308, 1.7e308},
	} {
		table := tableOf(t, nil, numberColumn("x", v...))
		for _, s := range steps {
			f, err := Pipeline{Steps: []Step{s}}.Fit(t.Context(), nil, split.WholeAsTrain(table))
			if err != nil {
				if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), `"x"`) {
					t.Errorf("%s: %T %+v: %v", name, s, s, err)
				}
				continue
			}
			for i, x := range mustMatrix(t, f, table).RawMatrix().Data {
				if x-x != 0 {
					t.Errorf("%s: %T %+v, row %d: %v", name, s, s, i, x)
				}
			}
			checkWays(t, f, table)
		}
	}
}

// Back along a line of infinite slope.
func TestLineBackOverAnInfiniteSpan(t *testing.T) {
	l := newLine([]float64{-1.5e308, 1.5e308})
	for share, want := range map[float64]float64{0: -1.5e308, 0.25: -7.5e307, 0.5: 0, 1: 1.5e308} {
		if have := l.value(share); math.Abs(have-want) > 1e293 {
			t.Errorf("%v: %v, want %v", share, have, want)
		}
	}
}

// scikit-learn 1.9.1's KBinsDiscretizer("uniform") of the least numbers, where the width of a
// bin is less than any of them.
func TestUniformBinsOfTheLeastNumbers(t *testing.T) {
	table := tableOf(t, nil, numberColumn("x", 5e-324, 1e-323, 0, 5e-324))
	x := mustMatrix(t, mustFit(t, Pipeline{Steps: []Step{Binning{By: UniformBins}}}, table), table)
	if have := x.RawMatrix().Data; !slices.Equal(have, []float64{3, 4, 1, 3}) {
		t.Error(have)
	}
}
