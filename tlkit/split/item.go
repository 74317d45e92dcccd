package split

import (
	"context"
	"time"
)

// Item is what a split needs to know of one thing.
type Item struct {
	ID    string    // unique
	Label string    // class; may be empty where no class is needed
	Group string    // items of one group stay together; empty: a group of its own
	Hash  string    // of the content; items with equal hashes stay together; empty: unknown
	Alike string    // names a cluster of near duplicates, which stay together; empty: none
	Time  time.Time // when it was made or seen; zero: unknown
}

// Source gives the items to split, always in the same order.
type Source interface {
	Items(ctx context.Context) ([]Item, error)
}

// Items is a Source of items at hand.
type Items []Item

// Items returns the items themselves.
func (it Items) Items(context.Context) ([]Item, error) { return it, nil }
