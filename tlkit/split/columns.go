package split

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// This file is how a source looks inside: numbers in columns, so that a million rows take
// no longer than they must.

// columns are the items of a source. A column that is nil says that no item has such a
// thing.
type columns struct {
	n       int
	ids     []string // nil: the ids are the positions, "0", "1", …
	class   *coding  // codes in the order in which classes are dealt with
	group   *coding
	content *coding
	alike   *coding
	times   *timeline
	binned  bool      // the classes are bins of the target
	target  []float64 // NaN: missing
	// targetName is the column that the target is in; empty where it has no name.
	targetName string
}

// columnar is a Source that has its columns at hand.
type columnar interface {
	columns(ctx context.Context) (*columns, error)
}

// id is the id of item i.
func (c *columns) id(i int) string {
	if c.ids == nil {
		return strconv.Itoa(i)
	}
	return c.ids[i]
}

// items are the columns as items.
func (c *columns) items() []Item {
	out := make([]Item, c.n)
	for i := range out {
		out[i] = Item{ID: c.id(i), Label: c.class.of(i), Group: c.group.of(i), Hash: c.content.of(i), Alike: c.alike.of(i)}
		if c.times != nil {
			out[i].Time = c.times.time(i)
		}
	}
	return out
}

// read gets the items of a source and refuses what cannot be split.
func read(ctx context.Context, src Source) (*columns, error) {
	c, err := look(ctx, src)
	if err != nil {
		return nil, err
	}
	if c.n == 0 {
		return nil, fmt.Errorf("split: %w: the source has no items", ErrEmpty)
	}
	if c.n > math.MaxInt32 {
		return nil, fmt.Errorf("split: %w: %d items, and at most %d can be split at once", ErrOption, c.n, math.MaxInt32)
	}
	return c, ctx.Err()
}

// look gets the items of a source, of which there may be none.
func look(ctx context.Context, src Source) (*columns, error) {
	if src == nil {
		return nil, fmt.Errorf("split: %w: there is no source", ErrEmpty)
	}
	if s, ok := src.(columnar); ok {
		return s.columns(ctx)
	}
	items, err := src.Items(ctx)
	if err != nil {
		return nil, err
	}
	return columnsOf(items)
}

// columnsOf takes items apart.
func columnsOf(items []Item) (*columns, error) {
	c := &columns{n: len(items), ids: make([]string, len(items))}
	seen := make(map[string]int, len(items))
	for i := range items {
		id := items[i].ID
		if j, ok := seen[id]; ok {
			return nil, fmt.Errorf("split: %w: items %d and %d are both called %q", ErrIDs, j, i, id)
		}
		seen[id], c.ids[i] = i, id
	}
	c.class = codeTexts(len(items), func(i int) string { return items[i].Label }).sorted()
	c.group = codeTexts(len(items), func(i int) string { return items[i].Group })
	c.content = codeTexts(len(items), func(i int) string { return items[i].Hash })
	c.alike = codeTexts(len(items), func(i int) string { return items[i].Alike })
	c.times = timesOfItems(items)
	return c, nil
}

// classes refuses items without a class.
func (c *columns) classes() error {
	for i := range c.n {
		if c.class.at(i) < 0 {
			return fmt.Errorf("split: %w: item %d (%q) has none; a stratified split needs a class for each, use Random without", ErrLabels, i, c.id(i))
		}
	}
	return nil
}
