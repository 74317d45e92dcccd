package recipe

import (
	"context"
	"fmt"

	"transferlab/tlkit/clean/smooth"
	"transferlab/tlkit/progress"
)

// Smooth takes noise out of a column of numbers whose rows are in order. One of the filters
// is set.
type Smooth struct {
	Column        string                `json:"column"`
	MovingAverage *smooth.MovingAverage `json:"movingAverage,omitempty"`
	Median        *smooth.Median        `json:"median,omitempty"`
	SavitzkyGolay *smooth.SavitzkyGolay `json:"savitzkyGolay,omitempty"`
	Exponential   *smooth.Exponential   `json:"exponential,omitempty"`
	Gaussian      *smooth.Gaussian      `json:"gaussian,omitempty"`
	Hampel        *smooth.Hampel        `json:"hampel,omitempty"`
}

func (Smooth) Name() string { return "smooth" }

func (s Smooth) String() string {
	name, _, _ := s.filter()
	return fmt.Sprintf("smooth column %s by %s", quoted(s.Column), name)
}

// filter is the filter that is set; set counts them.
func (s Smooth) filter() (name string, f smooth.Filter, set int) {
	name = "nothing"
	choose := func(is bool, n string, filter func() smooth.Filter) {
		if is {
			name, f = n, filter()
			set++
		}
	}
	choose(s.MovingAverage != nil, "moving average", func() smooth.Filter { return *s.MovingAverage })
	choose(s.Median != nil, "median", func() smooth.Filter { return *s.Median })
	choose(s.SavitzkyGolay != nil, "Savitzky-Golay", func() smooth.Filter { return *s.SavitzkyGolay })
	choose(s.Exponential != nil, "exponential smoothing", func() smooth.Filter { return *s.Exponential })
	choose(s.Gaussian != nil, "Gaussian", func() smooth.Filter { return *s.Gaussian })
	choose(s.Hampel != nil, "Hampel", func() smooth.Filter { return *s.Hampel })
	return name, f, set
}

func (s Smooth) check() error {
	if _, _, set := s.filter(); set != 1 {
		return option("a column is smoothed by one filter, and here %d are set", set)
	}
	return nil
}

func (s Smooth) apply(_ context.Context, _ progress.Reporter, st state) (outcome, error) {
	_, f, _ := s.filter()
	t, err := smooth.Column(st.Table, s.Column, f)
	return outcome{state: st.on(t)}, err
}
