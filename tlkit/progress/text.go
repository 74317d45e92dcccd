package progress

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Text returns a Reporter that writes plain text to w. It is safe for several goroutines.
//
// Where w is a terminal the running task is one line, redrawn in place with a bar, the rate and the time left,
// at most ten times a second. Anywhere else (a file, a pipe, a build log) each line stands for itself, so they
// are few: when a task begins, every ten seconds while it runs, when its measurements have been quiet for a
// second, and when it is finished.
//
// Control characters in names and notes become spaces: a file name cannot move the cursor. A failed write is
// dropped, for work must not stop because nobody can watch.
func Text(w io.Writer) Reporter {
	return &text{w: w, inPlace: isTerminal(w), now: time.Now, tasks: map[string]*Meter{}, said: map[string]time.Time{}}
}

// isTerminal reports whether w is a character device and the environment does not ask for dumb output.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" || os.Getenv("CI") != "" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const (
	redrawEvery = 100 * time.Millisecond // in place: smooth to the eye, nothing to the machine
	lineEvery   = 10 * time.Second       // as lines: a log of a long run stays readable
	valuesEvery = time.Second            // as lines with measurements: one an epoch, not one a step
)

type text struct {
	mu      sync.Mutex
	w       io.Writer
	inPlace bool
	now     func() time.Time
	tasks   map[string]*Meter
	said    map[string]time.Time // when a task was last written
	open    string               // the task whose line is unfinished, in place
	width   int                  // length of that line, to wipe what is left of it
}

// Report writes the event, or leaves it out where the last one of its task is too fresh.
func (t *text) Report(e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	m, known := t.tasks[e.Task]
	if !known || e.Done < m.last.Done { // the same name again is a new run of the task
		m = &Meter{}
		t.tasks[e.Task] = m
		delete(t.said, e.Task)
	}
	m.Add(now, e)
	if !t.due(e, now) {
		return
	}
	t.said[e.Task] = now
	if t.inPlace {
		t.redraw(e, m)
	} else {
		fmt.Fprintln(t.w, m.Line(false))
	}
	if e.Finished() {
		delete(t.tasks, e.Task)
	}
}

func (t *text) due(e Event, now time.Time) bool {
	last, said := t.said[e.Task]
	if !said || e.Finished() {
		return true
	}
	every := lineEvery
	switch {
	case t.inPlace:
		every = redrawEvery
	case len(e.Values) > 0:
		every = valuesEvery
	}
	return now.Sub(last) >= every
}

func (t *text) redraw(e Event, m *Meter) {
	var b strings.Builder
	if t.open != "" && t.open != e.Task {
		b.WriteByte('\n') // another task's line stays as it stood
		t.width = 0
	}
	line := m.Line(true)
	width := len([]rune(line))
	b.WriteByte('\r')
	b.WriteString(line)
	b.WriteString(strings.Repeat(" ", max(0, t.width-width)))
	t.open, t.width = e.Task, width
	if e.Finished() {
		b.WriteByte('\n')
		t.open, t.width = "", 0
	}
	io.WriteString(t.w, b.String())
}

// Meter follows the events of one task and says how quick it is. The zero value is ready; it is not safe for
// several goroutines.
type Meter struct {
	start, end time.Time
	from       int64 // Done at the first event: work found done does not count towards the rate
	last       Event
}

// Add takes one event, seen at the given time.
func (m *Meter) Add(at time.Time, e Event) {
	if m.start.IsZero() {
		m.start, m.from = at, e.Done
		if m.from > 0 && e.Finished() {
			m.from = 0
		}
	}
	m.end, m.last = at, e
}

// Elapsed is the time between the first event and the last.
func (m *Meter) Elapsed() time.Duration { return m.end.Sub(m.start) }

// Rate is units a second since the first event, 0 where it is not known yet.
func (m *Meter) Rate() float64 {
	s := m.Elapsed().Seconds()
	if s <= 0 || m.last.Done <= m.from {
		return 0
	}
	return float64(m.last.Done-m.from) / s
}

// Left estimates the time to the end from the rate so far; ok is false where nobody can know.
func (m *Meter) Left() (left time.Duration, ok bool) {
	rate := m.Rate()
	if rate <= 0 || m.last.Total <= 0 || m.last.Finished() {
		return 0, false
	}
	s := float64(m.last.Total-m.last.Done) / rate
	if s > 1e8 { // three years: no estimate
		return 0, false
	}
	return time.Duration(s * float64(time.Second)), true
}

// Fraction is the part done, from 0 to 1, or -1 where the total is not known.
func (m *Meter) Fraction() float64 {
	if m.last.Total <= 0 {
		return -1
	}
	return min(1, max(0, float64(m.last.Done)/float64(m.last.Total)))
}

// Line is the state as one line of plain text: task, bar (where asked), count, rate, time left or taken,
// measurements and note.
func (m *Meter) Line(bar bool) string {
	e := m.last
	parts := []string{clean(e.Task)}
	if f := m.Fraction(); f >= 0 {
		if bar {
			const cells = 20
			full := int(f * cells)
			parts = append(parts, "["+strings.Repeat("#", full)+strings.Repeat(".", cells-full)+"]")
		}
		parts = append(parts, fmt.Sprintf("%3.0f%%", math.Floor(100*f)))
	}
	parts = append(parts, m.Counts())
	if v := Measurements(e.Values); v != "" {
		parts = append(parts, v)
	}
	if n := clean(e.Note); n != "" {
		parts = append(parts, "· "+n)
	}
	return strings.Join(parts, "  ")
}

// Counts says how much is done, how quickly, and how long it takes: "120/300 pictures, 60/s, 3s left".
func (m *Meter) Counts() string {
	e := m.last
	s := fmt.Sprint(e.Done)
	if e.Total > 0 {
		s += fmt.Sprintf("/%d", e.Total)
	}
	if e.Unit != "" {
		s += " " + clean(e.Unit)
	}
	if r := m.Rate(); r > 0 {
		s += ", " + number(r) + "/s"
	}
	if e.Finished() {
		return s + ", took " + Short(m.Elapsed())
	}
	if left, ok := m.Left(); ok {
		s += ", " + Short(left) + " left"
	}
	return s
}

// Measurements writes values as "train loss 0.412, accuracy 0.87"; the last of each name counts.
func Measurements(values []Value) string {
	var names []string
	last := map[string]float64{}
	for _, v := range values {
		if _, seen := last[v.Name]; !seen {
			names = append(names, v.Name)
		}
		last[v.Name] = v.Y
	}
	for i, n := range names {
		names[i] = clean(n) + " " + number(last[n])
	}
	return strings.Join(names, ", ")
}

// number writes three or four significant figures, never an exponent for everyday sizes.
func number(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return "not a number"
	case a >= 1e6 || (a > 0 && a < 1e-4):
		return fmt.Sprintf("%.3g", x)
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.4g", x)
	}
}

// Short writes a duration for people: "840ms", "12s", "3m05s", "2h10m".
func Short(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// clean makes text safe for one line of a terminal: control characters become spaces, long text is cut.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 120 {
		s = string(r[:119]) + "…"
	}
	return strings.TrimSpace(s)
}
