package split

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var ctx = context.Background()

// sample makes n items of k classes with sizes that differ; with groups of up to size g.
func sample(seed uint64, n, k, g int) Items {
	rng := rand.New(rand.NewPCG(seed, 1))
	var it Items
	for group := 0; len(it) < n; group++ {
		class := fmt.Sprintf("c%02d", int(float64(k)*math.Pow(rng.Float64(), 1.5)))
		for range 1 + rng.IntN(g) {
			x := Item{ID: fmt.Sprintf("%05d", len(it)), Label: class, Hash: fmt.Sprint("h", len(it))}
			if g > 1 {
				x.Group = fmt.Sprint("g", group)
			}
			it = append(it, x)
		}
	}
	return it[:n]
}

func columnsFrom(t testing.TB, src Source) *columns {
	t.Helper()
	c, err := look(ctx, src)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func checkCover(t *testing.T, p Parts, n int) {
	t.Helper()
	if _, err := p.labelled(n); err != nil {
		t.Fatal(err)
	}
}

func TestStratifiedSharesAreWithinOne(t *testing.T) {
	for seed := range uint64(60) {
		it := sample(seed, 40+int(seed)*13, 1+int(seed%7), 1)
		o := Options{Seed: seed}
		if seed%3 == 1 {
			o.Train, o.Valid, o.Test = 0.5, 0.2, 0.3
		}
		p, err := Stratified(it, o).Parts(ctx)
		if errors.Is(err, ErrSmall) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		checkCover(t, p, len(it))
		shares, _ := o.shares()
		total := map[string]int{}
		for _, x := range it {
			total[x.Label]++
		}
		for k, part := range [][]int{p.Train, p.Valid, p.Test} {
			have := map[string]int{}
			for _, i := range part {
				have[it[i].Label]++
			}
			for c, n := range total {
				if d := math.Abs(float64(have[c]) - shares[k]*float64(n)); d > 1 {
					t.Errorf("seed %d: class %s part %d: %d of %d, off by %v", seed, c, k, have[c], n, d)
				}
			}
			if d := math.Abs(float64(len(part)) - shares[k]*float64(len(it))); d > 1+float64(len(total))/2 {
				t.Errorf("seed %d: part %d has %d items, off by %v", seed, k, len(part), d)
			}
		}
	}
}

func TestGroupsStayWhole(t *testing.T) {
	for seed := range uint64(40) {
		it := sample(seed, 200+int(seed)*5, 5, 1+int(seed%9))
		for i := range it {
			if i%17 == 0 { // equal contents in different groups
				it[i].Hash = fmt.Sprint("same", i%34)
			}
		}
		for _, plan := range []*Plan{Random(it, Options{Seed: seed}), Stratified(it, Options{Seed: seed})} {
			p, err := plan.Parts(ctx)
			if errors.Is(err, ErrSmall) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			checkCover(t, p, len(it))
			r, err := Check(ctx, it, p)
			if err != nil || len(r.Leaks) != 0 {
				t.Fatalf("seed %d: %v %v", seed, err, r.Leaks)
			}
			if d := math.Abs(float64(len(p.Train))/float64(len(it)) - 0.7); d > 0.1 {
				t.Errorf("seed %d: train has %d of %d", seed, len(p.Train), len(it))
			}
		}
	}
}

func TestFolds(t *testing.T) {
	for seed := range uint64(20) {
		it := sample(seed, 150, 4, 1+int(seed%4))
		f, err := StratifiedKFold(it, FoldOptions{Seed: seed, Repeats: 2}).Parts(ctx)
		if errors.Is(err, ErrSmall) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(f) != 10 {
			t.Fatalf("%d folds", len(f))
		}
		for r := range 2 {
			seen := map[int]bool{}
			for _, p := range f[5*r : 5*r+5] {
				checkCover(t, p, len(it))
				for _, i := range p.Test {
					if seen[i] {
						t.Fatal("an item is tested twice")
					}
					seen[i] = true
				}
				rep, err := Check(ctx, it, p)
				if err != nil || len(rep.Leaks) > 0 || len(p.Valid) == 0 {
					t.Fatal(err, rep.Leaks)
				}
			}
			if len(seen) != len(it) {
				t.Fatalf("%d of %d items tested", len(seen), len(it))
			}
		}
		if f[0].Hash == f[5].Hash {
			t.Error("repeats are equal")
		}
	}
}

func TestSameSeedSameParts(t *testing.T) {
	it := sample(3, 300, 6, 3)
	want, _ := Stratified(it, Options{Seed: 7}).Parts(ctx)
	old := runtime.GOMAXPROCS(1)
	got, _ := Stratified(it, Options{Seed: 7}).Parts(ctx)
	runtime.GOMAXPROCS(old)
	if want.Hash != got.Hash || !slices.Equal(want.Test, got.Test) {
		t.Error("not repeatable")
	}
	other, _ := Stratified(it, Options{Seed: 8}).Parts(ctx)
	if other.Hash == want.Hash {
		t.Error("the seed changes nothing")
	}
}

// The split of a seed is part of the interface: results in notebooks hang on it.
func TestGolden(t *testing.T) {
	p, err := Stratified(ByLabel(strings.Split("aaaaaaaaaabbbbbbbbbb", "")), Options{Seed: 1}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(p.Valid, p.Test)
	if want := "[6 8 10] [3 14 15]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	one := ByLabel([]string{"a", "a", "b", "a"})
	big := Items{{ID: "1", Group: "g"}, {ID: "2", Group: "g"}, {ID: "3", Group: "g"}}
	for _, c := range []struct {
		name string
		plan Splitter
		want error
		says string
	}{
		{"one member", Stratified(one, Options{}), ErrSmall, `"b"`},
		{"ratios", Random(one, Options{Train: 0.5, Valid: 0.1, Test: 0.1}), ErrRatios, "sum to 0.7"},
		{"nearly one", Random(one, Options{Train: 0.7, Valid: 0.1, Test: 0.1999}), ErrRatios, "sum to 0.9998"},
		{"NaN ratio", Random(one, Options{Train: math.NaN(), Valid: 0.5, Test: 0.5}), ErrRatios, "NaN"},
		{"negative", Random(one, Options{Train: 1.2, Valid: -0.2}), ErrRatios, "-0.2"},
		{"empty", Random(Items{}, Options{}), ErrEmpty, "no items"},
		{"no label", Stratified(Items{{ID: "x"}}, Options{}), ErrLabels, `"x"`},
		{"same id", Random(Items{{ID: "x"}, {ID: "x"}}, Options{}), ErrIDs, `"x"`},
		{"one group", Random(big, Options{}), ErrEmpty, "1 groups"},
		{"folds", first{KFold(one, FoldOptions{K: 9})}, ErrFolds, "9 folds"},
		{"fold share", first{KFold(one, FoldOptions{K: 2, Valid: 1})}, ErrFolds, "below 1"},
	} {
		_, err := c.plan.Parts(ctx)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// A group that fills everything but leaves a part with nothing is named.
func TestGroupTooLarge(t *testing.T) {
	var it Items
	for i := range 100 {
		it = append(it, Item{ID: fmt.Sprint(i), Group: []string{"a", "b", "c", "big"}[min(i, 3)]})
	}
	_, err := Random(it, Options{Train: 0.5, Valid: 0.49, Test: 0.01}).Parts(ctx)
	var group *GroupError
	if !errors.Is(err, ErrGroup) || !errors.As(err, &group) || group.Group != "big" || group.Items != 97 || group.Part != 3 || group.Want != 1 {
		t.Error(err)
	}
	for i := range it {
		it[i].Group, it[i].Hash = "", it[i].Group
	}
	if _, err := Random(it, Options{Train: 0.5, Valid: 0.49, Test: 0.01}).Parts(ctx); !errors.Is(err, ErrGroup) || !strings.Contains(err.Error(), "equal contents") {
		t.Error(err)
	}
	// A group larger than its part overfills it where every part gets something.
	p, err := Random(it, Options{Train: 0.4, Valid: 0.3, Test: 0.3}).Parts(ctx)
	if err != nil || len(p.Train) != 97 && len(p.Valid) != 97 && len(p.Test) != 97 {
		t.Error(len(p.Train), len(p.Valid), len(p.Test), err)
	}
}

func TestClassTooSmall(t *testing.T) {
	it := Items{{ID: "1", Label: "x"}, {ID: "2", Label: "rare", Group: "g"}, {ID: "3", Label: "rare", Group: "g"}, {ID: "4", Label: "x"}, {ID: "5", Label: "x"}}
	_, err := Stratified(it, Options{}).Parts(ctx)
	var class *ClassError
	if !errors.Is(err, ErrSmall) || !errors.As(err, &class) || *class != (ClassError{"rare", 2, 1, 2}) {
		t.Error(err)
	}
}

// Nothing panics, and nothing takes all memory.
func TestAbsurdOptions(t *testing.T) {
	for name, c := range map[string]struct {
		plan Folder
		want error
	}{
		"a fold for each of a million": {KFold(ByOrder(1_000_000), FoldOptions{K: 1_000_000}), ErrFolds},
		"endless repeats":              {KFold(ByOrder(10), FoldOptions{Repeats: math.MaxInt}), ErrFolds},
		"endless folds":                {KFold(ByOrder(10), FoldOptions{K: math.MaxInt}), ErrFolds},
		"repeats below 0":              {KFold(ByOrder(10), FoldOptions{Repeats: -1}), ErrFolds},
		"valid of NaN":                 {KFold(ByOrder(10), FoldOptions{Valid: math.NaN()}), ErrFolds},
		"no source":                    {KFold(nil, FoldOptions{}), ErrEmpty},
		"an empty source":              {KFold(new(Numbered), FoldOptions{}), ErrEmpty},
		"no labels":                    {StratifiedKFold(ByOrder(10), FoldOptions{}), ErrLabels},
		"no plan's source":             {once{Random(nil, Options{})}, ErrEmpty},
		"one item":                     {once{Random(ByOrder(1), Options{})}, ErrEmpty},
		"three items":                  {once{Random(ByOrder(3), Options{})}, ErrRatios},
		"infinite ratio":               {once{Random(ByOrder(9), Options{Train: math.Inf(1), Valid: math.Inf(-1)})}, ErrRatios},
	} {
		if _, err := c.plan.Parts(ctx); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := Random(ByOrder(1), Options{Train: 1}).Parts(ctx); err != nil || len(p.Train) != 1 {
		t.Error(p, err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	for name, s := range map[string]Splitter{"random": Random(ByOrder(9), Options{}), "by time": ByTime(ByOrder(9), TimeOptions{}), "folds": first{KFold(ByOrder(9), FoldOptions{})}} {
		if _, err := s.Parts(stopped); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, stopped: %v", name, err)
		}
	}
}

type first struct{ f *Folds }

func (f first) Parts(ctx context.Context) (Parts, error) {
	p, err := f.f.Parts(ctx)
	if err != nil {
		return Parts{}, err
	}
	return p[0], nil
}

func TestLeakIsReported(t *testing.T) {
	it := sample(1, 60, 3, 1)
	for i := range it {
		it[i].Hash = fmt.Sprint(i / 2)
	}
	p, err := Stratified(it, Options{IgnoreHashes: true}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := Check(ctx, it, p)
	if len(r.Leaks) == 0 || !strings.HasPrefix(r.Summary(), "LEAK") {
		t.Error(r.Summary())
	}
	clean, _ := Stratified(it, Options{}).Parts(ctx)
	r, _ = Check(ctx, it, clean)
	if len(r.Leaks) != 0 || r.Joined != 60 {
		t.Error(r.Summary())
	}
	if !strings.Contains(r.HTML(), "<td>c00</td>") || !strings.Contains(r.String(), "c00") {
		t.Error(r.HTML(), r.String())
	}
}

func TestSaveAndLoad(t *testing.T) {
	it := sample(5, 80, 4, 2)
	plan := Stratified(it, Options{Seed: 2})
	path := filepath.Join(t.TempDir(), "parts.json")
	if err := Save(ctx, path, it, plan); err != nil {
		t.Fatal(err)
	}
	want, _ := plan.Parts(ctx)
	turned := slices.Clone(it)
	slices.Reverse(turned)
	got, err := Load(path, turned).Parts(ctx)
	if err != nil || got.Hash != want.Hash {
		t.Fatal(err, got.Hash, want.Hash)
	}
	if _, err := Load(path, it[1:]).Parts(ctx); !errors.Is(err, ErrOther) {
		t.Error("other items are taken:", err)
	}
	b, _ := os.ReadFile(path)
	edited := bytes.Replace(b, []byte(`"valid": [`), []byte(`"valid": ["`+it[want.Test[0]].ID+`",`), 1)
	if _, err := decode(bytes.NewReader(edited), columnsFrom(t, it)); !errors.Is(err, ErrOther) {
		t.Error("an edited file is taken:", err)
	}
	if _, err := Load(path, ByOrder(80)).Parts(ctx); !errors.Is(err, ErrOther) {
		t.Error("positions are taken for ids:", err)
	}
	if err := Save(ctx, filepath.Join(t.TempDir(), "no", "x.json"), it, plan); err == nil {
		t.Error("saved into a folder that is not there")
	}
}

// A split of positions takes two bits for each, and is of so many.
func TestSaveAndLoadPositions(t *testing.T) {
	const n = 1_000_003
	src := ByOrder(n)
	plan := ByTime(src, TimeOptions{Gap: Gap{GapItems: 1000}})
	path := filepath.Join(t.TempDir(), "parts.json")
	if err := Save(ctx, path, src, plan); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Stat(path); err != nil || f.Size() > 350_000 {
		t.Errorf("%v bytes, %v", f.Size(), err)
	}
	want, err := plan.Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(path, src).Parts(ctx)
	if err != nil || got.Hash != want.Hash || !slices.Equal(got.Dropped, want.Dropped) || !slices.Equal(got.Test, want.Test) {
		t.Error(err)
	}
	for name, other := range map[string]Source{"more": ByOrder(n + 1), "fewer": ByOrder(n - 1), "ids": Items{{ID: "0"}}} {
		if _, err := Load(path, other).Parts(ctx); !errors.Is(err, ErrOther) {
			t.Errorf("%s items are taken: %v", name, err)
		}
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(whole, []byte(`"parts": "AAAA`), []byte(`"parts": "AAAB`), 1)
	if _, err := decode(bytes.NewReader(edited), columnsFrom(t, src)); bytes.Equal(edited, whole) || !errors.Is(err, ErrOther) || !strings.Contains(err.Error(), "edited") {
		t.Error("an edited file is taken:", err)
	}
	if err := Save(ctx, path, Items{{ID: "\xff"}}, Parts{Train: []int{0}}); !errors.Is(err, ErrIDs) {
		t.Errorf("an id that cannot be read back is saved: %v", err)
	}
	if err := Save(ctx, path, src, Parts{Train: []int{0}}); !errors.Is(err, ErrOther) {
		t.Errorf("parts of other items are saved: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"format":"tlkit split 1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, src).Parts(ctx); !errors.Is(err, ErrOther) || !strings.Contains(err.Error(), "split 1") {
		t.Errorf("another format is taken: %v", err)
	}
	if _, err := Load(path+"x", src).Parts(ctx); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	positions := columnsFrom(f, ByLabel([]string{"a", "b", "a", "b", "a"}))
	named := columnsFrom(f, Items{{ID: "x"}, {ID: "y"}, {ID: "z"}})
	for _, c := range []*columns{positions, named} {
		b, err := encode(c, []part{inTest, inTrain, dropped, inValid, inTrain}[:c.n])
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"format":"tlkit split 2","train":["0"],"test":["1"]}`))
	f.Add([]byte(`{"format":"tlkit split 2","positions":5,"parts":"AAA="}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, c := range []*columns{positions, named} {
			p, err := decode(bytes.NewReader(b), c)
			if err != nil {
				continue
			}
			of, err := p.labelled(c.n)
			if err != nil {
				t.Fatal(err)
			}
			again, err := encode(c, of)
			if err != nil {
				t.Fatal(err)
			}
			if q, err := decode(bytes.NewReader(again), c); err != nil || q.Hash != p.Hash {
				t.Fatalf("what was read cannot be written and read: %v", err)
			}
		}
	})
}

func ExampleStratified() {
	source := ByLabel([]string{"cat", "cat", "cat", "cat", "dog", "dog", "dog", "dog"})
	parts, err := Stratified(source, Options{Train: 0.5, Valid: 0.25, Test: 0.25, Seed: 7}).Parts(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println(len(parts.Train), len(parts.Valid), len(parts.Test))
	// Output: 4 2 2
}

func (o once) Parts(ctx context.Context) ([]Parts, error) {
	p, err := o.s.Parts(ctx)
	return []Parts{p}, err
}

func TestTooManyThings(t *testing.T) {
	for _, n := range []int{1<<30 + 1, math.MaxInt} {
		if _, err := Random(ByOrder(n), Options{}).Parts(context.Background()); !errors.Is(err, ErrOption) {
			t.Error(n, err)
		}
	}
}
