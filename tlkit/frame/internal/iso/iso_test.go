package iso

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The standard library is the measure.
func TestEveryDay(t *testing.T) {
	at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := int64(MinDay); day <= MaxDay; day++ {
		want := at.Format(time.DateOnly)
		if got := string(AppendDay(nil, day)); got != want {
			t.Fatalf("day %d is %s, want %s", day, got, want)
		}
		if back, ok := ParseDay(want); !ok || back != day {
			t.Fatalf("%s is day %d (%v), want %d", want, back, ok, day)
		}
		at = at.AddDate(0, 0, 1)
	}
	if at.Year() != 10000 {
		t.Errorf("the last day is before %v", at)
	}
}

func TestRandomInstants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		unit := []int64{1, 1e3, 1e6, 1e9}[rng.IntN(4)]
		want := rng.Int64N(min(2*secondsTo9999*unit, math.MaxInt64)) - min(secondsFrom1*unit, math.MaxInt64/2)
		if unit == 1e9 {
			want = int64(rng.Uint64())
		}
		day, nanos := Split(want, unit)
		if day < MinDay || day > MaxDay {
			continue
		}
		text := string(AppendInstant(nil, day, nanos))
		if std := time.Unix(day*SecondsOfDay, nanos).UTC().Format(time.RFC3339Nano); text != std {
			t.Fatalf("%d at %d a second is %s, want %s", want, unit, text, std)
		}
		d, n, ok := ParseInstant(text)
		back, fits := Ticks(d, n, unit)
		if !ok || !fits || back != want {
			t.Fatalf("%s is %d (%v, %v), want %d", text, back, ok, fits, want)
		}
	}
}

const (
	secondsTo9999 = int64(MaxDay+1) * SecondsOfDay
	secondsFrom1  = -int64(MinDay) * SecondsOfDay
)

func TestWhatIsNoDate(t *testing.T) {
	for _, s := range []string{"", "2024", "2024-1-01", "2024-01-1", "2024-01-01 ", " 2024-01-01", "0000-01-01", "2024-00-01", "2024-13-01", "2024-01-00", "2024-01-32", "2023-02-29", "1900-02-29", "2024/01/01", "２０２４-01"} {
		if day, ok := ParseDay(s); ok {
			t.Errorf("%q is day %d", s, day)
		}
	}
	for _, s := range []string{"", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z",
		"2024-01-01T00:00:00.10Z", "2024-01-01T00:00:00.1234567891Z", "2024-01-01T00:00:00,1Z", "2024-01-01T00:00:00+00:00", "2024-01-01T00:00:00.xZ", "2023-02-29T00:00:00Z"} {
		if day, nanos, ok := ParseInstant(s); ok {
			t.Errorf("%q is %d, %d", s, day, nanos)
		}
	}
}

func TestTicksThatDoNotFit(t *testing.T) {
	for _, c := range []struct {
		text string
		unit int64
		want int64
		fits bool
	}{
		{"2262-04-11T23:47:16.854775807Z", 1e9, math.MaxInt64, true},
		{"2262-04-11T23:47:16.854775808Z", 1e9, 0, false},
		{"1677-09-22T00:00:00Z", 1e9, -9223286400000000000, true},
		{"1677-09-20T00:00:00Z", 1e9, 0, false},
		{"9999-12-31T23:59:59.999999Z", 1e6, 253402300799999999, true},
	} {
		day, nanos, ok := ParseInstant(c.text)
		got, fits := Ticks(day, nanos, c.unit)
		if !ok || fits != c.fits || fits && got != c.want {
			t.Errorf("%s: %d, %v; want %d, %v", c.text, got, fits, c.want, c.fits)
		}
	}
}

func TestZoneless(t *testing.T) {
	for format, want := range map[string]bool{
		"": false, "%Y-%m-%d %H:%M": true, "%Y-%m-%dT%H:%M:%SZ": false, "%H:%M %z": false, "%H:%M %Z": false,
		"%s": false, "%c": false, "%H %%z": true, "%H%": true, "%H %%%z": false,
	} {
		if got := Zoneless(format); got != want {
			t.Errorf("%q: %v, want %v", format, got, want)
		}
	}
}
