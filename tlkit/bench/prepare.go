package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// This file sets splitting, scaling, encoding, selecting and the small models beside
// scikit-learn. Each job runs in a process of its own that reads its table from a Parquet
// file; reading is not timed.

// A prepareJob is one job with its table, and the steps that it times.
type prepareJob struct {
	name, table string
	rows, cols  int
	classes     bool
	steps       []string
	rounds      int // at most; 0 is as many as were asked for
}

func prepareJobs() []prepareJob {
	return []prepareJob{
		{"split", "table", 1_000_000, 20, true, []string{"stratified split"}, 0},
		{"scale", "table", 1_000_000, 20, true, []string{"standard", "min-max", "max-abs", "robust", "quantile"}, 0},
		{"power", "table", 1_000_000, 20, true, []string{"power"}, 2},
		{"onehot", "table", 1_000_000, 20, true, []string{"one-hot"}, 0},
		{"information", "table", 1_000_000, 20, true, []string{"mutual information"}, 2},
		{"rfe", "wide", 100_000, 100, false, []string{"RFE"}, 3},
		{"path", "wide", 100_000, 100, false, []string{"lasso path"}, 0},
		{"knn", "near", 40_000, 20, true, []string{"kNN"}, 5},
	}
}

// prepare is the section.
func prepare(ctx context.Context, s setup) (string, bool, error) {
	made, err := newTableBench(ctx, s, "prepare")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(made.dir)
	b := &prepareBench{made}
	fmt.Fprintf(&b.text, "Each job in a process of its own that reads its table from a Parquet file (not timed); memory is the most that the process held, "+
		"interpreter, runtime and reading included. Up to %d rounds, on %s. Peers: %s.\n", s.rounds, machine(), b.versions)
	for _, part := range []func(context.Context) error{b.jobs, b.growth, b.rows} {
		if err := part(ctx); err != nil {
			return "", false, err
		}
	}
	b.text.WriteString("\nAgain: `go run ./tlkit/bench prepare`.\n")
	return b.text.String(), b.met, nil
}

// prepareBench writes the section, part by part.
type prepareBench struct{ *tableBench }

func (b *prepareBench) file(ctx context.Context, j prepareJob, rows int) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("%s-%d.parquet", j.table, rows))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	// In a process of its own: the memory that the system says a child held begins at its parent's.
	cmd := command(ctx, []string{b.program, "make", path, fmt.Sprint(rows), fmt.Sprint(j.cols), fmt.Sprint(j.classes), fmt.Sprint(j.table == "table")})
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("making %s: %w\n%s", path, err, out)
	}
	return path, nil
}

func (b *prepareBench) run(ctx context.Context, j prepareJob, rows, rounds int) (ours, peer *side, err error) {
	path, err := b.file(ctx, j, rows)
	if err != nil {
		return nil, nil, err
	}
	if j.rounds > 0 {
		rounds = min(rounds, j.rounds)
	}
	ours, peer = b.ours(j.name, path), b.peer("scikit-learn", j.name, path)
	return ours, peer, takeTurns(ctx, j.name, rounds, []*side{ours, peer})
}

// jobs sets each job beside scikit-learn's.
func (b *prepareBench) jobs(ctx context.Context) error {
	b.text.WriteString("\n### Jobs\n\nSeconds and MB, medians.\n\n| job | rows × columns | step | tlkit | scikit-learn | tlkit / scikit-learn | tlkit, MB | scikit-learn, MB |\n|---|---|---|---|---|---|---|---|\n")
	var sumOurs, sumPeer float64
	type got struct {
		what string
		r    interval
	}
	var speed, memory []got
	for _, j := range prepareJobs() {
		ours, peer, err := b.run(ctx, j, j.rows, b.rounds)
		if err != nil {
			return err
		}
		for k, name := range j.steps {
			r := ratio(ours.of(step(name)), peer.of(step(name)))
			speed = append(speed, got{name, r})
			held := " | "
			if k == 0 {
				held = fmt.Sprintf("%.0f | %.0f", median(ours.of(peakOf)), median(peer.of(peakOf)))
				memory = append(memory, got{j.name, ratio(ours.of(peakOf), peer.of(peakOf))})
			}
			fmt.Fprintf(&b.text, "| %s | %d × %d | %s | %.3f | %.3f | %s | %s |\n", j.name, j.rows, j.cols, name, median(ours.of(step(name))), median(peer.of(step(name))), r, held)
		}
		sumOurs += median(ours.of(totalOf))
		sumPeer += median(peer.of(totalOf))
	}
	fmt.Fprintf(&b.text, "| **all** | | | %.3f | %.3f | %.2f | | |\n\n", sumOurs, sumPeer, sumOurs/sumPeer)
	ok := sumOurs <= 0.5*sumPeer
	b.met = b.met && ok
	fmt.Fprintf(&b.text, "- All steps together: %.2f of it, may be 0.5: %s.\n", sumOurs/sumPeer, verdict(ok))
	for _, g := range speed {
		b.target("Step "+g.what, g.r, 1)
	}
	for _, g := range memory {
		b.target("Memory of the job "+g.what, g.r, 1)
	}
	return nil
}

// growth shows that time grows with the rows, and no faster.
func (b *prepareBench) growth(ctx context.Context) error {
	b.text.WriteString("\n### What grows with the rows\n\nSeconds, two rounds; in brackets µs a row.\n\n| job | ")
	sizes := []int{100_000, 1_000_000, 5_000_000}
	for _, n := range sizes {
		fmt.Fprintf(&b.text, "tlkit, %d rows | scikit-learn | ", n)
	}
	b.text.WriteString("\n|---|" + strings.Repeat("---|---|", len(sizes)) + "\n")
	for _, j := range prepareJobs() {
		if j.name != "split" && j.name != "scale" && j.name != "onehot" {
			continue
		}
		fmt.Fprintf(&b.text, "| %s | ", j.name)
		for _, n := range sizes {
			ours, peer, err := b.run(ctx, j, n, 2)
			if err != nil {
				return err
			}
			t := median(ours.of(totalOf))
			fmt.Fprintf(&b.text, "%.3f (%.3f) | %.3f | ", t, t/float64(n)*1e6, median(peer.of(totalOf)))
		}
		b.text.WriteString("\n")
	}
	return nil
}

// rows measures serving: a fitted pipeline applied to one row after the other.
func (b *prepareBench) rows(ctx context.Context) error {
	path, err := b.file(ctx, prepareJobs()[0], 100_000)
	if err != nil {
		return err
	}
	ours := b.ours("serve", path)
	if err := takeTurns(ctx, "serve", min(b.rounds, 5), []*side{ours}); err != nil {
		return err
	}
	us := median(ours.of(step("one row"))) * 1e6
	allocs := ours.runs[0].Check["allocations"].(float64)
	ok := us < 5 && allocs == 0
	b.met = b.met && ok
	fmt.Fprintf(&b.text, "\n### One row at a time\n\nA row of 20 numbers and a text of 1 000 kinds, scaled, encoded by target and reduced to the best ten: %.2f µs, %.0f allocations; may take 5 µs and none: %s.\n", us, allocs, verdict(ok))
	return nil
}
