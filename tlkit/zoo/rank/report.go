package rank

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Report is what was measured of each candidate, and what to do about it. It is plain data:
// plots.Pareto draws its [Report.Points].
type Report struct {
	Device   string
	Pictures int      // that were measured on
	Of       int      // pictures that there are
	Classes  []string // of the data
	Batch    int      // pictures in a step
	Memory   int64    // bytes there were to use; 0: not known

	Results []Result // in the order of the candidates
	Front   []int    // the results that no other is both quicker and more accurate than, quickest first
	Choice  int      // the result that is recommended, or -1
	Words   []string // the recommendation, and why

	Labels []int // the class of each picture that was measured on
}

// Point is where a candidate stands in a chart of accuracy against time. It has the fields of
// plots.Candidate, which it is converted to.
type Point struct {
	Name  string
	Time  float64 // milliseconds for one picture's features
	Value float64 // accuracy of the linear probe

	Interval  bool
	Low, High float64

	TimeLow, TimeHigh float64 // of the rounds' quartiles

	Chosen   bool
	RuledOut string
}

// Points are the candidates for a chart.
func (r *Report) Points() []Point {
	out := make([]Point, len(r.Results))
	for i, one := range r.Results {
		p := Point{Name: one.Name, Chosen: i == r.Choice}
		if f := one.Forward; one.measured() {
			p.Time, p.TimeLow, p.TimeHigh = 1e3/f.Rate, 1e3/f.High, 1e3/f.Low
			p.Value, p.Interval, p.Low, p.High = one.Probe.Value, true, one.Probe.Low, one.Probe.High
		} else {
			p.RuledOut = why(one.RuledOut, "it was not timed")
		}
		out[i] = p
	}
	return out
}

// Result is what was measured of one candidate.
type Result struct {
	Name       string
	Weights    string // where they come from
	Parameters int
	MAdds      int    // multiply-adds for one picture
	Features   int    // numbers for one picture
	RuledOut   string // why nothing was measured; empty: it was
	Runner     string // what the frozen network runs on

	Probe      Accuracy // of a linear probe
	Neighbours Accuracy // of five nearest neighbours
	LogME      float64
	HScore     float64 // regularised
	LEEP       float64 // NaN without a source classifier
	Near       *Near   // nil without a source classifier

	Forward Speed // features of a network that does not change
	Head    Speed // training of a new layer on a frozen network, from pixels
	Full    Speed // training of the whole network
}

// Speed is how quick one kind of work is, and what it takes.
type Speed struct {
	Rate      float64 // pictures a second: the median of the rounds; 0: not measured
	Low, High float64 // its quartiles
	Rounds    int

	Compile  time.Duration // before the first step; not in Rate
	Memory   int64         // bytes by which the process grew at most while it was built and first run, the graph's compiling included; 0: not known
	Estimate int64         // bytes, counted before it was built
	Why      string        // why it was not measured; empty: it was
}

// from makes a speed of seconds a picture.
func (s *Speed) from(seconds []float64) {
	if s.Rounds = len(seconds); s.Rounds == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(seconds))
	s.Rate, s.Low, s.High = 1/quantile(sorted, 0.5), 1/quantile(sorted, 0.75), 1/quantile(sorted, 0.25)
}

// quantile of sorted values, between the two nearest.
func quantile(v []float64, q float64) float64 {
	at := q * float64(len(v)-1)
	i := int(at)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}

// Time is how long one picture's features take; infinite where that was not measured.
func (r Result) Time() time.Duration {
	if r.Forward.Rate <= 0 {
		return math.MaxInt64
	}
	return time.Duration(float64(time.Second) / r.Forward.Rate)
}

func (r Result) measured() bool { return r.RuledOut == "" && r.Forward.Rate > 0 }

// front gives the measured results that none is both quicker and more accurate than,
// quickest first.
func front(results []Result) []int {
	var order, out []int
	for i, r := range results {
		if r.measured() {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(results[b].Forward.Rate, results[a].Forward.Rate), cmp.Compare(results[b].Probe.Value, results[a].Probe.Value))
	})
	best := math.Inf(-1)
	for _, i := range order {
		if v := results[i].Probe.Value; v > best {
			out, best = append(out, i), v
		}
	}
	return out
}
