package frame

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestISODates(t *testing.T) {
	for text, want := range map[string]string{
		"2024-02-29":                      "2024-02-29",
		"2023-02-29":                      "",
		"0001-01-01":                      "0001-01-01",
		"0000-01-01":                      "",
		"9999-12-31":                      "9999-12-31",
		"2024-13-01":                      "",
		"2024-00-01":                      "",
		"2024-01-00":                      "",
		"2024-04-31":                      "",
		"2024-1-1":                        "",
		"2024-01-01T":                     "",
		"2024-01-01T10":                   "",
		"2024-01-01T10:11":                "2024-01-01T10:11:00Z",
		"2024-01-01 10:11:12":             "2024-01-01T10:11:12Z",
		"2024-01-01T10:11:12.":            "",
		"2024-01-01T10:11:12.5Z":          "2024-01-01T10:11:12.5Z",
		"2024-01-01T10:11:12.123456789Z":  "2024-01-01T10:11:12.123456789Z",
		"2024-01-01T10:11:12.1234567890Z": "",
		"2024-01-01T10:11:12.000Z":        "2024-01-01T10:11:12Z",
		"2024-01-01T00:30:00+01:00":       "2023-12-31T23:30:00Z",
		"2024-01-01T00:30:00-0130":        "2024-01-01T02:00:00Z",
		"2024-01-01T00:30:00+01":          "2023-12-31T23:30:00Z",
		"2024-01-01T00:30+01:60":          "",
		"2024-01-01T00:30+24":             "",
		"2024-01-01T24:00:00Z":            "",
		"2024-01-01T23:59:60Z":            "",
		"2024-01-01T00:30:00ZZ":           "",
		"9999-12-31T23:30:00-01:00":       "", // in UTC it is in the year 10000
		"0001-01-01T00:30:00+01:00":       "",
		"":                                "",
		"2024-01-01x10:11:12":             "",
		"２024-01-01":                      "",
	} {
		m, ok := parseISO(text)
		got, fits := m.appendISO(nil)
		if !ok || !fits {
			got = nil
		}
		if string(got) != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestISODatesAreThoseOfTheLibrary(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for range 20_000 {
		when := time.Unix(rng.Int64N(4e11)-6e10, int64(rng.IntN(3)*rng.IntN(1e9))).UTC()
		if y := when.Year(); y < 1 || y > 9999 {
			continue
		}
		text := when.In(time.FixedZone("", (rng.IntN(47*60)-23*60-30)*60)).Format(time.RFC3339Nano)
		if len(text) < 20 || text[4] != '-' { // the year of the zone has other than four figures
			continue
		}
		m, ok := parseISO(text)
		iso, _ := m.appendISO(nil)
		if !ok || !m.time().Equal(when) || string(iso) != when.Format(time.RFC3339Nano) {
			t.Fatalf("%s: %v, %s", text, ok, iso)
		}
	}
}

func TestDateFormats(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"%d.%m.%Y", "01.02.2003", "2003-02-01"},
		{"%d.%m.%Y", "1.2.2003", "2003-02-01"},
		{"%d.%m.%Y", "1.2.03", ""},
		{"%d.%m.%Y", "29.02.2023", ""},
		{"%d.%m.%Y", "01.02.2003 ", ""},
		{"%y%m%d", "681231", "2068-12-31"},
		{"%y%m%d", "690101", "1969-01-01"},
		{"%B %e, %Y", "MARCH  5, 2001", "2001-03-05"},
		{"%a %d %b %Y", "Mon 05 Mar 2001", "2001-03-05"},
		{"%Y-%j", "2024-366", "2024-12-31"},
		{"%Y-%j", "2023-366", ""},
		{"%Y", "1999", "1999-01-01"},
		{"%Y-%m", "1999-07", "1999-07-01"},
		{"%F %T", "1999-07-08 09:10:11", "1999-07-08T09:10:11Z"},
		{"%F %I:%M:%S %p", "1999-07-08 12:00:00 AM", "1999-07-08T00:00:00Z"},
		{"%F %I:%M:%S %p", "1999-07-08 12:00:00 pm", "1999-07-08T12:00:00Z"},
		{"%F %I %p", "1999-07-08 0 AM", ""},
		{"%F %T.%f", "1999-07-08 09:10:11.25", "1999-07-08T09:10:11.25Z"},
		{"%F %T%z", "1999-07-08 09:10:11+05:30", "1999-07-08T03:40:11Z"},
		{"%F %T %Z", "1999-07-08 09:10:11 gmt", "1999-07-08T09:10:11Z"},
		{"%F %T %Z", "1999-07-08 09:10:11 CET", ""},
		{"100%% on %F", "100% on 1999-07-08", "1999-07-08"},
		{"日%d月%m年%Y", "日8月7年1999", "1999-07-08"},
	} {
		form, err := ParseDateFormat(c.format)
		if err != nil {
			t.Fatal(err)
		}
		m, ok := form.parse(c.text)
		iso, fits := m.appendISO(nil)
		if !ok || !fits {
			iso = nil
		}
		if string(iso) != c.want {
			t.Errorf("%q as %q is %q, want %q", c.text, c.format, iso, c.want)
		}
	}
	for format, says := range map[string]string{
		"%d.%m.":       "no year",
		"%Y-%Q":        "not known here",
		"%Y%":          "lone %",
		"%Y %Y":        "twice",
		"%F %d":        "twice",
		"%Y %M":        "without its hour",
		"%Y %I":        "together",
		"%Y %H %I %p":  "together",
		"%Y %H %p":     "together",
		"%Y %z":        "without its hour",
		"%-d.%-m.%Y":   "not known here",
		"%s":           "not known here",
		"%D":           "not known here",
		"2006-01-02":   "no year",
		"%Y\x00%\xff":  "not known here",
		"%c %x %X %Y ": "not known here",
	} {
		if _, err := ParseDateFormat(format); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", format, err)
		}
	}
}

func TestADateIsReadIntoWhatTablesHold(t *testing.T) {
	for _, c := range []struct{ format, text, want string }{
		{"", "2001-02-03", "2001-02-03"},
		{"", "2001-02-03 04:05", "2001-02-03T04:05:00Z"},
		{"", "2001-02-03T00:05:00.50+01:00", "2001-02-02T23:05:00.5Z"},
		{"", "0001-01-01T00:00:00+01:00", ""}, // the year 0 in UTC
		{"", "3.2.2001", ""},
		{"%d.%m.%Y", "3.2.2001", "2001-02-03"},
		{"%d.%m.%Y", "2001-02-03", ""},
		{"%b %d %Y %I %p", "FEB 3 2001 4 pm", "2001-02-03T16:00:00Z"},
	} {
		f, err := ParseDateFormat(c.format)
		if err != nil {
			t.Fatal(err)
		}
		if iso, ok := f.Read(c.text); ok && iso != c.want || ok != (c.want != "") {
			t.Errorf("%q in the format %q is %q, %v; want %q", c.text, c.format, iso, ok, c.want)
		}
	}
	if at, ok := ParseDate("2001-02-03T00:05:00+01:00"); !ok || !at.Equal(time.Date(2001, 2, 2, 23, 5, 0, 0, time.UTC)) || at.Location() != time.UTC {
		t.Errorf("%v, %v", at, ok)
	}
}

// What a form writes it reads, wherever nothing is lost.
func TestFormsReadWhatTheyWrite(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	formats := []string{"%d.%m.%Y", "%B %d, %Y", "%a %e %b %Y", "%j/%Y", "%F %T", "%F %I:%M:%S.%f %p", "%Y%m%dT%H%M%S.%f%z", "%A, %d %b %Y %H:%M:%S %Z"}
	for range 20_000 {
		format := formats[rng.IntN(len(formats))]
		form, err := ParseDateFormat(format)
		if err != nil {
			t.Fatal(err)
		}
		m := moment{year: 1 + rng.IntN(9999), month: 1 + rng.IntN(12), day: 1 + rng.IntN(28), clock: form.clock}
		if form.clock {
			m.hour, m.minute, m.second = rng.IntN(24), rng.IntN(60), rng.IntN(60)
		}
		if strings.Contains(format, "%f") {
			m.nano = rng.IntN(1e9) / []int{1, 1000, 1e8}[rng.IntN(3)] * []int{1, 1000, 1e8}[rng.IntN(3)] % 1e9
		}
		text := form.append(nil, m)
		if back, ok := form.parse(string(text)); !ok || back != m {
			t.Fatalf("%+v is %q by %q, and %+v when read", m, text, format, back)
		}
	}
}

func TestTimes(t *testing.T) {
	table := mustTable(Schema{{Name: "day", Kind: Date}, {Name: "c", Kind: Category}},
		Series("day", []Cell[string]{{Value: "2024-02-29"}, {Null: true}, {Value: "2024-02-29T10:11:12.5Z"}}),
		Series("text", values("2024-01-01", "2024-01-01T10:00+02:00", "soon")),
		Series("n", values(1, 2, 3)), Series("c", values("a", "b", "c")))
	times, missing, err := Times(table, "day")
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(times, missing) != "[2024-02-29 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC 2024-02-29 10:11:12.5 +0000 UTC] [false true false]" {
		t.Error(times, missing)
	}
	var p *ParseError
	if _, _, err := Times(table, "text"); !errors.As(err, &p) || p.Row != 3 || p.Column != "text" || !errors.Is(err, ErrKind) || !strings.Contains(err.Error(), "row 3") {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"n", "c"} {
		if _, _, err := Times(table, name); !errors.Is(err, ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Times(table, "dya"); !errors.Is(err, ErrColumn) {
		t.Errorf("%v", err)
	}
}

func ExampleTimes() {
	table, err := New(Schema{{Name: "released", Kind: Date}}, Series("released", []Cell[string]{{Value: "1979-05-25"}, {Null: true}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	times, missing, err := Times(table, "released")
	fmt.Println(times[0].Weekday(), missing, err)
	// Output: Friday [false true] <nil>
}

func BenchmarkTimes(b *testing.B) {
	table := mustTable(Schema{{Name: "d", Kind: Date}}, Series("d", fill(100_000, func(i int) Cell[string] {
		return Cell[string]{Value: time.Unix(int64(i)*86400, 0).UTC().Format(time.DateOnly)}
	})))
	for b.Loop() {
		if _, _, err := Times(table, "d"); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzDates(f *testing.F) {
	f.Add("%d.%m.%Y", "1.2.2003")
	f.Add("%F %T.%f%z", "1999-07-08 09:10:11.25+05:30")
	f.Add("%I%p%j%y", "12AM36600")
	f.Fuzz(func(t *testing.T, format, text string) {
		form, err := ParseDateFormat(format)
		if err != nil {
			return
		}
		m, ok := form.parse(text)
		if !ok {
			return
		}
		iso, ok := m.appendISO(nil)
		if !ok {
			return
		}
		back, ok := parseISO(string(iso))
		if !ok || !back.time().Equal(m.time()) || back.clock != m.clock {
			t.Fatalf("%q as %q is %s, and %+v when read", text, format, iso, back)
		}
	})
}
