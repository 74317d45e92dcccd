package rank

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"transferlab/tlkit/evaluate"
	"transferlab/tlkit/internal/table"
)

// Check sets the order that the cheap scores give beside the one after fine-tuning.
type Check struct {
	Pictures int
	Tuned    []Tuned // the most accurate first
	Pairs    int     // of candidates
	Apart    int     // of the pairs, those that McNemar's test tells apart after fine-tuning (p < 0.05)
	Scores   []Agreement
	Words    []string
}

// Tuned is a candidate after fine-tuning.
type Tuned struct {
	Name     string
	Accuracy Accuracy
	Places   []int // by each score, from 1; 0 where it has none
}

// Agreement says how far a score has the candidates in the order after fine-tuning.
type Agreement struct {
	Score      string
	Candidates int     // that have the score
	Apart      int     // pairs of them that fine-tuning tells apart
	Right      int     // of these, how often the score is higher for the better one
	Tau        float64 // Kendall's τ-b over all pairs: 1 the same order, −1 the opposite; NaN where they are too few
	P          float64 // two-sided, by permutation: how often chance alone gives as much
}

// enough is the fewest candidates whose right order cannot be chance: of five things there
// are 120 orders, of four 24, and two of 24 is more than 0.05.
const enough = 5

// scores are what [Report.Check] checks.
func scores() (names []string, of []func(Result) float64) {
	return []string{"linear probe", "nearest neighbours", "LogME", "H-score", "LEEP"}, []func(Result) float64{
		func(r Result) float64 { return r.Probe.Value }, func(r Result) float64 { return r.Neighbours.Value },
		func(r Result) float64 { return r.LogME }, func(r Result) float64 { return r.HScore }, func(r Result) float64 { return r.LEEP }}
}

// Check says whether the scores have the candidates in the order of their accuracy after
// fine-tuning. labels are the classes of some pictures, and tuned gives, by the name of a
// result, what the fine-tuned network took each of them for; none of them may have seen the
// picture in training. Results that are not in tuned are left out, and those that were ruled
// out. Errors wrap [ErrShape] or [ErrClass], or say what in tuned is the name of no result.
func (r *Report) Check(labels []int, tuned map[string][]int) (*Check, error) {
	if err := r.known(slices.Sorted(maps.Keys(tuned))); err != nil {
		return nil, err
	}
	c := &Check{Pictures: len(labels)}
	var results []Result
	for _, one := range r.Results {
		predicted, ok := tuned[one.Name]
		if !ok || !one.measured() {
			continue
		}
		if len(predicted) != len(labels) || len(labels) == 0 {
			return nil, fmt.Errorf("rank: %w: %s has %d predictions for %d pictures", ErrShape, one.Name, len(predicted), len(labels))
		}
		right := 0
		for i, p := range predicted {
			if p == labels[i] {
				right++
			}
		}
		c.Tuned = append(c.Tuned, Tuned{Name: one.Name, Accuracy: Accuracy{evaluate.Wilson(right, len(labels)), predicted}})
		results = append(results, one)
	}
	if len(c.Tuned) < 2 {
		return nil, errors.New("rank: there is no order of fewer than two candidates; give the predictions by the names of Report.Results")
	}
	better, err := c.better(labels)
	if err != nil {
		return nil, err
	}
	names, of := scores()
	for k, name := range names {
		var values []float64
		for _, one := range results {
			values = append(values, of[k](one))
		}
		c.add(name, values, better)
	}
	slices.SortStableFunc(c.Tuned, func(a, b Tuned) int { return cmp.Compare(b.Accuracy.Value, a.Accuracy.Value) })
	c.say()
	if r.Choice >= 0 && r.Choice < len(r.Results) {
		c.judge(labels, r.Results[r.Choice].Name)
	}
	return c, nil
}

// known says which of the names is that of no result.
func (r *Report) known(names []string) error {
	var all []string
	for _, one := range r.Results {
		all = append(all, one.Name)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return fmt.Errorf("rank: no result is called %q; the names are %q", name, all)
		}
	}
	return nil
}

// judge says whether the recommended candidate is still a good choice after fine-tuning.
func (c *Check) judge(labels []int, choice string) {
	i := slices.IndexFunc(c.Tuned, func(t Tuned) bool { return t.Name == choice })
	if i < 0 {
		return
	}
	best, chosen := c.Tuned[0], c.Tuned[i]
	if chosen.Accuracy.Value == best.Accuracy.Value {
		c.Words = append(c.Words, fmt.Sprintf("The recommended %s is also the most accurate after fine-tuning.", choice))
		return
	}
	m, err := evaluate.McNemar(labels, best.Accuracy.Predicted, chosen.Accuracy.Predicted)
	if err != nil {
		return // the lengths were checked
	}
	verdict := "which the pictures do not tell from chance"
	if m.P < 0.05 {
		verdict = "more than chance explains: whoever fine-tunes may want that one"
	}
	c.Words = append(c.Words, fmt.Sprintf("After fine-tuning, %s gets %s more right than the recommended %s (95 %% interval %s to %s, p = %.2g), %s.",
		best.Name, points(m.Difference.Value), choice, points(m.Difference.Low), points(m.Difference.High), m.P, verdict))
}

// better says for every two candidates whether fine-tuning shows one to be better: 1 the
// first, −1 the second, 0 neither.
func (c *Check) better(labels []int) ([][]int, error) {
	out := make([][]int, len(c.Tuned))
	for i := range out {
		out[i] = make([]int, len(c.Tuned))
		for j := range i {
			m, err := evaluate.McNemar(labels, c.Tuned[i].Accuracy.Predicted, c.Tuned[j].Accuracy.Predicted)
			if err != nil {
				return nil, fmt.Errorf("rank: %w", err)
			}
			c.Pairs++
			if m.P < 0.05 {
				c.Apart++
				out[i][j] = m.OnlyA - m.OnlyB
			}
		}
	}
	return out, nil
}

// add compares a score with the order after fine-tuning, and gives the candidates their
// places by it.
func (c *Check) add(name string, values []float64, better [][]int) {
	a := Agreement{Score: name}
	var score, accuracy []float64
	for i, v := range values {
		place := 0
		if !math.IsNaN(v) {
			score, accuracy = append(score, v), append(accuracy, c.Tuned[i].Accuracy.Value)
			place = 1
			for _, w := range values {
				if w > v {
					place++
				}
			}
		}
		c.Tuned[i].Places = append(c.Tuned[i].Places, place)
		for j, w := range values[:i] {
			if math.IsNaN(v) || math.IsNaN(w) || better[i][j] == 0 {
				continue
			}
			a.Apart++
			if (v-w)*float64(better[i][j]) > 0 {
				a.Right++
			}
		}
	}
	a.Candidates, a.Tau, a.P = len(score), math.NaN(), math.NaN()
	if len(score) >= enough {
		a.Tau, a.P = kendall(score, accuracy)
	}
	c.Scores = append(c.Scores, a)
}

// kendall is Kendall's τ-b (1945), and the share of the orders of b that give as much: of all
// orders up to eight values, of twenty thousand drawn ones beyond.
func kendall(a, b []float64) (tau, p float64) {
	tau = tauB(a, b)
	if math.IsNaN(tau) {
		return tau, tau
	}
	b, as, all := slices.Clone(b), 0, 0
	count := func() {
		all++
		if math.Abs(tauB(a, b)) >= math.Abs(tau)-1e-12 {
			as++
		}
	}
	if len(b) <= 8 {
		orders(b, count)
		return tau, float64(as) / float64(all)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		rng.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		count()
	}
	return tau, float64(as+1) / float64(all+1)
}

// tauB is NaN where all values of one side are the same.
func tauB(a, b []float64) float64 {
	sum, pairsA, pairsB := 0.0, 0.0, 0.0
	for i := range a {
		for j := range i {
			x, y := cmp.Compare(a[i], a[j]), cmp.Compare(b[i], b[j])
			sum += float64(x * y)
			pairsA += float64(x * x)
			pairsB += float64(y * y)
		}
	}
	return sum / math.Sqrt(pairsA*pairsB)
}

// orders puts v in each of its orders (Heap 1963).
func orders(v []float64, visit func()) {
	at := make([]int, len(v))
	visit()
	for i := 1; i < len(v); {
		if at[i] >= i {
			at[i], i = 0, i+1
			continue
		}
		j := at[i] * (i % 2)
		v[j], v[i] = v[i], v[j]
		visit()
		at[i]++
		i = 1
	}
}

// say puts the agreement into words.
func (c *Check) say() {
	say := func(format string, a ...any) { c.Words = append(c.Words, fmt.Sprintf(format, a...)) }
	say("After fine-tuning, %d pictures tell %d of %d pairs of candidates apart (McNemar's test, p < 0.05).", c.Pictures, c.Apart, c.Pairs)
	var right, tau []string
	for _, s := range c.Scores {
		if s.Apart > 0 {
			right = append(right, fmt.Sprintf("%s %d of %d", s.Score, s.Right, s.Apart))
		}
		if !math.IsNaN(s.Tau) {
			tau = append(tau, fmt.Sprintf("%s %.2f (p = %.2g)", s.Score, s.Tau, s.P))
		}
	}
	if len(right) > 0 {
		say("Of the pairs that are told apart, so many have the better one first: %s.", strings.Join(right, ", "))
	} else {
		say("So there is no order that a score could be right or wrong about.")
	}
	switch {
	case len(tau) > 0:
		say("Kendall's τ with the order after fine-tuning, where 1 is the same order and 0 none: %s.", strings.Join(tau, ", "))
	case len(c.Tuned) < enough:
		say("%d candidates are too few for a rank correlation: even the right order of all of them could be chance.", len(c.Tuned))
	}
}

func (c *Check) header() []string {
	names, _ := scores()
	out := []string{"network", "fine-tuned (95 %)"}
	for _, n := range names {
		out = append(out, "place by "+n)
	}
	return out
}

func (c *Check) rows() [][]string {
	var out [][]string
	for _, t := range c.Tuned {
		row := []string{t.Name, interval(t.Accuracy)}
		for _, p := range t.Places {
			if p == 0 {
				row = append(row, "–")
			} else {
				row = append(row, fmt.Sprint(p))
			}
		}
		out = append(out, row)
	}
	return out
}

func (c *Check) table() table.Table {
	return table.Table{Caption: fmt.Sprintf("%d pictures, the most accurate after fine-tuning first", c.Pictures), Header: c.header(), Rows: c.rows()}
}

// String is the check as plain text.
func (c *Check) String() string {
	var b strings.Builder
	c.table().Text(&b)
	return b.String() + strings.Join(c.Words, "\n") + "\n"
}

// HTML is the check as a table, with what it says in words.
func (c *Check) HTML() string {
	var b strings.Builder
	c.table().HTML(&b)
	list(&b, c.Words)
	return b.String()
}
