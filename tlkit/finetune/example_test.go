package finetune_test

import (
	"context"
	"fmt"
	"log"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/finetune"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// From a folder of pictures to a file that another program predicts with.
func Example() {
	ctx := context.Background()
	pictures := dataset.Folder("../../notebooks/data/emoji", dataset.FolderOptions{})
	parts := split.Stratified(pictures, split.Options{Seed: 7})
	learner := finetune.New(zoo.EfficientNetLite0(), pictures, parts, finetune.Options{Seed: 7})

	run, err := learner.FineTune(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(run)
	if err := run.Save("emoji.safetensors"); err != nil {
		log.Fatal(err)
	}

	p, err := finetune.Load("emoji.safetensors", finetune.LoadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	probs, err := p.Predict(ctx, "otter.png")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(probs[0].Class, probs[0].P)
}

// Nothing happens before a method asks for it: a learner of a folder that is not there
// can be made, and says so when it is used.
func ExampleNew() {
	pictures := dataset.Folder("no such folder", dataset.FolderOptions{})
	learner := finetune.New(zoo.Tiny(1), pictures, split.Stratified(pictures, split.Options{}), finetune.Options{})
	_, err := learner.Plan(context.Background())
	fmt.Println(err != nil, learner.BaseRuns())
	// Output: true 0
}

// Keras' recipe on a frozen ResNet50 – Flatten, Dense(1024, activation="relu"),
// Dense(classes, activation="softmax"), Adam, ten epochs – and then its top block at 1e-5.
func ExampleHead() {
	base, err := zoo.ResNet50(zoo.Keras).WithoutTop(zoo.Flatten)
	if err != nil {
		log.Fatal(err)
	}
	if base, err = base.At(64); err != nil { // at 224 the head has a hundred million numbers
		log.Fatal(err)
	}
	pictures := dataset.Folder("../../notebooks/data/emoji", dataset.FolderOptions{})
	learner := finetune.New(base.WeightsFrom("resnet50.weights.h5"), pictures, split.Stratified(pictures, split.Options{}), finetune.Options{
		Head:  finetune.Head{Hidden: 1024, Dropout: -1, Plain: true},
		Probe: finetune.Probe{Epochs: 10, Patience: -1},
		Top:   finetune.Top{Groups: 3, Rate: 1e-5, HeadRate: 1e-5},
	})
	run, err := learner.FineTune(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(run)
}

// What was trained goes to other programs as an ONNX file, preprocessing and softmax
// inside: raw pixels in, probabilities out.
func ExampleRun_Network() {
	ctx := context.Background()
	base := zoo.EfficientNetLite0()
	pictures := dataset.Folder("../../notebooks/data/emoji", dataset.FolderOptions{})
	run, err := finetune.New(base, pictures, split.Stratified(pictures, split.Options{}), finetune.Options{}).FineTune(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	network, err := run.Network(base)
	if err != nil {
		log.Fatal(err)
	}
	weights, err := network.Weights(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := network.WriteONNX("emoji.onnx", weights, zoo.ONNXOptions{Softmax: true, Classes: run.Classes}); err != nil {
		log.Fatal(err)
	}
}
