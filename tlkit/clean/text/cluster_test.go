package text_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/progress"
)

func clusters(t *testing.T, o text.ClusterOptions, texts ...string) text.Clusters {
	t.Helper()
	found, err := text.FindClusters(t.Context(), nil, text.Count(texts), o)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestClustersOfUglyValues(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     text.ClusterOptions
		texts []string
		want  string
	}{
		{"none", text.ClusterOptions{}, nil, "[]"},
		{"one", text.ClusterOptions{}, []string{"a"}, "[]"},
		{"one, many times", text.ClusterOptions{}, []string{"a", "a", "a"}, "[]"},
		{"empty and punctuation", text.ClusterOptions{}, []string{"", "-", "?", "?"}, "[{ [{? 2} { 1} {- 1}]}]"},
		{"the same, empty keys left out", text.ClusterOptions{SkipEmpty: true}, []string{"", "-", "?", "?"}, "[]"},
		{"zeros are empty", text.ClusterOptions{Method: text.ByDaitchMokotoff, SkipEmpty: true}, []string{"東京", "Москва"}, "[]"},
		{"zeros are shown", text.ClusterOptions{Method: text.ByDaitchMokotoff}, []string{"東京", "Москва"}, "[{000000 [{Москва 1} {東京 1}]}]"},
		{"ties by UTF-16", text.ClusterOptions{Key: func(string) string { return "k" }}, []string{"\uFFFD", "😀", "a"}, "[{k [{a 1} {😀 1} {\uFFFD 1}]}]"},
		{"not UTF-8", text.ClusterOptions{}, []string{"\xff", "\xfe"}, "[{\uFFFD [{\xfe 1} {\xff 1}]}]"},
		{"larger first, then more rows", text.ClusterOptions{}, []string{"b", "B", "a", "A", "A", "c", "C", "c."}, "[{c [{C 1} {c 1} {c. 1}]} {a [{A 2} {a 1}]} {b [{B 1} {b 1}]}]"},
		{"too short for a block", text.ClusterOptions{Method: text.ByLevenshtein}, []string{"cat", "cats"}, "[]"},
		{"shorter blocks", text.ClusterOptions{Method: text.ByLevenshtein, Block: 3}, []string{"cat", "cats"}, "[{ [{cat 1} {cats 1}]}]"},
		{"a chain is not one cluster", text.ClusterOptions{Method: text.ByLevenshtein, Block: 3}, []string{"abcd", "abcde", "abcdef"},
			"[{ [{abcd 1} {abcde 1} {abcdef 1}]} { [{abcd 1} {abcde 1}]} { [{abcde 1} {abcdef 1}]}]"},
		{"case is no edit", text.ClusterOptions{Method: text.ByLevenshtein, Radius: 0.5}, []string{"ABCDEFG", "abcdefg", "abcdefh"}, "[{ [{ABCDEFG 1} {abcdefg 1}]}]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fmt.Sprint([]text.Cluster(clusters(t, c.o, c.texts...))); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCountsAddUp(t *testing.T) {
	for _, c := range []struct {
		values []text.Value
		want   string
	}{
		{[]text.Value{{Text: "a"}, {Text: "A"}}, "[{a [{A 1} {a 1}]}]"}, // no counts: each for itself
		{[]text.Value{{"a", 2}, {"A", 0}, {"a", 1}}, "[{a [{a 3} {A 0}]}]"},
	} {
		got, err := text.FindClusters(t.Context(), nil, c.values, text.ClusterOptions{})
		if err != nil || fmt.Sprint([]text.Cluster(got)) != c.want {
			t.Errorf("%v: %v, %v, want %v", c.values, got, err, c.want)
		}
	}
}

func TestClustersRefuse(t *testing.T) {
	shared := make([]string, 300)
	for i := range shared {
		shared[i] = fmt.Sprintf("%d Main Street", i)
	}
	long := strings.Repeat("x", 1001)
	dense := make([]string, 4700)
	for i := range dense {
		dense[i] = fmt.Sprintf("abcdef%05d", i)
	}
	for _, c := range []struct {
		name  string
		o     text.ClusterOptions
		texts []string
		kind  error
		says  string
	}{
		{"radius", text.ClusterOptions{Radius: -1}, nil, text.ErrOptions, "below zero"},
		{"NaN", text.ClusterOptions{Radius: math.NaN()}, nil, text.ErrOptions, "below zero"},
		{"block", text.ClusterOptions{Block: -1}, nil, text.ErrOptions, "below zero"},
		{"method", text.ClusterOptions{Method: 99}, nil, text.ErrOptions, "levenshtein"},
		{"pairs", text.ClusterOptions{Method: text.ByLevenshtein, MaxPairs: 1000}, shared, text.ErrLimit, `300 values share " main "`},
		{"length", text.ClusterOptions{Method: text.ByJaroWinkler}, []string{long}, text.ErrLimit, "1001 characters"},
		{"links", text.ClusterOptions{Method: text.ByLevenshtein, Radius: 5}, dense, text.ErrLimit, "smaller Radius"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := text.FindClusters(t.Context(), nil, text.Count(c.texts), c.o)
			if !errors.Is(err, c.kind) || !strings.Contains(fmt.Sprint(err), c.says) || got != nil {
				t.Errorf("got %v, %v; want %v that says %q", got, err, c.kind, c.says)
			}
		})
	}
	if _, err := text.FindClusters(t.Context(), nil, []text.Value{{"a", -1}}, text.ClusterOptions{}); !errors.Is(err, text.ErrOptions) {
		t.Errorf("a count below zero: %v", err)
	}
	var block *text.BlockError
	_, err := text.FindClusters(t.Context(), nil, text.Count(shared), text.ClusterOptions{Method: text.ByLevenshtein, MaxPairs: 1000})
	if !errors.As(err, &block) || block.Values != 300 || block.Limit != 1000 || block.Length != 6 || block.Pairs < 300*299/2 {
		t.Errorf("%+v", block)
	}
}

func TestClustersStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, m := range []text.Method{text.ByFingerprint, text.ByLevenshtein} {
		if got, err := text.FindClusters(ctx, nil, typed(100, 1), text.ClusterOptions{Method: m}); !errors.Is(err, context.Canceled) || got != nil {
			t.Errorf("%v: %v, %v", m, got, err)
		}
	}
}

func TestClustersTellHowFar(t *testing.T) {
	for _, m := range []text.Method{text.ByFingerprint, text.ByLevenshtein} {
		var last progress.Event
		done := make(chan progress.Event, 1000)
		if _, err := text.FindClusters(t.Context(), progress.Func(func(e progress.Event) { done <- e }), typed(1000, 1), text.ClusterOptions{Method: m}); err != nil {
			t.Fatal(err)
		}
		close(done)
		for e := range done {
			last.Done, last.Total, last.Unit = max(last.Done, e.Done), e.Total, e.Unit
		}
		if last.Done != 1000 || last.Total != 1000 || last.Unit != "values" {
			t.Errorf("%v: %+v", m, last)
		}
	}
}

func TestClustersAreTheSameOnAnyNumberOfCores(t *testing.T) {
	values := typed(1500, 3)
	for _, o := range []text.ClusterOptions{{}, {Method: text.ByLevenshtein, Block: 4, Radius: 2}, {Method: text.ByJaroWinkler}} {
		many, err := text.FindClusters(t.Context(), nil, values, o)
		if err != nil {
			t.Fatal(err)
		}
		before := runtime.GOMAXPROCS(1)
		one, err := text.FindClusters(t.Context(), nil, values, o)
		runtime.GOMAXPROCS(before)
		if err != nil || len(one) < 50 || !reflect.DeepEqual(one, many) {
			t.Errorf("%v: %d clusters on one core, %d on %d: %v", o.Method, len(one), len(many), before, err)
		}
	}
}

// The clusters found in pairs, by the definition alone.
func TestNeighboursAsDefined(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for round := range 60 {
		var texts []string
		for range 30 {
			var b strings.Builder
			for range rng.IntN(7) {
				b.WriteString([]string{"a", "b", "é", "x", " ", "😀", "ba"}[rng.IntN(7)])
			}
			texts = append(texts, b.String())
		}
		n, radius := 1+round%3, float64(1+round%2)
		values := text.Count(texts)
		want := map[string]bool{}
		for _, v := range values {
			star := map[string]bool{v.Text: true}
			for _, w := range values {
				if w != v && shareBlock(v.Text, w.Text, n) && float64(text.Levenshtein(doubled(v.Text), doubled(w.Text))) <= radius {
					star[w.Text] = true
				}
			}
			if len(star) > 1 {
				want[fmt.Sprint(star)] = true
			}
		}
		got := map[string]bool{}
		for _, c := range clusters(t, text.ClusterOptions{Method: text.ByLevenshtein, Block: n, Radius: radius}, texts...) {
			star := map[string]bool{}
			for _, v := range c.Values {
				star[v.Text] = true
			}
			got[fmt.Sprint(star)] = true
		}
		if !maps.Equal(got, want) {
			t.Fatalf("n %d, radius %v of %q:\n got %v\nwant %v", n, radius, texts, got, want)
		}
	}
}

// doubled writes the emoji as two characters, as it is two UTF-16 units.
func doubled(s string) string { return strings.ReplaceAll(s, "😀", "12") }

func shareBlock(a, b string, n int) bool {
	x, y := []rune(doubled(strings.Join(strings.Fields(a), " "))), doubled(strings.Join(strings.Fields(b), " "))
	for i := 0; i+n <= len(x); i++ {
		if strings.Contains(y, string(x[i:i+n])) {
			return true
		}
	}
	return false
}

func TestMerge(t *testing.T) {
	found := clusters(t, text.ClusterOptions{}, "New York", "New York", "new york.", "York, New", "Bonn", "bonn", "Rome")
	got, err := found.Merge(found.Proposals())
	want := map[string]string{"new york.": "New York", "York, New": "New York", "bonn": "Bonn"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("proposals: %v, %v, want %v", got, err, want)
	}
	got, err = found.Merge(map[int]string{1: "BONN"})
	if want := map[string]string{"bonn": "BONN", "Bonn": "BONN"}; err != nil || !maps.Equal(got, want) {
		t.Errorf("a value of one's own: %v, %v, want %v", got, err, want)
	}
	if got, err := found.Merge(nil); err != nil || len(got) != 0 {
		t.Errorf("no choice: %v, %v", got, err)
	}
	for _, i := range []int{-1, 2} {
		if _, err := found.Merge(map[int]string{i: "x"}); !errors.Is(err, text.ErrOptions) {
			t.Errorf("cluster %d: %v", i, err)
		}
	}
}

func TestMergeOfClustersThatOverlap(t *testing.T) {
	found := clusters(t, text.ClusterOptions{Method: text.ByLevenshtein, Block: 3}, "abcd", "abcde", "abcdef")
	if choices := found.Proposals(); !maps.Equal(choices, map[int]string{0: "abcd"}) {
		t.Errorf("proposals %v", choices)
	}
	if _, err := found.Merge(map[int]string{1: "abcd", 2: "abcde"}); !errors.Is(err, text.ErrOverlap) || !strings.Contains(err.Error(), `"abcde"`) {
		t.Errorf("different strings: %v", err)
	}
	if got, err := found.Merge(map[int]string{1: "x", 2: "x"}); err != nil || len(got) != 3 {
		t.Errorf("the same string: %v, %v", got, err)
	}
}

func TestClustersShow(t *testing.T) {
	found := clusters(t, text.ClusterOptions{}, "a<b>", "A<b>", "A<b>", "A<b>  ")
	for _, want := range []string{"1 cluster of 3 values in 4 rows", "A&lt;b&gt;  </span>", "× 2"} {
		if got := found.HTML(); !strings.Contains(got, want) {
			t.Errorf("HTML lacks %q: %s", want, got)
		}
	}
	if got := found.HTML(); strings.Contains(got, "<b>") {
		t.Errorf("HTML is not escaped: %s", got)
	}
	if got, want := found.String(), "1 cluster of 3 values in 4 rows\n  0  4 rows → \"A<b>\"\n          2 × \"A<b>\"\n          1 × \"A<b>  \"\n          1 × \"a<b>\"\n"; got != want {
		t.Errorf("got\n%s want\n%s", got, want)
	}
	var none text.Clusters
	if got := none.HTML() + none.String(); strings.Count(got, "no clusters") != 2 {
		t.Errorf("none: %s", got)
	}
	many, err := text.FindClusters(t.Context(), nil, typed(3000, 1), text.ClusterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(many.HTML(), "<tr"); rows != 26 || !strings.Contains(many.String(), "more clusters") {
		t.Errorf("%d rows are shown of %d", rows, len(many))
	}
}

func TestMethodNames(t *testing.T) {
	for m := text.ByFingerprint; m <= text.ByJaroWinkler; m++ {
		blob, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back text.Method
		if err := json.Unmarshal(blob, &back); err != nil || back != m || string(blob) != `"`+m.String()+`"` {
			t.Errorf("%v becomes %s and %v: %v", m, blob, back, err)
		}
	}
	var m text.Method
	if err := m.UnmarshalText([]byte("ppm")); !errors.Is(err, text.ErrOptions) {
		t.Errorf("ppm: %v", err)
	}
	if _, err := text.Method(99).MarshalText(); !errors.Is(err, text.ErrOptions) || text.Method(99).String() != "Method(99)" {
		t.Errorf("99: %v", err)
	}
}
