package keras_test

import (
	"bytes"
	"fmt"
	"log"

	"transferlab/tlkit/zoo/keras"
)

// What is written here, model.load_weights of Keras loads into a model with two Dense
// layers.
func ExampleWrite() {
	layers := []keras.Layer{
		{Name: "hidden", Class: "Dense", Variables: []keras.Variable{
			keras.FromFloat32("kernel", []float32{1, 2, 3, 4, 5, 6}, 2, 3),
			keras.FromFloat32("bias", []float32{0, 0, 1}, 3)}},
		{Name: "top", Class: "Dense", Variables: []keras.Variable{
			keras.FromFloat32("kernel", []float32{1, 0, -1}, 3, 1),
			keras.FromFloat32("bias", []float32{0.5}, 1)}},
	}
	var b bytes.Buffer
	if err := keras.Write(&b, layers); err != nil {
		log.Fatal(err)
	}
	w, err := keras.Read(bytes.NewReader(b.Bytes()), int64(b.Len()), keras.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(w.Form)
	for _, l := range w.Layers {
		fmt.Print(l.Path, ", ", l.Name)
		for _, v := range l.Variables {
			fmt.Print(", ", v.Name, " ", v.Shape)
		}
		fmt.Println()
	}
	// Output:
	// .weights.h5
	// layers/dense, hidden, kernel [2 3], bias [3]
	// layers/dense_1, top, kernel [3 1], bias [1]
}
