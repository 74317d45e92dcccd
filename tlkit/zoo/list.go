package zoo

import (
	"context"
	"slices"
	"strings"

	"transferlab/tlkit/fetch"
)

// Filter says which models [List] gives. The zero value is all of them.
type Filter struct {
	Task       string  // a part of the card's task or data, in any case; empty: any
	Parameters int     // at most; 0: any
	MAdds      int     // at most, for a picture of the model's own size; 0: any
	Top1       float64 // at least, as published; 0: any
	Here       bool    // only models whose weights are on this machine
}

// List gives the models of this package that pass the filter, those with the fewest
// multiply-adds first. Nothing is read but, with Here, whether the files are there.
func List(f Filter) []*Model {
	models := slices.DeleteFunc(all(), func(m *Model) bool { return !f.passes(m) })
	slices.SortStableFunc(models, func(a, b *Model) int { return a.Card.MAdds - b.Card.MAdds })
	return models
}

func (f Filter) passes(m *Model) bool {
	c := m.Card
	about := strings.ToLower(c.Task + " " + c.Data)
	if !strings.Contains(about, strings.ToLower(f.Task)) || f.Parameters > 0 && c.Parameters > f.Parameters ||
		f.MAdds > 0 && c.MAdds > f.MAdds || c.Top1 < f.Top1 {
		return false
	}
	return !f.Here || m.Here()
}

// Here says whether the pretrained weights are on this machine.
func (m *Model) Here() bool {
	if m.File.Name == "" {
		return false
	}
	_, err := m.File.Path(context.Background(), fetch.Options{})
	return err == nil
}

// all makes every model of the package.
func all() []*Model {
	models := []*Model{EfficientNetLite0(), EfficientNetLite1(), EfficientNetLite2(), EfficientNetLite3(), EfficientNetLite4(), ResNet18()}
	for _, l := range []Library{Keras, Torchvision} {
		mobile, _ := MobileNetV2(l, 1)
		models = append(models, EfficientNetB0(l), mobile, ResNet50(l), ResNet101(l), VGG16(l))
	}
	return models
}
