// Package split divides items into parts for training, validation and test, by chance,
// by class, and by group, without leaks.
//
// It needs no more than an id, a label, a group and a content hash for each item, so
// pictures and texts split without a dataframe. Items of one group stay together; so do
// items with the same content, which are found by their hash whatever their group says.
// A plan ([Random], [Stratified], [KFold], …) is a description: nothing is read before
// [Plan.Parts] or [Folds.Parts] asks.
//
// Chance comes from math/rand/v2's PCG seeded with Options.Seed. The same items, options
// and seed give the same parts on every machine.
package split

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// The kinds of errors, for errors.Is. Every error says which class, group or option is
// at fault and what to do.
var (
	ErrEmpty  = errors.New("nothing to split")
	ErrLabels = errors.New("label is missing")
	ErrIDs    = errors.New("ids are not unique")
	ErrRatios = errors.New("ratios do not make a split")
	ErrSmall  = errors.New("class is too small")
	ErrGroup  = errors.New("group is too large")
	ErrFolds  = errors.New("number of folds does not fit")
	ErrOther  = errors.New("split is of other items")
)

// Item is what a split needs to know of one thing.
type Item struct {
	ID    string // unique
	Label string // class; may be empty where no class is needed
	Group string // items of one group stay together; empty: a group of its own
	Hash  string // of the content; items with equal hashes stay together; empty: unknown
}

// Source gives the items to split, always in the same order.
type Source interface {
	Items(ctx context.Context) ([]Item, error)
}

// Items is a Source of items at hand.
type Items []Item

// Items returns the items themselves.
func (it Items) Items(context.Context) ([]Item, error) { return it, nil }

// ByLabel makes a Source of labels alone; the ids are the positions "0", "1", ….
func ByLabel(labels []string) Items {
	it := make(Items, len(labels))
	for i, l := range labels {
		it[i] = Item{ID: fmt.Sprint(i), Label: l}
	}
	return it
}

// Splitter is anything that divides items into one train, valid and test part.
type Splitter interface {
	Parts(ctx context.Context) (Parts, error)
}

// Parts are positions in the source's items, each part ascending, disjoint, and together
// all of them. Hash names the split: it changes when an id or its part does.
type Parts struct {
	Train []int  `json:"train"`
	Valid []int  `json:"valid"`
	Test  []int  `json:"test"`
	Hash  string `json:"hash"`
}

// Len is the number of items in all parts.
func (p Parts) Len() int { return len(p.Train) + len(p.Valid) + len(p.Test) }

// Part names the part that position i is in: "train", "valid", "test", or "".
func (p Parts) Part(i int) string {
	for name, part := range p.named() {
		if _, ok := slices.BinarySearch(part, i); ok {
			return name
		}
	}
	return ""
}

func (p Parts) named() map[string][]int {
	return map[string][]int{"train": p.Train, "valid": p.Valid, "test": p.Test}
}

// Options say how to split. The zero value is 70/15/15 with seed 0.
type Options struct {
	// Train, Valid and Test are the shares of the parts. They sum to one. All zero means
	// 0.70, 0.15, 0.15. Train is above zero; Valid or Test may be zero.
	Train, Valid, Test float64

	// Seed is where chance comes from.
	Seed uint64

	// IgnoreHashes splits items of equal content apart. It is only there to show what
	// a leak does to a result.
	IgnoreHashes bool
}

func (o Options) shares() ([]float64, error) {
	if o.Train == 0 && o.Valid == 0 && o.Test == 0 {
		return []float64{0.70, 0.15, 0.15}, nil
	}
	sum := o.Train + o.Valid + o.Test
	if !(o.Train > 0 && o.Valid >= 0 && o.Test >= 0) || math.Abs(sum-1) > 1e-9 {
		return nil, fmt.Errorf("split: %w: train %v, valid %v and test %v sum to %v; give shares from 0 to 1 that sum to 1, train above 0",
			ErrRatios, o.Train, o.Valid, o.Test, sum)
	}
	return []float64{o.Train, o.Valid, o.Test}, nil
}

// Plan is a split that is described and not yet made.
type Plan struct {
	src        Source
	opt        Options
	stratified bool

	mu    sync.Mutex
	parts *Parts
}

// Random describes a split by chance alone.
func Random(src Source, o Options) *Plan { return &Plan{src: src, opt: o} }

// Stratified describes a split in which every part has the classes in the same shares:
// without groups, each class's count in each part is within one of its exact share.
func Stratified(src Source, o Options) *Plan { return &Plan{src: src, opt: o, stratified: true} }

// Parts makes the split, the first time it is called.
func (p *Plan) Parts(ctx context.Context) (Parts, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.parts != nil {
		return *p.parts, nil
	}
	shares, err := p.opt.shares()
	if err != nil {
		return Parts{}, err
	}
	items, err := read(ctx, p.src, p.stratified)
	if err != nil {
		return Parts{}, err
	}
	all := make([]int, len(items))
	for i := range all {
		all[i] = i
	}
	out, err := divide(items, all, shares, p.stratified, !p.opt.IgnoreHashes, p.opt.Seed)
	if err != nil {
		return Parts{}, err
	}
	parts := finish(items, out[0], out[1], out[2])
	p.parts = &parts
	return parts, nil
}

// Describe is the plan in words.
func (p *Plan) Describe() string {
	s, err := p.opt.shares()
	if err != nil {
		return err.Error()
	}
	how := "by chance"
	if p.stratified {
		how = "stratified by class"
	}
	return fmt.Sprintf("%s, %.4g/%.4g/%.4g %% train/valid/test, seed %d, groups and equal contents kept together", how, 100*s[0], 100*s[1], 100*s[2], p.opt.Seed)
}

// FoldOptions say how to make folds. The zero value is five folds, once, with 15 % of
// each fold's training items set aside for validation.
type FoldOptions struct {
	K       int // folds; 0 means 5
	Repeats int // times that all is divided anew; 0 means 1

	// Valid is the share of what is left for training that each fold sets aside for
	// validation, so that early stopping never looks at the test part. 0 means 0.15, and
	// none for [FoldTables], whose models rarely stop early; below 0 means none.
	Valid float64

	Seed         uint64 // where chance comes from
	IgnoreHashes bool   // as in Options
}

// Folds is a cross-validation that is described and not yet made.
type Folds struct {
	src        Source
	opt        FoldOptions
	stratified bool
}

// KFold describes k folds by chance. Each item is in the test part of one fold.
func KFold(src Source, o FoldOptions) *Folds { return &Folds{src: src, opt: o} }

// StratifiedKFold describes k folds with the classes in the same shares in each.
func StratifiedKFold(src Source, o FoldOptions) *Folds {
	return &Folds{src: src, opt: o, stratified: true}
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

// make divides by options whose Valid is not above 0 where nothing is set aside.
func (f *Folds) make(ctx context.Context, o FoldOptions) ([]Parts, error) {
	if o.K == 0 {
		o.K = 5
	}
	if o.Repeats == 0 {
		o.Repeats = 1
	}
	items, err := read(ctx, f.src, f.stratified)
	if err != nil {
		return nil, err
	}
	if o.K < 2 || o.K > len(items) {
		return nil, fmt.Errorf("split: %w: %d folds of %d items; give 2 to %d", ErrFolds, o.K, len(items), len(items))
	}
	if o.Repeats < 0 || o.Valid >= 1 {
		return nil, fmt.Errorf("split: %w: repeats %d and valid share %v; repeats are above 0, the share below 1", ErrFolds, o.Repeats, o.Valid)
	}
	all := make([]int, len(items))
	for i := range all {
		all[i] = i
	}
	shares := make([]float64, o.K)
	for i := range shares {
		shares[i] = 1 / float64(o.K)
	}
	var out []Parts
	for r := range uint64(o.Repeats) {
		seed := o.Seed + r*0x9e3779b97f4a7c15
		tests, err := divide(items, all, shares, f.stratified, !o.IgnoreHashes, seed)
		if err != nil {
			return nil, err
		}
		for k, test := range tests {
			rest := without(all, test)
			var valid []int
			if o.Valid > 0 {
				two, err := divide(items, rest, []float64{1 - o.Valid, o.Valid}, f.stratified, !o.IgnoreHashes, seed+uint64(k)+1)
				if err != nil {
					return nil, err
				}
				rest, valid = two[0], two[1]
			}
			out = append(out, finish(items, rest, valid, test))
		}
	}
	return out, nil
}

// read gets the items and refuses what cannot be split.
func read(ctx context.Context, src Source, labels bool) ([]Item, error) {
	items, err := src.Items(ctx)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("split: %w: the source has no items", ErrEmpty)
	}
	seen := make(map[string]int, len(items))
	for i, it := range items {
		if j, ok := seen[it.ID]; ok {
			return nil, fmt.Errorf("split: %w: items %d and %d are both called %q", ErrIDs, j, i, it.ID)
		}
		seen[it.ID] = i
		if labels && it.Label == "" {
			return nil, fmt.Errorf("split: %w: item %d (%q) has none; a stratified split needs a class for each, use Random without", ErrLabels, i, it.ID)
		}
	}
	return items, nil
}

func without(all, drop []int) []int {
	var keep []int
	for _, i := range all {
		if _, ok := slices.BinarySearch(drop, i); !ok {
			keep = append(keep, i)
		}
	}
	return keep
}

// finish sorts the parts and names the split.
func finish(items []Item, train, valid, test []int) Parts {
	p := Parts{Train: sorted(train), Valid: sorted(valid), Test: sorted(test)}
	p.Hash = p.hash(items)
	return p
}

func sorted(idx []int) []int {
	out := append([]int{}, idx...)
	slices.Sort(out)
	return out
}

// hash covers the part of every id, in the order of the ids: the order of the source does
// not matter to it.
func (p Parts) hash(items []Item) string {
	type line struct{ id, part string }
	var lines []line
	for _, part := range []string{"train", "valid", "test"} {
		for _, i := range p.named()[part] {
			lines = append(lines, line{items[i].ID, part})
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.id, b.id) })
	h := sha256.New()
	for _, l := range lines {
		b, _ := json.Marshal([2]string{l.id, l.part})
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}
