package feature

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

var dated = frame.Schema{{Name: "d", Kind: frame.Date}}

func TestDatePartNames(t *testing.T) {
	days := tableOf(t, dated, textColumn("d", "2024-05-06", none))
	instants := tableOf(t, dated, textColumn("d", "2024-05-06", "2024-05-06T00:00:01Z"))
	for name, c := range map[string]struct {
		table frame.Table
		step  DateParts
		want  string
	}{
		"days":     {days, DateParts{}, "d.year d.quarter d.month d.day d.yearday d.weekday d.weekend"},
		"instants": {instants, DateParts{}, "d.year d.quarter d.month d.day d.yearday d.weekday d.weekend d.hour"},
		"some":     {days, DateParts{Parts: []DatePart{Hour, Year}}, "d.hour d.year"},
		"cyclic":   {days, DateParts{Parts: []DatePart{Year, Month, Weekend, Weekday}, Cyclic: true}, "d.year d.month.sin d.month.cos d.weekend d.weekday.sin d.weekday.cos"},
	} {
		f := mustFit(t, Pipeline{Steps: []Step{c.step}}, c.table)
		if got := strings.Join(f.Names(), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		checkWays(t, f, c.table)
		if x := mustMatrix(t, f, days); !math.IsNaN(x.At(1, 0)) || !math.IsNaN(x.At(1, 1)) {
			t.Errorf("%s: a missing date is %v", name, x.RawRowView(1))
		}
	}
}

// What comes round is on the unit circle, in equal steps, and its last step leads to its
// first.
func TestCyclicParts(t *testing.T) {
	angle := func(day string, p DatePart) float64 {
		table := tableOf(t, dated, textColumn("d", day))
		x := mustMatrix(t, mustFit(t, Pipeline{Steps: []Step{DateParts{Parts: []DatePart{p}, Cyclic: true}}}, table), table)
		if r := math.Hypot(x.At(0, 0), x.At(0, 1)); math.Abs(r-1) > 1e-15 {
			t.Errorf("%s, %v: radius %v", day, p, r)
		}
		return math.Mod(math.Atan2(x.At(0, 0), x.At(0, 1))/(2*math.Pi)+1, 1)
	}
	for _, c := range []struct {
		day  string
		part DatePart
		want float64 // turns
	}{
		{"2023-01-01", Month, 0}, {"2023-07-01", Month, 0.5}, {"2023-12-31", Month, 11. / 12},
		{"2024-02-29", Day, 28. / 29}, {"2023-02-28", Day, 27. / 28}, {"2023-03-01", Day, 0},
		{"2024-12-31", YearDay, 365. / 366}, {"2023-12-31", YearDay, 364. / 365}, {"2023-01-01", YearDay, 0},
		{"2024-05-06", Weekday, 0}, {"2024-05-12", Weekday, 6. / 7}, {"2024-11-01", Quarter, 0.75},
		{"2024-05-06T18:59:00Z", Hour, 0.75},
	} {
		if got := angle(c.day, c.part); math.Abs(got-c.want) > 1e-12 && math.Abs(got-c.want-1) > 1e-12 && math.Abs(got-c.want+1) > 1e-12 {
			t.Errorf("%s, %v: %v turns, want %v", c.day, c.part, got, c.want)
		}
	}
}

func TestDatesThatAreNone(t *testing.T) {
	bad := tableOf(t, nil, textColumn("d", "2024-05-06", none, "soon"))
	_, err := Pipeline{Steps: []Step{DateParts{Columns: []string{"d"}}}}.Fit(t.Context(), nil, split.WholeAsTrain(bad))
	if !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "row 2") || !strings.Contains(err.Error(), `"soon"`) {
		t.Error(err)
	}
	good := tableOf(t, nil, textColumn("d", "2024-05-06"))
	f := mustFit(t, Pipeline{Steps: []Step{DateParts{Columns: []string{"d"}}}}, good)
	if _, err := f.Matrix(t.Context(), nil, bad); !errors.Is(err, ErrInput) || !strings.Contains(err.Error(), "row 2") {
		t.Error(err)
	}
	if _, err := f.Table(t.Context(), nil, bad); !errors.Is(err, ErrInput) {
		t.Error(err)
	}
	// Texts are no dates by themselves.
	if got := mustFit(t, Pipeline{Steps: []Step{DateParts{}}}, good).Names(); len(got) != 1 || got[0] != "d" {
		t.Errorf("%q", got)
	}
	made, err := f.Table(t.Context(), nil, good)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Inverse(t.Context(), made); !errors.Is(err, ErrInverse) {
		t.Error(err)
	}
	if c, err := made.Column("d.weekend"); err != nil || c.Kind != frame.Bool {
		t.Errorf("%v, %v", c.Kind, err)
	}
}

// JSON takes a text for a list of bytes, and so any number for a part.
func TestDatePartsFromBadFiles(t *testing.T) {
	f := mustFit(t, Pipeline{Steps: []Step{DateParts{Parts: []DatePart{Year}}}}, tableOf(t, frame.Schema{{Name: "d", Kind: frame.Date}}, textColumn("d", "2020-01-02")))
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for part, ok := range map[string]bool{`["month"]`: true, `["minute"]`: false, `"Ig=="`: false} {
		changed := strings.Replace(string(b), `["year"]`, part, 1)
		if changed == string(b) {
			t.Fatalf("no parts in %s", b)
		}
		if err := (&Fitted{}).UnmarshalJSON([]byte(changed)); (err == nil) != ok || !ok && !errors.Is(err, ErrFile) {
			t.Errorf("%s: %v", part, err)
		}
	}
}
