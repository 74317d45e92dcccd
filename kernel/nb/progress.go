package nb

import (
	"fmt"
	"html"
	"os"
	"strings"
	"sync"
	"time"

	"transferlab/tlkit/progress"
)

// Progress returns a reporter that draws a bar for each task, with the rate and the time left, in place: the
// saved notebook holds one output with the last state. Outside a notebook it writes plain text to standard
// error, as [progress.Text] does.
func Progress() progress.Reporter {
	if !screen.rich {
		return progress.Text(os.Stderr)
	}
	return newBoard(screen, false)
}

// Live returns a reporter that shows what [Progress] shows and, below, a chart of the measurements that the
// events carry, one line for each name, which grows while the work runs. What stays in the saved notebook is
// one still picture of the last state. Outside a notebook it writes plain text with the measurements.
func Live() progress.Reporter {
	if !screen.rich {
		return progress.Text(os.Stderr)
	}
	return newBoard(screen, true)
}

// drawEvery bounds the drawings: each one goes through the kernel and its server to the browser.
const drawEvery = 300 * time.Millisecond

// maxTasks bounds the bars of one board; the oldest finished ones are folded into a line.
const maxTasks = 12

// board is one output that is drawn again and again under one display id.
type board struct {
	stage *stage
	id    string
	chart *curves // nil for bars only

	mu    sync.Mutex
	order []string
	tasks map[string]*task
	last  time.Time
	timer *time.Timer
}

type task struct {
	meter progress.Meter
	event progress.Event
}

func newBoard(s *stage, chart bool) *board {
	b := &board{stage: s, id: s.id(), tasks: map[string]*task{}}
	if chart {
		b.chart = &curves{}
	}
	return b
}

// Report takes the event in, and draws at once or a little later. A task's first and last events are always
// drawn at once.
func (b *board) Report(e progress.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	first := b.add(now, e)
	if first || e.Finished() || now.Sub(b.last) >= drawEvery {
		b.draw(now)
		return
	}
	if b.timer == nil {
		b.stage.owes(b, true)
		b.timer = time.AfterFunc(drawEvery-now.Sub(b.last), b.flush)
	}
}

func (b *board) add(now time.Time, e progress.Event) (first bool) {
	t := b.tasks[e.Task]
	if t == nil || e.Done < t.event.Done {
		if t == nil {
			b.order = append(b.order, e.Task)
		}
		t, first = &task{}, true
		b.tasks[e.Task] = t
	}
	t.meter.Add(now, e)
	t.event = e
	if b.chart != nil {
		b.chart.add(e.Values)
	}
	return first
}

// flush draws now what is not drawn yet.
func (b *board) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil {
		b.draw(time.Now())
	}
}

// draw is called with the lock held.
func (b *board) draw(now time.Time) {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
		b.stage.owes(b, false)
	}
	b.last = now
	b.stage.update(b.id, b.render())
}

func (b *board) render() bundle {
	var h, t strings.Builder
	h.WriteString(`<div class="tlkit-progress" style="font-size:13px;line-height:1.5">`)
	for _, name := range b.order[max(0, len(b.order)-maxTasks):] {
		task := b.tasks[name]
		task.html(&h)
		t.WriteString(task.meter.Line(false) + "\n")
	}
	if n := len(b.order) - maxTasks; n > 0 {
		fmt.Fprintf(&h, `<div style="opacity:.7">and %d earlier</div>`, n)
	}
	if b.chart != nil {
		h.WriteString(b.chart.svg())
	}
	h.WriteString(`</div>`)
	return bundle{html: h.String(), text: trimNewline(t.String())}
}

func (t *task) html(b *strings.Builder) {
	e := t.event
	name, _ := oneLine(e.Task, 80)
	counts, _ := oneLine(t.meter.Counts(), 120)
	b.WriteString(`<div style="display:flex;flex-wrap:wrap;gap:2px 12px;align-items:center">`)
	fmt.Fprintf(b, `<span style="min-width:9em;font-weight:600">%s</span>`, html.EscapeString(name))
	if f := t.meter.Fraction(); f >= 0 {
		colour := "#3b7dd8"
		if e.Finished() {
			colour = "#2e8b57"
		}
		fmt.Fprintf(b, `<span role="progressbar" aria-label="%s" aria-valuemin="0" aria-valuemax="100" aria-valuenow="%.0f" `+
			`style="display:inline-block;width:180px;height:9px;border-radius:5px;background:rgba(127,127,127,.25);overflow:hidden">`+
			`<span style="display:block;height:100%%;width:%.1f%%;background:%s"></span></span>`,
			html.EscapeString(name), 100*f, 100*f, colour)
	}
	fmt.Fprintf(b, `<span style="font-variant-numeric:tabular-nums">%s</span>`, html.EscapeString(counts))
	if v := progress.Measurements(e.Values); v != "" {
		fmt.Fprintf(b, `<span style="opacity:.85">%s</span>`, html.EscapeString(v))
	}
	if n, _ := oneLine(e.Note, 120); n != "" {
		fmt.Fprintf(b, `<span style="opacity:.75">%s</span>`, html.EscapeString(n))
	}
	b.WriteString(`</div>`)
}
