package finetune

import (
	"fmt"
	"html"
	"strings"
	"time"
)

// Run is the result of one training: what happened, what it predicts, what it cost.
// All fields but the weights behind it are plain data.
type Run struct {
	Name    string   // "linear probe", "fine-tuned", "from scratch", "raw pixels"
	Note    string   // what a reader must know to judge the numbers; may be empty
	Classes []string // in the order of the labels
	Head    string   // the new layers, in words

	History History
	Valid   Predictions // predictions of the best state on the validation part
	Test    Predictions // and on the test part

	ValidLoss float64 // cross-entropy of the best state on the validation part
	Trained   int     // numbers trained, in the phase that trained most
	Total     int     // numbers of the whole network
	Time      Timing
	Memory    int64   // highest resident set of the process while it ran, bytes; 0 where unknown
	Proofs    []Proof // one a phase: frozen weights, compared bit by bit

	Device string // kind of device that trained
	Seed   uint64
	Split  string // hash of the split
	Model  string // name of the base model, with its fingerprint
	Cached bool   // whether it was read from the store; the times are then those of the first time

	state *state // the weights; nil where the run was kept without them
}

// Predictions are one row a picture, in the order of the part.
type Predictions struct {
	IDs    []string
	Labels []int       // the truth
	Prob   [][]float64 // one probability a class
}

// pictures counts the pictures, each once. A repeat of a cross-validation predicts all of
// them again, so the first so many predictions are those of the first repeat.
func (p Predictions) pictures() int {
	seen := make(map[string]bool, len(p.IDs))
	for _, id := range p.IDs {
		seen[id] = true
	}
	return len(seen)
}

// Accuracy is the share of pictures whose most probable class is the truth.
func (p Predictions) Accuracy() float64 {
	if len(p.Labels) == 0 {
		return 0
	}
	hits := 0
	for i, c := range p.Classes() {
		if c == p.Labels[i] {
			hits++
		}
	}
	return float64(hits) / float64(len(p.Labels))
}

// Classes returns the most probable class of each picture, the first of equals.
func (p Predictions) Classes() []int {
	out := make([]int, len(p.Prob))
	for i, row := range p.Prob {
		out[i] = argmax(row)
	}
	return out
}

// add appends the predictions of another part.
func (p *Predictions) add(q Predictions) {
	p.IDs = append(p.IDs, q.IDs...)
	p.Labels = append(p.Labels, q.Labels...)
	p.Prob = append(p.Prob, q.Prob...)
}

// Timing says where the time went. Compile and Data are parts of Wall.
type Timing struct {
	Wall    time.Duration
	Compile time.Duration // making graphs into machine code; 0 where another run had them compiled
	Data    time.Duration // decoding pictures and running the frozen base over those not in the store
}

// String tells the run in one line.
func (r *Run) String() string {
	s := fmt.Sprintf("%s: accuracy %.3f on %d test pictures (validation %.3f on %d), %d of %d numbers trained in %d epochs, %s, %s",
		r.Name, r.Test.Accuracy(), len(r.Test.Labels), r.Valid.Accuracy(), len(r.Valid.Labels),
		r.Trained, r.Total, r.History.Epochs(), round(r.Time.Wall), mib(r.Memory))
	if r.Cached {
		s += " (from the store)"
	}
	return s
}

// HTML shows the run as a small table.
func (r *Run) HTML() string {
	rows := [][2]string{
		{"test accuracy", fmt.Sprintf("%.3f on %d pictures", r.Test.Accuracy(), len(r.Test.Labels))},
		{"validation accuracy", fmt.Sprintf("%.3f on %d pictures, loss %.3f", r.Valid.Accuracy(), len(r.Valid.Labels), r.ValidLoss)},
		{"new layers", r.Head},
		{"trained", fmt.Sprintf("%s of %s numbers, %d epochs", thousands(r.Trained), thousands(r.Total), r.History.Epochs())},
		{"time", fmt.Sprintf("%s, of it compiling %s, data %s", round(r.Time.Wall), round(r.Time.Compile), round(r.Time.Data))},
		{"memory of the process", mib(r.Memory)},
		{"device", r.Device},
	}
	for _, p := range r.Proofs {
		if p.Arrays > 0 {
			rows = append(rows, [2]string{"proof", p.String()})
		}
	}
	if r.Note != "" {
		rows = append(rows, [2]string{"note", r.Note})
	}
	if r.Cached {
		rows = append(rows, [2]string{"read from", "the store; the times are those of the first time"})
	}
	return table(r.caption(), rows)
}

// caption is the run's name, but for a probe that is not linear.
func (r *Run) caption() string {
	if r.Name == probeName && r.state != nil && r.state.head.Hidden > 0 {
		return "new layers on the frozen base"
	}
	return r.Name
}

// table renders a caption and rows of name and value, escaped.
func table(caption string, rows [][2]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<table><caption>%s</caption><tbody>", html.EscapeString(caption))
	for _, r := range rows {
		fmt.Fprintf(&b, `<tr><th scope="row" style="text-align:left">%s</th><td style="text-align:left">%s</td></tr>`,
			html.EscapeString(r[0]), html.EscapeString(r[1]))
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > time.Second:
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}

func mib(bytes int64) string {
	if bytes <= 0 {
		return "memory unknown"
	}
	if bytes < 10<<20 {
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// thousands writes n with thin spaces: 3 371 024.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
