package split

import (
	"context"
	"fmt"
)

// FoldOptions say how to make folds. The zero value is five folds, once, with 15 % of
// each fold's training items set aside for validation.
type FoldOptions struct {
	K       int // folds; 0 means 5, for LeaveOneGroupOut as many as there are groups
	Repeats int // times that all is divided anew; 0 means 1

	// Valid is the share of what is left for training that each fold sets aside for
	// validation, so that early stopping never looks at the test part. 0 means 0.15, and
	// none for [FoldTables], whose models rarely stop early; below 0 means none.
	Valid float64

	Seed         uint64 // where chance comes from
	IgnoreHashes bool   // as in Options
}

// mostPositions bounds how many positions folds may hold: 8 GiB of them. Folds of n items
// hold n each, so that a fold for each of a million would take 8 TB.
const mostPositions = 1 << 30

// Folds is a cross-validation that is described and not yet made.
type Folds struct {
	src        Source
	opt        FoldOptions
	stratified bool
	groups     bool // a fold for each group
}

// KFold describes k folds by chance. Each item is in the test part of one fold.
func KFold(src Source, o FoldOptions) *Folds { return &Folds{src: src, opt: o} }

// StratifiedKFold describes k folds with the classes in the same shares in each.
func StratifiedKFold(src Source, o FoldOptions) *Folds {
	return &Folds{src: src, opt: o, stratified: true}
}

// LeaveOneGroupOut describes a fold for each group, which is its test part; the folds are in
// the order in which the groups first occur. Groups that share contents, or items that are
// alike, are one. All items have a group; K and Repeats are 0.
func LeaveOneGroupOut(src Source, o FoldOptions) *Folds {
	return &Folds{src: src, opt: o, groups: true}
}

// Parts makes the folds: K of them for each repeat, one after the other. Over the folds of
// one repeat the test parts are disjoint and together all items.
func (f *Folds) Parts(ctx context.Context) ([]Parts, error) {
	o := f.opt
	if o.Valid == 0 {
		o.Valid = 0.15
	}
	return f.make(ctx, o)
}

// tableParts makes the folds of a table, where Valid has another default.
func (f *Folds) tableParts(ctx context.Context) ([]Parts, error) { return f.make(ctx, f.opt) }

// make divides by options whose Valid is not above 0 where nothing is set aside.
func (f *Folds) make(ctx context.Context, o FoldOptions) ([]Parts, error) {
	c, err := read(ctx, f.src)
	if err != nil {
		return nil, err
	}
	if o.Repeats < 0 || !(o.Valid < 1) {
		return nil, fmt.Errorf("split: %w: repeats %d and valid share %v; repeats are above 0, the share below 1", ErrFolds, o.Repeats, o.Valid)
	}
	d := division{c: c, stratified: f.stratified, hashes: !o.IgnoreHashes}
	if f.groups {
		return f.leaveOut(ctx, d, o)
	}
	if o.K == 0 {
		o.K = 5
	}
	if o.Repeats == 0 {
		o.Repeats = 1
	}
	if o.K < 2 || o.K > c.n {
		return nil, fmt.Errorf("split: %w: %d folds of %d items; give 2 to %d", ErrFolds, o.K, c.n, c.n)
	}
	if err := holds(c.n, o.K, o.Repeats); err != nil {
		return nil, err
	}
	if f.stratified {
		if err := c.classes(); err != nil {
			return nil, err
		}
	}
	shares := make([]float64, o.K)
	for i := range shares {
		shares[i] = 1 / float64(o.K)
	}
	out := make([]Parts, 0, o.K*o.Repeats)
	for r := range uint64(o.Repeats) {
		seed := o.Seed + r*0x9e3779b97f4a7c15
		of, err := d.divide(ctx, nil, shares, seed)
		if err != nil {
			return nil, err
		}
		for k := range o.K {
			p, err := d.fold(ctx, of, int32(k), o.Valid, seed+uint64(k)+1)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
	}
	return out, nil
}

// holds refuses more folds than memory may hold.
func holds(n, k, repeats int) error {
	if most := mostPositions / max(n, 1); k > most || repeats > most/k {
		return fmt.Errorf("split: %w: %d folds, %d times, of %d items each are more than fit in memory; give fewer folds", ErrFolds, k, repeats, n)
	}
	return nil
}

// fold makes the parts of fold k, and sets a share of what is not tested aside.
func (d division) fold(ctx context.Context, of []int32, k int32, valid float64, seed uint64) (Parts, error) {
	label := make([]part, len(of))
	var rest []int32
	for i, f := range of {
		if f == k {
			label[i] = inTest
		} else if valid > 0 {
			rest = append(rest, int32(i))
		}
	}
	if valid > 0 {
		two, err := d.divide(ctx, rest, []float64{1 - valid, valid}, seed)
		if err != nil {
			return Parts{}, err
		}
		for j, i := range rest {
			label[i] = part(two[j])
		}
	}
	return partsOf(d.c, label), ctx.Err()
}

// leaveOut makes a fold for each group.
func (f *Folds) leaveOut(ctx context.Context, d division, o FoldOptions) ([]Parts, error) {
	if o.K != 0 || o.Repeats > 1 {
		return nil, fmt.Errorf("split: %w: K %d and repeats %d; the groups say how many folds there are, leave both 0", ErrFolds, o.K, o.Repeats)
	}
	for i := range d.c.n {
		if d.c.group.at(i) < 0 {
			return nil, fmt.Errorf("split: %w: item %d (%q) has none; give each item its group, or use KFold", ErrGroups, i, d.c.id(i))
		}
	}
	u := d.units(nil)
	of := make([]int32, d.c.n)
	for k := range u.n {
		for _, i := range u.of(k) {
			of[i] = int32(k)
		}
	}
	if u.n < 2 {
		return nil, fmt.Errorf("split: %w: all items are of one group; bring more groups", ErrFolds)
	}
	if err := holds(d.c.n, u.n, 1); err != nil {
		return nil, err
	}
	out := make([]Parts, u.n)
	for k := range out {
		var err error
		if out[k], err = d.fold(ctx, of, int32(k), o.Valid, o.Seed+uint64(k)+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}
