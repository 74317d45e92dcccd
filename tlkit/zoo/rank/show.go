package rank

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"

	"transferlab/tlkit/internal/table"
)

// tables are the measured results: what they know, and what they take.
func (r *Report) tables() []table.Table {
	knows := table.Table{Caption: r.caption(), Header: []string{"network", "probe (95 %)", "nearest (95 %)", "LogME", "H-score", "LEEP", "sure"}}
	takes := table.Table{Header: []string{"network", "pictures/s", "head", "full", "memory", "parameters"}}
	for i, one := range r.Results {
		if !one.measured() {
			continue
		}
		name := one.Name
		if i == r.Choice {
			name += " ←"
		}
		sure := "–"
		if one.Near != nil {
			sure = fmt.Sprintf("%.2f", one.Near.Sureness)
		}
		knows.Rows = append(knows.Rows, []string{name, interval(one.Probe), interval(one.Neighbours), number(one.LogME), number(one.HScore), number(one.LEEP), sure})
		takes.Rows = append(takes.Rows, []string{name, rate(one.Forward), rate(one.Head), rate(one.Full), memories(one), millions(one.Parameters)})
	}
	if !slices.ContainsFunc(r.Results, func(one Result) bool { return one.Full.Rate > 0 }) { // nobody asked for it
		for i, row := range append([][]string{takes.Header}, takes.Rows...) {
			row = slices.Delete(row, 3, 4)
			if i == 0 {
				takes.Header = row
			} else {
				takes.Rows[i-1] = row
			}
		}
	}
	return []table.Table{knows, takes}
}

// notes are what the table leaves open, result by result.
func (r *Report) notes() []string {
	var out []string
	for _, one := range r.Results {
		switch {
		case !one.measured():
			out = append(out, fmt.Sprintf("%s was ruled out: %s.", one.Name, why(one.RuledOut, "it was not timed")))
			continue
		case one.Head.Why != "":
			out = append(out, fmt.Sprintf("%s, training of a head: %s.", one.Name, one.Head.Why))
		}
		if one.Full.Why != "" && one.Full.Why != "not asked for" {
			out = append(out, fmt.Sprintf("%s, full training: %s.", one.Name, one.Full.Why))
		}
		out = append(out, fmt.Sprintf("%s runs on %s; compiling took %s%s.", one.Name, one.Runner, compiling(one), spreads(one)))
	}
	return out
}

func why(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

func compiling(one Result) string {
	out := seconds(one.Forward.Compile) + " forward"
	if one.Head.Rate > 0 {
		out += ", " + seconds(one.Head.Compile) + " for the head"
	}
	if one.Full.Rate > 0 {
		out += ", " + seconds(one.Full.Compile) + " in full"
	}
	return out
}

// spreads are the quartiles of the rounds.
func spreads(one Result) string {
	out := fmt.Sprintf("; pictures a second, quartiles of %d rounds: %s to %s forward", one.Forward.Rounds, three(one.Forward.Low), three(one.Forward.High))
	for _, s := range []struct {
		name string
		Speed
	}{{"head", one.Head}, {"full", one.Full}} {
		if s.Rate > 0 {
			out += fmt.Sprintf(", %s to %s %s", three(s.Low), three(s.High), s.name)
		}
	}
	return out
}

func (r *Report) caption() string {
	out := fmt.Sprintf("%d pictures of %d classes", r.Pictures, len(r.Classes))
	if r.Pictures < r.Of {
		out = fmt.Sprintf("%d of %d pictures, %d classes", r.Pictures, r.Of, len(r.Classes))
	}
	return fmt.Sprintf("%s; %d in a step, on %s", out, r.Batch, r.Device)
}

func legend() string {
	return "Probe: accuracy of a linear model on the features, cross-validated. Nearest: of five neighbours. LogME, H-score (regularised), LEEP: larger is better, comparable within a column only. " +
		"Sure: how sure the source classifier is of the pictures, 0 to 1. Pictures a second: features; head: a training step of a new layer on the frozen network, from pixels " +
		"(with features kept from the first pass, later ones cost next to nothing); full: of the whole network. Memory: by how much the process grew for each of these."
}

// String is the report as plain text.
func (r *Report) String() string {
	var b strings.Builder
	for _, t := range r.tables() {
		t.Text(&b)
	}
	for _, s := range append(append([]string{}, r.Words...), r.notes()...) {
		fmt.Fprintln(&b, s)
	}
	return b.String()
}

// HTML is the report as a table, with the recommendation and its reasons.
func (r *Report) HTML() string {
	var b strings.Builder
	for _, t := range r.tables() {
		t.HTML(&b)
	}
	list(&b, r.Words)
	list(&b, append(r.notes(), legend()))
	return b.String()
}

func list(b *strings.Builder, lines []string) {
	b.WriteString("<ul>")
	for _, s := range lines {
		fmt.Fprintf(b, "<li>%s</li>", html.EscapeString(s))
	}
	b.WriteString("</ul>")
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

func rate(s Speed) string {
	if s.Rate <= 0 {
		return "–"
	}
	return three(s.Rate)
}

// three writes a number with three digits, or whole.
func three(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func memories(one Result) string {
	var out []string
	for _, s := range []Speed{one.Forward, one.Head, one.Full} {
		switch {
		case s.Rate <= 0:
		case s.Memory <= 0:
			out = append(out, "?")
		default:
			out = append(out, bytes(s.Memory))
		}
	}
	return strings.Join(out, " / ")
}

func bytes(n int64) string {
	switch {
	case n < 1<<20:
		return fmt.Sprintf("%.2g KiB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%d MiB", (n+1<<19)>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}

func interval(a Accuracy) string {
	return fmt.Sprintf("%.2f\u00a0(%.2f–%.2f)", a.Value, a.Low, a.High)
}

func millions(n int) string {
	if n < 100_000 {
		return fmt.Sprintf("%.1f k", float64(n)/1e3)
	}
	return fmt.Sprintf("%.2f M", float64(n)/1e6)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
