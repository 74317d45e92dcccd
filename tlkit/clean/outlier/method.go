package outlier

import (
	"fmt"
	"math"

	"transferlab/tlkit/internal/enum"
)

// Method is how bounds are found.
type Method uint8

const (
	// IQR sets Tukey's fences (Exploratory Data Analysis, 1977): from Q1 − k·(Q3 − Q1) to
	// Q3 + k·(Q3 − Q1), k = 1.5. Quartiles are interpolated linearly (type 7 of Hyndman
	// and Fan 1996), as pandas and NumPy do.
	IQR Method = iota
	// ZScore sets them k standard deviations from the mean, k = 3. Few outliers can hide
	// themselves: they raise the deviation that they are measured by.
	ZScore
	// MAD sets them where the modified z-score, 0.6745·(x − median)/MAD, is k = 3.5
	// (Iglewicz and Hoaglin 1993); MAD is the median of the distances from the median.
	MAD
	// Percentile sets them at two quantiles, so that a given share always lies outside.
	Percentile
)

var methodNames = enum.Names{Type: "Method", List: []string{"iqr", "z-score", "mad", "percentile"}, Err: errOptions}

// String is the method's name: "iqr", "z-score", "mad" or "percentile".
func (m Method) String() string { return methodNames.String(uint8(m)) }

// MarshalText writes the method's name.
func (m Method) MarshalText() ([]byte, error) { return methodNames.Marshal(uint8(m)) }

// UnmarshalText reads a method's name.
func (m *Method) UnmarshalText(b []byte) error {
	return methodNames.Unmarshal(b, (*uint8)(m))
}

// Options say how bounds are fitted. The zero value sets Tukey's fences on every column of
// numbers.
type Options struct {
	// Columns of the kinds integer and number. Empty means all of them.
	Columns []string `json:"columns,omitempty"`

	// Method is IQR, ZScore, MAD or Percentile.
	Method Method `json:"method"`

	// Factor is how many spreads from the middle the bounds lie. 0 means the method's
	// usual one: 1.5 for IQR, 3 for ZScore, 3.5 for MAD. Percentile has none.
	Factor float64 `json:"factor,omitempty"`

	// DDOF is taken off the number of values in the standard deviation's divisor: 0, as
	// in scipy.stats.zscore, or 1, as in pandas' std. For ZScore alone.
	DDOF int `json:"ddof,omitempty"`

	// Lower and Upper are the shares of values below the low and below the high bound,
	// 0 ≤ Lower < Upper ≤ 1. Both 0 means 0.01 and 0.99. For Percentile alone.
	Lower float64 `json:"lower,omitempty"`
	Upper float64 `json:"upper,omitempty"`
}

// madScale makes the MAD of normal values their standard deviation: the 0.75 quantile of
// the normal distribution, in the four digits of Iglewicz and Hoaglin.
const madScale = 0.6745

// filled is the options with the defaults in place, or an error that says what is wrong.
func (o Options) filled() (Options, error) {
	bad := func(format string, a ...any) (Options, error) {
		return o, fmt.Errorf("outlier: %w: "+format, append([]any{ErrOptions}, a...)...)
	}
	if methodNames.Check(uint8(o.Method)) != nil {
		return bad("%v; choose IQR, ZScore, MAD or Percentile", o.Method)
	}
	if o.Method == Percentile {
		if o.Factor != 0 {
			return bad("a factor of %v for percentiles; they take Lower and Upper instead", o.Factor)
		}
		if o.Lower == 0 && o.Upper == 0 {
			o.Lower, o.Upper = 0.01, 0.99
		}
		if !(0 <= o.Lower && o.Lower < o.Upper && o.Upper <= 1) {
			return bad("percentiles from %v to %v; give shares with 0 ≤ Lower < Upper ≤ 1", o.Lower, o.Upper)
		}
	} else {
		if o.Lower != 0 || o.Upper != 0 {
			return bad("Lower and Upper are for percentiles, and the method is %v; set Method or leave them out", o.Method)
		}
		if o.Factor == 0 {
			o.Factor = [...]float64{IQR: 1.5, ZScore: 3, MAD: 3.5}[o.Method]
		}
		if !(o.Factor > 0) || math.IsInf(o.Factor, 0) {
			return bad("a factor of %v; give a positive number", o.Factor)
		}
	}
	if o.DDOF != 0 && (o.Method != ZScore || o.DDOF != 1) {
		return bad("DDOF %d for %v; it is 0 or 1, and for ZScore alone", o.DDOF, o.Method)
	}
	return o, nil
}

// Action is what is done with an outlier.
type Action uint8

const (
	// Flag adds a column of true and false and changes nothing else.
	Flag Action = iota
	// SetMissing takes the value out, so that it can be filled like any missing one.
	SetMissing
	// Clip sets the value to the bound that it lies beyond (winsorising). In a column of
	// integers that is the nearest integer within the bounds.
	Clip
	// DropRows drops every row that has an outlier.
	DropRows
)

var actionNames = enum.Names{Type: "Action", List: []string{"flag", "missing", "clip", "drop"}, Err: errOptions}

// String is the action's name: "flag", "missing", "clip" or "drop".
func (a Action) String() string { return actionNames.String(uint8(a)) }

// MarshalText writes the action's name.
func (a Action) MarshalText() ([]byte, error) { return actionNames.Marshal(uint8(a)) }

// UnmarshalText reads an action's name.
func (a *Action) UnmarshalText(b []byte) error {
	return actionNames.Unmarshal(b, (*uint8)(a))
}
