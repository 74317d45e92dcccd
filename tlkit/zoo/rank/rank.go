package rank

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/device"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/zoo"
)

// Budget says what Rank may take. The zero value measures on five hundred pictures, forward
// and the training of a head, with as much memory as the machine has free.
type Budget struct {
	// Time after which nothing further is begun; 0: no limit. What has begun ends, so that
	// it takes longer by a network's compiling at most.
	Time time.Duration

	// Memory in bytes; 0: what the machine has free, no limit where it does not tell or on a
	// GPU. What is estimated to take more is not built.
	Memory int64

	Pictures int    // drawn from the data, by class; 0: 500, below 0: all
	Batch    int    // pictures in a step; 0: 16
	Rounds   int    // timed steps of each kind; 0: 7
	Folds    int    // of the cross-validation; 0: 5
	Seed     uint64 // of the drawing and the folds

	// Full also times training of the whole network, whose compiling takes a minute for a
	// large one on a CPU.
	Full bool

	Device *device.Device // nil: the one that device.Open finds
}

func (b Budget) withDefaults() (Budget, error) {
	for _, v := range []struct {
		value *int
		usual int
	}{{&b.Pictures, 500}, {&b.Batch, 16}, {&b.Rounds, 7}, {&b.Folds, 5}} {
		if *v.value == 0 {
			*v.value = v.usual
		}
	}
	if b.Batch < 1 || b.Rounds < 1 || b.Folds < 2 || b.Memory < 0 || b.Time < 0 {
		return b, fmt.Errorf("rank: %w: a budget of %d pictures a step, %d rounds, %d folds, %d bytes and %v; leave a field 0 for its default",
			ErrNumber, b.Batch, b.Rounds, b.Folds, b.Memory, b.Time)
	}
	if b.Device == nil {
		d, err := device.Open(device.Options{})
		if err != nil {
			return b, fmt.Errorf("rank: %w", err)
		}
		b.Device = d
	}
	if b.Memory == 0 && b.Device.Kind != device.XLACUDA {
		b.Memory = device.FreeMemory()
	}
	return b, nil
}

// Rank measures candidates on the person's own pictures and machine: how quick each is and
// what memory it takes, and how well its features tell the classes apart. rep may be nil.
//
// Nothing is fetched: a candidate whose weights are not on this machine, or which is
// estimated to need more memory than there is, is ruled out, with the reason in its
// [Result]. Those that fit in memory together are timed in turns, a step of each, so that
// what else the machine does falls on all of them. Errors are those of the data, of the
// device, and ctx's.
func Rank(ctx context.Context, rep progress.Reporter, data *dataset.Pictures, candidates []*zoo.Model, budget Budget) (*Report, error) {
	rep = progress.Or(rep)
	if len(candidates) == 0 || slices.Contains(candidates, nil) || data == nil {
		return nil, errors.New("rank: give a folder of pictures and candidates, for example zoo.List(zoo.Filter{Here: true})")
	}
	b, err := budget.withDefaults()
	if err != nil {
		return nil, err
	}
	s, err := draw(ctx, rep, data, b)
	if err != nil {
		return nil, err
	}
	b.Batch = min(b.Batch, len(s.index)) // a step of more is not to be had
	c := contest{b: b, s: s, rep: rep, began: time.Now()}
	c.enter(candidates)
	for _, group := range c.groups() {
		if err := c.run(ctx, group); err != nil {
			return nil, err
		}
	}
	return c.report(), nil
}

// contest is the state of a Rank.
type contest struct {
	b     Budget
	s     *sample
	rep   progress.Reporter
	began time.Time
	all   []*contender
	done  int
}

// enter makes contenders of the candidates, each with a name of its own, and rules out
// those that are too large.
func (c *contest) enter(candidates []*zoo.Model) {
	taken := map[string]bool{} // zoo.Model.Named gives better names
	for _, m := range candidates {
		name := m.Card.Name
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s (%d)", m.Card.Name, n)
		}
		taken[name] = true
		one := &contender{m: m, b: c.b, s: c.s, Result: Result{Name: name, Weights: m.Card.Weights, Parameters: m.Card.Parameters, MAdds: m.Card.MAdds, Features: m.Card.Features}}
		one.estimate()
		c.all = append(c.all, one)
	}
}

// groups are the contenders that are measured together: as many as the memory holds.
func (c *contest) groups() [][]*contender {
	var out [][]*contender
	var taken int64
	for _, one := range c.all {
		if one.RuledOut != "" {
			continue
		}
		need := one.need()
		if len(out) == 0 || c.b.Memory > 0 && taken+need > c.b.Memory {
			out, taken = append(out, nil), 0
		}
		taken += need
		out[len(out)-1] = append(out[len(out)-1], one)
	}
	return out
}

func (c *contest) late() bool { return c.b.Time > 0 && time.Since(c.began) > c.b.Time }

// run opens a group's contenders, lets each give its features, and times them in turns.
func (c *contest) run(ctx context.Context, group []*contender) error {
	for _, one := range group {
		defer one.close()
		if c.late() {
			one.RuledOut = fmt.Sprintf("the time of %v was used up before its turn", c.b.Time)
			continue
		}
		c.tell(one.Name + ": features")
		if err := one.open(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if errors.Is(err, errData) {
				return err
			}
			one.RuledOut = err.Error()
		}
		c.done++
	}
	for round := range c.b.Rounds {
		if round > 0 && c.late() {
			break
		}
		c.tell(fmt.Sprintf("timing, round %d of %d", round+1, c.b.Rounds))
		for _, one := range group {
			if one.RuledOut != "" {
				continue
			}
			if err := one.step(ctx); err != nil {
				return err
			}
		}
	}
	for _, one := range group {
		one.finish()
		one.close()
	}
	debug.FreeOSMemory() // before the next group's memory is looked at
	return ctx.Err()
}

func (c *contest) tell(note string) {
	c.rep.Report(progress.Event{Task: "ranking", Done: int64(c.done), Total: int64(len(c.all)), Unit: "networks", Note: note})
}

func (c *contest) report() *Report {
	c.done = len(c.all)
	c.tell("")
	r := &Report{Device: string(c.b.Device.Kind), Pictures: len(c.s.index), Of: c.s.of, Classes: c.s.classes, Batch: c.b.Batch, Memory: c.b.Memory, Labels: c.s.labels}
	for _, one := range c.all {
		r.Results = append(r.Results, one.Result)
	}
	r.judge()
	return r
}
