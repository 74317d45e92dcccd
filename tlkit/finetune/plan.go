package finetune

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// Plan is what a Learner would do, before it does it.
type Plan struct {
	Model   string
	Device  string // kind of device, and why it
	Runner  string // what the frozen groups run on
	Classes []string

	Train, Valid, Test int // pictures
	Split              string
	Cached, Missing    int // pictures whose features are in the store, and those that are not

	Head     string // the new layers, in words
	Norms    string // what happens to the batch norms of the groups that are unfrozen
	Groups   []PlanGroup
	Phases   []PlanPhase
	Estimate time.Duration // of FineTune, compiling included; 0 where there is no experience to go by
}

// PlanGroup is a group of the base, or the new head.
type PlanGroup struct {
	Name    string
	Numbers int
	From    string // the phase that trains it; empty: frozen throughout
}

// PlanPhase is one phase of training.
type PlanPhase struct {
	Name             string
	Epochs, Patience int
	Steps            int       // an epoch
	Rates            []float64 // head first
	Numbers          int       // trained
	Memory           int64     // bytes that these numbers take while they are trained, as estimated
}

// Plan looks at the pictures, the split and the store, and says what would run. It trains
// nothing and runs no picture through the base.
func (l *Learner) Plan(ctx context.Context) (*Plan, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.session(ctx, nil)
	if err != nil {
		return nil, err
	}
	_, runner := runnerOf(s.dev, s.opt.Runner)
	p := &Plan{Model: s.net.name, Device: s.dev.String(), Runner: runner, Classes: s.data.classes, Split: s.parts.hash,
		Train: len(s.parts.train), Valid: len(s.parts.valid), Test: len(s.parts.test)}
	for i := range s.data.len() {
		row, err := s.cache.row(ctx, s.rowKey(i, s.net.last()))
		if err != nil {
			return nil, err
		}
		if row == nil {
			p.Missing++
		} else {
			p.Cached++
		}
	}
	p.fill(s, l.model)
	return p, nil
}

func (p *Plan) fill(s *session, m *zoo.Model) {
	o := s.opt
	head, top := o.Head.numbers(s.net.features(), len(s.data.classes)), 0
	p.Head, p.Norms = o.Head.words(s.net.features(), len(s.data.classes)), "in inference mode, with the stored averages; not trained"
	if o.Top.TrainNorms {
		p.Norms = "in training mode, with the averages of each batch; trained"
	}
	for i := range s.net.last() {
		g := PlanGroup{Name: m.Groups[i].Name}
		for _, a := range m.Params(i, i+1) {
			g.Numbers += zoo.Size(a.Shape)
			if i >= s.cut() && (!s.net.norm(a.Name) || o.Top.TrainNorms && !s.net.average(a.Name)) {
				top += zoo.Size(a.Shape)
			}
		}
		if g.Numbers == 0 {
			continue
		}
		if i >= s.cut() {
			g.From = "top groups"
		}
		p.Groups = append(p.Groups, g)
	}
	p.Groups = append(p.Groups, PlanGroup{"new head", head, "head"})
	steps := (p.Train + o.Batch - 1) / o.Batch
	p.Phases = []PlanPhase{
		{"head", o.Probe.Epochs, o.Probe.Patience, steps, []float64{o.Probe.Rate}, head, trainingBytes(head)},
		{"top groups", o.Top.Epochs, o.Top.Patience, steps, []float64{o.Top.HeadRate, o.Top.Rate}, head + top, trainingBytes(head + top)},
	}
	p.estimate(s, m, head, top)
}

// estimate goes by what was measured on two cores of a Xeon with AVX-512, on the CPU
// backend of XLA: 20 thousand million multiply-adds a second in the base, and in the top
// groups the same, forward and twice that backward; compiling as a constant.
func (p *Plan) estimate(s *session, m *zoo.Model, head, top int) {
	if s.dev.Kind != device.XLACPU || m.Card.MAdds == 0 {
		return
	}
	const rate, compiling = 20e9, 12.0
	shape, err := s.net.cutShape(s.cut())
	if err != nil || len(shape) != 3 {
		return
	}
	area := float64(shape[0] * shape[1])
	base := float64(p.Missing) * float64(m.Card.MAdds) / rate
	training := 3 * (float64(head) + float64(top)*area) * float64(p.Train*s.opt.Top.Epochs) / rate
	p.Estimate = time.Duration((compiling + base + training) * float64(time.Second)).Round(time.Second)
}

// String is the plan as plain text.
func (p *Plan) String() string {
	var b strings.Builder
	for _, r := range p.rows() {
		fmt.Fprintf(&b, "%-10s %s\n", r[0], r[1])
	}
	for _, g := range p.Groups {
		fmt.Fprintf(&b, "  %-10s %10d numbers  %s\n", g.Name, g.Numbers, g.state())
	}
	return b.String()
}

// HTML is the plan as two tables.
func (p *Plan) HTML() string {
	var b strings.Builder
	b.WriteString(table("What will run", p.rows()))
	b.WriteString(`<table><caption>Groups, from input to output</caption><thead><tr><th>group</th><th>numbers</th><th>state</th></tr></thead><tbody>`)
	for _, g := range p.Groups {
		fmt.Fprintf(&b, `<tr><th scope="row">%s</th><td>%s</td><td>%s</td></tr>`, html.EscapeString(g.Name), thousands(g.Numbers), html.EscapeString(g.state()))
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

func (g PlanGroup) state() string {
	if g.From == "" {
		return "frozen"
	}
	return "trained from the phase “" + g.From + "” on"
}

func (p *Plan) rows() [][2]string {
	rows := [][2]string{
		{"model", p.Model},
		{"pictures", fmt.Sprintf("%d to train, %d to validate, %d to test, %d classes (split %.12s)", p.Train, p.Valid, p.Test, len(p.Classes), p.Split)},
		{"features", fmt.Sprintf("%d pictures in the store, %d to run through the base on %s", p.Cached, p.Missing, p.Runner)},
	}
	rows = append(rows, [2]string{"new layers", p.Head}, [2]string{"batch norms", p.Norms})
	for _, ph := range p.Phases {
		patience := "no early stopping"
		if ph.Patience > 0 {
			patience = fmt.Sprintf("until %d without a lower validation loss", ph.Patience)
		}
		rows = append(rows, [2]string{ph.Name, fmt.Sprintf("%s numbers (about %s), at most %d epochs of %d steps, %s, rates %v",
			thousands(ph.Numbers), mib(ph.Memory), ph.Epochs, ph.Steps, patience, ph.Rates)})
	}
	rows = append(rows, [2]string{"device", p.Device})
	if p.Estimate > 0 {
		rows = append(rows, [2]string{"time", fmt.Sprintf("about %s at most, guessed from two cores of a Xeon", p.Estimate)})
	}
	return rows
}
