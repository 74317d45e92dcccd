package finetune

import (
	"context"
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"

	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// CompareOptions say what Compare runs. The zero value runs all four approaches over five
// stratified folds, training from scratch in the first of them only, for it is by far the
// dearest.
type CompareOptions struct {
	Folds        int      // default 5
	Repeats      int      // times that all is divided anew; default 1
	ScratchFolds int      // folds in which "from scratch" is trained; default 1, negative: all
	Approaches   []string // of Approaches(); nil: all
}

// Approaches names what Compare can run, in the order of its report.
func Approaches() []string { return []string{pixelsName, probeName, tunedName, scratchName} }

// Comparison sets the approaches side by side, on pictures that none of them saw in
// training: each is tested on the folds that it was not trained on.
type Comparison struct {
	Classes []string
	Results []Result
	Pairs   []Pair   // every two results, on the pictures that both predicted
	Words   []string // what the numbers say, negative transfer first
}

// Result is one approach over all its folds.
type Result struct {
	Name string
	Note string

	// OutOfFold holds the predictions of all folds, one after the other.
	OutOfFold Predictions
	Accuracy  float64 // over OutOfFold
	Low, High float64 // 95 % Wilson interval of Accuracy; a picture counts once, however many repeats predicted it

	FoldAccuracy []float64
	Trained      int           // numbers trained
	Time         time.Duration // of all folds, the first time they ran
	PerFold      time.Duration // mean; compiling is in the first fold alone
	Memory       int64         // highest resident set of the process, bytes
	Cached       int           // folds that came from the store

	noted int // folds that had a note
}

// Pair compares two results by McNemar's exact test on pooled out-of-fold predictions.
// The folds of one comparison share training pictures, so a paired t-test over folds
// would find differences that are not there; it is not used.
type Pair struct {
	A, B         string
	Pictures     int     // that both predicted
	OnlyA, OnlyB int     // that only A, only B got right
	Difference   float64 // accuracy of A minus that of B, on those pictures
	Low, High    float64 // 95 % interval of Difference
	P            float64 // two-sided
}

// Compare runs the approaches over the same folds. Each fold of each approach is kept in
// the store as it is done: a comparison that was stopped goes on where it was.
func (l *Learner) Compare(ctx context.Context, rep progress.Reporter, o CompareOptions) (*Comparison, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rep = progress.Or(rep)
	s, err := l.session(ctx, rep)
	if err != nil {
		return nil, err
	}
	if o.Folds == 0 {
		o.Folds = 5
	}
	if o.ScratchFolds == 0 {
		o.ScratchFolds = 1
	}
	names, err := o.names()
	if err != nil {
		return nil, err
	}
	folds, err := split.StratifiedKFold(l.pictures, split.FoldOptions{K: o.Folds, Repeats: o.Repeats, Seed: s.opt.Seed}).Parts(ctx)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Classes: s.data.classes}
	for _, name := range names {
		use := folds
		if name == scratchName && o.ScratchFolds > 0 {
			use = folds[:min(o.ScratchFolds, len(folds))]
		}
		r, err := l.overFolds(ctx, s, name, use, len(folds), rep)
		if err != nil {
			return nil, err
		}
		c.Results = append(c.Results, r)
	}
	c.judge()
	return c, nil
}

func (o CompareOptions) names() ([]string, error) {
	if o.Approaches == nil {
		return Approaches(), nil
	}
	for _, n := range o.Approaches {
		if !slices.Contains(Approaches(), n) {
			return nil, fmt.Errorf("finetune: no approach is called %q; there are %q", n, Approaches())
		}
	}
	return o.Approaches, nil
}

// overFolds runs one approach over folds.
func (l *Learner) overFolds(ctx context.Context, s *session, name string, folds []split.Parts, of int, rep progress.Reporter) (Result, error) {
	out := Result{Name: name}
	for i, f := range folds {
		d := divisionOf(f)
		if err := d.check(s.data.len()); err != nil {
			return out, err
		}
		fold := progress.Event{Task: name, Done: int64(i), Total: int64(len(folds)), Unit: "folds"}
		r, err := l.run(ctx, s, name, d, false, inFold(rep, fold))
		if err != nil {
			return out, fmt.Errorf("finetune: %s, fold %d of %d: %w", name, i+1, len(folds), err)
		}
		out.add(r)
		fold.Done++
		if out.Cached == i+1 {
			fold.Note = "from the store"
		}
		rep.Report(fold)
	}
	out.finish()
	if len(folds) < of {
		out.Note = strings.TrimPrefix(fmt.Sprintf("%s; %d of %d folds only", out.Note, len(folds), of), "; ")
	}
	return out, nil
}

// inFold puts what happens within a fold into the note of one task, without the curves:
// forty of them would bury a chart.
func inFold(rep progress.Reporter, fold progress.Event) progress.Reporter {
	return progress.Func(func(e progress.Event) {
		fold := fold
		fold.Note = e.Task
		if e.Total > 0 {
			fold.Note = fmt.Sprintf("%s %d of %d %s", e.Task, e.Done, e.Total, e.Unit)
		}
		rep.Report(fold)
	})
}

func (r *Result) add(run *Run) {
	if run.Note != "" {
		if r.noted == 0 {
			r.Note = run.Note
		}
		r.noted++
	}
	r.OutOfFold.add(run.Test)
	r.FoldAccuracy = append(r.FoldAccuracy, run.Test.Accuracy())
	r.Trained = run.Trained
	r.Time += run.Time.Wall
	r.Memory = max(r.Memory, run.Memory)
	if run.Cached {
		r.Cached++
	}
}

func (r *Result) finish() {
	if n := len(r.FoldAccuracy); r.noted > 0 && r.noted < n {
		r.Note = fmt.Sprintf("in %d of %d folds: %s", r.noted, n, r.Note)
	}
	r.Accuracy = r.OutOfFold.Accuracy()
	n := r.OutOfFold.pictures()
	share := evaluate.Wilson(int(math.Round(r.Accuracy*float64(n))), n)
	r.Low, r.High = share.Low, share.High
	r.PerFold = r.Time / time.Duration(max(len(r.FoldAccuracy), 1))
}

// pair sets two results against each other on the pictures of the shorter one. The folds
// are the same and in the same order, so its pictures are the first of the longer one. Of
// repeats the first alone counts: the same picture again is no further evidence.
func pair(a, b Result) Pair {
	n := min(a.OutOfFold.pictures(), b.OutOfFold.pictures())
	p := Pair{A: a.Name, B: b.Name, Pictures: n, P: 1, Low: -1, High: 1}
	c, err := evaluate.McNemar(a.OutOfFold.Labels[:n], a.OutOfFold.Classes()[:n], b.OutOfFold.Classes()[:n])
	if err != nil { // no picture in common: nothing can be said
		return p
	}
	p.OnlyA, p.OnlyB, p.P = c.OnlyA, c.OnlyB, c.P
	p.Difference, p.Low, p.High = c.Difference.Value, c.Difference.Low, c.Difference.High
	return p
}

// judge fills Pairs and Words.
func (c *Comparison) judge() {
	for i := range c.Results {
		for j := range i {
			c.Pairs = append(c.Pairs, pair(c.Results[i], c.Results[j]))
		}
	}
	for _, with := range []string{tunedName, probeName} {
		for _, without := range []string{pixelsName, scratchName} {
			if p, ok := c.Pair(with, without); ok {
				c.Words = append(c.Words, p.transfer())
			}
		}
	}
	if p, ok := c.Pair(tunedName, probeName); ok {
		c.Words = append(c.Words, p.words("Unfreezing the top"))
	}
	slices.SortStableFunc(c.Words, func(a, b string) int {
		return b2i(strings.HasPrefix(b, "Negative")) - b2i(strings.HasPrefix(a, "Negative"))
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Pair gives the comparison of two approaches, a before b; ok is false where one of them
// did not run.
func (c *Comparison) Pair(a, b string) (p Pair, ok bool) {
	for _, p := range c.Pairs {
		if p.A == a && p.B == b {
			return p, true
		}
		if p.A == b && p.B == a {
			return Pair{A: a, B: b, Pictures: p.Pictures, OnlyA: p.OnlyB, OnlyB: p.OnlyA, Difference: -p.Difference, Low: -p.High, High: -p.Low, P: p.P}, true
		}
	}
	return Pair{}, false
}

// transfer says in words whether the pretrained base helped.
func (p Pair) transfer() string {
	if p.Difference < 0 && p.P < 0.05 {
		return fmt.Sprintf("Negative transfer: %s is worse than %s by %s.", p.A, p.B, p.figures())
	}
	return p.words("Transfer")
}

// words says which of the two is better, or that the data cannot tell.
func (p Pair) words(what string) string {
	switch {
	case p.P >= 0.05:
		return fmt.Sprintf("%s: no difference shown between %s and %s (%s).", what, p.A, p.B, p.figures())
	case p.Difference > 0:
		return fmt.Sprintf("%s pays: %s is better than %s by %s.", what, p.A, p.B, p.figures())
	}
	return fmt.Sprintf("%s does not pay: %s is worse than %s by %s.", what, p.A, p.B, p.figures())
}

func (p Pair) figures() string {
	low, high := p.Low, p.High
	if p.Difference < 0 {
		low, high = -high, -low
	}
	return fmt.Sprintf("%.1f points of accuracy (95 %% interval %.1f to %.1f), on %d pictures, p = %.2g",
		100*math.Abs(p.Difference), 100*low, 100*high, p.Pictures, p.P)
}

// String is the comparison as plain text.
func (c *Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %8s %15s %9s %10s %9s\n", "approach", "accuracy", "95 % interval", "pictures", "time", "memory")
	for _, r := range c.Results {
		fmt.Fprintf(&b, "%-14s %8.3f [%.3f … %.3f] %9d %10s %9s\n", r.Name, r.Accuracy, r.Low, r.High, len(r.OutOfFold.Labels), round(r.Time), mib(r.Memory))
	}
	for _, w := range c.Words {
		fmt.Fprintln(&b, w)
	}
	return b.String()
}

// HTML is the comparison as a table, with what it says in words.
func (c *Comparison) HTML() string {
	var b strings.Builder
	b.WriteString(`<table><caption>Out-of-fold accuracy</caption><thead><tr><th>approach</th><th>accuracy</th><th>95 % interval</th>` +
		`<th>pictures</th><th>folds</th><th>numbers trained</th><th>time</th><th>memory of the process</th><th>note</th></tr></thead><tbody>`)
	for _, r := range c.Results {
		fmt.Fprintf(&b, `<tr><th scope="row">%s</th><td>%.3f</td><td>%.3f … %.3f</td><td>%d</td><td>%d</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>`,
			html.EscapeString(r.Name), r.Accuracy, r.Low, r.High, len(r.OutOfFold.Labels), len(r.FoldAccuracy), thousands(r.Trained), round(r.Time), mib(r.Memory), html.EscapeString(r.Note))
	}
	b.WriteString("</tbody></table><ul>")
	for _, w := range c.Words {
		fmt.Fprintf(&b, "<li>%s</li>", html.EscapeString(w))
	}
	b.WriteString("</ul>")
	return b.String()
}
