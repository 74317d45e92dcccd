package keras

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// patterns are those of SnakeCase, made when first wanted: whatever uses the zoo links this
// package, and few read Keras' files.
var patterns = sync.OnceValue(func() (p struct{ notWord, word, capital *regexp.Regexp }) {
	p.notWord = regexp.MustCompile(`[^\pL\pN_]+`)
	p.word = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	p.capital = regexp.MustCompile(`([a-z])([A-Z])`)
	return p
})

// SnakeCase spells a Python class as Keras does in paths: Conv2D is conv2d,
// BatchNormalization batch_normalization, ReLU re_lu, Conv2DTranspose conv2d_transpose.
func SnakeCase(class string) string {
	p := patterns()
	s := p.notWord.ReplaceAllString(class, "")
	s = p.word.ReplaceAllString(s, "${1}_$2")
	return strings.ToLower(p.capital.ReplaceAllString(s, "${1}_$2"))
}

// Paths gives the groups that Keras 3 keeps the layers of one model in, from their classes
// in the order of model.layers. parent is "layers" for the model itself, and
// "layers/functional/layers" for one that is its first layer of class Functional.
//
// Every class has numbers of its own, so layers of classes without variables can be left
// out; of a class that has any, all layers count.
func Paths(parent string, classes []string) []string {
	count := counter{}
	paths := make([]string, len(classes))
	for i, class := range classes {
		paths[i] = parent + "/" + count.next(class)
	}
	return paths
}

// counter numbers the layers of a model by class.
type counter map[string]int

func (c counter) next(class string) string {
	name := SnakeCase(class)
	n := c[name]
	if c[name]++; n == 0 {
		return name
	}
	return fmt.Sprintf("%s_%d", name, n)
}

// splitNumber takes the number off a group's name: conv2d_3 is the fourth of conv2d. A
// class whose own name ends so cannot be told from that.
func splitNumber(group string) (kind string, number int) {
	at := strings.LastIndexByte(group, '_')
	if at <= 0 {
		return group, 0
	}
	n, err := strconv.Atoi(group[at+1:])
	if err != nil || n <= 0 || strconv.Itoa(n) != group[at+1:] {
		return group, 0
	}
	return group[:at], n
}

// variableNames are the variables of a class, known by its snake case, in Keras's order.
// Those that a layer has not are missing from the end on, except in the normalisations,
// see variableName.
var variableNames = map[string][]string{
	"conv1d": kernelBias, "conv2d": kernelBias, "conv3d": kernelBias,
	"conv1d_transpose": kernelBias, "conv2d_transpose": kernelBias, "conv3d_transpose": kernelBias,
	"depthwise_conv1d": kernelBias, "depthwise_conv2d": kernelBias,
	"separable_conv1d": separable, "separable_conv2d": separable,
	"dense": kernelBias, "einsum_dense": kernelBias,
	"embedding": {"embeddings"}, "p_re_lu": {"alpha"}, "normalization": {"mean", "variance", "count"},
	"lstm_cell": recurrent, "gru_cell": recurrent, "simple_rnn_cell": recurrent,
}

var (
	kernelBias = []string{"kernel", "bias"}
	separable  = []string{"depthwise_kernel", "pointwise_kernel", "bias"}
	recurrent  = []string{"kernel", "recurrent_kernel", "bias"}
)

// statistics are what a normalisation has after gamma and beta.
var statistics = map[string][]string{
	"batch_normalization": {"moving_mean", "moving_variance"},
	"layer_normalization": nil, "group_normalization": nil,
}

// namesOf gives the names of a layer's count variables, or their numbers.
func namesOf(kind string, o options, count int) []string {
	names := variableNames[kind]
	if last, ok := statistics[kind]; ok {
		names = normalization(last, o, count)
	}
	if len(names) >= count {
		return names[:count]
	}
	names = nil
	for i := range count {
		names = append(names, strconv.Itoa(i))
	}
	return names
}

// normalization gives the names of gamma and beta, as far as they are there, and of what
// comes after them. One alone can be either: the configuration tells.
func normalization(last []string, o options, count int) []string {
	var names []string
	switch {
	case count == len(last)+2:
		names = []string{"gamma", "beta"}
	case count == len(last)+1 && o.known && o.scale != o.center:
		names = []string{"beta"}
		if o.scale {
			names = []string{"gamma"}
		}
	case count != len(last):
		return nil
	}
	return append(names, last...)
}

// olderNames are what Keras 1 and 2 call variables otherwise than Keras 3. running_std
// holds the variance, whatever its name.
var olderNames = map[string]string{"W": "kernel", "b": "bias", "running_mean": "moving_mean", "running_std": "moving_variance"}
