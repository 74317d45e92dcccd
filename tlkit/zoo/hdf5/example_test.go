package hdf5_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"os"

	"transferlab/tlkit/zoo/hdf5"
)

// The weights of a small model that Keras saved as keras.h5.
func ExampleGroup_Dataset() {
	f, err := hdf5.New(golden("testdata/keras.h5.gz"))
	if err != nil {
		log.Fatal(err)
	}
	weights, err := f.Root().Group("model_weights")
	if err != nil {
		log.Fatal(err)
	}
	layers, err := weights.Attr("layer_names")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(layers.Strings())
	kernel, err := weights.Dataset("top/sequential/top/kernel")
	if err != nil {
		log.Fatal(err)
	}
	values, err := kernel.Float32()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(kernel.Path(), kernel.Shape, kernel.DType, len(values))
	// Output:
	// [conv bn separable global_average_pooling2d top] <nil>
	// /model_weights/top/sequential/top/kernel [4 2] <f4 8
}

// golden unpacks a file of the tests, as arguments of New.
func golden(path string) (io.ReaderAt, int64, hdf5.Limits) {
	packed, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		log.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		log.Fatal(err)
	}
	return bytes.NewReader(b), int64(len(b)), hdf5.Limits{}
}
