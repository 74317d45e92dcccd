package zoo

// What the networks of one origin share.

const (
	// XLA has compilers for TPUs as well, but go-xla finds plugins for CPUs and NVIDIA GPUs alone.
	runsOn           = "CPU, GPU; NVIDIA's GPUs, no TPU"
	torchLicence     = "BSD-3-Clause; torchvision warns that weights may carry terms of the pictures they learnt from"
	imageNet         = "ImageNet (ILSVRC 2012), 1.28 million photographs"
	torchvisionRated = "torchvision 0.24.1, IMAGENET1K_V1"
	caffeInput       = "224×224 RGB, centre crop of 0.875, bilinear; blue first, each channel's mean subtracted"
	torchInput       = "224×224 RGB, centre crop of 0.875, bilinear, (x/255 − mean)/deviation of ImageNet"
)

var (
	// caffePreprocess is that of the first ResNets and VGGs: blue first, and the mean of
	// ImageNet's pixels taken away.
	caffePreprocess = Preprocess{Size: 224, Crop: 0.875, Rule: "bilinear", BGR: true,
		Mean: [3]float32{123.68, 116.779, 103.939}, Scale: [3]float32{1, 1, 1}}

	// torchPreprocess is PyTorch's: mean and deviation of ImageNet's pixels.
	torchPreprocess = Preprocess{Size: 224, Crop: 0.875, Rule: "bilinear",
		Mean: [3]float32{0.485 * 255, 0.456 * 255, 0.406 * 255}, Scale: [3]float32{0.229 * 255, 0.224 * 255, 0.225 * 255}}
)
