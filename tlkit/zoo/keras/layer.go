package keras

import (
	"fmt"

	"transferlab/tlkit/zoo/hdf5"
)

// Layer is a layer with its variables. One to be written needs Class, or Path, and
// Variables.
type Layer struct {
	Name  string // as the model names it, such as conv2_block1_1_conv; "" where the file does not tell
	Class string // in Python, such as Conv2D; "" where the file does not tell

	// Within are the names of the model and layers that this one is a part of, from the
	// outside to the inside: ["backbone"] for a layer of a nested model, ["lstm"] for the
	// cell of an LSTM. Names that the file does not tell are "".
	Within []string

	// Path is the group in a Bare file and in an Archive, such as layers/conv2d_3 or
	// layers/functional/layers/conv2d; "" in Legacy files.
	Path string

	// Variables are in Keras's order: kernel, bias; gamma, beta, moving_mean, moving_variance.
	Variables []Variable
}

// Variable finds the variable of a name.
func (l *Layer) Variable(name string) (v Variable, ok bool) {
	for _, v := range l.Variables {
		if v.Name == name {
			return v, true
		}
	}
	return Variable{}, false
}

// title names a layer in errors.
func (l *Layer) title() string {
	switch {
	case l.Name != "" && l.Path != "":
		return fmt.Sprintf("layer %q (%s)", l.Name, l.Path)
	case l.Name != "":
		return fmt.Sprintf("layer %q", l.Name)
	}
	return "layer " + l.Path
}

// Variable is one array of a layer. It is made by [FromFloat32] or [Lazy], or is one of a
// file, which must stay open while it is read.
type Variable struct {
	// Name is what Keras 3 calls it: kernel, bias, gamma, beta, moving_mean,
	// moving_variance, mean, variance, count, depthwise_kernel, pointwise_kernel,
	// embeddings, …; what older versions call otherwise (W, running_std, and the
	// depthwise_kernel of a DepthwiseConv2D) has Keras 3's name too. In a Bare file, which
	// has numbers, the layer's class tells; where it does not, Name is the number.
	Name string

	Shape []int
	DType string // as NumPy spells it, "<f4"; "" for one that was made here

	load func() ([]float32, error)
}

// FromFloat32 makes a variable. The values are not copied, and their number has to be the
// product of shape; Write checks that.
func FromFloat32(name string, values []float32, shape ...int) Variable {
	return Lazy(name, func() ([]float32, error) { return values, nil }, shape...)
}

// Lazy makes a variable whose values are asked for when they are written.
func Lazy(name string, values func() ([]float32, error), shape ...int) Variable {
	return Variable{Name: name, Shape: shape, load: values}
}

// Len is the number of elements.
func (v Variable) Len() int {
	n := 1
	for _, d := range v.Shape {
		n *= d
	}
	return n
}

// Float32 reads the elements row by row. Floating point of other widths and whole numbers
// are converted.
func (v Variable) Float32() ([]float32, error) {
	if v.load == nil {
		return nil, fmt.Errorf("keras: variable %q has no values", v.Name)
	}
	return v.load()
}

// stored makes a variable of a dataset; l is the layer as errors shall name it.
func (w *Weights) stored(l Layer, name string, d *hdf5.Dataset) Variable {
	return Variable{Name: name, Shape: d.Shape, DType: d.DType, load: func() ([]float32, error) {
		values, err := floats(d)
		if err != nil {
			return nil, w.fail(fmt.Errorf("%s, variable %q: %w", l.title(), name, sound(err)))
		}
		return values, nil
	}}
}

// floats reads numbers of any type. Those that Keras keeps as whole numbers are counts.
func floats(d *hdf5.Dataset) ([]float32, error) {
	if !whole(d.DType) {
		return d.Float32()
	}
	ints, err := d.Ints()
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(ints))
	for i, n := range ints {
		out[i] = float32(n)
	}
	return out, nil
}

// whole says whether a type of NumPy's spelling is of integers or booleans.
func whole(dtype string) bool {
	return len(dtype) >= 2 && (dtype[1] == 'i' || dtype[1] == 'u' || dtype[1] == 'b') && dtype != "bfloat16"
}
