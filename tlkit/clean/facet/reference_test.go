package facet_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"transferlab/tlkit/clean/facet"
	"transferlab/tlkit/frame"
)

// What OpenRefine says; testdata/parity.sh names a larger file than the one that is kept.
var facetsFile = flag.String("facets", "testdata/facets.jsonl.gz", "tables and their facets, as testdata/Reference.java writes them")

// counts are what OpenRefine says of a range or a time line.
type counts struct {
	Min, Max, Step                *float64
	Bins                          []int
	NumericCount, NonNumericCount int
	TimeCount, NonTimeCount       int
	BlankCount, ErrorCount        int
}

type example struct {
	Kind                                 string
	Texts, Numbers                       []*string
	Text, Null, Empty, Blank, Duplicates map[string]int
	Length, Numeric                      *counts
	Choice                               *string
	NumericOfChoice                      *counts
	From, To                             float64
	TextOfRange                          map[string]int
	Rows                                 []int
}

// table makes the two columns. Mixed ones are text, as a table cannot but have them.
func (e example) table(t *testing.T) frame.Table {
	t.Helper()
	a := make([]frame.Cell[string], len(e.Texts))
	for i, s := range e.Texts {
		if a[i].Null = s == nil; s != nil {
			a[i].Value = *s
		}
	}
	b := make([]frame.Cell[string], len(e.Numbers))
	ints, floats := make([]frame.Cell[int], len(b)), make([]frame.Cell[float64], len(b))
	for i, s := range e.Numbers {
		if s == nil {
			b[i].Null, ints[i].Null, floats[i].Null = true, true, true
			continue
		}
		b[i].Value = strings.TrimPrefix(*s, "'")
		ints[i].Value, _ = strconv.Atoi(*s)
		floats[i].Value, _ = strconv.ParseFloat(*s, 64)
	}
	var schema frame.Schema
	second := frame.Series("b", b)
	switch e.Kind {
	case "ints":
		second = frame.Series("b", ints)
	case "floats":
		second = frame.Series("b", floats)
	case "dates":
		schema = frame.Schema{{Name: "b", Kind: frame.Date}}
	}
	table, err := frame.New(schema, frame.Series("a", a), second)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestFacetsAsOpenRefine(t *testing.T) {
	file, err := os.Open(*facetsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var r io.Reader = bufio.NewReader(file)
	if strings.HasSuffix(*facetsFile, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for dec := json.NewDecoder(r); ; n++ {
		var e example
		if err := dec.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		if e.check(t); t.Failed() {
			t.Fatalf("line %d: %s %v %v", n+1, e.Kind, values(e.Texts), values(e.Numbers))
		}
	}
	if n < 300 {
		t.Errorf("%d tables", n)
	}
}

func values(p []*string) []string {
	var out []string
	for _, s := range p {
		if s == nil {
			out = append(out, "null")
		} else {
			out = append(out, strconv.Quote(*s))
		}
	}
	return out
}

func (e example) check(t *testing.T) {
	table := e.table(t)
	text, err := facet.Text(table, "a", facet.TextOptions{})
	sameList(t, "text", text, err, e.Text)
	kinds, err := facet.Blank(table, "a", facet.Options{})
	if err != nil {
		t.Error(err)
	}
	kind := map[string]int{}
	for _, c := range kinds.Choices {
		kind[c.Value] = c.Count
	}
	missing, empty := kind[facet.Missing], kind[facet.Empty]
	if missing != e.Null["true"] || empty != e.Empty["true"] || missing+empty != e.Blank["true"] {
		t.Errorf("blank: %v, want %v null, %v empty", kind, e.Null, e.Empty)
	}
	duplicates, err := facet.Duplicates(table, []string{"a"}, facet.Options{})
	if err != nil || duplicates.Choices[0].Count != e.Duplicates["true"] || duplicates.Choices[1].Count != e.Duplicates["false"] {
		t.Errorf("duplicates: %v, %v, want %v", duplicates, err, e.Duplicates)
	}
	length, err := facet.Length(table, "a", facet.Options{})
	if err == nil { // no value is an error there
		length.Errors, length.Blank = length.Blank, 0
	}
	sameRange(t, "length", length, err, e.Length)
	var chosen []bool
	if e.Choice != nil {
		if chosen, err = text.Rows(*e.Choice); *e.Choice == "" {
			chosen, err = text.BlankRows(), nil
		}
		if err != nil { // a value that no row has
			chosen = make([]bool, table.Nrow())
		}
	}
	if e.Kind == "dates" {
		line, err := facet.TimeLine(table, "b", facet.TimeOptions{FromFirst: true})
		sameTimes(t, "times", line, err, e.Numeric)
		if chosen != nil {
			line, err = facet.TimeLine(table, "b", facet.TimeOptions{FromFirst: true, Within: chosen})
			sameTimes(t, "times of the choice", line, err, e.NumericOfChoice)
		}
		return
	}
	numeric, err := facet.Numeric(table, "b", facet.NumericOptions{Parse: true})
	sameRange(t, "numeric", numeric, err, e.Numeric)
	if chosen == nil {
		return
	}
	of, err := facet.Numeric(table, "b", facet.NumericOptions{Parse: true, Within: chosen})
	sameRange(t, "numeric of the choice", of, err, e.NumericOfChoice)
	if e.TextOfRange == nil {
		return
	}
	between := numeric.Between(e.From, e.To)
	text, err = facet.Text(table, "a", facet.TextOptions{Within: between})
	sameList(t, "text of the range", text, err, e.TextOfRange)
	both, err := facet.And(chosen, between)
	var rows []int
	for i, in := range both {
		if in {
			rows = append(rows, i)
		}
	}
	if err != nil || !slices.Equal(rows, e.Rows) {
		t.Errorf("rows of both: %v, %v, want %v", rows, err, e.Rows)
	}
}

func sameList(t *testing.T, what string, l *facet.List, err error, want map[string]int) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	got := map[string]int{}
	for _, c := range l.Choices {
		got[c.Value] = c.Count
	}
	if l.Blank > 0 {
		got[""] = l.Blank
	}
	if !maps.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func sameRange(t *testing.T, what string, r *facet.Range, err error, want *counts) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	in := 0
	for _, n := range r.Bins {
		in += n
	}
	if in != r.Numbers {
		t.Errorf("%s: %d of %d numbers are in bins", what, in, r.Numbers)
	}
	if want == nil { // OpenRefine fails
		return
	}
	if r.Numbers != want.NumericCount || r.Others != want.NonNumericCount || r.Blank != want.BlankCount || r.Errors != want.ErrorCount {
		t.Errorf("%s: %d numbers, %d others, %d blank, %d errors, want %+v", what, r.Numbers, r.Others, r.Blank, r.Errors, want)
	}
	if want.Min == nil {
		if len(r.Bins) != 0 {
			t.Errorf("%s: bins %v, want none", what, r.Bins)
		}
		return
	}
	// OpenRefine leaves numbers out that rounding puts just before the first bin.
	in = 0
	for _, n := range want.Bins {
		in += n
	}
	if lost := want.NumericCount - in; lost > 0 && lost < 3 {
		want.Bins[0] += lost
	}
	if r.Step == 1 && *want.Step < 1 { // whole numbers, of which it makes fractions
		whole := make([]int, int(math.Round(float64(len(want.Bins)-1)**want.Step))+1)
		for i, n := range want.Bins {
			if n > 0 {
				whole[int(math.Round(float64(i)**want.Step))] += n
			}
		}
		want.Bins, *want.Step = whole, 1
	}
	close := func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) }
	if !close(r.From, *want.Min) || !close(r.Step, *want.Step) || !slices.Equal(r.Bins, want.Bins) {
		t.Errorf("%s: from %v by %v: %v, want from %v by %v: %v", what, r.From, r.Step, r.Bins, *want.Min, *want.Step, want.Bins)
	}
}

func sameTimes(t *testing.T, what string, l *facet.Timeline, err error, want *counts) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if l.Times != want.TimeCount || l.Others != want.NonTimeCount || l.Blank != want.BlankCount {
		t.Errorf("%s: %d times, %d others, %d blank, want %+v", what, l.Times, l.Others, l.Blank, want)
	}
	if len(l.Bins) == 0 { // OpenRefine makes an empty bin
		if want.TimeCount > 0 || len(want.Bins) > 1 {
			t.Errorf("%s: no bins, want %v", what, want.Bins)
		}
		return
	}
	if len(l.Bins) > 1 {
		if got, step := l.Edges[0].UnixMilli(), l.Edges[1].Sub(l.Edges[0]).Milliseconds(); float64(got) != *want.Min || float64(step) != *want.Step {
			t.Errorf("%s: from %d by %d, want from %v by %v", what, got, step, *want.Min, *want.Step)
		}
	}
	if !slices.Equal(l.Bins, want.Bins) {
		t.Errorf("%s: %v, want %v", what, l.Bins, want.Bins)
	}
}
