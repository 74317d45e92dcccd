package rank

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// sample is the pictures that the candidates are measured on.
type sample struct {
	from    *dataset.Pictures
	of      int // pictures in the data
	classes []string
	index   []int // positions in the catalogue
	labels  []int // of each
	folds   []int // of each, for FoldOptions.Of
}

// draw takes pictures of each class, as its share of the data is, and gives them folds in
// which pictures that belong together stay together.
func draw(ctx context.Context, rep progress.Reporter, data *dataset.Pictures, b Budget) (*sample, error) {
	catalogue, err := data.Scan(ctx, rep)
	if err != nil {
		return nil, fmt.Errorf("rank: %w", err)
	}
	items, err := data.Items(ctx)
	if err != nil {
		return nil, fmt.Errorf("rank: %w", err)
	}
	all := catalogue.Labels()
	s := &sample{from: data, of: len(all), classes: catalogue.Classes, index: spread(all, b.Pictures, b.Seed)}
	var drawn split.Items
	for _, i := range s.index {
		s.labels = append(s.labels, all[i])
		drawn = append(drawn, items[i])
	}
	if _, err := classes(s.labels, len(s.labels)); err != nil {
		return nil, err
	}
	folds, err := cut(ctx, drawn, FoldOptions{K: b.Folds, Seed: b.Seed})
	if err != nil {
		return nil, err
	}
	s.folds = make([]int, len(s.index))
	for k, rows := range folds {
		for _, r := range rows {
			s.folds[r] = k
		}
	}
	return s, nil
}

// spread draws n of the labelled items, or all for n below 0, in the order of the data: of
// each class its share, by chance.
func spread(labels []int, n int, seed uint64) []int {
	order := rand.New(rand.NewPCG(seed, 0x5a3)).Perm(len(labels))
	count, size := map[int]float64{}, map[int]float64{}
	for _, l := range labels {
		size[l]++
	}
	at := make([]float64, len(labels)) // where in its class an item stands, between 0 and 1
	for _, i := range order {
		at[i] = (count[labels[i]] + 0.5) / size[labels[i]]
		count[labels[i]]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
	if n >= 0 {
		order = order[:min(n, len(order))]
	}
	slices.Sort(order)
	return order
}

// errData marks errors of the pictures, which are nobody's fault who is ranked.
var errData = errors.New("the pictures cannot be loaded")

// pixels gives the sample's pictures as a network wants them, at most n at once, as
// [n, size, size, 3].
func (s *sample) pixels(ctx context.Context, p zoo.Preprocess, n int, emit func(pixels []uint8) error) error {
	for b, err := range s.from.Load(ctx, s.index, dataset.Fit{Size: p.Size, Crop: p.Crop, Rule: p.Rule}, n) {
		if err != nil {
			return fmt.Errorf("rank: %w: %w", errData, err)
		}
		if err := emit(b.Pix); err != nil {
			return err
		}
	}
	return ctx.Err()
}
