package finetune

import (
	"context"
	"fmt"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// pictures are a scanned folder as training sees it: plain slices, and a way to decode.
type pictures struct {
	from    *dataset.Pictures
	classes []string
	ids     []string
	labels  []int
	sha     []string
	hash    string // of the catalogue
	reading string // what besides a file's content decides its pixels
}

func (p *pictures) len() int { return len(p.ids) }

func scan(ctx context.Context, src *dataset.Pictures, rep progress.Reporter) (*pictures, error) {
	c, err := src.Scan(ctx, rep)
	if err != nil {
		return nil, err
	}
	p := &pictures{from: src, classes: c.Classes, labels: c.Labels(), hash: c.Digest, reading: src.Reading()}
	for _, pic := range c.Pictures {
		p.ids, p.sha = append(p.ids, pic.ID), append(p.sha, pic.SHA256)
	}
	if len(p.classes) < 2 {
		return nil, fmt.Errorf("finetune: %s holds %d class; telling classes apart needs two folders of pictures or more", src.Root(), len(p.classes))
	}
	return p, nil
}

// fit is a network's preprocessing as package dataset wants it: what is left of it,
// subtracting and dividing, is the network's first layer.
func fit(pre zoo.Preprocess) dataset.Fit {
	return dataset.Fit{Size: pre.Size, Crop: pre.Crop, Rule: pre.Rule}
}

// pixels decodes the pictures at idx in parallel and hands them over in order, at most
// batch at once, as [n, size, size, 3].
func (p *pictures) pixels(ctx context.Context, idx []int, pre zoo.Preprocess, batch int, emit func(idx []int, px []uint8) error) error {
	for b, err := range p.from.Load(ctx, idx, fit(pre), batch) {
		if err != nil {
			return err
		}
		if err := emit(b.Index, b.Pix); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// division is a split as plain positions.
type division struct {
	train, valid, test []int
	hash               string
}

func divisionOf(p split.Parts) division { return division{p.Train, p.Valid, p.Test, p.Hash} }

// divide asks the splitter, and checks that its positions are this catalogue's.
func divide(ctx context.Context, p *pictures, s split.Splitter) (division, error) {
	parts, err := s.Parts(ctx)
	if err != nil {
		return division{}, err
	}
	d := divisionOf(parts)
	return d, d.check(p.len())
}

func (d division) check(n int) error {
	seen := make([]bool, n)
	for _, part := range [][]int{d.train, d.valid, d.test} {
		for _, i := range part {
			if i < 0 || i >= n || seen[i] {
				return fmt.Errorf("finetune: the split names picture %d of %d, or names it twice; was it made from other pictures?", i, n)
			}
			seen[i] = true
		}
	}
	return nil
}
