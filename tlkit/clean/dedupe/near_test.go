package dedupe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

var ctx = context.Background()

func near(t testing.TB, in frame.Table, o NearOptions) *Groups {
	t.Helper()
	g, err := FindNear(ctx, nil, in, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// slip changes one letter.
func slip(rng *rand.Rand, s string) string {
	i := 1 + rng.IntN(len(s)-1)
	switch rng.IntN(4) {
	case 0:
		return s[:i] + s[i+1:]
	case 1:
		return s[:i] + "x" + s[i:]
	case 2:
		return s[:i] + "y" + s[i+1:]
	}
	return strings.ToUpper(s)
}

// planted makes rows of persons of whom most occur several times with one slip each.
func planted(t testing.TB, seed uint64, persons int) (in frame.Table, who []int) {
	rng := rand.New(rand.NewPCG(seed, 9))
	syllables := strings.Fields("ba be bo da di du fa fe ka ko la le li lo ma me mi mo na ne no pa ra re ri ro sa se si ta te ti to va vi wa zu")
	word := func() string {
		var b strings.Builder
		for range 3 + rng.IntN(2) {
			b.WriteString(syllables[rng.IntN(len(syllables))])
		}
		return b.String()
	}
	type row struct {
		name, town string
		year, who  int
	}
	var rows []row
	for p := range persons {
		r := row{word() + " " + word(), word(), 1950 + rng.IntN(60), p}
		rows = append(rows, r)
		for range rng.IntN(3) {
			twin := r
			twin.name = slip(rng, r.name)
			rows = append(rows, twin)
		}
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	var name, town, year []any
	for _, r := range rows {
		name, town, year, who = append(name, r.name), append(town, r.town), append(year, r.year), append(who, r.who)
	}
	return table(t, of[string]("name", name...), of[string]("town", town...), of[int]("year", year...)), who
}

func TestPlantedDuplicatesAreFound(t *testing.T) {
	for _, c := range []struct {
		name   string
		blocks []Block
		recall float64
	}{
		{"all pairs", nil, 1},
		{"town", []Block{{Keys: []Key{{Column: "town"}}}}, 1},
		{"year and first letter", []Block{{Keys: []Key{{Column: "year"}, {Column: "name", By: Prefix, Length: 1}}}}, 1},
		{"sorted neighbourhood", []Block{{Keys: []Key{{Column: "name"}}, Window: 8}}, 0.8},
		{"two passes", []Block{{Keys: []Key{{Column: "name"}}, Window: 4}, {Keys: []Key{{Column: "name", By: Metaphone}}}}, 0.9},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, who := planted(t, 4, 400)
			g := near(t, in, NearOptions{Compare: []Compare{{Column: "name", Weight: 2}, {Column: "town"}, {Column: "year", By: Numbers}}, Blocks: c.blocks, Threshold: 0.9})
			together := map[[2]int]bool{}
			wrong := 0
			for _, group := range g.List {
				for _, a := range group.Rows {
					for _, b := range group.Rows {
						if a < b {
							together[[2]int{a, b}] = true
							if who[a] != who[b] {
								wrong++
							}
						}
					}
				}
			}
			found, all := 0.0, 0.0
			for a := range who {
				for b := a + 1; b < len(who); b++ {
					if who[a] == who[b] {
						all++
						if together[[2]int{a, b}] {
							found++
						}
					}
				}
			}
			if found/all < c.recall || wrong > 0 || all < 300 {
				t.Errorf("%v of %v pairs found, %d wrong ones", found, all, wrong)
			}
		})
	}
}

// plainScore is the definition of a score, without the shortcuts.
func plainScore(t *testing.T, in frame.Table, o NearOptions, i, j int) (float64, bool) {
	t.Helper()
	sum, weight, both, all := 0.0, 0.0, 0.0, 0.0
	good := true
	for _, c := range o.Compare {
		if c.Weight == 0 {
			c.Weight = 1
		}
		all += c.Weight
		col, err := in.Column(c.Column)
		if err != nil {
			t.Fatal(err)
		}
		a, b := strings.ToLower(strings.Join(strings.Fields(col.Format(i)), " ")), strings.ToLower(strings.Join(strings.Fields(col.Format(j)), " "))
		s := 0.0
		switch {
		case a != "" && b != "":
			both += c.Weight
			switch c.By {
			case JaroWinkler:
				s = text.JaroWinkler(a, b)
			case Levenshtein:
				s = 1 - float64(text.Levenshtein(a, b))/float64(max(len([]rune(a)), len([]rune(b))))
			case TokenSet:
				s = text.TokenSet(a, b)
			case Exact:
				if a == b {
					s = 1
				}
			case Numbers:
				v, _ := col.Numbers()
				if math.Abs(v[i]-v[j]) <= c.Tolerance {
					s = 1
				}
			}
		case c.Missing == Skip:
			continue
		case c.Missing == Alike && a == "" && b == "":
			s = 1
		}
		good = good && s >= c.Least
		sum, weight = sum+c.Weight*s, weight+c.Weight
	}
	if weight == 0 || both < o.Evidence*all-1e-12 {
		return 0, false
	}
	return sum / weight, good && sum/weight >= o.Threshold-1e-12
}

// TestAgainstThePlainWay compares groups with those of a program that has no shortcuts:
// every pair that a pass brings together is scored in full.
func TestAgainstThePlainWay(t *testing.T) {
	words := strings.Fields("anna anne Ann hannah MÜLLER müller Mueller schmidt schmitt smith x")
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 3))
		n := rng.IntN(30)
		pick := func() any {
			switch rng.IntN(8) {
			case 0:
				return nil
			case 1:
				return "  "
			case 2:
				return words[rng.IntN(len(words))] + " " + words[rng.IntN(len(words))]
			}
			return words[rng.IntN(len(words))]
		}
		a, b, x := make([]any, n), make([]any, n), make([]any, n)
		for i := range n {
			a[i], b[i], x[i] = pick(), pick(), float64(rng.IntN(5))
			if rng.IntN(5) == 0 {
				x[i] = nil
			}
		}
		in := table(t, of[string]("a", a...), of[string]("b", b...), of[float64]("x", x...))
		o := NearOptions{Threshold: 0.5 + rng.Float64()/2, Evidence: 0.3 + 0.6*rng.Float64(), Complete: rng.IntN(3) == 0}
		for range 1 + rng.IntN(4) {
			c := Compare{Column: []string{"a", "b", "x"}[rng.IntN(3)], By: Similarity(rng.IntN(4)), Weight: float64(1 + rng.IntN(3)), Missing: Missing(rng.IntN(3))}
			if c.Column == "x" && rng.IntN(2) == 0 {
				c.By, c.Tolerance = Numbers, float64(rng.IntN(3))
			}
			if rng.IntN(4) == 0 {
				c.Least = rng.Float64()
			}
			o.Compare = append(o.Compare, c)
		}
		for range rng.IntN(3) {
			block := Block{Keys: []Key{{Column: []string{"a", "b", "x"}[rng.IntN(3)], By: KeyKind(rng.IntN(len(keyNames.List)))}}}
			if rng.IntN(2) == 0 {
				block.Keys = append(block.Keys, Key{Column: "b", By: Prefix, Length: 1})
			}
			if rng.IntN(3) == 0 {
				block.Window = 2 + rng.IntN(5)
			}
			o.Blocks = append(o.Blocks, block)
		}
		passes, err := newPasses(ctx, in, o.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		alike := map[[2]int]float64{}
		compared := int64(0)
		for _, p := range passes {
			for k := range p.order {
				for m := k + 1; m < len(p.order); m++ {
					i, j := int(min(p.order[k], p.order[m])), int(max(p.order[k], p.order[m]))
					apart := m - k
					if p.block.Window > 0 && apart >= p.block.Window || p.block.Window == 0 && len(o.Blocks) > 0 && !plainEqual(t, in, p.block.Keys, i, j) {
						continue
					}
					compared++
					if s, ok := plainScore(t, in, o, i, j); ok {
						alike[[2]int{i, j}] = s
					}
				}
			}
		}
		g := near(t, in, o)
		if g.Compared != compared {
			t.Fatalf("seed %d: %d pairs compared, want %d", seed, g.Compared, compared)
		}
		pairs := 0
		for _, group := range g.List {
			pairs += len(group.Pairs)
			for _, p := range group.Pairs {
				if s, ok := alike[[2]int{p.A, p.B}]; !ok || math.Abs(s-p.Score) > 1e-12 {
					t.Fatalf("seed %d: pair %+v, want %v", seed, p, s)
				}
			}
			for _, r := range group.Rows {
				for _, q := range group.Rows {
					if s, ok := plainScore(t, in, o, min(r, q), max(r, q)); o.Complete && q != r && !ok {
						t.Fatalf("seed %d: rows %d and %d of a complete group score %v of %v", seed, r, q, s, o.Threshold)
					}
				}
			}
		}
		if !o.Complete && (pairs != len(alike) || !sameGroups(members(g), reachable(n, alike))) {
			t.Fatalf("seed %d: groups %v of %d pairs, want %v of %d", seed, members(g), pairs, reachable(n, alike), len(alike))
		}
	}
}

func plainEqual(t *testing.T, in frame.Table, keys []Key, i, j int) bool {
	for _, k := range keys {
		c, err := in.Column(k.Column)
		if err != nil {
			t.Fatal(err)
		}
		if k.of(c.Format(i)) != k.of(c.Format(j)) {
			return false
		}
	}
	return true
}

// reachable are the connected components with more than one row.
func reachable(n int, alike map[[2]int]float64) [][]int {
	var out [][]int
	seen := make([]bool, n)
	var walk func(i int, to *[]int)
	walk = func(i int, to *[]int) {
		seen[i] = true
		*to = append(*to, i)
		for j := range n {
			if _, ok := alike[[2]int{min(i, j), max(i, j)}]; ok && !seen[j] {
				walk(j, to)
			}
		}
	}
	for i := range n {
		if !seen[i] {
			var g []int
			walk(i, &g)
			if slices.Sort(g); len(g) > 1 {
				out = append(out, g)
			}
		}
	}
	return out
}

func TestGroupsKeepToTheirBlocks(t *testing.T) {
	in, _ := planted(t, 6, 200)
	g := near(t, in, NearOptions{Compare: []Compare{{Column: "name", Weight: 1}}, Threshold: 0.6, Blocks: []Block{{Keys: []Key{{Column: "town"}, {Column: "year"}}}}})
	town, _ := in.Column("town")
	year, _ := in.Column("year")
	for _, group := range g.List {
		for _, r := range group.Rows {
			if town.Format(r) != town.Format(group.Rows[0]) || year.Format(r) != year.Format(group.Rows[0]) {
				t.Fatalf("group %d reaches over blocks", group.Number)
			}
		}
	}
	if len(g.List) < 50 {
		t.Errorf("%d groups", len(g.List))
	}
}

func TestChainsAndCompleteGroups(t *testing.T) {
	// Each is one letter from the next, the ends are five apart.
	in := table(t, of[string]("w", "aaaaaaaaaa", "baaaaaaaaa", "bbaaaaaaaa", "bbbaaaaaaa", "bbbbaaaaaa", "bbbbbaaaaa", "zzzzzzzzzz"))
	o := NearOptions{Compare: []Compare{{Column: "w", By: Levenshtein}}, Threshold: 0.9}
	g := near(t, in, o)
	if got := members(g); !sameGroups(got, [][]int{{0, 1, 2, 3, 4, 5}}) || math.Abs(g.List[0].Least-0.5) > 1e-12 {
		t.Errorf("chain: %v, least %v", got, g.List[0].Least)
	}
	o.Complete = true
	if got := members(near(t, in, o)); !sameGroups(got, [][]int{{0, 1}, {2, 3}, {4, 5}}) {
		t.Errorf("complete: %v", got)
	}
}

func TestLimits(t *testing.T) {
	var town, name []any
	for i := range 300 {
		town, name = append(town, []string{"Berlin", "Köln", "Ulm"}[i%7%3]), append(name, fmt.Sprint("n", i))
	}
	in := table(t, of[string]("town", town...), of[string]("name", name...))
	rule := []Compare{{Column: "name"}}
	for _, c := range []struct {
		name string
		o    NearOptions
		says []string
	}{
		{"all pairs", NearOptions{Compare: rule, MaxPairs: 1000}, []string{"all 300 rows", "give Blocks", "1000"}},
		{"one block", NearOptions{Compare: rule, MaxPairs: 1000, Blocks: []Block{{Keys: []Key{{Column: "name"}}}, {Keys: []Key{{Column: "town"}}}}}, []string{`town whole "berlin"`, "block 1", "128 rows, 8128 pairs", "add a key"}},
		{"window", NearOptions{Compare: rule, MaxPairs: 1000, Blocks: []Block{{Keys: []Key{{Column: "town"}}, Window: 50}}}, []string{"window of block 0", "smaller"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := FindNear(ctx, nil, in, c.o)
			var limit *LimitError
			if !errors.Is(err, ErrLimit) || !errors.As(err, &limit) {
				t.Fatalf("%v", err)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q is not in %q", s, err)
				}
			}
		})
	}
	var same []any
	for i := range maxComplete + 1 {
		same = append(same, fmt.Sprintf("one name %d", i%2))
	}
	o := NearOptions{Compare: []Compare{{Column: "name"}}, Complete: true}
	if _, err := FindNear(ctx, nil, table(t, of[string]("name", same...)), o); !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "2001 rows") {
		t.Errorf("a long chain: %v", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	in := table(t, of[string]("name", "a", "b"), of[int]("n", 1, 2), of[string]("day", "2024-01-01", "yesterday"))
	rule := []Compare{{Column: "name"}}
	find := func(o NearOptions) error {
		_, err := FindNear(ctx, nil, in, o)
		return err
	}
	with := func(c Compare) error { return find(NearOptions{Compare: []Compare{c}}) }
	block := func(b Block) error { return find(NearOptions{Compare: rule, Blocks: []Block{b}}) }
	broken := in
	broken.Err = errors.New("was broken before")
	_, _, dropBroken := Drop(broken, Options{})
	_, findBroken := FindNear(ctx, nil, broken, NearOptions{Compare: rule})
	_, noColumn := Find(in, "nme")
	_, _, keep := Drop(in, Options{Keep: 8})
	for _, c := range []struct {
		name string
		err  error
		is   error
		says string
	}{
		{"broken table", dropBroken, broken.Err, "holds an error"},
		{"broken table, near", findBroken, broken.Err, "holds an error"},
		{"no such column", noColumn, frame.ErrColumn, `did you mean "name"`},
		{"keep", keep, ErrOptions, "First, Last or None"},
		{"no rules", find(NearOptions{}), ErrOptions, "0 rules"},
		{"too many rules", find(NearOptions{Compare: make([]Compare, 65)}), ErrOptions, "65 rules"},
		{"threshold", find(NearOptions{Compare: rule, Threshold: 85}), ErrOptions, "(0, 1]"},
		{"threshold NaN", find(NearOptions{Compare: rule, Threshold: math.NaN()}), ErrOptions, "(0, 1]"},
		{"evidence", find(NearOptions{Compare: rule, Evidence: -1}), ErrOptions, "evidence"},
		{"pairs", find(NearOptions{Compare: rule, MaxPairs: -1}), ErrOptions, "positive"},
		{"rule without column", with(Compare{}), frame.ErrColumn, "no column"},
		{"similarity", with(Compare{Column: "name", By: 99}), ErrOptions, "Similarity(99)"},
		{"rule for missing", with(Compare{Column: "name", Missing: 99}), ErrOptions, "Missing(99)"},
		{"weight", with(Compare{Column: "name", Weight: -2}), ErrOptions, "weight"},
		{"infinite weight", with(Compare{Column: "name", Weight: math.Inf(1)}), ErrOptions, "weight"},
		{"least", with(Compare{Column: "name", Least: 2}), ErrOptions, "least"},
		{"tolerance", with(Compare{Column: "n", By: Numbers, Tolerance: -1}), ErrOptions, "tolerance"},
		{"tolerance of names", with(Compare{Column: "name", Tolerance: 1}), ErrOptions, "Numbers and Days"},
		{"numbers of text", with(Compare{Column: "name", By: Numbers}), frame.ErrKind, `"name" is string`},
		{"days of numbers", with(Compare{Column: "n", By: Days}), frame.ErrKind, `"n" is integer`},
		{"days of words", with(Compare{Column: "day", By: Days}), frame.ErrKind, `row 1: "yesterday"`},
		{"block without key", block(Block{}), ErrOptions, "no key"},
		{"window of one", block(Block{Keys: []Key{{Column: "name"}}, Window: 1}), ErrOptions, "2 or more"},
		{"key", block(Block{Keys: []Key{{Column: "name", By: 99}}}), ErrOptions, "KeyKind(99)"},
		{"length of a whole key", block(Block{Keys: []Key{{Column: "name", Length: 2}}}), ErrOptions, "length"},
		{"key of no column", block(Block{Keys: []Key{{Column: "town"}}}), frame.ErrColumn, "town"},
		{"survivor", find(NearOptions{Compare: rule, Survivor: Survivor{By: 99}}), ErrOptions, "Rank(99)"},
		{"newest of nothing", find(NearOptions{Compare: rule, Survivor: Survivor{By: Newest}}), ErrOptions, "needs one"},
		{"first by column", find(NearOptions{Compare: rule, Survivor: Survivor{By: FirstRow, Column: "n"}}), ErrOptions, "Newest"},
		{"newest word", find(NearOptions{Compare: rule, Survivor: Survivor{By: Newest, Column: "day"}}), frame.ErrKind, "yesterday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !errors.Is(c.err, c.is) || !strings.Contains(fmt.Sprint(c.err), c.says) {
				t.Errorf("%v; want %v that says %q", c.err, c.is, c.says)
			}
		})
	}
}

func TestMissingValues(t *testing.T) {
	in := table(t, of[string]("name", "anna", "anna", "anna", "anna"), of[string]("town", "ulm", nil, nil, " \t"))
	groups := func(m Missing, evidence, threshold float64) [][]int {
		return members(near(t, in, NearOptions{Compare: []Compare{{Column: "name"}, {Column: "town", Missing: m}}, Evidence: evidence, Threshold: threshold}))
	}
	for _, c := range []struct {
		m                   Missing
		evidence, threshold float64
		want                [][]int
	}{
		{Differ, 0, 0.9, nil},
		{Differ, 0, 0.5, [][]int{{0, 1, 2, 3}}},
		{Skip, 0, 0.9, [][]int{{0, 1, 2, 3}}},
		{Skip, 0.6, 0.9, nil},
		{Alike, 0, 0.9, [][]int{{1, 2, 3}}},
		{Alike, 0.6, 0.9, nil},
	} {
		if got := groups(c.m, c.evidence, c.threshold); !sameGroups(got, c.want) {
			t.Errorf("%v, evidence %v, threshold %v: %v, want %v", c.m, c.evidence, c.threshold, got, c.want)
		}
	}
	empty := table(t, of[string]("name", nil, nil, ""))
	if g := near(t, empty, NearOptions{Compare: []Compare{{Column: "name", Missing: Alike}}}); len(g.List) != 0 {
		t.Errorf("rows without any value are one: %v", members(g))
	}
	rowless := table(t, of[string]("name"))
	if g := near(t, rowless, NearOptions{Compare: []Compare{{Column: "name"}}}); len(g.List) != 0 || !strings.Contains(g.HTML()+g.String(), "none among 0 rows") {
		t.Error(g)
	}
}

func TestDaysAndNumbers(t *testing.T) {
	in := table(t, of[string]("day", "2024-02-28", "2024-03-01", "2024-02-29T23:59:59.5Z", "2024-03-05", nil), of[float64]("x", math.Inf(1), math.Inf(1), math.Inf(-1), 0.0, math.Copysign(0, -1)))
	got := func(c Compare) [][]int { return members(near(t, in, NearOptions{Compare: []Compare{c}})) }
	if g := got(Compare{Column: "day", By: Days, Tolerance: 1}); !sameGroups(g, [][]int{{1, 2}}) {
		t.Errorf("within a day: %v", g)
	}
	if g := got(Compare{Column: "day", By: Days, Tolerance: 2}); !sameGroups(g, [][]int{{0, 1, 2}}) {
		t.Errorf("within two days: %v", g)
	}
	if g := got(Compare{Column: "x", By: Numbers}); !sameGroups(g, [][]int{{0, 1}, {3, 4}}) {
		t.Errorf("equal numbers: %v", g)
	}
	if g := got(Compare{Column: "x", By: Exact}); !sameGroups(g, [][]int{{0, 1}, {3, 4}}) {
		t.Errorf("exact numbers: %v", g)
	}
}

func TestSurvivors(t *testing.T) {
	in := table(t, of[string]("name", "anna", "anna", "anna", "anna"), of[string]("a", nil, "x", "x", nil), of[string]("when", "2024-01-01", "2023-01-01", nil, "2024-01-01T00:00:00Z"))
	for _, c := range []struct {
		s    Survivor
		want []int
	}{
		{Survivor{}, []int{1, 0, 2, 3}},
		{Survivor{By: FirstRow}, []int{0, 1, 2, 3}},
		{Survivor{By: LastRow}, []int{3, 2, 1, 0}},
		{Survivor{By: Newest, Column: "when"}, []int{0, 3, 1, 2}},
	} {
		g := near(t, in, NearOptions{Compare: []Compare{{Column: "name"}}, Survivor: c.s})
		if len(g.List) != 1 || !slices.Equal(g.List[0].Rows, c.want) {
			t.Errorf("%v: %v, want %v", c.s, g.List, c.want)
		}
	}
}

func TestTheSameOnAnyNumberOfCores(t *testing.T) {
	in, _ := planted(t, 8, 300)
	o := NearOptions{Compare: []Compare{{Column: "name", By: TokenSet}, {Column: "town"}}, Threshold: 0.7,
		Blocks: []Block{{Keys: []Key{{Column: "name"}}, Window: 60}, {Keys: []Key{{Column: "town", By: Prefix, Length: 1}}}}}
	var first *Groups
	for _, cores := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		g := near(t, in, o)
		if first == nil {
			first = g
		}
		if !reflect.DeepEqual(g.List, first.List) || g.String() != first.String() {
			t.Errorf("groups on %d cores are others", cores)
		}
	}
	if len(first.List) < 100 {
		t.Errorf("%d groups", len(first.List))
	}
}

func TestProgressAndStopping(t *testing.T) {
	in, _ := planted(t, 8, 300)
	o := NearOptions{Compare: []Compare{{Column: "name"}}}
	last := progress.Event{}
	g, err := FindNear(ctx, progress.Func(func(e progress.Event) {
		if e.Done < last.Done {
			t.Errorf("fell from %d to %d", last.Done, e.Done)
		}
		last = e
	}), in, o)
	if err != nil || !last.Finished() || last.Total != g.Compared || g.Compared != int64(in.Nrow()*(in.Nrow()-1)/2) {
		t.Errorf("%v; ended at %+v of %d pairs", err, last, g.Compared)
	}
	stopped, stop := context.WithCancel(ctx)
	if _, err := FindNear(stopped, progress.Func(func(progress.Event) { stop() }), in, o); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestOptionsAreJSON(t *testing.T) {
	o := NearOptions{Compare: []Compare{{Column: "name", By: TokenSet, Missing: Skip, Weight: 2, Least: 0.5, Verbatim: true}}, Threshold: 0.9,
		Blocks: []Block{{Keys: []Key{{Column: "town", By: Cologne}}, Window: 5}}, Complete: true, Survivor: Survivor{By: Newest, Column: "when"}}
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var back NearOptions
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(o, back) {
		t.Errorf("%s is read as %+v: %v", b, back, err)
	}
	for _, bad := range []string{`{"compare":[{"by":"guess"}]}`, `{"survivor":{"by":"best"}}`, `{"blocks":[{"keys":[{"by":"x"}]}]}`, `{"compare":[{"missing":"?"}]}`} {
		if err := json.Unmarshal([]byte(bad), new(NearOptions)); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	var k Keep
	if err := k.UnmarshalText([]byte("none")); err != nil || k != None || k.String() != "none" {
		t.Error(k, err)
	}
}

func TestLongTextsAreComparedByTheirBeginning(t *testing.T) {
	long := strings.Repeat("ä", 300_000)
	in := table(t, of[string]("s", long+"a", long+"b", "ä"+strings.Repeat("c", 300_000)))
	for by := range Exact {
		g := near(t, in, NearOptions{Compare: []Compare{{Column: "s", By: by}}})
		if got := members(g); !sameGroups(got, [][]int{{0, 1}}) {
			t.Errorf("%v: %v", by, got)
		}
		_ = g.HTML() + g.String()
	}
	if g := near(t, in, NearOptions{Compare: []Compare{{Column: "s", By: Exact}}}); len(g.List) != 0 {
		t.Error("exact looks at the whole")
	}
}

// FuzzFindNear compares any texts in every way.
func FuzzFindNear(f *testing.F) {
	f.Add("Müller, Hans", "mueller hans", "\xff\x00", uint8(3), false)
	f.Add("", " ", "\u2028", uint8(0), true)
	f.Fuzz(func(t *testing.T, a, b, c string, what uint8, complete bool) {
		in := table(t, of[string]("s", a, b, c, a+b, nil))
		o := NearOptions{Threshold: 0.6, Complete: complete, Compare: []Compare{{Column: "s", By: Similarity(what % 4), Verbatim: what&16 > 0, Missing: Missing(what % 3)}}}
		if what&32 > 0 {
			o.Blocks = []Block{{Keys: []Key{{Column: "s", By: KeyKind(what % uint8(len(keyNames.List)))}}, Window: int(what&64) / 16}}
		}
		g, err := FindNear(ctx, nil, in, o)
		if err != nil {
			t.Fatal(err)
		}
		filled, err := o.filled()
		if err != nil {
			t.Fatal(err)
		}
		scores, err := newScorer(ctx, in, filled)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 { // the shortcuts decide as the whole score does
			for j := range i {
				whole, good := scores.score(i, j, 0)
				if _, ok := scores.score(i, j, o.Threshold); ok != (good && whole >= o.Threshold-rounding) {
					t.Fatalf("rows %d and %d score %v: %v", i, j, whole, ok)
				}
			}
		}
		for _, group := range g.List {
			if len(group.Rows) < 2 || slices.Contains(group.Rows, 4) {
				t.Fatalf("group %+v", group)
			}
			for k, s := range group.Scores {
				if !(s >= 0 && s <= 1+1e-12) || k == 0 && s != 1 {
					t.Fatalf("scores %v", group.Scores)
				}
			}
		}
		if strings.Contains(g.HTML(), "<script") {
			t.Fatal("text is not escaped")
		}
		if _, _, err := g.Merge(in, Choices{}); err != nil {
			t.Fatal(err)
		}
	})
}
