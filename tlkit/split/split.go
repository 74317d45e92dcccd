package split

import (
	"context"
	"fmt"
	"math"
	"sync"
)

// Options say how to split. The zero value is 70/15/15 with seed 0.
type Options struct {
	// Train, Valid and Test are the shares of the parts. They sum to one. All zero means
	// 0.70, 0.15, 0.15. Train is above zero; Valid or Test may be zero.
	Train, Valid, Test float64

	// Seed is where chance comes from.
	Seed uint64

	// IgnoreHashes splits items of equal content, and items that are alike, apart. It is
	// only there to show what a leak does to a result.
	IgnoreHashes bool
}

func (o Options) shares() ([]float64, error) { return shares(o.Train, o.Valid, o.Test) }

func shares(train, valid, test float64) ([]float64, error) {
	if train == 0 && valid == 0 && test == 0 {
		return []float64{0.70, 0.15, 0.15}, nil
	}
	sum := train + valid + test
	if !(train > 0 && valid >= 0 && test >= 0) || !(math.Abs(sum-1) <= 1e-9) {
		return nil, fmt.Errorf("split: %w: train %v, valid %v and test %v sum to %v; give shares from 0 to 1 that sum to 1, train above 0",
			ErrRatios, train, valid, test, sum)
	}
	return []float64{train, valid, test}, nil
}

// Plan is a split that is described and not yet made.
type Plan struct {
	src      Source
	describe func() (string, error)
	make     func(ctx context.Context, c *columns) (Parts, error)

	mu    sync.Mutex
	parts *Parts
}

// Random describes a split by chance alone. Without groups, each part's size is within one
// of its exact share.
func Random(src Source, o Options) *Plan { return o.plan(src, false) }

// Stratified describes a split in which every part has the classes in the same shares.
// Without groups, each class's count in each part is within one of its exact share, and so
// is each part's size. With groups both are as near as whole groups come, largest first.
//
// Numbers are stratified by their bins: see RowOptions.Bins and [ByTarget].
func Stratified(src Source, o Options) *Plan { return o.plan(src, true) }

func (o Options) plan(src Source, stratified bool) *Plan {
	return &Plan{
		src: src,
		make: func(ctx context.Context, c *columns) (Parts, error) {
			shares, err := o.shares()
			if err != nil {
				return Parts{}, err
			}
			if stratified {
				if err := c.classes(); err != nil {
					return Parts{}, err
				}
			}
			d := division{c: c, stratified: stratified, hashes: !o.IgnoreHashes}
			of, err := d.divide(ctx, nil, shares, o.Seed)
			if err != nil {
				return Parts{}, err
			}
			label := make([]part, c.n)
			for i, k := range of {
				label[i] = part(k)
			}
			return partsOf(c, label), nil
		},
		describe: func() (string, error) {
			s, err := o.shares()
			if err != nil {
				return "", err
			}
			how, kept := "by chance", "groups and equal contents kept together"
			if stratified {
				how = "stratified by class"
			}
			if o.IgnoreHashes {
				kept = "groups kept together, equal contents not"
			}
			return fmt.Sprintf("%s, %s, seed %d, %s", how, percent(s), o.Seed, kept), nil
		},
	}
}

func percent(s []float64) string {
	return fmt.Sprintf("%.4g/%.4g/%.4g %% train/valid/test", 100*s[0], 100*s[1], 100*s[2])
}

// Parts makes the split, the first time it is called.
func (p *Plan) Parts(ctx context.Context) (Parts, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.parts != nil {
		return *p.parts, nil
	}
	if _, err := p.describe(); err != nil { // before anything is read
		return Parts{}, err
	}
	c, err := read(ctx, p.src)
	if err != nil {
		return Parts{}, err
	}
	parts, err := p.make(ctx, c)
	if err != nil {
		return Parts{}, err
	}
	p.parts = &parts
	return parts, nil
}

// Describe is the plan in words.
func (p *Plan) Describe() string {
	s, err := p.describe()
	if err != nil {
		return err.Error()
	}
	return s
}
