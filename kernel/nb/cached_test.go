package nb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
	"gonum.org/v1/gonum/mat"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
	"transferlab/tlkit/store"
)

func TestCodecRoundTrips(t *testing.T) {
	type plain struct {
		A int
		B []float64
		C map[string]bool
		D *string
	}
	text := "x"
	check := func(name string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := encode("floats", []float64{1.0 / 3, math.NaN(), math.Inf(-1), math.Copysign(0, -1), 5e-324})
	check("floats", err)
	_, err = encode("matrix", [][]float32{{1, 2}, nil, {3}})
	check("matrix", err)
	_, err = encode("struct", plain{A: 1, B: []float64{2}, C: map[string]bool{"k": true}, D: &text})
	check("struct", err)
	_, err = encode("time", time.Now().Round(0))
	check("time", err)
	_, err = encode("no time", struct{ A *time.Time }{})
	check("no time", err)
	b, err := encode("text", "a\x00ü")
	check("text", err)
	if got, err := decode[string](b); err != nil || got != "a\x00ü" {
		t.Error(got, err)
	}
}

// Cells that link other packages of this module, and so other modules, share what is kept; a
// module that go.mod does not name counts by itself, and so does another go.mod.
func TestVersionsAreTheModulesNotTheCells(t *testing.T) {
	ours, err := os.ReadFile(filepath.Join(moduleRoot(), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	all := []string{runtime.Version(), string(ours)}
	slices.Sort(all)
	want, err := store.DigestValue(all)
	if err != nil {
		t.Fatal(err)
	}
	if got := versions(moduleRoot()).Digest; got != want {
		t.Errorf("%s, want %s: what this test links counts", got, want)
	}
	seen := map[string]bool{want: true}
	for name, text := range map[string]string{"empty": "", "another": string(ours) + "// changed\n"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		d := versions(dir).Digest
		if seen[d] {
			t.Errorf("%s go.mod makes no difference", name)
		}
		seen[d] = true
	}
	t.Chdir(moduleRoot())
	if versions("").Digest == want {
		t.Error("without this module's folder, the one that happens to be the current one counts")
	}
}

func TestNamesModule(t *testing.T) {
	mod := []byte("require (\n\ta.b/c v1.2.30\n\ta.b/d v1.0.0 // indirect\n)\n")
	for version, want := range map[string]bool{"a.b/c v1.2.30": true, "a.b/c v1.2.3": false, "a.b/d v1.0.0": true, "b/c v1.2.30": false, "a.b/c v1.2": false} {
		path, version, _ := strings.Cut(version, " ")
		if got := namesModule(mod, path, version); got != want {
			t.Errorf("%s %s: %v", path, version, got)
		}
	}
}

func TestTablesRoundTripWithTheirKinds(t *testing.T) {
	table, err := frame.New(frame.Schema{{Name: "day", Kind: frame.Date}},
		frame.Series("day", []frame.Cell[string]{{Value: "2024-02-29"}, {Null: true}}),
		frame.Series("name", []frame.Cell[string]{{Value: "NaN"}, {Value: ""}}))
	if err != nil {
		t.Fatal(err)
	}
	train := split.WholeAsTrain(table)
	b, err := encode("rows", train)
	if err != nil {
		t.Fatal(err)
	}
	back, err := decode[split.Train](b)
	if err != nil {
		t.Fatal(err)
	}
	day, _ := back.Table().Column("day")
	name, _ := back.Table().Column("name")
	if day.Kind != frame.Date || !day.Missing(1) || name.Missing(0) || name.Format(0) != "NaN" || name.Missing(1) {
		t.Errorf("came back as %+v and %+v", day, name)
	}
}

func TestFramesRoundTrip(t *testing.T) {
	df := dataframe.New(
		series.New([]string{"a", "", "with\nline", "NaN"}, series.String, "text"),
		series.New([]float64{1.0 / 3, math.NaN(), math.Copysign(0, -1), 1e300}, series.Float, "number"),
		series.New([]string{"1", "NaN", "-3", "9007199254740993"}, series.Int, "whole"),
		series.New([]string{"true", "false", "NaN", "true"}, series.Bool, "truth"),
	)
	b, err := encode("frame", df)
	if err != nil {
		t.Fatal(err)
	}
	back, err := decode[dataframe.DataFrame](b)
	if err != nil || !sameFrame(df, back) || back.Nrow() != 4 {
		t.Fatal(err, back)
	}
	if v, _ := back.Elem(3, 2).Int(); v != 9007199254740993 {
		t.Error("whole numbers lose digits:", v)
	}
	for at, want := range map[[2]int]bool{{1, 0}: false, {3, 0}: true, {1, 1}: true, {1, 2}: true, {0, 3}: false, {2, 3}: true} {
		if back.Elem(at[0], at[1]).IsNA() != want {
			t.Errorf("row %d, column %d: missing is %v", at[0], at[1], !want)
		}
	}
}

func TestWhatCannotBeKept(t *testing.T) {
	type hidden struct {
		A int
		b int
	}
	var h hidden
	h.b = 1
	for name, c := range map[string]struct {
		err   error
		where string
	}{
		"hidden":    {second(encode("x", h)), ".b"},
		"nested":    {second(encode("x", []map[string]hidden{})), ".b"},
		"function":  {second(encode("x", struct{ F func() }{})), ".F"},
		"channel":   {second(encode("x", make(chan int))), "chan"},
		"interface": {second(encode("x", []any{1})), "interface"},
	} {
		var e *UnkeepableError
		if !errors.As(c.err, &e) || !strings.Contains(c.err.Error(), c.where) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTokensIgnoreLayout(t *testing.T) {
	a := tokens([]byte("func f(a int) int { // remark\n\treturn g(a, 2)\n}"))
	b := tokens([]byte("func f(a int) int {\n\n\treturn g(\n\t\ta,\n\t\t2,\n\t) /* other */\n}"))
	c := tokens([]byte("func f(a int) int {\n\treturn g(a, 3)\n}"))
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("%q\n%q", a, b)
	}
}

// cellSource is a program as GoNB makes them, with places to change.
const cellSource = `package main

import (
	"context"
	"fmt"

	"transferlab/kernel/nb"
)

const factor = CONST

// REMARK
func helper(n int) int { return n * factor HELPER }

func unrelated() int { return UNRELATED }

type shape struct{ Side int }

func (s shape) Area() int { return s.Side * s.Side METHOD }

var squares = nb.Cached("squares", nb.Inputs{"n": 4, "file": nb.File("in.txt")}, func(ctx context.Context) ([]int, error) {
	fmt.Println("computing")
	return []int{helper(2), shape{3}.Area()}, nil
})

var sum = nb.Cached("sum", nb.Inputs{"squares": squares}, total)

func total(ctx context.Context) (int, error) {
	all, err := squares.Get(ctx)
	if err != nil {
		return 0, err
	}
	return all[0] + all[1], nil
}

func main() {
	_ = unrelated()
	fmt.Println(sum)
	fmt.Println("sum is", nb.Must(sum.Get(nb.Context())))
}
`

// Cells are real programs here: compiled, run, changed, and run again.
func TestCachedInPrograms(t *testing.T) {
	root := moduleRoot()
	if root == "" {
		t.Fatal("the module's folder is not known")
	}
	dir, home := t.TempDir(), t.TempDir()
	work := fmt.Sprintf("go 1.26.5\nuse (\n\t.\n\t%q\n)\n", root)
	for name, content := range map[string]string{"go.mod": "module cell\n\ngo 1.26.5\n", "go.work": work, "in.txt": "one"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	values := map[string]string{"CONST": "10", "REMARK": "", "HELPER": "", "UNRELATED": "1", "METHOD": ""}
	run := func() string {
		t.Helper()
		src := cellSource
		for k, v := range values {
			src = strings.ReplaceAll(src, k, v)
		}
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
		build := exec.Command("go", "build", "-buildvcs=false", "-o", "cell", ".")
		build.Dir = dir
		build.Env = append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"), "GOFLAGS=-mod=readonly")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		cmd := exec.Command(filepath.Join(dir, "cell"))
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), store.HomeEnv+"="+home)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	expect := func(step, out string, computes bool, says ...string) {
		t.Helper()
		if strings.Contains(out, "computing") != computes {
			t.Errorf("%s: computes: %v\n%s", step, !computes, out)
		}
		for _, s := range says {
			if !strings.Contains(out, s) {
				t.Errorf("%s: does not say %q:\n%s", step, s, out)
			}
		}
	}
	expect("first", run(), true, "sum: not made yet", "squares: made in", "for the first time", "sum is 29")
	expect("again", run(), false, "sum: fresh", "sum: from the store", "sum is 29")
	values["REMARK"] = "another remark"
	values["UNRELATED"] = "2"
	expect("remark, and what is not used", run(), false, "sum: fresh", "sum is 29")
	values["HELPER"] = "+ 1"
	expect("helper", run(), true, "sum: STALE, changed since: squares", "changed: code of helper", "sum is 30")
	values["CONST"] = "20"
	expect("constant", run(), true, "changed: code of factor", "sum is 50")
	values["METHOD"] = "+ 100"
	expect("method", run(), true, "changed: code of", "sum is 150")
	if err := os.WriteFile(filepath.Join(dir, "in.txt"), []byte("two"), 0o666); err != nil {
		t.Fatal(err)
	}
	expect("file", run(), true, "changed: file", "sum is 150")
	// What was made for an earlier state is still there.
	values["METHOD"], values["CONST"], values["HELPER"] = "", "10", ""
	if err := os.WriteFile(filepath.Join(dir, "in.txt"), []byte("one"), 0o666); err != nil {
		t.Fatal(err)
	}
	expect("back", run(), false, "sum is 29")
	// A damaged entry is made again.
	err := filepath.WalkDir(filepath.Join(home, "store"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			return os.WriteFile(path, []byte("damaged"), 0o666)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	expect("damaged", run(), true, "sum is 29")
}

// What a function around the producer declares is refused, however it is used there.
func TestCachedRefusesWhatIsLocal(t *testing.T) {
	t.Setenv(store.HomeEnv, t.TempDir())
	type row struct{ A int }
	const fixed = 2
	local := 3
	fields := func(context.Context) (struct{ local int }, error) { return struct{ local int }{local: 1}, nil }
	for name, a := range map[string]interface {
		made(context.Context) (store.Made, error)
	}{
		"local": Cached("variable", nil, func(context.Context) (int, error) { return local, nil }),
		"fixed": Cached("constant", nil, func(context.Context) (int, error) { return fixed, nil }),
		"row":   Cached("type", nil, func(context.Context) (any, error) { return row{}, nil }),
		"n":     Cached("parameter of a literal", nil, constant(1)),
		"m":     Cached("parameter in one line", nil, inOneLine(1)),
		"c":     countable{1}.cached(),
		"":      Cached("a field of that name", nil, fields),
	} {
		if _, err := a.made(context.Background()); name == "" && err != nil || name != "" && (err == nil || !strings.Contains(err.Error(), "uses "+name+",")) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, rate := range []int{1, 2} {
		shadowed := Cached("shadowed", nil, func(context.Context) (int, error) {
			rate := rate
			return rate, nil
		})
		key := Cached("key", nil, func(context.Context) (map[int]int, error) { return map[int]int{rate: 1}, nil })
		_, err := shadowed.made(context.Background())
		_, other := key.made(context.Background())
		for _, err := range []error{err, other} {
			if err == nil || !strings.Contains(err.Error(), "uses rate,") {
				t.Error(err)
			}
		}
	}
}

var constant = func(n int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { return n, nil }
}

func inOneLine(m int) produced { return func(context.Context) (int, error) { return m, nil } }

type produced = func(context.Context) (int, error)

type countable struct{ n int }

func (c countable) cached() *Artefact[int] {
	return Cached("receiver", nil, func(context.Context) (int, error) { return c.n, nil })
}

// Of two producers on a line neither is taken for the other.
func TestCachedOnOneLine(t *testing.T) {
	one, two := Cached("one", nil, func(context.Context) (int, error) { return 1, nil }), Cached("two", nil, func(context.Context) (int, error) { return 2, nil })
	for _, a := range []*Artefact[int]{one, two} {
		if _, err := a.made(context.Background()); err == nil || !strings.Contains(err.Error(), "a line of its own") {
			t.Error(err)
		}
	}
	within := Cached("within", nil, func(context.Context) (int, error) { return func() int { return 1 }(), nil })
	if _, err := within.made(context.Background()); err != nil {
		t.Error(err)
	}
}

// What JSON would leave out counts, or is refused.
func TestInputsCountWhole(t *testing.T) {
	frames := func(v ...int) dataframe.DataFrame { return dataframe.New(series.New(v, series.Int, "a")) }
	type embeds struct{ countable }
	for name, c := range map[string]struct{ a, b any }{
		"dataframe": {frames(1, 2), frames(1, 3)},
		"matrix":    {mat.NewDense(1, 2, []float64{1, 2}), mat.NewDense(1, 2, []float64{1, 3})},
		"time":      {time.Unix(1, 0), time.Unix(2, 0)},
		"struct":    {State{Name: "a"}, State{Name: "b"}},
		"pointers":  {[]*State{nil, {Name: "a"}}, []*State{nil, {Name: "b"}}},
		"texts":     {map[string]any{"a": nil}, map[string]any{"a": []string{}}},
	} {
		a, errA := inputDigest(context.Background(), c.a)
		b, errB := inputDigest(context.Background(), c.b)
		if errA != nil || errB != nil || a == b {
			t.Errorf("%s: %v, %v, the same: %v", name, errA, errB, a == b)
		}
	}
	for name, v := range map[string]any{
		"countable.n": countable{1}, "n of a pointer": &countable{1}, "list[].n": []countable{{1}}, "map[][].n": map[string][]any{"a": {countable{}}},
		"embeds.countable.n": embeds{}, "A.n": struct{ A *countable }{&countable{}},
	} {
		if _, err := inputDigest(context.Background(), v); err == nil || !strings.Contains(err.Error(), "n is not exported") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var none *Artefact[int]
	if _, err := inputDigest(context.Background(), none); err == nil {
		t.Error("no artefact is an input")
	}
}

func TestFolderInput(t *testing.T) {
	dir := t.TempDir()
	write := func(name, s string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("a", "1")
	one, err := inputDigest(context.Background(), Folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	write("b", "")
	two, _ := inputDigest(context.Background(), Folder(dir))
	if one == two {
		t.Error("a new file does not count")
	}
	if _, err := inputDigest(context.Background(), File(filepath.Join(dir, "none"))); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := inputDigest(context.Background(), func() {}); err == nil {
		t.Error("a function is an input")
	}
}

func TestStoreView(t *testing.T) {
	t.Setenv(store.HomeEnv, t.TempDir())
	k, err := Store()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.store.Put(context.Background(), store.Made{Producer: "notebook: <b>x"}, []byte("abc")); err != nil {
		t.Fatal(err)
	}
	if h := k.HTML(); strings.Contains(h, "<b>") || !strings.Contains(h, "1 entries") {
		t.Error(h)
	}
	if n, err := k.Clear(context.Background(), "<b>x"); err != nil || n == 0 {
		t.Error(n, err)
	}
}

func FuzzDecode(f *testing.F) {
	b, _ := encode("x", map[string][]float64{"a": {1, 2}})
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := decode[map[string][]float64](b); err == nil && !same(reflect.ValueOf(v), reflect.ValueOf(v)) {
			t.Error("not itself")
		}
		_, _ = decode[dataframe.DataFrame](b)
	})
}
