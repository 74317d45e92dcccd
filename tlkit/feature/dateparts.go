package feature

import (
	"fmt"
	"math"
	"slices"
	"time"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
)

// DateParts makes a date into numbers, each a feature called "column.part". A missing date
// has none of them. Instants are taken in UTC.
type DateParts struct {
	// Columns are dates, or texts in the form of dates. None: all dates.
	Columns []string
	// Parts are the numbers to make, in this order. None: all, the hour only of columns
	// in which a training row has a time of day.
	Parts []DatePart
	// Cyclic makes the parts that come round two features each, "column.part.sin" and
	// "column.part.cos", in which the last is next to the first: the sine and cosine of an
	// angle that goes once around in a year, month, week or day.
	Cyclic bool
}

// DatePart is a number that a date has.
type DatePart uint8

// The parts. All but Year and Weekend come round.
const (
	Year    DatePart = iota
	Quarter          // 1 to 4
	Month            // 1 to 12
	Day              // of the month, from 1
	YearDay          // day of the year, from 1
	Weekday          // Monday is 0, Sunday is 6
	Weekend          // 1 on Saturday and Sunday, else 0
	Hour             // 0 to 23
)

var partNames = enum.Names{Type: "DatePart", List: []string{"year", "quarter", "month", "day", "yearday", "weekday", "weekend", "hour"}, Err: errOption}

// String is "year", "quarter", …
func (p DatePart) String() string { return partNames.String(uint8(p)) }

// MarshalText writes the name.
func (p DatePart) MarshalText() ([]byte, error) { return partNames.Marshal(uint8(p)) }

// UnmarshalText reads the name.
func (p *DatePart) UnmarshalText(b []byte) error { return partNames.Unmarshal(b, (*uint8)(p)) }

func (p DatePart) round() bool { return p != Year && p != Weekend }

// value is the part of a date.
func (p DatePart) value(t time.Time) float64 {
	switch p {
	case Year:
		return float64(t.Year())
	case Quarter:
		return float64((t.Month()-1)/3 + 1)
	case Month:
		return float64(t.Month())
	case Day:
		return float64(t.Day())
	case YearDay:
		return float64(t.YearDay())
	case Weekday:
		return float64((t.Weekday() + 6) % 7)
	case Weekend:
		if w := t.Weekday(); w == time.Saturday || w == time.Sunday {
			return 1
		}
		return 0
	}
	return float64(t.Hour())
}

// turn is how far round a part is, from 0 to below 1.
func (p DatePart) turn(t time.Time) float64 {
	v := p.value(t)
	switch p {
	case Quarter:
		return (v - 1) / 4
	case Month:
		return (v - 1) / 12
	case Day:
		days := time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return (v - 1) / float64(days)
	case YearDay:
		days := time.Date(t.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
		return (v - 1) / float64(days)
	case Weekday:
		return v / 7
	}
	return v / 24
}

func (s DateParts) takes(p *plan) ([]int, error) {
	for i, part := range s.Parts {
		if err := partNames.Check(uint8(part)); err != nil {
			return nil, err
		}
		if slices.Contains(s.Parts[:i], part) {
			return nil, optionf("part %v is named twice; name it once", part)
		}
	}
	return p.take(s.Columns, frame.Date, func(k frame.Kind) bool { return k == frame.Date || k == frame.Text },
		func(k frame.Kind) bool { return k == frame.Date })
}

func (s DateParts) fit(l *learning) (learnt, error) {
	f := &dateParts{Cyclic: s.Cyclic}
	for j, e := range l.cols {
		clock := false
		for i, c := range l.texts(j) {
			if i%(1<<16) == 0 && l.ctx.Err() != nil {
				return nil, l.ctx.Err()
			}
			if c.Null {
				continue
			}
			t, ok := frame.ParseDate(c.Value)
			if !ok {
				return nil, noDate(e.name, i, c.Value)
			}
			clock = clock || t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0 || t.Nanosecond() != 0
		}
		parts := slices.Clone(s.Parts)
		if len(parts) == 0 {
			parts = []DatePart{Year, Quarter, Month, Day, YearDay, Weekday, Weekend}
			if clock {
				parts = append(parts, Hour)
			}
		}
		f.Parts = append(f.Parts, parts)
	}
	return f, nil
}

func noDate(name string, row int, text string) error {
	return fmt.Errorf("feature: %w: column %.40q, row %d: %.40q is no date; dates are written 2006-01-02 or 2006-01-02T15:04:05Z", ErrInput, name, row, text)
}

// dateParts is a fitted DateParts.
type dateParts struct {
	Parts  [][]DatePart `json:"parts"` // of each column
	Cyclic bool         `json:"cyclic,omitempty"`

	names []string // of the columns
}

func (s *dateParts) takesTexts() {}

func (s *dateParts) outputs(in []element) ([]output, error) {
	if len(s.Parts) != len(in) {
		return nil, fmt.Errorf("feature: %w: parts of %d columns for %d", ErrFile, len(s.Parts), len(in))
	}
	s.names = nil
	var out []output
	for j, e := range in {
		if formOf(e.kind) != texts {
			return nil, kindError(e.name, e.kind, frame.Date)
		}
		s.names = append(s.names, e.name)
		for _, p := range s.Parts[j] {
			// Read from a file, it may be any: JSON takes a text for a list of bytes.
			if err := partNames.Check(uint8(p)); err != nil {
				return nil, err
			}
			name := e.name + "." + p.String()
			switch {
			case s.Cyclic && p.round():
				out = append(out, output{of: j, names: []string{name + ".sin"}, kind: frame.Float}, output{of: j, names: []string{name + ".cos"}, kind: frame.Float})
			case p == Weekend:
				out = append(out, output{of: j, names: []string{name}, kind: frame.Bool})
			default:
				out = append(out, output{of: j, names: []string{name}, kind: frame.Float})
			}
		}
	}
	return out, nil
}

func (s *dateParts) fan(j, first int, in *column, out []*column) error {
	for i, c := range in.text {
		if c.Null {
			for _, o := range out {
				o.num[i] = math.NaN()
			}
			continue
		}
		t, ok := frame.ParseDate(c.Value)
		if !ok {
			return noDate(s.names[j], first+i, c.Value)
		}
		k := 0
		for _, p := range s.Parts[j] {
			if s.Cyclic && p.round() {
				out[k].num[i], out[k+1].num[i] = math.Sincos(2 * math.Pi * p.turn(t))
				k += 2
				continue
			}
			out[k].num[i] = p.value(t)
			k++
		}
	}
	return nil
}
