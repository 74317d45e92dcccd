package split

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shapes are sources of all kinds: many classes or few, with items that nearly all classes
// have one too few of, with groups, equal contents and near duplicates.
func shapes(seed uint64) (Items, []float64) {
	rng := rand.New(rand.NewPCG(seed, 3))
	n := 12 + rng.IntN(300)
	classes := 1 + rng.IntN(max(1, min(n/4, 30)))
	it := make(Items, n)
	for i := range it {
		it[i] = Item{ID: fmt.Sprintf("%05d", i), Label: fmt.Sprintf("c%02d", int(float64(classes)*math.Pow(rng.Float64(), 1.7)))}
	}
	s := []float64{0.70, 0.15, 0.15}
	switch rng.IntN(4) {
	case 0:
		s = []float64{0.8, 0, 0.2}
	case 1:
		a, b := 0.2+0.5*rng.Float64(), 0.05+0.2*rng.Float64()
		s = []float64{a, b, 1 - a - b}
	case 2:
		s = []float64{1. / 3, 1. / 3, 1. / 3}
	}
	return it, s
}

// Sizes and class shares are within one of the exact ones, whatever the shares.
func TestSharesAreWithinOne(t *testing.T) {
	made, levelled := 0, 0
	for seed := range uint64(1500) {
		it, s := shapes(seed)
		o := Options{Train: s[0], Valid: s[1], Test: s[2], Seed: seed}
		plan := Stratified(it, o)
		if seed%3 == 0 {
			plan = Random(it, o)
		}
		p, err := plan.Parts(ctx)
		if errors.Is(err, ErrSmall) || errors.Is(err, ErrRatios) {
			continue
		}
		if err != nil {
			t.Fatal(seed, err)
		}
		made++
		checkCover(t, p, len(it))
		within(t, seed, it, s, [][]int{p.Train, p.Valid, p.Test}, seed%3 != 0)
	}
	for seed := range uint64(300) {
		it, _ := shapes(seed)
		k := 2 + int(seed%9)
		folds, err := StratifiedKFold(it, FoldOptions{K: k, Seed: seed, Valid: -1}).Parts(ctx)
		if errors.Is(err, ErrSmall) || errors.Is(err, ErrRatios) || errors.Is(err, ErrFolds) {
			continue
		}
		if err != nil {
			t.Fatal(seed, err)
		}
		var tests [][]int
		s := make([]float64, k)
		for f := range folds {
			tests, s[f] = append(tests, folds[f].Test), 1/float64(k)
		}
		levelled++
		within(t, seed, it, s, tests, true)
	}
	if made < 500 || levelled < 100 {
		t.Errorf("only %d splits and %d cross-validations were made", made, levelled)
	}
}

func within(t *testing.T, seed uint64, it Items, s []float64, parts [][]int, classes bool) {
	t.Helper()
	const one = 1 + 1e-6
	total := map[string]int{}
	for _, x := range it {
		total[x.Label]++
	}
	for k, part := range parts {
		if d := math.Abs(float64(len(part)) - s[k]*float64(len(it))); d >= one {
			t.Errorf("seed %d: part %d has %d of %d items, off by %v", seed, k, len(part), len(it), d)
		}
		have := map[string]int{}
		for _, i := range part {
			have[it[i].Label]++
		}
		for c, n := range total {
			if d := math.Abs(float64(have[c]) - s[k]*float64(n)); classes && d >= one {
				t.Errorf("seed %d: part %d has %d of %d of class %s, off by %v", seed, k, have[c], n, c, d)
			}
		}
	}
}

// Where the greedy hand-out of what is left over goes wrong, parts pass items on.
func TestSizesAreLevelled(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	moved := 0
	for range 3000 {
		classes, k := 2+rng.IntN(6), 3+rng.IntN(3)
		d := &deal{tally: tally{classes: classes, total: make([]int, classes)}, shares: make([]float64, k), size: make([]int, k), want: make([]float64, k)}
		for p, rest := 0, 1.0; p < k; p++ {
			if d.shares[p] = rest * rng.Float64(); p == k-1 {
				d.shares[p] = rest
			}
			rest -= d.shares[p]
		}
		left := make([][]int32, classes)
		for c := range left {
			d.total[c] = 2 + rng.IntN(20)
			given := 0
			for p := range d.shares {
				given += d.floor(p, c)
				d.size[p] += d.floor(p, c)
				d.want[p] += d.target(p, c)
			}
			for p := 0; len(left[c]) < d.total[c]-given && p < k; p++ { // to the first that may: as lopsided as can be
				if d.open(p, c) {
					left[c] = append(left[c], int32(p))
					d.size[p]++
				}
			}
		}
		before := slices.Clone(d.size)
		d.level(left)
		if !slices.Equal(before, d.size) {
			moved++
		}
		size := make([]int, k)
		for c := range left {
			for p := range d.shares {
				size[p] += d.floor(p, c)
			}
			for j, p := range left[c] {
				size[p]++
				if !d.open(int(p), c) || slices.Contains(left[c][:j], p) {
					t.Fatal("a part has two above its share of a class, or one where it has no part of one")
				}
			}
		}
		for p := range size {
			if size[p] != d.size[p] || math.Abs(float64(size[p])-d.want[p]) >= 1+1e-6 {
				t.Fatalf("part %d: %d items, counted %d, want %v", p, size[p], d.size[p], d.want[p])
			}
		}
	}
	if moved < 500 {
		t.Errorf("only %d of 3000 were levelled", moved)
	}
}

// Where many classes have shares that are not whole, as here, sizes come out right only
// because parts pass items on.
func TestSharesOfManyClassesAreWithinOne(t *testing.T) {
	for seed := range uint64(6000) {
		rng := rand.New(rand.NewPCG(seed, 9))
		s, sum := make([]float64, 3+rng.IntN(8)), 0.0
		for p := range s {
			s[p] = float64(1 + rng.IntN(12))
			sum += s[p]
		}
		for p := range s {
			s[p] /= sum
		}
		var it Items
		class := tally{classes: 1 + rng.IntN(12)}
		for c := range class.classes {
			for range (1 + rng.IntN(4)) * (1 + rng.IntN(12)) {
				it = append(it, Item{Label: fmt.Sprint("c", c)})
				class.class = append(class.class, int32(c))
			}
			class.total = append(class.total, len(it)-int(slices.Index(class.class, int32(c))))
		}
		d := newDeal(class, units{n: len(it), items: len(it)}, s)
		order := make([]int32, len(it))
		for k, i := range rng.Perm(len(it)) {
			order[k] = int32(i)
		}
		d.exact(order)
		parts := make([][]int, len(s))
		for i, p := range d.part {
			parts[p] = append(parts[p], i)
		}
		within(t, seed, it, s, parts, true)
	}
}

// Groups, equal contents and near duplicates stay whole in every way of splitting by
// chance: this is what a grouped and a stratified grouped split is.
func TestGroupsStayWholeInEveryWay(t *testing.T) {
	made := 0
	for seed := range uint64(120) {
		it, s := shapes(seed)
		rng := rand.New(rand.NewPCG(seed, 4))
		for i := range it {
			if rng.IntN(3) > 0 {
				it[i].Group = fmt.Sprint("g", rng.IntN(len(it)/3+1))
			}
			if rng.IntN(6) == 0 {
				it[i].Hash = fmt.Sprint("h", rng.IntN(9))
			}
			if rng.IntN(9) == 0 {
				it[i].Alike = fmt.Sprint("a", rng.IntN(9))
			}
		}
		o := Options{Train: s[0], Valid: s[1], Test: s[2], Seed: seed}
		for name, way := range map[string]Folder{
			"random": once{Random(it, o)}, "stratified": once{Stratified(it, o)},
			"folds": KFold(it, FoldOptions{K: 3, Seed: seed}), "stratified folds": StratifiedKFold(it, FoldOptions{K: 3, Seed: seed, Repeats: 2}),
		} {
			folds, err := way.Parts(ctx)
			if errors.Is(err, ErrSmall) || errors.Is(err, ErrGroup) || errors.Is(err, ErrEmpty) {
				continue
			}
			if err != nil {
				t.Fatal(seed, name, err)
			}
			for _, p := range folds {
				checkCover(t, p, len(it))
				if r, err := Check(ctx, it, p); err != nil || r.Leaking() > 0 {
					t.Fatalf("seed %d, %s: %v %v", seed, name, err, r.Summary())
				}
				made++
			}
		}
	}
	if made < 500 {
		t.Errorf("only %d splits were made", made)
	}
}

type once struct{ s Splitter }

// TestSharesAreNearWithGroups keeps what groups cost small: of many small groups, sizes and
// class shares come out within a group or two.
func TestSharesAreNearWithGroups(t *testing.T) {
	for seed := range uint64(40) {
		it := sample(seed, 600, 4, 4)
		p, err := Stratified(it, Options{Seed: seed}).Parts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		total := map[string]int{}
		for _, x := range it {
			total[x.Label]++
		}
		for k, part := range [][]int{p.Train, p.Valid, p.Test} {
			share := []float64{0.70, 0.15, 0.15}[k]
			if d := math.Abs(float64(len(part)) - share*600); d > 5 {
				t.Errorf("seed %d: part %d has %d items", seed, k, len(part))
			}
			have := map[string]int{}
			for _, i := range part {
				have[it[i].Label]++
			}
			for c, n := range total {
				if d := math.Abs(float64(have[c]) - share*float64(n)); d > 5 {
					t.Errorf("seed %d: part %d has %d of %d of class %s", seed, k, have[c], n, c)
				}
			}
		}
	}
}

func TestLeaveOneGroupOut(t *testing.T) {
	it := Items{{ID: "a", Group: "x"}, {ID: "b", Group: "y"}, {ID: "c", Group: "x"}, {ID: "d", Group: "z"}, {ID: "e", Group: "y"}, {ID: "f", Group: "z"}, {ID: "g", Group: "w"}}
	folds, err := LeaveOneGroupOut(it, FoldOptions{Valid: -1}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]int
	for _, f := range folds {
		checkCover(t, f, len(it))
		got = append(got, f.Test)
	}
	if want := "[[0 2] [1 4] [3 5] [6]]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	it[0].Hash, it[1].Hash = "same", "same" // x and y share a content
	if folds, err = LeaveOneGroupOut(it, FoldOptions{Valid: 0.3}).Parts(ctx); err != nil || len(folds) != 3 || !slices.Equal(folds[0].Test, []int{0, 1, 2, 4}) {
		t.Errorf("%v, %v", folds, err)
	}
	for _, f := range folds {
		if r, err := Check(ctx, it, f); err != nil || r.Leaking() > 0 || len(f.Valid) == 0 {
			t.Error(err, r)
		}
	}
	for name, c := range map[string]struct {
		src  Source
		o    FoldOptions
		want error
	}{
		"an item without": {Items{{ID: "a", Group: "x"}, {ID: "b"}}, FoldOptions{}, ErrGroups},
		"no groups":       {ByOrder(5), FoldOptions{}, ErrGroups},
		"one group":       {ByGroup([]string{"x", "x"}), FoldOptions{}, ErrFolds},
		"k":               {it, FoldOptions{K: 2}, ErrFolds},
		"no items":        {Items{}, FoldOptions{}, ErrEmpty},
	} {
		if _, err := LeaveOneGroupOut(c.src, c.o).Parts(ctx); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a source is made of does not matter, only what it says.
func TestSourcesOfTheSameThingsSplitAlike(t *testing.T) {
	labels, groups := make([]string, 200), make([]string, 200)
	items := make(Items, 200)
	for i := range items {
		labels[i], groups[i] = fmt.Sprint("c", i%3), fmt.Sprint("g", i/4%40)
		items[i] = Item{ID: fmt.Sprint(i), Label: labels[i]}
	}
	a, err := Stratified(ByLabel(labels), Options{Seed: 4}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Stratified(items, Options{Seed: 4}).Parts(ctx)
	if err != nil || !slices.Equal(a.Train, b.Train) || !slices.Equal(a.Test, b.Test) {
		t.Errorf("items and labels are split otherwise: %v", err)
	}
	for i := range items {
		items[i].Group = groups[i]
	}
	a, err = Random(ByGroup(groups), Options{Seed: 4}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b, err = Random(items, Options{Seed: 4}).Parts(ctx)
	if err != nil || !slices.Equal(a.Train, b.Train) {
		t.Errorf("items and groups are split otherwise: %v", err)
	}
	given, err := ByGroup(groups).Items(ctx)
	if err != nil || len(given) != 200 || given[7] != (Item{ID: "7", Group: "g1"}) {
		t.Errorf("%v, %v", given[7], err)
	}
}

// The hash does not depend on the order of items that have ids.
func TestHashIsOfIDsNotOfPlaces(t *testing.T) {
	it := Items{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	back := slices.Clone(it)
	slices.Reverse(back)
	one := partsOf(columnsFrom(t, it), []part{inTrain, inValid, inTest})
	two := partsOf(columnsFrom(t, back), []part{inTest, inValid, inTrain})
	if one.Hash != two.Hash {
		t.Error("the order changes the hash")
	}
	if other := partsOf(columnsFrom(t, it), []part{inTrain, inTest, inValid}); other.Hash == one.Hash {
		t.Error("the part does not change the hash")
	}
	seen := map[string]bool{}
	for _, of := range [][]part{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {0, 1, 1}, {0, 1, 2, 0}, {0, 1}} {
		seen[partsOf(columnsFrom(t, ByOrder(len(of))), of).Hash] = true
	}
	if len(seen) != 6 {
		t.Error("two splits of positions have one hash")
	}
	if n := partsOf(columnsFrom(t, ByOrder(3)), []part{inTrain, inTrain, dropped}); n.Part(2) != "dropped" || n.Part(1) != "train" || n.Part(3) != "" || n.Len() != 3 {
		t.Errorf("%v", n)
	}
}

func TestBinsHoldAboutAsManyEach(t *testing.T) {
	values := make([]float64, 1000)
	for i := range values {
		values[i] = math.Exp(float64(i) / 100)
	}
	values[0], values[999] = math.Inf(-1), math.Inf(1)
	c := codeBins(values, 8)
	count := make([]int, c.size)
	for i, k := range c.code {
		count[k]++
		if i > 0 && k < c.code[i-1] {
			t.Fatal("bins are not in order")
		}
	}
	if slices.Min(count) != 125 || slices.Max(count) != 125 {
		t.Errorf("%v", count)
	}
	p, err := Stratified(ByTarget(values, 8), Options{}).Parts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Check(ctx, ByTarget(values, 8), p); err != nil || r.Drifted() || len(r.Drift) != 2 || !r.Drift[0].Numbers || r.Drift[1].Effect > 0.05 {
		t.Error(err, r)
	}
	for name, v := range map[string][]float64{"ties": {1, 1, 1, 1, 1, 1, 2, 2}, "constant": {3, 3, 3, 3}} {
		c := codeBins(v, 4)
		for i := 1; i < len(v); i++ {
			if v[i] == v[i-1] && c.code[i] != c.code[i-1] {
				t.Errorf("%s: equal numbers in two bins", name)
			}
		}
		for k := range c.size {
			if !slices.Contains(c.code, int32(k)) {
				t.Errorf("%s: bin %d is empty", name, k)
			}
		}
	}
	if _, err := Stratified(ByTarget([]float64{1, math.NaN(), 2, 3}, 2), Options{}).Parts(ctx); !errors.Is(err, ErrLabels) {
		t.Errorf("a missing target: %v", err)
	}
	if _, err := Stratified(ByTarget([]float64{math.NaN()}, 0), Options{}).Parts(ctx); !errors.Is(err, ErrLabels) {
		t.Errorf("no target: %v", err)
	}
	if _, err := Stratified(ByTarget([]float64{1, 2, 3, 4}, math.MaxInt), Options{}).Parts(ctx); !errors.Is(err, ErrSmall) {
		t.Errorf("more bins than numbers: %v", err)
	}
}
