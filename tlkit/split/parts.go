package split

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Splitter is anything that divides items into one train, valid and test part.
type Splitter interface {
	Parts(ctx context.Context) (Parts, error)
}

// Folder is anything that divides items several times over.
type Folder interface {
	Parts(ctx context.Context) ([]Parts, error)
}

// Given is folds at hand, as a [Folder]: those of another program, or of a way of dividing
// that this package does not have. Each fold has all items, those of no use to it in
// Dropped; an item may be in the test part of several folds, or of none.
type Given []Parts

// Parts gives the folds themselves. There is one at least, else it is [ErrFolds].
func (g Given) Parts(context.Context) ([]Parts, error) {
	if len(g) == 0 {
		return nil, fmt.Errorf("split: %w: there are none; give one at least", ErrFolds)
	}
	return g, nil
}

// Parts are positions in the source's items, each part ascending, disjoint, and together
// all of them. They are shared, and only to be read.
type Parts struct {
	Train []int `json:"train"`
	Valid []int `json:"valid"`
	Test  []int `json:"test"`

	// Dropped are in no part: what lies in a gap, after a fold's test part, or before a
	// training part that rolls. Only splits by time drop items.
	Dropped []int `json:"dropped,omitempty"`

	// Hash names the split: it changes when an id or its part does. The order of the
	// source does not matter to it, unless the ids are positions.
	Hash string `json:"hash"`
}

// Parts makes parts at hand a Splitter.
func (p Parts) Parts(context.Context) (Parts, error) { return p, nil }

// ask makes a split, if there is one.
func ask(ctx context.Context, s Splitter) (Parts, error) {
	if s == nil {
		return Parts{}, fmt.Errorf("split: %w: there is no split", ErrEmpty)
	}
	return s.Parts(ctx)
}

// part is which part an item is in; an alias, so that many are bytes to hash.
type part = uint8

const (
	inTrain part = iota
	inValid
	inTest
	dropped
	allParts // how many there are
)

var partNames = [allParts]string{"train", "valid", "test", "dropped"}

// lists are the positions of each part.
func (p Parts) lists() [allParts][]int { return [allParts][]int{p.Train, p.Valid, p.Test, p.Dropped} }

// Len is the number of items, the dropped ones too.
func (p Parts) Len() int { return len(p.Train) + len(p.Valid) + len(p.Test) + len(p.Dropped) }

// Part names the part that position i is in: "train", "valid", "test", "dropped", or "".
func (p Parts) Part(i int) string {
	for k, list := range p.lists() {
		if _, ok := slices.BinarySearch(list, i); ok {
			return partNames[k]
		}
	}
	return ""
}

// labelled gives the part of each of n items, or says that these are not parts of n items.
func (p Parts) labelled(n int) ([]part, error) {
	of := make([]part, n)
	for i := range of {
		of[i] = allParts
	}
	for k, list := range p.lists() {
		for _, i := range list {
			if i < 0 || i >= n || of[i] != allParts {
				return nil, fmt.Errorf("split: %w: position %d of part %s is outside the %d items, or in two parts; split these items anew", ErrOther, i, partNames[k], n)
			}
			of[i] = part(k)
		}
	}
	if p.Len() != n {
		return nil, fmt.Errorf("split: %w: it has %d items, the source %d; split these items anew", ErrOther, p.Len(), n)
	}
	return of, nil
}

// partsOf makes Parts of the part of each item.
func partsOf(c *columns, of []part) Parts {
	var sizes [allParts]int
	for _, k := range of {
		sizes[k]++
	}
	var lists [allParts][]int
	for k, n := range sizes {
		if n > 0 || k != int(dropped) {
			lists[k] = make([]int, n)
		}
	}
	var at [allParts]int
	for i, k := range of {
		lists[k][at[k]] = i
		at[k]++
	}
	return Parts{Train: lists[inTrain], Valid: lists[inValid], Test: lists[inTest], Dropped: lists[dropped], Hash: hash(c, of)}
}

// hash covers the part of every item. Where items have ids it is of lines of an id and a
// part, as JSON, in the order of the ids; where they are positions, of a byte each.
func hash(c *columns, of []part) string {
	h := sha256.New()
	if c.ids == nil {
		fmt.Fprintf(h, "tlkit parts of %d positions\n", c.n)
		h.Write(of)
		return hex.EncodeToString(h.Sum(nil))
	}
	order := make([]int32, c.n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(c.ids[a], c.ids[b]) })
	for _, i := range order {
		b, _ := json.Marshal([2]string{c.ids[i], partNames[of[i]]}) // strings always marshal
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}
