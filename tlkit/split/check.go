package split

import (
	"context"
	"fmt"
	"slices"
)

// A Leak is something that stands on both sides of a split.
type Leak struct {
	Kind  string   // "equal content", "near duplicate", "group" or "time"
	Name  string   // the group's, the start of the hash, or the times
	Count int      // items that have it; of times, items of the earlier part that are too late
	IDs   []string // the first of them, in the source's order
	Parts []string // the part of each of IDs
}

// The kinds of leaks.
const (
	equalContent  = "equal content"
	nearDuplicate = "near duplicate"
	sameGroup     = "group"
	wrongTime     = "time"
)

// Checker says how closely a split is looked over. The zero value is the sensible default.
type Checker struct {
	MaxLeaks int // leaks that are listed; the others are counted. 0 means 20
	MaxIDs   int // items that are listed for each leak. 0 means 10

	// Two parts differ in their target if both the test's p-value is below Alpha and the
	// effect, from 0 to 1, is Effect or more: the p-value alone would find any difference in
	// a million rows, the effect alone one by chance in ten. 0 means 0.001 and 0.1.
	Alpha, Effect float64
}

func (o Checker) defaults() Checker {
	if o.MaxLeaks <= 0 {
		o.MaxLeaks = 20
	}
	if o.MaxIDs <= 0 {
		o.MaxIDs = 10
	}
	if !(o.Alpha > 0) {
		o.Alpha = 0.001
	}
	if !(o.Effect > 0) {
		o.Effect = 0.1
	}
	return o
}

// Report says what a split looks like: how many items of each class are in each part, what
// leaks, and how the target differs between parts.
type Report struct {
	Classes []string         // sorted; bins in their order; "" last if some items have none. None without classes
	Counts  map[string][]int // part → items of each class, in the order of Classes
	Sizes   map[string]int   // part → items; "dropped" only where some are

	Leaks []Leak // the first ones of each kind
	More  int    // leaks beyond those

	// Joined counts the items that were kept together because their contents are equal
	// although their groups are not.
	Joined int

	// Drift compares the target in valid and in test with that in train. A difference is
	// found by the checker's Alpha and Effect, which are here.
	Drift         []Drift
	Alpha, Effect float64

	Hash string
}

// Check looks a split over, as Checker{}.Check does.
func Check(ctx context.Context, src Source, parts Splitter) (*Report, error) {
	return Checker{}.Check(ctx, src, parts)
}

// Check looks a split over for what the source knows: equal contents, near duplicates and
// groups in more than one part, items of an earlier part that are not before all of a later
// one, if items have times, and a target that is spread otherwise than in train. The split
// may have been made from a source that knows less; so a split that ignored groups is
// checked with a source that has them. It is an error if parts and items do not belong
// together.
func (o Checker) Check(ctx context.Context, src Source, parts Splitter) (*Report, error) {
	o = o.defaults()
	c, err := look(ctx, src)
	if err != nil {
		return nil, err
	}
	p, err := ask(ctx, parts)
	if err != nil {
		return nil, err
	}
	of, err := p.labelled(c.n)
	if err != nil {
		return nil, err
	}
	r := &Report{Hash: p.Hash, Alpha: o.Alpha, Effect: o.Effect}
	r.count(c, of)
	s := search{Report: r, opt: o, c: c, of: of}
	s.across(equalContent, c.content)
	s.across(nearDuplicate, c.alike)
	s.across(sameGroup, c.group)
	s.times(p)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.Joined = joined(c, of)
	r.Drift = drift(c, of, o)
	return r, ctx.Err()
}

// count counts classes.
func (r *Report) count(c *columns, of []part) {
	r.Sizes = map[string]int{}
	var sizes [allParts]int
	for _, k := range of {
		sizes[k]++
	}
	r.Classes = c.class.names()
	n := len(r.Classes)
	counts := make([]int, int(allParts)*(n+1))
	none := 0
	for i, k := range of {
		code := int(c.class.at(i))
		if code < 0 {
			code = n
			none++
		}
		counts[int(k)*(n+1)+code]++
	}
	if n > 0 && none > 0 {
		r.Classes = append(r.Classes, "")
	}
	r.Counts = map[string][]int{}
	for k, name := range partNames {
		if k != int(dropped) || sizes[k] > 0 {
			r.Sizes[name] = sizes[k]
			r.Counts[name] = counts[k*(n+1) : k*(n+1)+len(r.Classes)]
		}
	}
}

// parts are the names of the parts that the report is about.
func (r *Report) parts() []string {
	if r.Sizes[partNames[dropped]] > 0 {
		return partNames[:]
	}
	return partNames[:dropped]
}

// search finds leaks.
type search struct {
	*Report
	opt Checker
	c   *columns
	of  []part // the part of each item
}

// add lists a leak or counts it.
func (s *search) add(kind int, l func() Leak) int {
	if kind < s.opt.MaxLeaks {
		s.Leaks = append(s.Leaks, l())
	} else {
		s.More++
	}
	return kind + 1
}

// across finds items that share a code and not a part. Dropped items share nothing.
func (s *search) across(kind string, of *coding) {
	if of == nil {
		return
	}
	in := make([]uint8, of.size) // a bit for each part that has the code
	for i, k := range of.code {
		if k >= 0 && s.of[i] != dropped {
			in[k] |= 1 << s.of[i]
		}
	}
	listed := map[int32]int{} // code → its place in s.Leaks
	found := 0
	for k, bits := range in {
		if bits&(bits-1) == 0 {
			continue
		}
		found = s.add(found, func() Leak {
			listed[int32(k)] = len(s.Leaks)
			return Leak{Kind: kind, Name: of.name(int32(k))}
		})
	}
	if found == 0 {
		return
	}
	for i, k := range of.code {
		if at, ok := listed[k]; ok && s.of[i] != dropped {
			s.list(&s.Leaks[at], i)
		}
	}
}

func (s *search) list(l *Leak, i int) {
	if l.Count++; l.Count <= s.opt.MaxIDs {
		l.IDs, l.Parts = append(l.IDs, s.c.id(i)), append(l.Parts, partNames[s.of[i]])
	}
}

// times finds items that are not before all of a later part.
func (s *search) times(p Parts) {
	l := s.c.times
	if l == nil {
		return
	}
	lists := p.lists()
	for late := inValid; late <= inTest; late++ {
		first, ok := l.least(lists[late])
		if !ok {
			continue
		}
		for early := inTrain; early < late; early++ {
			leak := Leak{Kind: wrongTime}
			last := first
			for _, i := range lists[early] {
				if v := l.at[i]; v != noTime && v >= first {
					last = max(last, v)
					s.list(&leak, i)
				}
			}
			if leak.Count > 0 {
				leak.Name = fmt.Sprintf("%s up to %s, %s from %s", partNames[early], l.format(last), partNames[late], l.format(first))
				s.Leaks = append(s.Leaks, leak)
			}
		}
	}
}

// least is the earliest time of these items.
func (l *timeline) least(items []int) (first int64, ok bool) {
	for _, i := range items {
		if v := l.at[i]; v != noTime && (!ok || v < first) {
			first, ok = v, true
		}
	}
	return first, ok
}

// joined counts items of equal content in one part whose groups would not have kept them
// together.
func joined(c *columns, of []part) int {
	if c.content == nil {
		return 0
	}
	const differ = 1 << 30
	n := make([]int, c.content.size)
	group := make([]int32, c.content.size) // of the first item; differ: they do, or it has none
	in := make([]uint8, c.content.size)
	for i, k := range c.content.code {
		if k < 0 {
			continue
		}
		g := c.group.at(i)
		if n[k] == 0 {
			group[k] = g
		}
		if g < 0 || g != group[k] {
			group[k] = differ
		}
		n[k]++
		in[k] |= 1 << of[i]
	}
	sum := 0
	for k, items := range n {
		if items > 1 && group[k] == differ && slices.Contains([]uint8{1 << inTrain, 1 << inValid, 1 << inTest}, in[k]) {
			sum += items
		}
	}
	return sum
}
