package dedupe

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/parallel"
)

// KeyKind is what a block's key is made of.
type KeyKind uint8

const (
	// Whole is the value itself. Of text, case and surplus white space do not count.
	Whole KeyKind = iota
	// Prefix is its first Length characters, 3 where that is 0.
	Prefix
	// Fingerprint is OpenRefine's fingerprint: the words in order, without accents and
	// punctuation.
	Fingerprint
	// NGrams is OpenRefine's n-gram fingerprint with pieces of Length characters, 2 where
	// that is 0.
	NGrams
	// Metaphone is the first key of Double Metaphone of the first word, Length letters
	// long, 4 where that is 0: how it sounds in English.
	Metaphone
	// Cologne is the Kölner Phonetik of the first word: how it sounds in German.
	Cologne
	// DaitchMokotoff is the Daitch-Mokotoff Soundex of the first word: how it sounds in
	// Slavic and Yiddish names.
	DaitchMokotoff
)

var keyNames = enum.Names{Type: "KeyKind", List: []string{"whole", "prefix", "fingerprint", "n-grams", "metaphone", "cologne", "daitch-mokotoff"}, Err: errOptions}

// String is the name: "whole", "prefix", "fingerprint", "n-grams", "metaphone", "cologne",
// "daitch-mokotoff".
func (k KeyKind) String() string { return keyNames.String(uint8(k)) }

// MarshalText writes the name.
func (k KeyKind) MarshalText() ([]byte, error) { return keyNames.Marshal(uint8(k)) }

// UnmarshalText reads the name.
func (k *KeyKind) UnmarshalText(b []byte) error {
	return keyNames.Unmarshal(b, (*uint8)(k))
}

// Key is one part of a block's key.
type Key struct {
	Column string  `json:"column"`
	By     KeyKind `json:"by"`
	Length int     `json:"length,omitempty"` // for Prefix, NGrams and Metaphone
}

// Block is one pass over the table: which rows it brings together.
type Block struct {
	// Keys are the parts of the key, at least one. Rows are compared if all parts are
	// equal. A row that lacks a part – a missing value, empty text – is in no block of this
	// pass.
	Keys []Key `json:"keys"`

	// Window, where not 0, sorts the rows by their keys and compares each row with the
	// Window − 1 that follow it, whether their keys are equal or not: the sorted
	// neighbourhood of Hernández and Stolfo (1995). It is at least 2.
	Window int `json:"window,omitempty"`
}

func (k Key) check() error {
	if keyNames.Check(uint8(k.By)) != nil {
		return fmt.Errorf("dedupe: %w: %v of column %.40q; choose a key of this package", ErrOptions, k.By, k.Column)
	}
	if k.Length < 0 || k.Length > longest || k.Length != 0 && k.By != Prefix && k.By != NGrams && k.By != Metaphone {
		return fmt.Errorf("dedupe: %w: a length of %d for the key %v of column %.40q; it is for prefix, n-grams and metaphone, up to %d", ErrOptions, k.Length, k.By, k.Column, longest)
	}
	return nil
}

// of makes the key of a text. Empty means none.
func (k Key) of(s string) string {
	length := k.Length
	s = fold(s)
	if k.By == Metaphone || k.By == Cologne || k.By == DaitchMokotoff {
		s, _, _ = strings.Cut(s, " ")
	}
	switch k.By {
	case Prefix:
		if length == 0 {
			length = 3
		}
		return first(s, length)
	case Fingerprint:
		return text.Fingerprint(s)
	case NGrams:
		if length == 0 {
			length = 2
		}
		return text.NGramFingerprint(first(s, longest), length)
	case Metaphone:
		key, _ := text.DoubleMetaphone(first(s, longest), length)
		return key
	case Cologne:
		return text.Cologne(first(s, longest))
	case DaitchMokotoff:
		if key := text.DaitchMokotoff(first(s, longest)); key != "000000" { // that is no letters
			return key
		}
		return ""
	default:
		return s
	}
}

// pass is a Block made ready: the rows in an order in which those to be compared follow one
// another.
type pass struct {
	block Block
	order []int32                // rows that have a key, by key and then by row
	ends  []int32                // by place in order: where the rows to be compared with it end
	at    []int32                // by row: its block, or its place for a window; −1 where it has no key
	name  func(place int) string // the key there, for people
}

func newPasses(ctx context.Context, t frame.Table, blocks []Block) ([]pass, error) {
	if len(blocks) == 0 {
		return []pass{everything(t.Nrow())}, nil
	}
	passes, errs := make([]pass, len(blocks)), make([]error, len(blocks))
	err := parallel.Each(ctx, len(blocks), func(i int) { passes[i], errs[i] = newPass(t, i, blocks[i]) })
	if err != nil {
		return nil, fmt.Errorf("dedupe: %w", err)
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return passes, nil
}

// everything is the pass that brings all rows together.
func everything(n int) pass {
	p := pass{order: make([]int32, n), ends: make([]int32, n), at: make([]int32, n), name: func(int) string { return "" }}
	for i := range p.order {
		p.order[i], p.ends[i] = int32(i), int32(n)
	}
	return p
}

func newPass(t frame.Table, number int, b Block) (pass, error) {
	if len(b.Keys) == 0 {
		return pass{}, fmt.Errorf("dedupe: %w: block %d has no key; give it one, or leave all blocks out to compare all pairs", ErrOptions, number)
	}
	if b.Window < 0 || b.Window == 1 {
		return pass{}, fmt.Errorf("dedupe: %w: block %d has a window of %d rows; give 2 or more, or 0 for equal keys", ErrOptions, number, b.Window)
	}
	n := t.Nrow()
	ranks, texts := make([][]int32, len(b.Keys)), make([][]string, len(b.Keys))
	for k, key := range b.Keys {
		if err := key.check(); err != nil {
			return pass{}, err
		}
		c, err := t.Column(key.Column)
		if err != nil {
			return pass{}, fmt.Errorf("dedupe: %w", err)
		}
		ranks[k], texts[k] = ranked(intern(c, key.of))
	}
	p := pass{block: b, at: make([]int32, n)}
	for i := range n {
		p.at[i] = -1
		if !slices.ContainsFunc(ranks, func(r []int32) bool { return r[i] < 0 }) {
			p.order = append(p.order, int32(i))
		}
	}
	compare := func(i, j int32) int {
		for _, r := range ranks {
			if c := cmp.Compare(r[i], r[j]); c != 0 {
				return c
			}
		}
		return 0
	}
	slices.SortStableFunc(p.order, compare) // rows are in order, and stay so in their blocks
	p.bound(compare)
	p.name = func(place int) string {
		said := make([]string, len(b.Keys))
		for k, key := range b.Keys {
			said[k] = fmt.Sprintf("%.40s %v %.40q", key.Column, key.By, texts[k][ranks[k][p.order[place]]])
		}
		return strings.Join(said, ", ")
	}
	return p, nil
}

// bound sets where each place's partners end, and what brings rows together.
func (p *pass) bound(compare func(i, j int32) int) {
	n := len(p.order)
	p.ends = make([]int32, n)
	if w := p.block.Window; w > 0 {
		for k, row := range p.order {
			p.ends[k] = int32(min(k+min(w, n), n))
			p.at[row] = int32(k)
		}
		return
	}
	for low, block := 0, int32(0); low < n; block++ {
		high := low + 1
		for high < n && compare(p.order[low], p.order[high]) == 0 {
			high++
		}
		for k := low; k < high; k++ {
			p.ends[k], p.at[p.order[k]] = int32(high), block
		}
		low = high
	}
}

// ranked puts interned texts in order: equal ranks for equal texts, and −1 as before.
func ranked(ids []int32, texts []string) ([]int32, []string) {
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(texts[a], texts[b]) })
	rank, sorted := make([]int32, len(texts)), make([]string, len(texts))
	for r, id := range order {
		rank[id], sorted[r] = int32(r), texts[id]
	}
	for i, id := range ids {
		if id >= 0 {
			ids[i] = rank[id]
		}
	}
	return ids, sorted
}

// brings reports whether the pass compares these two rows.
func (p *pass) brings(i, j int32) bool {
	a, b := p.at[i], p.at[j]
	if a < 0 || b < 0 {
		return false
	}
	if w := int32(min(p.block.Window, len(p.order))); w > 0 {
		return max(a-b, b-a) < w
	}
	return a == b
}

// LimitError says that blocks bring too many pairs together. It is [ErrLimit].
type LimitError struct {
	Pass  int    // the pass with the largest block, counted from 0; −1 where all pairs are compared
	Key   string // of that block, for people: `city whole "berlin"`; empty for a window
	Rows  int    // in it
	Pairs int64  // in it
	All   int64  // in all passes
	Max   int64
}

func (e *LimitError) Error() string {
	s := fmt.Sprintf("dedupe: limit exceeded: more than MaxPairs = %d pairs of rows would be compared, %d in all; ", e.Max, e.All)
	switch {
	case e.Pass < 0:
		return s + fmt.Sprintf("all %d rows are compared with each other: give Blocks, or raise MaxPairs", e.Rows)
	case e.Key == "":
		return s + fmt.Sprintf("the largest part is the window of block %d over %d rows, %d pairs: make the window smaller, or raise MaxPairs", e.Pass, e.Rows, e.Pairs)
	}
	return s + fmt.Sprintf("the largest block is %s of block %d: %d rows, %d pairs: add a key to it, give it a window, or raise MaxPairs", e.Key, e.Pass, e.Rows, e.Pairs)
}

// Is makes errors.Is(err, ErrLimit) true.
func (e *LimitError) Is(target error) bool { return target == ErrLimit }

// countPairs counts what the passes bring together, before anything is compared.
func countPairs(passes []pass, most int64) (int64, error) {
	all := int64(0)
	worst := LimitError{Pass: -1, Max: most}
	for number := range passes {
		p := &passes[number]
		n := len(p.order)
		for low := 0; low < n; {
			high, pairs := int(p.ends[low]), int64(0)
			if p.block.Window > 0 {
				high = n
				for k, end := range p.ends {
					pairs += int64(end) - int64(k) - 1
				}
			} else {
				pairs = int64(high-low) * int64(high-low-1) / 2
			}
			if all += pairs; pairs > worst.Pairs {
				worst.Rows, worst.Pairs = high-low, pairs
				if len(p.block.Keys) > 0 {
					worst.Pass, worst.Key = number, ""
					if p.block.Window == 0 {
						worst.Key = p.name(low)
					}
				}
			}
			if all < 0 || all > 1<<62 { // no sum of this size is of use
				all = 1 << 62
			}
			low = high
		}
	}
	if all > most {
		worst.All = all
		return 0, &worst
	}
	return all, nil
}
