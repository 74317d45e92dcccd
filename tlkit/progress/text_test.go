package progress

import (
	"bytes"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
)

// clocked is a text reporter whose clock the test moves.
func clocked(w io.Writer, inPlace bool) (*text, *time.Time) {
	now := time.Unix(1000, 0)
	t := Text(w).(*text)
	t.inPlace, t.now = inPlace, func() time.Time { return now }
	return t, &now
}

func TestTextWritesFewLinesWhereThereIsNoTerminal(t *testing.T) {
	var b bytes.Buffer
	r, now := clocked(&b, false)
	for i := int64(0); i <= 300; i++ {
		r.Report(Event{Task: "features", Done: i, Total: 300, Unit: "pictures"})
		*now = now.Add(50 * time.Millisecond)
	}
	want := "features    0%  0/300 pictures\n" +
		"features   66%  200/300 pictures, 20.0/s, 5.0s left\n" +
		"features  100%  300/300 pictures, 20.0/s, took 15s\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestTextRedrawsInPlaceAndWipesTheRest(t *testing.T) {
	var b bytes.Buffer
	r, now := clocked(&b, true)
	r.Report(Event{Task: "head", Done: 1, Total: 2, Note: "a long remark"})
	r.Report(Event{Task: "head", Done: 1, Total: 2, Note: "dropped: too soon"})
	*now = now.Add(time.Second)
	r.Report(Event{Task: "head", Done: 2, Total: 2})
	lines := strings.Split(b.String(), "\r")
	if len(lines) != 3 || strings.Contains(b.String(), "dropped") {
		t.Fatalf("want two drawings of one line, got %q", b.String())
	}
	last := strings.TrimSuffix(lines[2], "\n")
	if len([]rune(last)) < len([]rune(lines[1])) {
		t.Errorf("the shorter line %q leaves a rest of %q standing", last, lines[1])
	}
	if !strings.HasSuffix(b.String(), "\n") {
		t.Errorf("a finished task must close its line: %q", b.String())
	}
}

func TestTextKeepsAnotherTasksLine(t *testing.T) {
	var b bytes.Buffer
	r, _ := clocked(&b, true)
	r.Report(Event{Task: "one", Done: 1, Total: 2})
	r.Report(Event{Task: "two", Done: 1, Total: 2})
	if !strings.Contains(b.String(), "\n\rtwo") {
		t.Errorf("the second task must begin a line of its own: %q", b.String())
	}
}

func TestTextCannotBeMisledByNames(t *testing.T) {
	var b bytes.Buffer
	r, _ := clocked(&b, false)
	r.Report(Event{Task: "a\x1b[2J\nb", Unit: "x\ry", Note: "\x07" + strings.Repeat("n", 500)})
	if strings.ContainsAny(strings.TrimSuffix(b.String(), "\n"), "\x1b\x07\r\n") || b.Len() > 300 {
		t.Errorf("control characters or endless text got through: %q", b.String())
	}
}

func TestMeter(t *testing.T) {
	at := time.Unix(0, 0)
	for _, c := range []struct {
		name   string
		events []Event // one a second
		rate   float64
		left   time.Duration
		known  bool
		frac   float64
	}{
		{"nothing yet", []Event{{Done: 0, Total: 10}}, 0, 0, false, 0},
		{"even pace", []Event{{Done: 0, Total: 10}, {Done: 2, Total: 10}}, 2, 4 * time.Second, true, 0.2},
		{"work found done does not count", []Event{{Done: 90, Total: 100}, {Done: 92, Total: 100}}, 2, 4 * time.Second, true, 0.92},
		{"no total", []Event{{Done: 0}, {Done: 5}}, 5, 0, false, -1},
		{"finished", []Event{{Done: 0, Total: 4}, {Done: 4, Total: 4}}, 4, 0, false, 1},
		{"more than the total", []Event{{Done: 0, Total: 4}, {Done: 8, Total: 4}}, 8, 0, false, 1},
		{"endless", []Event{{Done: 0, Total: math.MaxInt64}, {Done: 1, Total: math.MaxInt64}}, 1, 0, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var m Meter
			for i, e := range c.events {
				m.Add(at.Add(time.Duration(i)*time.Second), e)
			}
			left, known := m.Left()
			if m.Rate() != c.rate || left != c.left || known != c.known || math.Abs(m.Fraction()-c.frac) > 1e-9 {
				t.Errorf("rate %v, left %v %v, fraction %v", m.Rate(), left, known, m.Fraction())
			}
		})
	}
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0ms", 840 * time.Millisecond: "840ms", 1500 * time.Millisecond: "1.5s", 42 * time.Second: "42s",
		185 * time.Second: "3m05s", 130 * time.Minute: "2h10m",
	} {
		if got := Short(d); got != want {
			t.Errorf("Short(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestMeasurements(t *testing.T) {
	got := Measurements([]Value{{"train loss", 1, 0.5}, {"accuracy", 1, 0.871234}, {"train loss", 2, math.NaN()}})
	if want := "train loss not a number, accuracy 0.8712"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextFromManyGoroutines(t *testing.T) {
	var b bytes.Buffer
	r := Text(&b)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for d := range int64(100) {
				r.Report(Event{Task: string(rune('a' + i)), Done: d + 1, Total: 100})
			}
		})
	}
	wg.Wait()
	if n := strings.Count(b.String(), "100/100"); n != 8 {
		t.Errorf("%d of 8 tasks were seen to finish", n)
	}
}
