package zoo

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"transferlab/tlkit/fetch"
)

// This file knows the weights that Keras 3.15 and torchvision 0.24 publish for ImageNet.
//
// Keras states an MD5 of its files and torchvision the first eight digits of the SHA-256,
// in the name. Where the whole SHA-256 and the size are known too, from people who have
// published what they downloaded and in agreement with those eight digits, the file can be
// fetched; the others are used where the person has them: in the publisher's own cache, or
// put by hand where the error says. Keras states no digest for MobileNetV2, and nobody else
// one for its file without the top, so that one is not here: the file with the top holds
// all of it.

// published is a line of the table: sha256, or md5, or neither where the digits in a file's
// name are all that is known.
type published struct {
	name, url   string
	md5, sha256 string
	bytes       int64
}

const (
	kerasAt  = "https://storage.googleapis.com/tensorflow/keras-applications/"
	kerasAt2 = "https://storage.googleapis.com/keras-applications/"
	torchAt  = "https://download.pytorch.org/models/"
)

func publishedFiles() []published {
	return []published{
		{name: "keras/ResNet50", url: kerasAt + "resnet/resnet50_weights_tf_dim_ordering_tf_kernels.h5", md5: "2cb95161c43110f7111970584f804107"},
		{name: "keras/ResNet50/notop", url: kerasAt + "resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5", md5: "4d473c1dd8becc155b73f8504c6f6626", bytes: 94765736},
		{name: "keras/ResNet101", url: kerasAt + "resnet/resnet101_weights_tf_dim_ordering_tf_kernels.h5", md5: "f1aeb4b969a6efcfb50fad2f0c20cfc5"},
		{name: "keras/ResNet101/notop", url: kerasAt + "resnet/resnet101_weights_tf_dim_ordering_tf_kernels_notop.h5", md5: "88cf7a10940856eca736dc7b7e228a21"},
		{name: "keras/VGG16", url: kerasAt + "vgg16/vgg16_weights_tf_dim_ordering_tf_kernels.h5", md5: "64373286793e3c8b2b4e3219cbf3544b"},
		{name: "keras/VGG16/notop", url: kerasAt + "vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", md5: "6d6bbae143d832006294945121d1f1fc"},
		{name: "keras/MobileNetV2", url: kerasAt + "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
			sha256: "3e195a2857356cfc092cbbb460beb2a5bce279015d7792598b8d3d9e451902e3"},
		{name: "keras/EfficientNetB0", url: kerasAt2 + "efficientnetb0.h5", md5: "902e53a9f72be733fc0bcb005b3ebbac"},
		{name: "keras/EfficientNetB0/notop", url: kerasAt2 + "efficientnetb0_notop.h5", md5: "50bc09e76180e00e4465e1a485ddc09d"},

		{name: "torchvision/resnet18", url: torchAt + "resnet18-f37072fd.pth", sha256: "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec", bytes: 46830571},
		{name: "torchvision/resnet50", url: torchAt + "resnet50-0676ba61.pth", sha256: "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a", bytes: 102530333},
		{name: "torchvision/resnet50/v2", url: torchAt + "resnet50-11ad3fa6.pth"},
		{name: "torchvision/resnet101", url: torchAt + "resnet101-63fe2227.pth"},
		{name: "torchvision/resnet101/v2", url: torchAt + "resnet101-cd907fc2.pth"},
		{name: "torchvision/vgg16", url: torchAt + "vgg16-397923af.pth", sha256: "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0", bytes: 553433881},
		{name: "torchvision/mobilenet_v2", url: torchAt + "mobilenet_v2-b0353104.pth"},
		{name: "torchvision/mobilenet_v2/v2", url: torchAt + "mobilenet_v2-7ebf99e0.pth", sha256: "7ebf99e03e254b273379b23edca7ec0da9f48273b23a332b93c1c99d49e86e8f", bytes: 14258573},
		{name: "torchvision/efficientnet_b0", url: torchAt + "efficientnet_b0_rwightman-7f5810bc.pth", sha256: "7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934", bytes: 21444401},
	}
}

// Published gives the file with the weights that Keras or torchvision publishes, by the name
// they give the network: "keras/ResNet50", "keras/ResNet50/notop" without the classifier,
// "torchvision/resnet50", "torchvision/resnet50/v2" for IMAGENET1K_V2. It is looked for in
// their own caches; whether it can also be fetched, its SHA256 says. [PublishedNames] lists
// the names.
func Published(name string) (fetch.File, error) {
	all := publishedFiles()
	i := slices.IndexFunc(all, func(p published) bool { return p.name == name })
	if i < 0 {
		return fetch.File{}, fmt.Errorf("zoo: no weights %q are known; known are %s", name, strings.Join(PublishedNames(), ", "))
	}
	return all[i].file(), nil
}

// PublishedNames lists the names that [Published] knows.
func PublishedNames() []string {
	var out []string
	for _, p := range publishedFiles() {
		out = append(out, p.name)
	}
	return out
}

func (p published) file() fetch.File {
	name := path.Base(p.url)
	f := fetch.File{Name: name, SHA256: p.sha256, MD5: p.md5, Bytes: p.bytes, Page: p.url}
	if strings.HasPrefix(p.name, "keras/") {
		f.Sources = []fetch.Source{fetch.Keras(name)}
	} else {
		f.Sources = []fetch.Source{fetch.Torch(name)}
		digits := strings.TrimSuffix(name, ".pth")
		f.Prefix = digits[strings.LastIndexByte(digits, '-')+1:]
	}
	if f.SHA256 != "" && f.Bytes == 0 { // not enough to fetch it, but all of it is checked
		f.Prefix, f.SHA256 = f.SHA256, ""
	}
	if f.SHA256 != "" {
		f.Sources = append(f.Sources, fetch.URL(p.url))
	}
	return f
}
