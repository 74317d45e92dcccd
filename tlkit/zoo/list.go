package zoo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/internal/table"
)

// Filter says which models [List] gives. The zero value is all of them.
type Filter struct {
	Task       string  // a part of the card's task or data, in any case; empty: any
	Parameters int     // at most; 0: any
	MAdds      int     // at most, for a picture of the model's own size; 0: any
	Top1       float64 // at least, as published; 0: any
	Here       bool    // only models whose weights are on this machine
}

// Models are some models, for [List]: as text and as HTML they are a table of what their cards
// say in short, and whether the pretrained weights are on this machine.
type Models []*Model

// List gives the models of this package that pass the filter, those with the fewest
// multiply-adds first. Nothing is read but, with Here, whether the files are there.
func List(f Filter) Models {
	models := slices.DeleteFunc(Models(all()), func(m *Model) bool { return !f.passes(m) })
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

// Named gives the model under another name, which tells it from others of its build.
func (m *Model) Named(name string) *Model {
	out := *m
	out.Card.Name = name
	return &out
}

func (m Models) header() []string {
	return []string{"network", "parameters", "multiply-adds", "published accuracy", "runs on", "here", "licence"}
}

func (m Models) rows() [][]string {
	var out [][]string
	for _, one := range m {
		c, top1, here := one.Card, "–", "no"
		if c.Top1 > 0 {
			top1 = fmt.Sprintf("%.1f %%", 100*c.Top1)
		}
		if one.Here() {
			here = "yes"
		}
		short := func(s string) string { // what is explained stands on the card
			s, _, _ = strings.Cut(s, " (")
			s, _, _ = strings.Cut(s, "; ")
			return strings.ReplaceAll(s, " ", "\u00a0")
		}
		out = append(out, []string{c.Name, fmt.Sprintf("%.1f M", float64(c.Parameters)/1e6), fmt.Sprintf("%.0f M", float64(c.MAdds)/1e6), top1,
			short(c.Runs), here, short(c.Licence)})
	}
	return out
}

func (m Models) table() table.Table { return table.Table{Header: m.header(), Rows: m.rows()} }

// String is the table as plain text.
func (m Models) String() string {
	var b strings.Builder
	m.table().Text(&b)
	return b.String()
}

// HTML is the table.
func (m Models) HTML() string {
	var b strings.Builder
	m.table().HTML(&b)
	return b.String()
}
