package denoise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// factors is a table whose six columns hang on two hidden factors, without noise, with it,
// and with cells missing besides.
func factors(t testing.TB, n int, seed uint64) (clean [][]float64, noisy frame.Table, hidden [][]bool) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	weights := [][2]float64{{1, 0}, {0, 1}, {1, 1}, {1, -1}, {2, 1}, {-1, 2}}
	var cols []frame.Cell[float64]
	table := frame.Table{}
	clean, hidden = make([][]float64, len(weights)), make([][]bool, len(weights))
	f := make([][2]float64, n)
	for i := range f {
		f[i] = [2]float64{rng.NormFloat64(), rng.NormFloat64()}
	}
	var err error
	for j, w := range weights {
		cols = make([]frame.Cell[float64], n)
		clean[j], hidden[j] = make([]float64, n), make([]bool, n)
		for i := range f {
			clean[j][i] = 100 + 10*(w[0]*f[i][0]+w[1]*f[i][1])
			cols[i].Value = clean[j][i] + 4*rng.NormFloat64()
			if rng.Float64() < 0.1 {
				cols[i].Null, hidden[j][i] = true, true
			}
		}
		s := frame.Series(string(rune('a'+j)), cols)
		if j == 0 {
			table, err = frame.New(nil, s)
		} else {
			table, err = table.With(s)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	table, err = table.With(frame.Series("name", make([]frame.Cell[string], n)))
	if err != nil {
		t.Fatal(err)
	}
	return clean, table, hidden
}

// off is the root mean squared distance from the truth of hidden cells, or of the others.
func off(t testing.TB, clean [][]float64, table frame.Table, hidden [][]bool, of bool) float64 {
	t.Helper()
	sum, n := 0.0, 0.0
	for j := range clean {
		v, err := table.Numbers(string(rune('a' + j)))
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range v[0] {
			if hidden[j][i] == of {
				sum += (x - clean[j][i]) * (x - clean[j][i])
				n++
			}
		}
	}
	return math.Sqrt(sum / n)
}

func TestTable(t *testing.T) {
	clean, noisy, hidden := factors(t, 800, 1)
	short := Options{Epochs: 150, Seed: 3}
	a, err := Fit(t.Context(), nil, split.WholeAsTrain(noisy), short)
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Apply(t.Context(), noisy)
	if err != nil {
		t.Fatal(err)
	}
	before, after, filled := off(t, clean, noisy, hidden, false), off(t, clean, out, hidden, false), off(t, clean, out, hidden, true)
	if after > 0.88*before || filled > 7 { // a mean would be 10 to 22 away
		t.Errorf("noise of %.2f became %.2f; hidden cells are %.2f away", before, after, filled)
	}
	only, err := a.Fill(t.Context(), noisy)
	if err != nil {
		t.Fatal(err)
	}
	if off(t, clean, only, hidden, false) != before || off(t, clean, only, hidden, true) != filled {
		t.Error("Fill changed cells that had a value, or filled others than Apply does")
	}
	if c, _ := only.Column("name"); c.Kind != frame.Text || !reflect.DeepEqual(only.Names(), noisy.Names()) {
		t.Error("other columns are not left alone")
	}

	again, err := Fit(t.Context(), nil, split.WholeAsTrain(noisy), short)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := json.Marshal(again); err != nil || string(b) != string(c) {
		t.Error("the same seed gives another network", err)
	}
	var loaded Autoencoder
	if err := json.Unmarshal(b, &loaded); err != nil {
		t.Fatal(err)
	}
	same, err := loaded.Apply(t.Context(), noisy)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := out.MarshalBinary()
	if y, _ := same.MarshalBinary(); string(x) != string(y) {
		t.Error("the loaded network gives other bits")
	}
	if h := a.History(); len(h.ValidLoss) == 0 || h.ValidLoss[len(h.ValidLoss)-1] > h.ValidLoss[0] {
		t.Errorf("%+v", h)
	}

	// A row that breaks the rules stands out.
	v, _ := noisy.Numbers("a", "b", "c", "d", "e", "f")
	odd, err := frame.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for j := range v {
		cells := make([]frame.Cell[float64], len(v[j]))
		for i := range cells {
			cells[i].Value = v[j][i]
		}
		if j == 2 {
			cells[7].Value = 160
		}
		if odd, err = odd.With(frame.Series(string(rune('a'+j)), cells)); err != nil {
			t.Fatal(err)
		}
	}
	e, err := a.Errors(t.Context(), odd)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range e {
		if i != 7 && x >= e[7] {
			t.Errorf("row %d is %.2f away, the odd one %.2f", i, x, e[7])
			break
		}
	}
}

func TestSignal(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	clean, noisy := make([]float64, 1200), make([]float64, 1200)
	for i := range clean {
		clean[i] = 20 + math.Sin(float64(i)/9) + 0.5*math.Sin(float64(i)/23)
		noisy[i] = clean[i] + 0.4*rng.NormFloat64()
	}
	noisy[100], noisy[101] = math.NaN(), math.NaN()
	out, h, err := Signal(t.Context(), nil, noisy, SignalOptions{Options: Options{Epochs: 40}})
	if err != nil {
		t.Fatal(err)
	}
	rms := func(v []float64) float64 {
		sum := 0.0
		for i, x := range v {
			if !math.IsNaN(noisy[i]) {
				sum += (x - clean[i]) * (x - clean[i])
			}
		}
		return math.Sqrt(sum / float64(len(v)))
	}
	if rms(out) > 0.5*rms(noisy) || len(h.Epoch) == 0 || !math.IsNaN(out[100]) || math.IsNaN(out[102]) {
		t.Errorf("noise of %.3f became %.3f", rms(noisy), rms(out))
	}
}

func TestErrors(t *testing.T) {
	_, table, _ := factors(t, 50, 2)
	with := func(name string, cells []frame.Cell[float64]) split.Train {
		out, err := table.With(frame.Series(name, cells))
		if err != nil {
			t.Fatal(err)
		}
		return split.WholeAsTrain(out)
	}
	wild, none := make([]frame.Cell[float64], 50), make([]frame.Cell[float64], 50)
	wild[3].Value = math.Inf(-1)
	for i := range none {
		none[i].Null = true
	}
	few, _ := table.Take([]int{0, 1, 2})
	for name, c := range map[string]struct {
		train split.Train
		o     Options
		want  error
	}{
		"infinity":       {with("a", wild), Options{}, ErrInput},
		"no value":       {with("a", none), Options{}, ErrInput},
		"few rows":       {split.WholeAsTrain(few), Options{}, ErrInput},
		"one column":     {split.WholeAsTrain(table), Options{Columns: []string{"a"}}, ErrInput},
		"unknown column": {split.WholeAsTrain(table), Options{Columns: []string{"a", "z"}}, frame.ErrColumn},
		"text":           {split.WholeAsTrain(table), Options{Columns: []string{"a", "name"}}, frame.ErrKind},
		"rate":           {split.WholeAsTrain(table), Options{Rate: -1}, ErrInput},
		"hide":           {split.WholeAsTrain(table), Options{Hide: 1}, ErrInput},
		"huge":           {split.WholeAsTrain(table), Options{Hidden: 1 << 40}, ErrInput},
	} {
		if _, err := Fit(t.Context(), nil, c.train, c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, v := range map[string][]float64{"short": make([]float64, 40), "infinity": append(make([]float64, 100), math.Inf(1))} {
		if _, _, err := Signal(t.Context(), nil, v, SignalOptions{}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Fit(ctx, nil, split.WholeAsTrain(table), Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestConstantsAndHugeValuesComeThrough(t *testing.T) {
	_, table, _ := factors(t, 60, 4)
	constant, huge := make([]frame.Cell[float64], 60), make([]frame.Cell[float64], 60)
	for i := range constant {
		constant[i].Value, huge[i].Value = 7, 1e300*float64(i%5-2)
	}
	table, err := table.With(frame.Series("a", constant), frame.Series("b", huge))
	if err != nil {
		t.Fatal(err)
	}
	a, err := Fit(t.Context(), nil, split.WholeAsTrain(table), Options{Epochs: 3})
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Apply(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := out.Numbers()
	for j := range v {
		for i, x := range v[j] {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("column %d, row %d is %v", j, i, x)
			}
		}
	}
}

func FuzzUnmarshalJSON(f *testing.F) {
	net := newNetwork(2, []int{3, 1, 3}, 1)
	b, err := json.Marshal(&Autoencoder{[]string{"a", "b"}, []float64{0, 1}, []float64{1, 2}, net, History{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add(strings.Replace(string(b), `"in":4`, `"in":4000000000`, 1))
	f.Add(`{"format":"tlkit autoencoder 1","columns":["a","b"],"mean":[0,0],"scale":[1,1],"layers":[]}`)
	table, err := frame.New(nil, frame.Series("a", []frame.Cell[float64]{{Value: 1}, {Null: true}}), frame.Series("b", []frame.Cell[int]{{Value: 1}, {Value: 2}}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var a Autoencoder
		if err := json.Unmarshal([]byte(s), &a); err != nil {
			return
		}
		if _, err := a.Apply(t.Context(), table); err != nil && !errors.Is(err, frame.ErrColumn) {
			t.Error(err)
		}
	})
}

func ExampleFit() {
	rng := rand.New(rand.NewPCG(1, 1))
	inside, outside := make([]frame.Cell[float64], 200), make([]frame.Cell[float64], 200)
	for i := range inside {
		warm := 20 + 3*rng.NormFloat64()
		inside[i].Value, outside[i].Value = warm, 0.5*warm
		outside[i].Null = i == 0
	}
	table, err := frame.New(nil, frame.Series("inside", inside), frame.Series("outside", outside))
	if err != nil {
		panic(err)
	}
	a, err := Fit(context.Background(), nil, split.WholeAsTrain(table), Options{Epochs: 60})
	if err != nil {
		panic(err)
	}
	full, err := a.Fill(context.Background(), table)
	if err != nil {
		panic(err)
	}
	v, _ := full.Numbers("inside", "outside")
	fmt.Println(math.Abs(v[1][0]-0.5*v[0][0]) < 1.5)
	// Output: true
}
