package facet

import (
	"fmt"
	"math"
	"slices"
	"time"

	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// Unit is how long a bin of a time line is.
type Unit uint8

// The units. AutoUnit is the shortest of the others with which there are about a hundred
// bins at most.
const (
	AutoUnit Unit = iota
	Millisecond
	Second
	Minute
	Hour
	Day
	Week // from Monday
	Month
	Year
	Decade
	Century
	Millennium
)

var unitNames = enum.Names{
	Type: "Unit",
	List: []string{"auto", "millisecond", "second", "minute", "hour", "day", "week", "month", "year", "decade", "century", "millennium"},
	Err:  fmt.Errorf("facet: %w", ErrOptions),
}

// String is the unit's English name.
func (u Unit) String() string { return unitNames.String(uint8(u)) }

// span is how long the unit is on average in the Gregorian calendar, as OpenRefine counts.
func (u Unit) span() time.Duration {
	const year = 31556952 * time.Second
	switch u {
	case Millisecond:
		return time.Millisecond
	case Second:
		return time.Second
	case Minute:
		return time.Minute
	case Hour:
		return time.Hour
	case Day:
		return 24 * time.Hour
	case Week:
		return 7 * 24 * time.Hour
	case Month:
		return year / 12
	}
	return year // longer ones are counted in years
}

// years is how many years a unit of years has, 0 for shorter ones.
func (u Unit) years() int {
	switch u {
	case Year:
		return 1
	case Decade:
		return 10
	case Century:
		return 100
	case Millennium:
		return 1000
	}
	return 0
}

// milliseconds is the unit's average length.
func (u Unit) milliseconds() int64 { return u.span().Milliseconds() * int64(max(u.years(), 1)) }

// floor is the start of the unit that t is in, in UTC.
func (u Unit) floor(t time.Time) time.Time {
	t = t.UTC()
	y, m, d := t.Date()
	switch {
	case u.years() > 0:
		n := u.years()
		return time.Date(int(math.Floor(float64(y)/float64(n)))*n, 1, 1, 0, 0, 0, 0, time.UTC)
	case u == Month:
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	case u == Week:
		return time.Date(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0, 0, time.UTC)
	case u == Day:
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return t.Truncate(u.span()) // divides the day
}

// next is the start of the unit after the one that starts at t.
func (u Unit) next(t time.Time) time.Time {
	switch {
	case u.years() > 0:
		return t.AddDate(u.years(), 0, 0)
	case u == Month:
		return t.AddDate(0, 1, 0)
	}
	return t.Add(u.span())
}

// layout writes the start of a unit as briefly as it can be.
func (u Unit) layout() string {
	switch u {
	case Year, Decade, Century, Millennium:
		return "2006"
	case Month:
		return "2006-01"
	case Week, Day:
		return "2006-01-02"
	case Hour, Minute:
		return "2006-01-02 15:04"
	case Second:
		return "2006-01-02 15:04:05"
	}
	return "2006-01-02 15:04:05.000"
}

// Timeline is a facet of dates: how many rows fall into each year, month, day, … and how
// many have no date. A row is in bin i where Edges[i] ≤ date < Edges[i+1].
type Timeline struct {
	Title  string
	Unit   Unit
	Edges  []time.Time // one more than bins, in UTC
	Bins   []int       // rows of each bin
	Times  int         // rows with a date
	Others int         // rows with something that is no date
	Blank  int         // rows without a value, or with empty text

	kinds []kind
	times []int64 // milliseconds since 1970
	ends  []int64 // where each bin ends, likewise
}

// TimeOptions say how a time line counts. The zero value chooses the unit, and bins are
// units of the calendar.
type TimeOptions struct {
	// Unit is how long bins are; AutoUnit chooses as OpenRefine does. At most 10 000 bins
	// are made.
	Unit Unit

	// FromFirst makes bins that begin with the first date and are equally long, as
	// OpenRefine draws them, instead of units of the calendar: a month is then 30.44 days.
	FromFirst bool

	// Parse takes text in ISO 8601, as [frame.ParseDate] reads it, for a date. As it is,
	// only the values of date columns are dates.
	Parse bool

	// Within, one for each row, counts only these rows: what other facets have selected.
	// nil counts all. The bins are those of all rows.
	Within []bool
}

// TimeLine is the facet of a column's dates, to the millisecond. A day stands for its
// midnight in UTC.
func TimeLine(t frame.Table, column string, o TimeOptions) (*Timeline, error) {
	c, err := t.Column(column)
	if err != nil {
		return nil, fmt.Errorf("facet: %w", err)
	}
	if err := inside(o.Within, t.Nrow()); err != nil {
		return nil, err
	}
	if err := unitNames.Check(uint8(o.Unit)); err != nil {
		return nil, err
	}
	l := &Timeline{Title: column, Unit: o.Unit, kinds: make([]kind, c.Len()), times: make([]int64, c.Len())}
	for i := range l.kinds {
		switch {
		case c.Missing(i) || c.Texts != nil && c.Texts[i].Value == "":
			l.kinds[i] = blank
		case c.Texts == nil || c.Kind != frame.Date && !o.Parse:
			l.kinds[i] = other
		default:
			at, ok := date(c.Texts[i].Value)
			l.times[i] = at
			if !ok {
				l.kinds[i] = other
			}
		}
	}
	if err := l.makeBins(o); err != nil {
		return nil, err
	}
	for i, k := range l.kinds {
		if o.Within != nil && !o.Within[i] {
			continue
		}
		switch k {
		case inBins:
			l.Times++
			l.Bins[l.bin(l.times[i])]++
		case other:
			l.Others++
		case blank:
			l.Blank++
		}
	}
	return l, nil
}

// date reads ISO 8601, in white space or not, as milliseconds since 1970.
func date(s string) (int64, bool) {
	at, ok := frame.ParseDate(text.Trim(s))
	return at.UnixMilli(), ok
}

// makeBins chooses the unit and makes the edges.
func (l *Timeline) makeBins(o TimeOptions) error {
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for i, t := range l.times {
		if l.kinds[i] == inBins {
			first, last = min(first, t), max(last, t)
		}
	}
	if first > last {
		return nil
	}
	if l.Unit == AutoUnit {
		l.Unit = Millisecond
		for l.Unit < Millennium && (last-first)/l.Unit.milliseconds() > 100 {
			l.Unit++
		}
		if first == last {
			l.Unit = Day // one instant, which needs no millisecond
		}
	}
	step := l.Unit.milliseconds()
	if wanted := (last-first)/step + 2; wanted > maxBins {
		return fmt.Errorf("facet: %w: a %v for each bin makes %d bins of %.40q, more than %d; use a longer Unit", ErrOptions, l.Unit, wanted, l.Title, maxBins)
	}
	if o.FromFirst {
		n := (last-first)/step + 1
		for i := range n + 1 {
			l.Edges = append(l.Edges, time.UnixMilli(first+i*step).UTC())
		}
	} else {
		at := l.Unit.floor(time.UnixMilli(first))
		for ; at.UnixMilli() <= last; at = l.Unit.next(at) {
			l.Edges = append(l.Edges, at)
		}
		l.Edges = append(l.Edges, at)
	}
	l.Bins = make([]int, len(l.Edges)-1)
	l.ends = make([]int64, len(l.Bins))
	for i := range l.ends {
		l.ends[i] = l.Edges[i+1].UnixMilli()
	}
	return nil
}

// bin is the bin of a time of the column.
func (l *Timeline) bin(ms int64) int {
	i, _ := slices.BinarySearch(l.ends, ms+1) // the first that ends after ms
	return min(i, len(l.Bins)-1)
}

// Between are the rows of the whole table with a date from ≤ d < to. A zero time is no
// bound.
func (l *Timeline) Between(from, to time.Time) []bool {
	rows := make([]bool, len(l.times))
	for i, ms := range l.times {
		at := time.UnixMilli(ms)
		rows[i] = l.kinds[i] == inBins && (from.IsZero() || !at.Before(from)) && (to.IsZero() || at.Before(to))
	}
	return rows
}

// Rows are the rows of the whole table whose date is in one of these bins, by their index.
func (l *Timeline) Rows(bins ...int) ([]bool, error) {
	wanted, err := wantedBins(l.Title, len(l.Bins), bins)
	if err != nil {
		return nil, err
	}
	rows := make([]bool, len(l.times))
	for i, ms := range l.times {
		rows[i] = l.kinds[i] == inBins && wanted[l.bin(ms)]
	}
	return rows, nil
}

// OtherRows are the rows of the whole table with something that is no date.
func (l *Timeline) OtherRows() []bool { return ofKind(l.kinds, other) }

// BlankRows are the rows of the whole table without a value, or with empty text.
func (l *Timeline) BlankRows() []bool { return ofKind(l.kinds, blank) }

// Table is the bins with their counts: the columns from and to, dates, and count. An edge
// outside the years 1 to 9999, which tables cannot write, has no value.
func (l *Timeline) Table() (frame.Table, error) {
	layout := time.DateOnly
	for _, e := range l.Edges {
		if !e.Equal(Day.floor(e)) {
			layout = time.RFC3339Nano
		}
	}
	edges := make([]frame.Cell[string], len(l.Edges))
	for i, e := range l.Edges {
		edges[i].Null = e.Year() < 1 || e.Year() > 9999
		if !edges[i].Null {
			edges[i].Value = e.Format(layout)
		}
	}
	n := len(l.Bins)
	from, to, counts := make([]frame.Cell[string], n), make([]frame.Cell[string], n), make([]frame.Cell[int], n)
	for i := range n {
		from[i], to[i], counts[i].Value = edges[i], edges[i+1], l.Bins[i]
	}
	schema := frame.Schema{{Name: "from", Kind: frame.Date}, {Name: "to", Kind: frame.Date}}
	return frame.New(schema, frame.Series("from", from), frame.Series("to", to), frame.Series("count", counts))
}
