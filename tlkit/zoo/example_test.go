package zoo_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"transferlab/tlkit/zoo"
)

// A network takes its weights from a file of any of the libraries that have it, and gives
// them back to Keras and PyTorch. Here they are random, and go to Keras and back.
func ExampleModel_WriteWeights() {
	ctx := context.Background()
	model, err := zoo.MobileNetV2(zoo.Keras, 0.35)
	if err != nil {
		log.Fatal(err)
	}
	weights, err := model.Random(1).Weights(ctx)
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "zoo")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "mobilenet.weights.h5")
	if err := model.WriteWeights(path, weights, zoo.WriteOptions{}); err != nil {
		log.Fatal(err)
	}
	read, err := model.WeightsFrom(path).Weights(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(read.Digest() == weights.Digest())
	// Output: true
}
