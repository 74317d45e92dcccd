package feature

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/golden"
	"transferlab/tlkit/split"
)

// orNull is a number of the goldens: null is NaN.
type orNull float64

func (n *orNull) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = orNull(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

type goldenCells struct {
	Word, Two, One []*string
	Number         []orNull
	Flag           []bool
}

func (c goldenCells) table(t *testing.T) frame.Table {
	texts := func(v []*string) []string {
		out := make([]string, len(v))
		for i, s := range v {
			out[i] = none
			if s != nil {
				out[i] = *s
			}
		}
		return out
	}
	return tableOf(t, nil, textColumn("word", texts(c.Word)...), textColumn("two", texts(c.Two)...), textColumn("one", texts(c.One)...),
		numberColumn("number", floatsOf(c.Number)...), boolColumn("flag", c.Flag...))
}

func floatsOf(v []orNull) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

type encodeGolden struct {
	Train, Unknown goldenCells
	Onehot         []struct {
		Drop, Unknown string
		Low           float64
		Most, Width   int
		Train, Query  [][]int
	}
	Ordinal []struct {
		Low              float64
		Most             int
		Refuse           bool
		Unknown, Missing orNull
		Train, Query     [][]orNull
	}
	OrdinalTwo []*string `json:"ordinal query two"`
	Target     []struct {
		Name                  string
		Y                     []any
		Smooth                float64
		Folds                 []uint16
		Crossed, Train, Query [][]float64
	}
	Hashed []struct {
		Bits int
		Sign bool
		X    [][][2]float64
	}
	Murmur []struct {
		Seed uint32
		Text string
		Hash uint32
	}
	Dates struct {
		Dates []string
		Parts [][]float64
	}
}

var allColumns = []string{"word", "two", "one", "number", "flag"}

func readEncodeGolden(t *testing.T) (g encodeGolden) {
	t.Helper()
	return golden.Read[encodeGolden](t, "testdata/encode/golden.json.gz")
}

func TestOneHotEncoderAgrees(t *testing.T) {
	g := readEncodeGolden(t)
	train, unknown := g.Train.table(t), g.Unknown.table(t)
	for _, c := range g.Onehot {
		t.Run(fmt.Sprint(c.Drop, " ", c.Unknown, " ", c.Low, " ", c.Most), func(t *testing.T) {
			s := OneHotEncoder{Columns: allColumns, MinFrequency: c.Low, MaxCategories: c.Most,
				DropValue: map[string]DropValue{"none": DropNone, "first": DropFirst, "if_binary": DropIfBinary}[c.Drop],
				Unknown:   map[string]Unknown{"error": Refuse, "ignore": Ignore, "infrequent_if_exist": Infrequent}[c.Unknown]}
			f := mustFit(t, Pipeline{Steps: []Step{s}}, train)
			if len(f.Names()) != c.Width {
				t.Fatalf("%d features, want %d: %q", len(f.Names()), c.Width, f.Names())
			}
			wantOnes(t, f, train, c.Train)
			if c.Query != nil {
				wantOnes(t, f, unknown, c.Query)
			}
		})
	}
}

// wantOnes expects a matrix of zeros and of ones in these columns.
func wantOnes(t *testing.T, f *Fitted, table frame.Table, want [][]int) {
	t.Helper()
	checkWays(t, f, table)
	s, err := f.Sparse(t.Context(), nil, table)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != len(want) {
		t.Fatalf("%d rows, want %d", s.Rows, len(want))
	}
	for i, w := range want {
		var at []int
		index, value := s.Row(i)
		for k, j := range index {
			at = append(at, int(j))
			if value[k] != 1 {
				t.Fatalf("row %d has a %v", i, value[k])
			}
		}
		if !slices.Equal(at, w) {
			t.Fatalf("row %d: ones in %v, want %v", i, at, w)
		}
	}
}

// wantNumbers expects these numbers to within a relative difference.
func wantNumbers(t *testing.T, what string, x mat.Matrix, want [][]float64, relative float64) {
	t.Helper()
	n, p := x.Dims()
	if n != len(want) || p != len(want[0]) {
		t.Fatalf("%s: %d×%d numbers, want %d×%d", what, n, p, len(want), len(want[0]))
	}
	for i := range n {
		for j := range p {
			if got, w := x.At(i, j), want[i][j]; !(math.Abs(got-w) <= relative*math.Abs(w)) && !(got != got && w != w) {
				t.Fatalf("%s: row %d, column %d: %v, want %v", what, i, j, got, w)
			}
		}
	}
}

func TestOrdinalEncoderAgrees(t *testing.T) {
	g := readEncodeGolden(t)
	train := g.Train.table(t)
	g.Unknown.Two = g.OrdinalTwo
	query := g.Unknown.table(t)
	rows := func(v [][]orNull) (out [][]float64) {
		for _, r := range v {
			out = append(out, floatsOf(r))
		}
		return out
	}
	for _, c := range g.Ordinal {
		s := OrdinalEncoder{Columns: allColumns, MinFrequency: c.Low, MaxCategories: c.Most}
		if u := float64(c.Unknown); !c.Refuse {
			s.Unknown, s.UnknownAs = Ignore, &u
		}
		if m := float64(c.Missing); m == m {
			s.MissingAs = &m
		}
		f := mustFit(t, Pipeline{Steps: []Step{s}}, train)
		checkWays(t, f, train)
		wantNumbers(t, "train", mustMatrix(t, f, train), rows(c.Train), 0)
		if c.Query != nil {
			checkWays(t, f, query)
			wantNumbers(t, "query", mustMatrix(t, f, query), rows(c.Query), 0)
		}
	}
}

func TestTargetEncoderAgrees(t *testing.T) {
	g := readEncodeGolden(t)
	train, unknown := g.Train.table(t), g.Unknown.table(t)
	for _, c := range g.Target {
		t.Run(fmt.Sprint(c.Name, " ", c.Smooth), func(t *testing.T) {
			y := textColumn("y")
			if _, ok := c.Y[0].(string); ok {
				var v []string
				for _, x := range c.Y {
					v = append(v, x.(string))
				}
				y = textColumn("y", v...)
			} else {
				var v []float64
				for _, x := range c.Y {
					v = append(v, x.(float64))
				}
				y = numberColumn("y", v...)
			}
			table, err := train.With(y)
			if err != nil {
				t.Fatal(err)
			}
			s := TargetEncoder{Columns: allColumns, Smoothing: max(c.Smooth, 0), NoSmoothing: c.Smooth == 0, Seed: 3, Folds: 4}
			f, x, err := Pipeline{Target: "y", Steps: []Step{s}}.FitMatrix(t.Context(), nil, split.WholeAsTrain(table))
			if err != nil {
				t.Fatal(err)
			}
			checkWays(t, f, train)
			checkWays(t, f, unknown)
			wantNumbers(t, "train", mustMatrix(t, f, train), c.Train, 1e-9)
			wantNumbers(t, "query", mustMatrix(t, f, unknown), c.Query, 1e-9)
			if n, p := x.Dims(); n != len(c.Crossed) || p != len(c.Crossed[0]) {
				t.Fatalf("%d×%d numbers are cross-fitted", n, p)
			}
			wantNumbers(t, "cross-fitted", crossedBy(t, f, s, table, c.Folds), c.Crossed, 1e-9)
		})
	}
}

// crossedBy cross-fits with folds that are given.
func crossedBy(t *testing.T, f *Fitted, s TargetEncoder, table frame.Table, folds []uint16) *mat.Dense {
	t.Helper()
	l := learningOf(t, Pipeline{Target: "y"}, table, allColumns)
	targets, _, _, err := targetsOf(l)
	if err != nil {
		t.Fatal(err)
	}
	m := f.steps[0].do.(*targetMeans)
	var rows [][]int32
	for j := range m.Columns {
		rows = append(rows, l.rowValues(j, &m.Columns[j].values))
	}
	cols, err := s.smooth().cross(t.Context(), rows, targets, m.Columns, dealt{int(slices.Max(folds)) + 1, folds})
	if err != nil {
		t.Fatal(err)
	}
	out := mat.NewDense(len(folds), len(cols), nil)
	for j, c := range cols {
		out.SetCol(j, c.num)
	}
	return out
}

// learningOf is what a first step of a pipeline learns from.
func learningOf(t *testing.T, p Pipeline, table frame.Table, columns []string) *learning {
	t.Helper()
	all, err := table.Columns()
	if err != nil {
		t.Fatal(err)
	}
	tr := &training{rows: table.Nrow(), classes: p.Classes}
	var fields []frame.Field
	for i := range all {
		if all[i].Name == p.Target {
			tr.target = &all[i]
			continue
		}
		fields, tr.table = append(fields, all[i].Field), append(tr.table, &all[i])
	}
	tr.plan = newPlan(fields)
	tr.made = make([]column, len(fields))
	at, err := tr.plan.find(columns)
	if err != nil {
		t.Fatal(err)
	}
	l := &learning{ctx: t.Context(), training: tr}
	for _, i := range at {
		l.cols = append(l.cols, tr.plan.elements[i])
	}
	return l
}

func TestHashingEncoderAgrees(t *testing.T) {
	g := readEncodeGolden(t)
	for _, m := range g.Murmur {
		for cut := range len(m.Text) + 1 {
			h := murmurOf(m.Seed)
			h.write(m.Text[:cut])
			h.write(m.Text[cut:])
			if h.sum() != m.Hash {
				t.Fatalf("%q after %d bytes, seed %d: %d, want %d", m.Text, cut, m.Seed, h.sum(), m.Hash)
			}
		}
	}
	train := g.Train.table(t)
	for _, c := range g.Hashed {
		s := HashingEncoder{Columns: []string{"word", "two", "one"}, Bits: c.Bits, NoSign: !c.Sign}
		f := mustFit(t, Pipeline{Steps: []Step{Keep{Columns: s.Columns}, s}}, train)
		if c.Bits < 12 {
			checkWays(t, f, train)
		}
		x, err := f.Sparse(t.Context(), nil, train)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range c.X {
			want := map[int32]float64{}
			for _, e := range r {
				want[int32(e[0])] += e[1]
			}
			maps.DeleteFunc(want, func(_ int32, v float64) bool { return v == 0 })
			got := map[int32]float64{}
			index, value := x.Row(i)
			for k, j := range index {
				got[j] = value[k]
			}
			if !maps.Equal(got, want) || len(index) != len(got) || !slices.IsSorted(index) {
				t.Fatalf("%d bits, row %d: %v %v, want %v", c.Bits, i, index, value, want)
			}
		}
	}
}

func TestDatePartsAgree(t *testing.T) {
	g := readEncodeGolden(t)
	table := tableOf(t, frame.Schema{{Name: "d", Kind: frame.Date}}, textColumn("d", g.Dates.Dates...))
	f := mustFit(t, Pipeline{Steps: []Step{DateParts{}}}, table)
	checkWays(t, f, table)
	wantNumbers(t, "parts", mustMatrix(t, f, table), g.Dates.Parts, 0)
}
