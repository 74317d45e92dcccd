package split

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"text/tabwriter"
)

// A Leak is something that stands on both sides of a split.
type Leak struct {
	Kind  string   // "equal content" or "group"
	Name  string   // the group's, or the start of the hash
	IDs   []string // the items, in the source's order
	Parts []string // the part of each
}

// Report says what a split looks like: how many items of each class are in each part, and
// what leaks.
type Report struct {
	Classes []string         // sorted
	Counts  map[string][]int // part → items of each class, in the order of Classes
	Sizes   map[string]int   // part → items
	Leaks   []Leak
	// Joined counts the items that were kept together because their contents are equal
	// although their groups are not.
	Joined int
	Hash   string
}

var partNames = []string{"train", "valid", "test"}

// Check looks a split over. It is an error if parts and items do not belong together.
func Check(ctx context.Context, src Source, parts Splitter) (*Report, error) {
	items, err := src.Items(ctx)
	if err != nil {
		return nil, err
	}
	p, err := parts.Parts(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.valid(len(items)); err != nil {
		return nil, err
	}
	r := &Report{Counts: map[string][]int{}, Sizes: map[string]int{}, Hash: p.Hash}
	for _, it := range items {
		r.Classes = append(r.Classes, it.Label)
	}
	slices.Sort(r.Classes)
	r.Classes = slices.Compact(r.Classes)
	partOf := make([]string, len(items))
	for name, idx := range p.named() {
		r.Counts[name], r.Sizes[name] = make([]int, len(r.Classes)), len(idx)
		for _, i := range idx {
			partOf[i] = name
			c, _ := slices.BinarySearch(r.Classes, items[i].Label)
			r.Counts[name][c]++
		}
	}
	r.leaks(items, partOf, "equal content", func(it Item) string { return it.Hash })
	r.leaks(items, partOf, "group", func(it Item) string { return it.Group })
	return r, nil
}

// leaks finds items that share a key and not a part.
func (r *Report) leaks(items []Item, partOf []string, kind string, key func(Item) string) {
	same := map[string][]int{}
	var order []string
	for i, it := range items {
		k := key(it)
		if k == "" {
			continue
		}
		if same[k] == nil {
			order = append(order, k)
		}
		same[k] = append(same[k], i)
	}
	for _, k := range order {
		idx := same[k]
		l := Leak{Kind: kind, Name: k}
		groups := map[string]bool{}
		across := false
		for _, i := range idx {
			l.IDs, l.Parts = append(l.IDs, items[i].ID), append(l.Parts, partOf[i])
			across = across || partOf[i] != partOf[idx[0]]
			groups[items[i].Group] = true
		}
		if across {
			r.Leaks = append(r.Leaks, l)
		} else if kind == "equal content" && len(idx) > 1 && (len(groups) > 1 || groups[""]) {
			r.Joined += len(idx)
		}
	}
}

// valid checks that the parts are disjoint and cover n items.
func (p Parts) valid(n int) error {
	seen := make([]bool, n)
	for _, name := range partNames {
		for _, i := range p.named()[name] {
			if i < 0 || i >= n || seen[i] {
				return fmt.Errorf("split: %w: position %d of part %s is outside the %d items, or in two parts; split these items anew", ErrOther, i, name, n)
			}
			seen[i] = true
		}
	}
	if p.Len() != n {
		return fmt.Errorf("split: %w: it has %d items, the source %d; split these items anew", ErrOther, p.Len(), n)
	}
	return nil
}

// Summary is the verdict in one sentence.
func (r *Report) Summary() string {
	s := "no leak: no group and no content is in two parts"
	if len(r.Leaks) > 0 {
		s = fmt.Sprintf("LEAK: %d groups or contents are in more than one part, first %s %.12q: %s",
			len(r.Leaks), r.Leaks[0].Kind, r.Leaks[0].Name, strings.Join(r.Leaks[0].IDs, ", "))
	}
	if r.Joined > 0 {
		s += fmt.Sprintf("; %d items with equal contents were kept together", r.Joined)
	}
	return s
}

// String is the report as a table in plain text.
func (r *Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "class\ttrain\tvalid\ttest\t")
	for c, name := range r.Classes {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t\n", name, r.Counts["train"][c], r.Counts["valid"][c], r.Counts["test"][c])
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t\n", r.Sizes["train"], r.Sizes["valid"], r.Sizes["test"])
	w.Flush()
	return b.String() + r.Summary() + "\n"
}

// HTML is the report as a table.
func (r *Report) HTML() string {
	var b strings.Builder
	b.WriteString(`<table class="tlkit-table"><thead><tr><th>class</th><th>train</th><th>valid</th><th>test</th></tr></thead><tbody>`)
	row := func(tag, name string, n ...int) {
		fmt.Fprintf(&b, "<tr><%s>%s</%s>", tag, html.EscapeString(name), tag)
		for _, k := range n {
			fmt.Fprintf(&b, "<td>%d</td>", k)
		}
		b.WriteString("</tr>")
	}
	for c, name := range r.Classes {
		row("td", name, r.Counts["train"][c], r.Counts["valid"][c], r.Counts["test"][c])
	}
	row("th", "all", r.Sizes["train"], r.Sizes["valid"], r.Sizes["test"])
	fmt.Fprintf(&b, "</tbody></table><p>%s</p>", html.EscapeString(r.Summary()))
	return b.String()
}
