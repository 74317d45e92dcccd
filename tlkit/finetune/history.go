package finetune

import (
	"slices"

	"transferlab/tlkit/progress"
)

// History is what happened while a run trained, as plain slices of equal length that a
// chart can take. The first group has one entry a step, the second one an epoch.
// Epochs count through all phases, so that one axis serves them all.
type History struct {
	Step      []float64 // 1, 2, …
	StepLoss  []float64 // cross-entropy of the batch, dropout and augmentation included
	StepRate  []float64 // rate of the head's group
	StepPhase []string

	Epoch         []float64 // 1, 2, …
	Phase         []string
	TrainLoss     []float64 // mean of the epoch's step losses
	ValidLoss     []float64 // cross-entropy on the validation part, after the epoch
	ValidAccuracy []float64
	Rate          []float64 // rate of the head's group
	Seconds       []float64 // wall time of the epoch
	Best          []bool    // whether the epoch gave the lowest validation loss of its phase so far
}

// Epochs returns the number of epochs over all phases.
func (h History) Epochs() int { return len(h.Epoch) }

// BestEpoch returns the index of the epoch with the lowest validation loss over all
// phases, the earliest of equals, or -1 where there is none.
func (h History) BestEpoch() int {
	best := -1
	for i, v := range h.ValidLoss {
		if best < 0 || v < h.ValidLoss[best] {
			best = i
		}
	}
	return best
}

// values are the curves as a chart that listens to progress gets them.
func (h History) values() []progress.Value {
	var out []progress.Value
	for i, x := range h.Epoch {
		out = append(out, progress.Value{Name: "train loss", X: x, Y: h.TrainLoss[i]},
			progress.Value{Name: "valid loss", X: x, Y: h.ValidLoss[i]},
			progress.Value{Name: "valid accuracy", X: x, Y: h.ValidAccuracy[i]})
	}
	return out
}

// clone copies the slices, so that a run may go on where another ended.
func (h History) clone() History {
	for _, p := range []*[]float64{&h.Step, &h.StepLoss, &h.StepRate, &h.Epoch, &h.TrainLoss, &h.ValidLoss, &h.ValidAccuracy, &h.Rate, &h.Seconds} {
		*p = slices.Clone(*p)
	}
	h.StepPhase, h.Phase, h.Best = slices.Clone(h.StepPhase), slices.Clone(h.Phase), slices.Clone(h.Best)
	return h
}
