package text

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// maxLinks bounds the pairs that are near enough to be linked, which are kept in memory.
const maxLinks = 10_000_000

// A BlockError says that too many strings share blocks for all pairs to be compared. It is
// [ErrLimit].
type BlockError struct {
	Block  string // the characters that most strings share
	Values int    // how many do
	Pairs  int64  // pairs in all blocks together
	Limit  int64
	Length int // characters in a block
}

func (e *BlockError) Error() string {
	return fmt.Sprintf("text: %v: blocks of %d characters make %d pairs of values to compare, more than %d; %d values share %.40q; raise Block, raise MaxPairs, or cluster by fingerprint first",
		ErrLimit, e.Length, e.Pairs, e.Limit, e.Values, e.Block)
}

// Is makes errors.Is(err, ErrLimit) true.
func (e *BlockError) Is(target error) bool { return target == ErrLimit }

// neighbours are the clusters of each value with all those near it.
func neighbours(ctx context.Context, rep progress.Reporter, values []Value, o ClusterOptions) (Clusters, error) {
	texts, err := lowerUnits(values, o)
	if err != nil {
		return nil, err
	}
	blocks, err := newBlocks(ctx, values, o)
	if err != nil {
		return nil, err
	}
	near, err := link(ctx, rep, texts, blocks, o)
	if err != nil {
		return nil, err
	}
	return stars(values, near), nil
}

// lowerUnits are the values as they are compared: UTF-16 units, each in lower case.
func lowerUnits(values []Value, o ClusterOptions) ([][]rune, error) {
	texts := make([][]rune, len(values))
	for i, v := range values {
		u := units(v.Text)
		if len(u) > o.MaxLength {
			return nil, fmt.Errorf("text: %w: value %.40q has %d characters, more than the %d that are compared in pairs; leave such values out, raise MaxLength, or cluster by a key",
				ErrLimit, v.Text, len(u), o.MaxLength)
		}
		texts[i] = make([]rune, len(u))
		for k := range u {
			texts[i][k] = unicode.ToLower(rune(u[k]))
		}
	}
	return texts, nil
}

// blocks say which values share so many characters in a row.
type blocks struct {
	of     [][]int32 // value → its blocks
	values [][]int32 // block → its values, ascending
}

func newBlocks(ctx context.Context, values []Value, o ClusterOptions) (blocks, error) {
	b := blocks{of: make([][]int32, len(values))}
	ids := map[string]int32{}
	for i, v := range values {
		if i%1024 == 0 && ctx.Err() != nil {
			return b, ctx.Err()
		}
		eachBlock(v.Text, o.Block, func(block string) {
			id, ok := ids[block]
			if !ok {
				id = int32(len(b.values))
				ids[block] = id
				b.values = append(b.values, nil)
			}
			if in := b.values[id]; len(in) == 0 || in[len(in)-1] != int32(i) {
				b.values[id] = append(in, int32(i))
				b.of[i] = append(b.of[i], id)
			}
		})
	}
	return b, b.check(ids, o)
}

// check refuses blocks that make too many pairs.
func (b blocks) check(ids map[string]int32, o ClusterOptions) error {
	pairs, most := int64(0), 0
	for i, in := range b.values {
		n := int64(len(in))
		pairs += n * (n - 1) / 2
		if len(in) > len(b.values[most]) {
			most = i
		}
	}
	if pairs <= o.MaxPairs {
		return nil
	}
	e := &BlockError{Values: len(b.values[most]), Pairs: pairs, Limit: o.MaxPairs, Length: o.Block}
	for block, id := range ids {
		if int(id) == most {
			e.Block = strings.ToValidUTF8(block, "\uFFFD")
		}
	}
	return e
}

// eachBlock calls f for each run of n characters of s, as vicino's NGramTokenizer cuts
// them: without ASCII's control characters and punctuation, blanks in a row made one, in
// lower case; characters are UTF-16 units, as WTF-8.
func eachBlock(s string, n int, f func(string)) {
	s = blockText(s)
	if isASCII(s) {
		for i := 0; i+n <= len(s); i++ {
			f(s[i : i+n])
		}
		return
	}
	u := units(s)
	for i := 0; i+n <= len(u); i++ {
		f(fromUnits(u[i : i+n]))
	}
}

func blockText(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for i := range len(s) { // all that goes is of one byte
		c := s[i]
		if c < ' ' || c == 0x7F || c > ' ' && c < 0x7F && !isLetterOrDigit(c) || c == ' ' && blank {
			continue
		}
		b.WriteByte(c)
		blank = c == ' '
	}
	return Lower(b.String())
}

func isLetterOrDigit(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// scratch is what comparing one value with others needs.
type scratch struct {
	pattern pattern
	seen    []int32 // value → 1 + the value that it was last compared with
}

// link gives for each value the later ones near it.
func link(ctx context.Context, rep progress.Reporter, texts [][]rune, b blocks, o ClusterOptions) ([][]int32, error) {
	pool := sync.Pool{New: func() any { return &scratch{seen: make([]int32, len(texts))} }}
	near := make([][]int32, len(texts))
	isNear := o.nearness()
	var links atomic.Int64
	done := counter{rep: rep, task: "pairs", total: len(texts)}
	const chunk = 32
	err := parallel.Chunks(ctx, len(texts), chunk, func(_, low, high int) {
		s := pool.Get().(*scratch)
		defer pool.Put(s)
		for i := low; i < high && links.Load() <= maxLinks && ctx.Err() == nil; i++ {
			near[i] = s.near(int32(i), texts, b, isNear)
			links.Add(int64(len(near[i])))
		}
		done.add(high - low)
	})
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && links.Load() > maxLinks {
		err = fmt.Errorf("text: %w: more than %d pairs of values are within %v of one another; use a smaller Radius", ErrLimit, maxLinks, o.Radius)
	}
	return near, err
}

// near are the values after i that share a block with it and are near it, ascending.
func (s *scratch) near(i int32, texts [][]rune, b blocks, isNear func(*pattern, []rune) bool) []int32 {
	ready := false
	var out []int32
	for _, id := range b.of[i] {
		in := b.values[id]
		if in[len(in)-1] == i { // as in most blocks: no other after it
			continue
		}
		at, _ := slices.BinarySearch(in, i+1)
		for _, j := range in[at:] {
			if s.seen[j] == i+1 {
				continue
			}
			s.seen[j] = i + 1
			if !ready {
				s.pattern.set(texts[i])
				ready = true
			}
			if isNear(&s.pattern, texts[j]) {
				out = append(out, j)
			}
		}
	}
	slices.Sort(out)
	return out
}

// nearness is the comparison of the method with the radius.
func (o ClusterOptions) nearness() func(*pattern, []rune) bool {
	if o.Method == ByJaroWinkler {
		return func(p *pattern, other []rune) bool { return 1-p.jaroWinkler(other) <= o.Radius }
	}
	most := int(min(o.Radius, math.MaxInt32))
	return func(p *pattern, other []rune) bool {
		if d := len(p.runes) - len(other); d > most || -d > most {
			return false
		}
		_, ok := p.distance(other, most)
		return ok
	}
}

// stars are the sets of a value with its neighbours, each set once.
func stars(values []Value, later [][]int32) Clusters {
	around := make([][]int32, len(later))
	for i, js := range later {
		for _, j := range js {
			around[i] = append(around[i], j)
			around[j] = append(around[j], int32(i))
		}
	}
	seen := map[string]bool{}
	var found Clusters
	var key []byte
	for i, js := range around {
		if len(js) == 0 {
			continue
		}
		js = append(js, int32(i))
		slices.Sort(js)
		key = key[:0]
		for _, j := range js {
			key = binary.LittleEndian.AppendUint32(key, uint32(j))
		}
		if seen[string(key)] {
			continue
		}
		seen[string(key)] = true
		c := Cluster{Values: make([]Value, len(js))}
		for k, j := range js {
			c.Values[k] = values[j]
		}
		found = append(found, c)
	}
	return found
}
