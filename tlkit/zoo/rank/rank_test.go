package rank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/device"
	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/zoo"
)

const emoji = "../../../notebooks/data/emoji"

func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("TLKIT_REQUIRE") == "all" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func opened(t testing.TB) *device.Device {
	t.Helper()
	d, err := device.Open(device.Options{Backend: "cpu"})
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestRankMeasures(t *testing.T) {
	ctx := context.Background()
	bare, err := zoo.Tiny(3).WithoutTop(zoo.Average)
	if err != nil {
		t.Fatal(err)
	}
	first := zoo.Tiny(1)
	weights, err := first.Weights(ctx)
	if err != nil {
		t.Fatal(err)
	}
	before := weights.Digest()
	pics := dataset.Folder(emoji, dataset.FolderOptions{})
	b := Budget{Pictures: 100, Batch: 8, Rounds: 3, Folds: 3, Seed: 1, Full: true, Device: opened(t)}
	r, err := Rank(ctx, nil, pics, []*zoo.Model{first, zoo.Tiny(2), bare}, b)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.String())
	if weights.Digest() != before {
		t.Error("ranking changed the weights")
	}
	if r.Pictures != 100 || r.Of <= 100 || len(r.Results) != 3 || r.Choice < 0 || len(r.Front) == 0 || len(r.Words) == 0 {
		t.Fatalf("%+v", r)
	}
	for i, one := range r.Results {
		if want := []string{"Tiny", "Tiny (2)", "Tiny (3)"}[i]; one.Name != want || one.RuledOut != "" {
			t.Errorf("result %d is %q, want %q; %s", i, one.Name, want, one.RuledOut)
		}
		for k, s := range []Speed{one.Forward, one.Head, one.Full} {
			if s.Why != "" || s.Rounds != 3 || !(0 < s.Low && s.Low <= s.Rate && s.Rate <= s.High) || s.Compile <= 0 || s.Estimate <= 0 {
				t.Errorf("%s, work %d: %+v", one.Name, k, s)
			}
		}
		if one.Probe.Value <= 0 || len(one.Probe.Predicted) != 100 || one.Neighbours.Value <= 0 || one.LogME == 0 || one.HScore <= 0 || one.MAdds <= 0 || one.Features != 32 {
			t.Errorf("%+v", one)
		}
		if has := one.Near != nil; has != (i < 2) || has != !math.IsNaN(one.LEEP) {
			t.Errorf("%s has a source classifier: %v", one.Name, has)
		}
	}
	again, err := Rank(ctx, nil, pics, []*zoo.Model{first}, b)
	if err != nil || !slices.Equal(again.Results[0].Probe.Predicted, r.Results[0].Probe.Predicted) || again.Results[0].LogME != r.Results[0].LogME {
		t.Errorf("the same seed judges otherwise (%v)", err)
	}
	for _, text := range []string{r.String(), r.HTML()} {
		if !strings.Contains(text, "Tiny (2)") || !strings.Contains(text, "Take ") || strings.Contains(text, "NaN") {
			t.Error(text)
		}
	}
}

// A step lowers the loss when its state is kept, and full training moves the whole network.
func TestStepIsAGradientStep(t *testing.T) {
	d, m := opened(t), zoo.Tiny(1)
	weights, err := m.Weights(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]uint8, 4*32*32*3)
	for i := range pixels {
		pixels[i] = uint8(i * 7)
	}
	for _, full := range []bool{false, true} {
		s, err := newTrainer(d, m, weights, 3, 4, full)
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		loss, err := s.step(pixels, []int{0, 1, 2, 0})
		near(t, "loss of a new layer of zeros", float64(loss), err, math.Log(3), 1e-5)
		trained := 0
		for _, p := range m.Params(0, m.Features()) {
			if full && p.Role != zoo.Mean && p.Role != zoo.Variance {
				trained++
			}
		}
		if len(s.trained) != trained || len(s.state) != 2+len(s.params)+2*(2+trained) {
			t.Errorf("full %v: %d of %d arrays are trained, %d in the state", full, len(s.trained), trained, len(s.state))
		}
	}
}

// What is too large is ruled out before its weights are asked for, and what has none says so.
func TestRankRulesOut(t *testing.T) {
	ctx := context.Background()
	d := opened(t)
	pics := dataset.Folder(emoji, dataset.FolderOptions{})
	nowhere := zoo.Tiny(1).WeightsFrom("nowhere.safetensors")
	b := Budget{Pictures: 40, Batch: 4, Rounds: 1, Folds: 2, Device: d, Memory: 1 << 20}
	r, err := Rank(ctx, nil, pics, []*zoo.Model{zoo.VGG16(zoo.Keras)}, b)
	if err != nil || !strings.Contains(r.Results[0].RuledOut, "are needed") || r.Choice != -1 || len(r.Front) != 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	b.Memory = 1 << 30
	r, err = Rank(ctx, nil, pics, []*zoo.Model{nowhere, zoo.Tiny(2)}, b)
	if err != nil || !strings.Contains(r.Results[0].RuledOut, "nowhere.safetensors") || r.Choice != 1 || r.Results[1].Full.Why == "" || r.Results[1].Full.Rate != 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	// Room to run, but not to train: the estimates decide.
	one := &contender{m: zoo.Tiny(2), b: Budget{Batch: 64, Full: true}}
	one.estimate()
	one.b.Memory = one.Forward.Estimate + one.Head.Estimate
	one.estimate()
	if one.RuledOut != "" || !strings.Contains(one.Full.Why, "smaller Budget.Batch") || one.need() != one.b.Memory {
		t.Errorf("%+v", one.Result)
	}
	one.b.Memory--
	if one.estimate(); one.RuledOut == "" {
		t.Error("a byte less and it still runs")
	}
	b.Time = time.Nanosecond
	if r, err = Rank(ctx, nil, pics, []*zoo.Model{zoo.Tiny(2)}, b); err != nil || !strings.Contains(r.Results[0].RuledOut, "used up") {
		t.Errorf("%v, %+v", err, r)
	}
	b.Time = 0
	// A step has no more pictures than there are, whatever was asked for.
	b.Batch = math.MaxInt
	if r, err = Rank(ctx, nil, pics, []*zoo.Model{zoo.Tiny(2)}, b); err != nil || r.Batch != 40 || r.Choice != 0 {
		t.Errorf("%v, %+v", err, r)
	}
	b.Batch = 4
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err = Rank(stopped, nil, pics, []*zoo.Model{zoo.Tiny(2)}, b); !errors.Is(err, context.Canceled) {
		t.Error("stopped:", err)
	}
	for name, f := range map[string]func() (*Report, error){
		"no candidates": func() (*Report, error) { return Rank(ctx, nil, pics, nil, b) },
		"nil":           func() (*Report, error) { return Rank(ctx, nil, pics, []*zoo.Model{nil}, b) },
		"no data":       func() (*Report, error) { return Rank(ctx, nil, nil, []*zoo.Model{zoo.Tiny(1)}, b) },
		"no folder": func() (*Report, error) {
			return Rank(ctx, nil, dataset.Folder("nowhere", dataset.FolderOptions{}), []*zoo.Model{zoo.Tiny(1)}, b)
		},
		"lost":     func() (*Report, error) { return Rank(ctx, nil, losing(t), []*zoo.Model{zoo.Tiny(1)}, b) },
		"negative": func() (*Report, error) { return Rank(ctx, nil, pics, []*zoo.Model{zoo.Tiny(1)}, Budget{Batch: -1}) },
	} {
		if _, err := f(); err == nil {
			t.Error(name, "is no error")
		}
	}
}

// losing are pictures of which one is deleted after they were looked through.
func losing(t *testing.T) *dataset.Pictures {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(emoji)); err != nil {
		t.Fatal(err)
	}
	data := dataset.Folder(folder, dataset.FolderOptions{})
	if _, err := data.Items(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(folder, "*", "*.png"))
	if err != nil || len(all) == 0 {
		t.Fatal(err, len(all))
	}
	for _, path := range all {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

func TestContendersHaveNamesOfTheirOwn(t *testing.T) {
	c := contest{b: Budget{Batch: 1}}
	m := zoo.Tiny(1)
	c.enter([]*zoo.Model{m, m, m.Named("Tiny (2)"), m.Named(""), m.Named(""), m})
	var got []string
	for _, one := range c.all {
		got = append(got, one.Name)
	}
	if want := []string{"Tiny", "Tiny (2)", "Tiny (2) (2)", "", " (2)", "Tiny (3)"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{1: "0.00098 KiB", 9100: "8.9 KiB", 1 << 20: "1 MiB", 3 << 29: "1.5 GiB"} {
		if got := bytes(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// The candidates that fit in memory together are timed in turns; the others after them.
func TestGroupsFitInMemory(t *testing.T) {
	c := contest{b: Budget{Memory: 100}}
	for i, need := range []int64{60, 30, 20, 90, 5} {
		c.all = append(c.all, &contender{Result: Result{Name: fmt.Sprint(i), Forward: Speed{Estimate: need}, Full: Speed{Why: "no"}}})
	}
	c.all[1].RuledOut = "for some reason"
	var got []string
	for _, g := range c.groups() {
		names := ""
		for _, one := range g {
			names += one.Name
		}
		got = append(got, names)
	}
	if !slices.Equal(got, []string{"02", "34"}) {
		t.Error(got)
	}
}

func TestSpreadDrawsEachClassItsShare(t *testing.T) {
	labels := make([]int, 100)
	for i := range labels {
		labels[i] = []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 2}[i%10]
	}
	got := spread(labels, 20, 1)
	count := [3]int{}
	for _, i := range got {
		count[labels[i]]++
	}
	if count != [3]int{12, 6, 2} || !slices.IsSorted(got) || slices.Equal(got, spread(labels, 20, 2)) || !slices.Equal(got, spread(labels, 20, 1)) {
		t.Error(count, got)
	}
	if len(spread(labels, -1, 1)) != 100 || len(spread(labels, 1000, 1)) != 100 {
		t.Error("all")
	}
}

// made is a result of n pictures, the first of which are right.
func made(name string, right, n int, rate float64) Result {
	r := Result{Name: name, Forward: Speed{Rate: rate, Low: rate * 0.99, High: rate * 1.01, Rounds: 5}, LEEP: math.NaN()}
	for i := range n {
		predicted := 0
		if i >= right {
			predicted = 9
		}
		r.Probe.Predicted = append(r.Probe.Predicted, predicted+i%2*100)
	}
	r.Probe.Interval = evaluate.Wilson(right, n)
	r.LogME = r.Probe.Value
	return r
}

func TestRecommendation(t *testing.T) {
	labels := make([]int, 200)
	for i := range labels {
		labels[i] = i % 2 * 100
	}
	judged := func(results ...Result) *Report {
		r := &Report{Pictures: 200, Results: results, Labels: labels}
		r.judge()
		return r
	}
	for name, c := range map[string]struct {
		r      *Report
		choice int
		front  []int
		says   string
	}{
		"clearly best":        {judged(made("a", 180, 200, 10), made("b", 120, 200, 100)), 0, []int{1, 0}, "more accurate than each of the others"},
		"level, so quicker":   {judged(made("a", 180, 200, 10), made("b", 178, 200, 100)), 1, []int{1, 0}, "do not tell from chance"},
		"level and slower":    {judged(made("a", 180, 200, 100), made("b", 178, 200, 10)), 0, []int{0}, "no better a bargain: b"},
		"level, as quick":     {judged(made("a", 180, 200, 100), made("b", 178, 200, 105)), 0, []int{1, 0}, "seems 1.1 times as quick"},
		"two of a speed":      {judged(made("a", 180, 200, 10), made("b", 176, 200, 100), made("c", 178, 200, 98)), 2, []int{1, 2, 0}, "9.8 times as quick"},
		"quicker but worse":   {judged(made("a", 180, 200, 10), made("b", 120, 200, 100)), 0, []int{1, 0}, "b is 10 times as quick, for 30.0 points less"},
		"spread too wide":     {judged(made("a", 180, 200, 10), made("b", 120, 200, 10.1)), 0, []int{1, 0}, "no more than the rounds vary"},
		"no better than luck": {judged(made("a", 101, 200, 10)), 0, []int{0}, "always naming the largest class"},
		"alone":               {judged(made("a", 180, 200, 10)), 0, []int{0}, "Nothing else was measured"},
		"ruled out":           {judged(Result{Name: "a", RuledOut: "too large"}), -1, nil, "No candidate was measured"},
		"same point":          {judged(made("a", 180, 200, 10), made("b", 180, 200, 10)), 0, []int{0}, "b"},
	} {
		words := strings.Join(c.r.Words, "\n")
		if c.r.Choice != c.choice || !slices.Equal(c.r.Front, c.front) || !strings.Contains(words, c.says) {
			t.Errorf("%s: choice %d, front %v, want %d, %v and %q:\n%s", name, c.r.Choice, c.r.Front, c.choice, c.front, c.says, words)
		}
	}
	odd := made("b", 120, 200, 100)
	odd.LogME = 5
	if words := strings.Join(judged(made("a", 180, 200, 10), odd).Words, "\n"); !strings.Contains(words, "LogME puts b first") {
		t.Error(words)
	}
	if _, err := json.Marshal(judged(made("<b>", 120, 200, 1)).Words); err != nil {
		t.Error(err)
	}
	full := made("a", 180, 200, 10)
	full.Full = Speed{Rate: 3, Low: 2, High: 4, Rounds: 5}
	for name, r := range map[string]*Report{"full": judged(full, made("b", 120, 200, 1)), "": judged(made("a", 180, 200, 10), made("b", 120, 200, 1))} {
		for _, table := range r.tables() {
			if has := slices.Contains(table.Header, "full"); has != (name == "full" && table.Header[1] == "pictures/s") {
				t.Errorf("%q: %v", name, table.Header)
			}
			for _, row := range table.Rows {
				if len(row) != len(table.Header) {
					t.Errorf("%v under %v", row, table.Header)
				}
			}
		}
	}
	if h := judged(made("<b>", 120, 200, 1)).HTML(); strings.Contains(h, "<b>") {
		t.Error(h)
	}
}

// The emoji that the project ships: pretrained features beat random ones, and are taken.
func TestRankOnEmoji(t *testing.T) {
	ctx := context.Background()
	m := zoo.EfficientNetLite0()
	if _, err := m.Weights(ctx); err != nil {
		missing(t, err)
	}
	full := os.Getenv("TLKIT_FULL") != ""
	b := Budget{Pictures: 120, Rounds: 3, Seed: 7, Full: full, Device: opened(t)}
	candidates := []*zoo.Model{m, zoo.Tiny(1)}
	if full {
		b.Pictures, candidates = -1, []*zoo.Model{m, m.Random(1), zoo.Tiny(1)}
	}
	r, err := Rank(ctx, nil, dataset.Folder(emoji, dataset.FolderOptions{}), candidates, b)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.String())
	if r.Choice != 0 || r.Results[0].Probe.Low <= r.Results[1].Probe.High {
		t.Errorf("Lite0 is not chosen: %v", r.Words)
	}
	if lite, tiny := r.Results[0], r.Results[1]; lite.LogME <= tiny.LogME || lite.HScore <= tiny.HScore || lite.Neighbours.Value <= tiny.Neighbours.Value {
		t.Errorf("a score has Tiny before Lite0: %+v, %+v", lite, tiny)
	}
}
