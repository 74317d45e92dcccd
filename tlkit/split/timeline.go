package split

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"transferlab/tlkit/frame"
)

// noTime stands for a time that is missing.
const noTime = math.MinInt64

// timeUnit is what the numbers of a timeline mean.
type timeUnit uint8

const (
	nanoseconds  timeUnit = iota // since 1970
	microseconds                 // since 1970, where years from 1678 to 2261 do not do
	numbers                      // float64s, by their order
	positions                    // whole numbers without a unit
)

// A timeline is when each item was; later is greater.
type timeline struct {
	at   []int64 // noTime: missing
	unit timeUnit
}

// key is v by its order: a < b exactly if key(a) < key(b). Only a NaN could have noTime.
func key(v float64) int64 {
	b := int64(math.Float64bits(v + 0)) // + 0 makes −0 a 0
	if b < 0 {
		b ^= math.MaxInt64
	}
	return b
}

// number is what key came from.
func number(k int64) float64 {
	if k < 0 {
		k ^= math.MaxInt64
	}
	return math.Float64frombits(uint64(k))
}

// timesOf makes a timeline of times; nil where all are missing.
func timesOf(n int, at func(i int) (t time.Time, ok bool)) *timeline {
	l := &timeline{at: make([]int64, n)}
	some := false
	for i := range n {
		if t, ok := at(i); ok {
			some = true
			if y := t.Year(); y <= 1678 || y >= 2262 {
				l.unit = microseconds
				break
			}
		}
	}
	if !some {
		return nil
	}
	for i := range n {
		switch t, ok := at(i); {
		case !ok:
			l.at[i] = noTime
		case l.unit == nanoseconds:
			l.at[i] = t.UnixNano()
		default:
			l.at[i] = max(t.UnixMicro(), noTime+1)
		}
	}
	return l
}

func timesOfItems(items []Item) *timeline {
	return timesOf(len(items), func(i int) (time.Time, bool) { return items[i].Time, !items[i].Time.IsZero() })
}

// timesOfColumn makes a timeline of a column of dates or numbers. A number that is not
// finite is none.
func timesOfColumn(t frame.Table, name string) (*timeline, error) {
	column, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	switch column.Kind {
	case frame.Int:
		l := &timeline{at: make([]int64, column.Len()), unit: positions}
		for i, c := range column.Ints {
			if l.at[i] = max(int64(c.Value), noTime+1); c.Null {
				l.at[i] = noTime
			}
		}
		return l, nil
	case frame.Float:
		l := &timeline{at: make([]int64, column.Len()), unit: numbers}
		for i, c := range column.Floats {
			if l.at[i] = key(c.Value); c.Missing() || math.IsInf(c.Value, 0) {
				l.at[i] = noTime
			}
		}
		return l, nil
	}
	times, missing, err := frame.Times(t, name)
	if err != nil {
		return nil, err
	}
	l := timesOf(len(times), func(i int) (time.Time, bool) { return times[i], !missing[i] })
	if l == nil {
		l = &timeline{at: make([]int64, len(times))}
		for i := range l.at {
			l.at[i] = noTime
		}
	}
	return l, nil
}

// calendar reports whether the times are instants, not numbers.
func (l *timeline) calendar() bool { return l.unit == nanoseconds || l.unit == microseconds }

// time is when item i was; zero where that is missing or a number.
func (l *timeline) time(i int) time.Time {
	switch v := l.at[i]; {
	case v == noTime || !l.calendar():
		return time.Time{}
	case l.unit == nanoseconds:
		return time.Unix(0, v).UTC()
	default:
		return time.UnixMicro(v).UTC()
	}
}

// format is time v for people.
func (l *timeline) format(v int64) string {
	switch l.unit {
	case nanoseconds:
		return time.Unix(0, v).UTC().Format(time.RFC3339Nano)
	case microseconds:
		return time.UnixMicro(v).UTC().Format(time.RFC3339Nano)
	case numbers:
		return frame.FormatFloat(number(v))
	}
	return strconv.FormatInt(v, 10)
}

// apart is how far b is after a: in nanoseconds of a calendar, in their own unit else.
func (l *timeline) apart(a, b int64) float64 {
	switch l.unit {
	case numbers:
		return number(b) - number(a)
	case microseconds:
		return 1e3 * (float64(b) - float64(a))
	case nanoseconds:
		return float64(uint64(b) - uint64(a)) // b ≥ a; their distance may not fit an int64
	}
	return float64(b) - float64(a)
}

// order gives the items that have a time, the earliest first; of equal times in the order
// of the source.
func (l *timeline) order() []int32 {
	out := make([]int32, 0, len(l.at))
	rising, last := true, int64(noTime)
	for i, v := range l.at {
		if v != noTime {
			out = append(out, int32(i))
			rising, last = rising && v >= last, v
		}
	}
	if !rising {
		slices.SortFunc(out, func(a, b int32) int {
			if c := cmp.Compare(l.at[a], l.at[b]); c != 0 {
				return c
			}
			return cmp.Compare(a, b)
		})
	}
	return out
}
