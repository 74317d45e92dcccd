package finetune

import (
	"fmt"
	"strings"

	"transferlab/tlkit/zoo"
)

// Network gives what was trained as a model of the zoo, to be written for other systems
// ([zoo.Model.WriteONNX], …) or trained on: base, which is the network that the run began
// with, and a classifier with the head's weights, into whose first layer the
// standardisation of the features is multiplied. Its last group gives logits; their softmax
// is what [Predictor.Predict] tells. Errors wrap [ErrCheckpoint] where base is another
// network.
func (r *Run) Network(base *zoo.Model) (*zoo.Model, error) {
	if r.state == nil {
		return nil, fmt.Errorf("finetune: %s was kept without its weights; train it on its own instead of in a comparison", r.Name)
	}
	if base.Card.Name != r.state.model {
		return nil, fmt.Errorf("finetune: %s: %w: it began with the network %q, not %q", r.Name, ErrCheckpoint, r.state.model, base.Card.Name)
	}
	if _, err := modelOf(r.state, []*zoo.Model{base}); err != nil {
		return nil, fmt.Errorf("finetune: %s: %w", r.Name, err)
	}
	weights := zoo.Arrays{}
	for _, p := range base.Params(0, base.Features()) {
		weights[p.Name] = zoo.Array{Name: p.Name, Shape: p.Shape, Value: r.state.values[p.Name].value}
	}
	s := r.state
	set := func(layer string, w, b array) {
		weights[layer+"/kernel"] = zoo.Array{Name: layer + "/kernel", Shape: w.shape, Value: w.value}
		weights[layer+"/bias"] = zoo.Array{Name: layer + "/bias", Shape: b.shape, Value: b.value}
	}
	var hidden []int
	if s.head.Hidden > 0 {
		hidden = []int{s.head.Hidden}
		w, b := s.unscaled(headHidden, headHBias)
		set(base.HiddenName(0), w, b)
		set("classifier", s.values[headOut], s.values[headBias])
	} else {
		w, b := s.unscaled(headOut, headBias)
		set("classifier", w, b)
	}
	m, err := base.WithClassifier(weights, len(s.classes), hidden...)
	if err != nil {
		return nil, fmt.Errorf("finetune: %s: %w", r.Name, err)
	}
	m.Preprocess = s.preprocess
	m.Card.Task = "classification of pictures: " + strings.Join(s.classes, ", ")
	m.Card.Data, m.Card.Licence = "your own", ""
	m.Card.Weights = fmt.Sprintf("trained here (%s), begun with weights: %s", r.Name, base.Card.Weights)
	m.Card.Top1, m.Card.Top1Source = 0, ""
	return m, nil
}

// unscaled is a layer that takes the features as they are: of (x−mean)·scale·w + b the
// weights are scale·w and the bias b − mean·scale·w.
func (s *state) unscaled(weights, bias string) (w, b array) {
	w, b = s.values[weights], s.values[bias]
	mean, scale := s.values[headMean].value, s.values[headScale].value
	outs := w.shape[1]
	to, shift := make([]float32, len(w.value)), make([]float64, outs)
	for i, v := range w.value {
		in, out := i/outs, i%outs
		to[i] = v * scale[in]
		shift[out] += float64(mean[in]) * float64(scale[in]) * float64(v)
	}
	at := make([]float32, outs)
	for j, v := range b.value {
		at[j] = float32(float64(v) - shift[j])
	}
	return array{weights, w.shape, to}, array{bias, b.shape, at}
}
