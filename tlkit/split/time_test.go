package split

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// days makes times so many days after the epoch.
func days(n ...int) []time.Time {
	out := make([]time.Time, len(n))
	for i, d := range n {
		out[i] = epoch.AddDate(0, 0, d)
	}
	return out
}

// inOrderOfTime fails where items of a part are not before all of the later ones.
func inOrderOfTime(t *testing.T, times []time.Time, gap time.Duration, items int, p Parts) {
	t.Helper()
	var last time.Time
	before := -1
	rank := map[int]int{}
	order := count(len(times))
	slices.SortStableFunc(order, func(a, b int) int { return times[a].Compare(times[b]) })
	for r, i := range order {
		rank[i] = r
	}
	for _, part := range [][]int{p.Train, p.Valid, p.Test} {
		if len(part) == 0 {
			continue
		}
		ranks := make([]int, len(part))
		for k, i := range part {
			ranks[k] = rank[i]
		}
		first := times[order[slices.Min(ranks)]]
		if before >= 0 && (!first.After(last) || first.Sub(last) < gap || slices.Min(ranks)-before-1 < items) {
			t.Fatalf("a part ends at %v (place %d) and the next begins at %v (place %d)", last, before, first, slices.Min(ranks))
		}
		before = slices.Max(ranks)
		last = times[order[before]]
	}
}

func TestByTimeKeepsTheOrder(t *testing.T) {
	made := 0
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 30 + rng.IntN(200)
		times := make([]time.Time, n)
		for i := range times {
			times[i] = epoch.Add(time.Duration(rng.IntN(20*n)) * time.Hour)
			if seed%2 == 0 {
				times[i] = times[i].Truncate(240 * time.Hour) // many are equal
			}
		}
		o := TimeOptions{Gap: Gap{Gap: time.Duration(rng.IntN(2)*rng.IntN(72)) * time.Hour, GapItems: rng.IntN(2) * rng.IntN(5)}}
		if seed%5 == 0 {
			o.Train, o.Test = 0.6, 0.4
		}
		p, err := ByTime(ByTimes(times), o).Parts(ctx)
		if errors.Is(err, ErrTimes) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		made++
		checkCover(t, p, n)
		inOrderOfTime(t, times, o.Gap.Gap, o.GapItems, p)
		if r, err := Check(ctx, ByTimes(times), p); err != nil || r.Leaking() > 0 {
			t.Fatal(err, r)
		}
		if seed%2 == 1 && o.Gap == (Gap{}) && seed%5 > 0 {
			if d := len(p.Train) - int(0.7*float64(n)+0.5); d < -3 || d > 3 || len(p.Dropped) > 0 {
				t.Errorf("seed %d: %d of %d to train on, %d dropped", seed, len(p.Train), n, len(p.Dropped))
			}
		}
		// Another order of the source changes nothing.
		back := make(Items, n)
		for i := range back {
			back[n-1-i] = Item{ID: fmt.Sprint(i), Time: times[i]}
		}
		q, err := ByTime(back, o).Parts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if p.Part(i) != q.Part(n-1-i) {
				t.Fatalf("seed %d: item %d is in %s, and in %s if the source is turned round", seed, i, p.Part(i), q.Part(n-1-i))
			}
		}
	}
	if made < 200 {
		t.Errorf("only %d splits were made", made)
	}
}

func TestByTimeCases(t *testing.T) {
	thirds := TimeOptions{Train: 1. / 3, Valid: 1. / 3, Test: 1. / 3}
	with := func(f func(*TimeOptions)) TimeOptions { o := thirds; f(&o); return o }
	groups := Items{{ID: "0", Group: "a"}, {ID: "1", Group: "b"}, {ID: "2", Group: "a"}, {ID: "3"}, {ID: "4", Group: "b"}, {ID: "5", Group: "c"}}
	for i, d := range days(0, 1, 2, 3, 4, 5) {
		groups[i].Time = d
	}
	table := tableOfTimes(t)
	for _, c := range []struct {
		name string
		src  Source
		o    TimeOptions
		want string
	}{
		{"plain", ByTimes(days(0, 1, 2, 3, 4, 5)), thirds, "[0 1] [2 3] [4 5] []"},
		{"any order", ByTimes(days(5, 0, 3, 1, 4, 2)), thirds, "[1 3] [2 5] [0 4] []"},
		{"ties move the boundary to the nearer end", ByTimes(days(0, 1, 1, 1, 4, 5)), thirds, "[0] [1 2 3] [4 5] []"},
		{"a day apart is no gap of a day", ByTimes(days(0, 1, 2, 3, 4, 5)), with(func(o *TimeOptions) { o.Gap.Gap = 24 * time.Hour }), "[0 1] [2 3] [4 5] []"},
		{"more than a day is", ByTimes(days(0, 1, 2, 3, 4, 5)), with(func(o *TimeOptions) { o.Gap.Gap = 25 * time.Hour }), "[0] [2] [4 5] [1 3]"},
		{"a gap of items", ByTimes(days(0, 1, 2, 3, 4, 5)), with(func(o *TimeOptions) { o.GapItems = 1 }), "[0] [2] [4 5] [1 3]"},
		{"both", ByTimes(days(0, 1, 2, 3, 4, 5, 6, 7, 8)), with(func(o *TimeOptions) { o.GapItems, o.Gap.Gap = 1, 72*time.Hour }), "[0] [3] [6 7 8] [1 2 4 5]"},
		{"without valid", ByOrder(5), TimeOptions{Train: 0.6, Test: 0.4}, "[0 1 2] [] [3 4] []"},
		{"without test", ByOrder(4), TimeOptions{Train: 0.5, Valid: 0.5}, "[0 1] [2 3] [] []"},
		{"all train", ByOrder(3), TimeOptions{Train: 1}, "[0 1 2] [] [] []"},
		{"missing ones dropped", ByTimes([]time.Time{epoch, {}, epoch.Add(1), epoch.Add(2)}), with(func(o *TimeOptions) { o.DropMissing = true }), "[0] [2] [3] [1]"},
		{"nanoseconds apart", ByTimes([]time.Time{epoch.Add(1), epoch.Add(2), epoch}), thirds, "[2] [0] [1] []"},
		{"far apart", ByTimes([]time.Time{time.Date(1, 1, 1, 1, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), epoch}), thirds, "[0] [2] [1] []"},
		{"numbers", mustRows(t, table, RowOptions{Time: "year"}), thirds, "[0] [1] [2] []"},
		{"numbers apart", mustRows(t, table, RowOptions{Time: "year"}), TimeOptions{Train: 0.67, Test: 0.33, Gap: Gap{GapBy: 1.5}}, "[0] [] [2] [1]"},
		{"floats", mustRows(t, table, RowOptions{Time: "hour"}), thirds, "[1] [2] [0] []"},
		{"floats apart", mustRows(t, table, RowOptions{Time: "hour"}), TimeOptions{Train: 0.67, Test: 0.33, Gap: Gap{GapBy: 1.1}}, "[1] [] [0] [2]"},
		{"dates", mustRows(t, table, RowOptions{Time: "day"}), thirds, "[2] [0] [1] []"},
		{"rows in order", mustRows(t, table, RowOptions{InOrder: true}), thirds, "[0] [1] [2] []"},
		{"groups may be in two parts", groups, thirds, "[0 1] [2 3] [4 5] []"},
		{"unless the later ones are dropped", groups, with(func(o *TimeOptions) { o.Unseen = true }), "[0 1] [3] [5] [2 4]"},
	} {
		p, err := ByTime(c.src, c.o).Parts(ctx)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := fmt.Sprint(p.Train, p.Valid, p.Test, p.Dropped); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		checkCover(t, p, p.Len())
	}
}

func TestByTimeRefuses(t *testing.T) {
	table := tableOfTimes(t)
	gap := func(g Gap) TimeOptions { return TimeOptions{Gap: g} }
	for name, c := range map[string]struct {
		src  Source
		o    TimeOptions
		want error
	}{
		"no times":              {ByLabel([]string{"a", "b"}), TimeOptions{}, ErrTimes},
		"a missing time":        {ByTimes(append(days(1, 2, 3, 4), time.Time{})), TimeOptions{}, ErrTimes},
		"all missing":           {ByTimes(make([]time.Time, 3)), TimeOptions{DropMissing: true}, ErrTimes},
		"a missing number":      {mustRows(t, table, RowOptions{Time: "holes"}), TimeOptions{}, ErrTimes},
		"only missing numbers":  {mustRows(t, table, RowOptions{Time: "holes"}), TimeOptions{DropMissing: true}, ErrEmpty},
		"out of order":          {ByTimes(days(1, 3, 2, 4, 5)), TimeOptions{InOrder: true}, ErrTimes},
		"one time":              {ByTimes(days(1, 1, 1, 1)), TimeOptions{}, ErrTimes},
		"too few":               {ByOrder(2), TimeOptions{}, ErrTimes},
		"none":                  {ByOrder(0), TimeOptions{}, ErrEmpty},
		"less than none":        {ByOrder(-1), TimeOptions{}, ErrEmpty},
		"a gap over all":        {ByOrder(100), gap(Gap{GapItems: 1000}), ErrTimes},
		"a negative gap":        {ByOrder(9), gap(Gap{GapItems: -1}), ErrOption},
		"a gap of NaN":          {ByOrder(9), gap(Gap{GapBy: math.NaN()}), ErrOption},
		"a gap without end":     {ByOrder(9), gap(Gap{GapBy: math.Inf(1)}), ErrOption},
		"hours between numbers": {ByOrder(9), gap(Gap{Gap: time.Hour}), ErrOption},
		"numbers between dates": {ByTimes(days(1, 2, 3, 4, 5, 6, 7, 8)), gap(Gap{GapBy: 1}), ErrOption},
		"ratios":                {ByOrder(9), TimeOptions{Train: 0.5, Test: 0.6}, ErrRatios},
		"NaN ratio":             {ByOrder(9), TimeOptions{Train: math.NaN(), Test: 0.6}, ErrRatios},
		"nothing unseen":        {Items{{ID: "a", Group: "g", Time: epoch}, {ID: "b", Group: "g", Time: epoch.Add(1)}}, TimeOptions{Train: 0.5, Test: 0.5, Unseen: true}, ErrGroup},
	} {
		if _, err := ByTime(c.src, c.o).Parts(ctx); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var at *TimeError
	_, err := ByTime(ByTimes(append(days(1, 2, 3, 4), time.Time{})), TimeOptions{}).Parts(ctx)
	if !errors.As(err, &at) || at.Item != 4 || at.ID != "4" || at.Early {
		t.Errorf("%v", err)
	}
	if _, err = ByTime(ByTimes(days(1, 3, 2, 4)), TimeOptions{InOrder: true}).Parts(ctx); !errors.As(err, &at) || at.Item != 2 || !at.Early {
		t.Errorf("%v", err)
	}
	if _, err := Rows(table, RowOptions{Time: "name"}); err == nil {
		t.Error("a text that is no date is a time")
	}
	if _, err := Rows(table, RowOptions{Time: "day", InOrder: true}); !errors.Is(err, ErrOption) {
		t.Errorf("two orders: %v", err)
	}
}

func TestTimeSeriesKeepsTheOrder(t *testing.T) {
	made := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := 40 + rng.IntN(100)
		times := make([]time.Time, n)
		for i := range times {
			times[i] = epoch.Add(time.Duration(rng.IntN(300)) * time.Hour)
		}
		o := TimeSeriesOptions{K: 1 + rng.IntN(6), MaxTrain: rng.IntN(2) * 15, Gap: Gap{Gap: time.Duration(rng.IntN(10)) * time.Hour}, Valid: float64(rng.IntN(2)) * 0.2}
		folds, err := TimeSeries(ByTimes(times), o).Parts(ctx)
		if errors.Is(err, ErrTimes) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		made++
		back := make(Items, n)
		for i := range back {
			back[n-1-i] = Item{ID: fmt.Sprint(i), Time: times[i]}
		}
		turned, err := TimeSeries(back, o).Parts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range folds {
			for i := range n {
				if p.Part(i) != turned[k].Part(n-1-i) {
					t.Fatalf("seed %d: item %d is in %s, and in %s if the source is turned round", seed, i, p.Part(i), turned[k].Part(n-1-i))
				}
			}
		}
		tested := map[int]bool{}
		for _, p := range folds {
			checkCover(t, p, n)
			inOrderOfTime(t, times, o.Gap.Gap, 0, p)
			if o.MaxTrain > 0 && len(p.Train)+len(p.Valid) > o.MaxTrain || (len(p.Valid) > 0) != (o.Valid > 0) {
				t.Errorf("%d to train on, %d to validate by", len(p.Train), len(p.Valid))
			}
			for _, i := range p.Test {
				if tested[i] {
					t.Fatal("an item is tested twice")
				}
				tested[i] = true
			}
		}
	}
	if made < 150 {
		t.Errorf("only %d cross-validations were made", made)
	}
}

func TestTimeSeriesRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		src  Source
		o    TimeSeriesOptions
		want error
	}{
		"folds above items": {ByOrder(5), TimeSeriesOptions{K: 5}, ErrFolds},
		"folds below 0":     {ByOrder(5), TimeSeriesOptions{K: -1}, ErrFolds},
		"huge":              {ByOrder(5), TimeSeriesOptions{K: math.MaxInt}, ErrFolds},
		"huge tests":        {ByOrder(50), TimeSeriesOptions{TestSize: math.MaxInt}, ErrFolds},
		"huge gap":          {ByOrder(50), TimeSeriesOptions{Gap: Gap{GapItems: math.MaxInt}}, ErrFolds},
		"too many":          {ByOrder(100_000), TimeSeriesOptions{K: 99_999}, ErrFolds},
		"valid":             {ByOrder(50), TimeSeriesOptions{Valid: 1}, ErrFolds},
		"valid of NaN":      {ByOrder(50), TimeSeriesOptions{Valid: math.NaN()}, ErrFolds},
		"no times":          {ByGroup([]string{"a", "b", "c"}), TimeSeriesOptions{K: 2}, ErrTimes},
		"equal times":       {ByTimes(days(1, 1, 1, 1, 1, 2, 2)), TimeSeriesOptions{}, ErrTimes},
		"empty":             {ByOrder(0), TimeSeriesOptions{}, ErrEmpty},
	} {
		if _, err := TimeSeries(c.src, c.o).Parts(ctx); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysAreInTheOrderOfNumbers(t *testing.T) {
	v := []float64{math.Inf(-1), -math.MaxFloat64, -1, -5e-324, 0, 5e-324, 1, 2, math.MaxFloat64, math.Inf(1)}
	for i := range v {
		if number(key(v[i])) != v[i] {
			t.Errorf("%v comes back as %v", v[i], number(key(v[i])))
		}
		if i > 0 && key(v[i]) <= key(v[i-1]) {
			t.Errorf("%v is not after %v", v[i], v[i-1])
		}
	}
	if key(math.Copysign(0, -1)) != key(0) {
		t.Error("the zeros differ")
	}
}

// What a report and an item say of times is what was given.
func TestTimesComeBack(t *testing.T) {
	given := []time.Time{epoch.Add(5), time.Date(1, 1, 1, 0, 0, 1, 2000, time.UTC), {}, time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	items, err := ByTimes(given).Items(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, it := range items {
		if want := given[i].Truncate(time.Microsecond); !it.Time.Equal(want) {
			t.Errorf("item %d: %v, want %v", i, it.Time, want)
		}
	}
	if items, err = ByTimes(given[:1]).Items(ctx); err != nil || !items[0].Time.Equal(given[0]) {
		t.Errorf("%v, %v", items[0].Time, err)
	}
	if items, err = ByOrder(2).Items(ctx); err != nil || !items[1].Time.IsZero() {
		t.Errorf("a number is the time %v, %v", items[1].Time, err)
	}
	table := tableOfTimes(t)
	for column, want := range map[string]string{"year": "train up to 2022, test from 2020", "hour": "train up to 3.0, test from -0.5",
		"day": "train up to 2024-03-01T00:00:00Z, test from 1066-10-14T00:00:00Z"} {
		rows := mustRows(t, table, RowOptions{Time: column})
		letters := map[string]string{"year": "tva", "hour": "atv", "day": "avt"}[column]
		if got := check(t, rows, byHand(t, rows, letters)).ofKind("time"); !slices.ContainsFunc(got, func(l Leak) bool { return l.Name == want }) {
			t.Errorf("%s: %v", column, got)
		}
	}
	missing, err := Rows(table, RowOptions{Time: "holes"})
	if err != nil {
		t.Fatal(err)
	}
	if r := check(t, missing, byHand(t, missing, "avt")); r.Leaking() != 0 {
		t.Error(r)
	}
	_, err = ByTime(missing, TimeOptions{}).Parts(ctx)
	if err == nil || err.Error() != `split: times do not make a split: item 0 ("0") has no time; fill it in, or set DropMissing` {
		t.Error(err)
	}
}

func TestPlansDescribeThemselves(t *testing.T) {
	for want, p := range map[string]*Plan{
		"by chance, 70/15/15 % train/valid/test, seed 3, groups and equal contents kept together":                                       Random(nil, Options{Seed: 3}),
		"stratified by class, 50/0/50 % train/valid/test, seed 0, groups kept together, equal contents not":                             Stratified(nil, Options{Train: 0.5, Test: 0.5, IgnoreHashes: true}),
		"in the order of time, 70/15/15 % train/valid/test, 2 apart, 7 items apart":                                                     ByTime(nil, TimeOptions{Gap: Gap{GapBy: 2, GapItems: 7}}),
		"split: ratios do not make a split: train 1, valid 1 and test 0 sum to 2; give shares from 0 to 1 that sum to 1, train above 0": ByTime(nil, TimeOptions{Train: 1, Valid: 1}),
	} {
		if got := p.Describe(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func ExampleByTime() {
	source := ByTimes(days(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
	plan := ByTime(source, TimeOptions{Train: 0.6, Test: 0.4, Gap: Gap{Gap: 3 * 24 * time.Hour}})
	parts, err := plan.Parts(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Describe())
	fmt.Println(parts.Train, parts.Test, "without", parts.Dropped)
	// Output:
	// in the order of time, 60/0/40 % train/valid/test, 72h0m0s apart
	// [0 1 2 3] [6 7 8 9] without [4 5]
}

func ExampleTimeSeries() {
	folds, err := TimeSeries(ByOrder(8), TimeSeriesOptions{K: 3, MaxTrain: 3}).Parts(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range folds {
		fmt.Println(f.Train, f.Test)
	}
	// Output:
	// [0 1] [2 3]
	// [1 2 3] [4 5]
	// [3 4 5] [6 7]
}
