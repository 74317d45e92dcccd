package rank

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"transferlab/tlkit/evaluate"
)

// judge fills Front, Choice and Words.
//
// The most accurate result is compared with each other one by McNemar's test on the same
// pictures. Of those that the pictures do not tell from it, the most accurate of the quickest
// is recommended: of those that are not clearly slower than the quickest.
func (r *Report) judge() {
	r.Front, r.Choice = front(r.Results), -1
	if len(r.Front) == 0 {
		r.say("No candidate was measured, so there is none to recommend; the table says why.")
		return
	}
	best := r.Front[len(r.Front)-1]
	r.Choice = best
	var level []int // not told from the best
	for i, one := range r.Results {
		if one.measured() && (i == best || !r.worse(i, best)) {
			level = append(level, i)
		}
	}
	r.Choice = r.choose(level)
	r.recommend(best, level)
	r.guessing(best)
	r.quicker()
	r.scores(best)
	r.say("These are accuracies of a linear model on frozen features. Fine-tuning may change them, and their order: Report.Check tells.")
}

// choose gives the most accurate of those that are not clearly slower than the quickest.
func (r *Report) choose(level []int) int {
	quickest := slices.MaxFunc(level, func(a, b int) int { return cmp.Compare(r.Results[a].Forward.Rate, r.Results[b].Forward.Rate) })
	out := quickest
	for _, i := range level {
		if r.Results[i].Probe.Value > r.Results[out].Probe.Value && !clearly(r.Results[quickest].Forward, r.Results[i].Forward) {
			out = i
		}
	}
	return out
}

// noticed is how much quicker one must be for it to count: what else a machine does easily
// makes a tenth.
const noticed = 1.1

// clearly says whether a is quicker than b by more than the rounds vary.
func clearly(a, b Speed) bool { return a.Low > b.High && a.Rate > noticed*b.Rate }

func (r *Report) say(format string, a ...any) { r.Words = append(r.Words, fmt.Sprintf(format, a...)) }

// compare is the test of a against b on the same pictures.
func (r *Report) compare(a, b int) (evaluate.Comparison, error) {
	return evaluate.McNemar(r.Labels, r.Results[a].Probe.Predicted, r.Results[b].Probe.Predicted)
}

// worse says whether the pictures show a to be less accurate than b.
func (r *Report) worse(a, b int) bool {
	c, err := r.compare(a, b)
	return err == nil && c.P < 0.05 && c.Difference.Value < 0
}

func (r *Report) recommend(best int, level []int) {
	choice, top := r.Results[r.Choice], r.Results[best]
	r.say("Take %s: %s.", choice.Name, figures(choice))
	if r.Choice != best {
		c, err := r.compare(best, r.Choice)
		if err == nil {
			r.say("%s got %s more right, which %d pictures do not tell from chance (95 %% interval of the difference %s to %s, p = %.2g), and %s is %s times as quick.",
				top.Name, points(c.Difference.Value), r.Pictures, points(c.Difference.Low), points(c.Difference.High), c.P, choice.Name, times(choice.Forward.Rate/top.Forward.Rate))
		}
	}
	var others []string
	for _, i := range level {
		if i != best && i != r.Choice {
			others = append(others, r.Results[i].Name)
		}
	}
	if len(others) > 0 {
		r.say("No less accurate, as far as the pictures tell, and no better a bargain: %s.", strings.Join(others, ", "))
	}
	if len(level) == 1 && len(r.Front) > 0 && r.count() > 1 {
		r.say("It is more accurate than each of the others by more than chance explains (McNemar's test, p < 0.05 for each).")
	}
	if r.count() == 1 {
		r.say("Nothing else was measured to compare it with.")
	}
}

// figures are what speaks for a result.
func figures(one Result) string {
	return fmt.Sprintf("a linear probe on its features gets %.1f %% right (95 %% interval %.1f to %.1f), at %s pictures a second",
		100*one.Probe.Value, 100*one.Probe.Low, 100*one.Probe.High, rate(one.Forward))
}

// times writes a ratio.
func times(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func points(v float64) string {
	return fmt.Sprintf("%.1f points", 100*v)
}

func (r *Report) count() int {
	n := 0
	for _, one := range r.Results {
		if one.measured() {
			n++
		}
	}
	return n
}

// guessing warns where even the best may do no better than naming the largest class.
func (r *Report) guessing(best int) {
	count := map[int]int{}
	largest := 0
	for _, l := range r.Labels {
		count[l]++
		largest = max(largest, count[l])
	}
	share := float64(largest) / float64(len(r.Labels))
	if r.Results[best].Probe.Low <= share {
		r.say("None is shown to be better than always naming the largest class, which gets %.1f %% right: there may be nothing in these features for this task.", 100*share)
	}
}

// quicker names what is quicker than the choice, and what that costs.
func (r *Report) quicker() {
	choice := r.Results[r.Choice]
	for _, i := range r.Front {
		one := r.Results[i]
		if i == r.Choice || one.Forward.Rate <= choice.Forward.Rate {
			continue
		}
		c, err := r.compare(i, r.Choice)
		if err != nil {
			continue
		}
		ratio := one.Forward.Rate / choice.Forward.Rate
		if !clearly(one.Forward, choice.Forward) {
			r.say("%s seems %s times as quick, but that is no more than the rounds vary.", one.Name, times(ratio))
			continue
		}
		r.say("%s is %s times as quick, for %s less accuracy (95 %% interval %s to %s).", one.Name, times(ratio),
			points(-c.Difference.Value), points(-c.Difference.High), points(-c.Difference.Low))
	}
}

// scores says where the scores put another network first than the probe does.
func (r *Report) scores(best int) {
	if r.count() < 2 {
		return
	}
	var differ []string
	for _, s := range []struct {
		name string
		of   func(Result) float64
	}{{"LogME", func(r Result) float64 { return r.LogME }}, {"the H-score", func(r Result) float64 { return r.HScore }},
		{"LEEP", func(r Result) float64 { return r.LEEP }}, {"nearest neighbours", func(r Result) float64 { return r.Neighbours.Value }}} {
		top, at := math.Inf(-1), -1
		for i, one := range r.Results {
			if v := s.of(one); one.measured() && v > top {
				top, at = v, i
			}
		}
		if at >= 0 && at != best {
			differ = append(differ, fmt.Sprintf("%s puts %s first", s.name, r.Results[at].Name))
		}
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		r.say("The probe has %s first, but %s: the scores are hints, the probe was tested on pictures that it had not seen.", r.Results[best].Name, strings.Join(differ, ", "))
	}
}
