package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// This file sets tables beside pandas and scikit-learn: the steps of one job, each in a
// process of its own that says how long every step took, and the most memory it held.

// The table of the job, and those that show what grows with the rows.
const (
	jobRows  = 1_050_000
	fewRows  = 100_000
	manyRows = 5_000_000
)

// makeTable writes n rows × 10 columns as CSV: numbers, texts of 50, 1 000 and 1 500 kinds,
// dates and truth values. One row in 21 is another one again, and of half the columns a
// tenth is missing: 5 % of all cells.
func makeTable(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	w.WriteString("id,city,product,when,qty,price,score,temp,member,visits\n")
	var row []byte
	for i := range n {
		rng := rand.New(rand.NewPCG(1, uint64(i))) // each row has chance of its own, so that it can be made again
		if i > 0 && rng.IntN(21) == 0 {
			i = rng.IntN(i)
			rng = rand.New(rand.NewPCG(1, uint64(i)))
			rng.IntN(21)
		}
		row = appendRow(row[:0], rng, i, day)
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return w.Flush()
}

func appendRow(b []byte, rng *rand.Rand, id int, day time.Time) []byte {
	gap := func() bool { return rng.IntN(10) == 0 }
	b = strconv.AppendInt(b, int64(id), 10)
	b = append(b, ',')
	if !gap() {
		b = fmt.Appendf(b, "city %d", rng.IntN(50))
	}
	b = fmt.Appendf(b, ",product-%04d,", rng.IntN(1000))
	b = day.AddDate(0, 0, rng.IntN(1500)).AppendFormat(b, time.DateOnly)
	b = append(b, ',')
	if !gap() {
		b = strconv.AppendInt(b, int64(1+rng.IntN(99)), 10)
	}
	for _, c := range []struct {
		v      float64
		digits int
	}{{math.Exp(3 + rng.NormFloat64()), 2}, {rng.NormFloat64(), 6}, {15 + 8*rng.NormFloat64(), 3}} {
		b = append(b, ',')
		if !gap() {
			b = strconv.AppendFloat(b, c.v, 'f', c.digits, 64)
		}
	}
	b = append(b, ',')
	b = strconv.AppendBool(b, rng.IntN(2) == 0)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(rng.IntN(1000)), 10)
	return append(b, '\n')
}

// makeGaps writes n rows × d columns that hang together, a tenth of the cells missing.
func makeGaps(path string, n, d int) error {
	var b bytes.Buffer
	for j := range d {
		if j > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "x%d", j)
	}
	b.WriteByte('\n')
	rng := rand.New(rand.NewPCG(3, 4))
	for range n {
		f := [3]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		for j := range d {
			if j > 0 {
				b.WriteByte(',')
			}
			if rng.IntN(10) > 0 {
				b.Write(strconv.AppendFloat(nil, f[j%3]+0.5*f[(j+1)%3]+0.7*rng.NormFloat64(), 'f', 6, 64))
			}
		}
		b.WriteByte('\n')
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// A tableRun is what one process said of one job.
type tableRun struct {
	Steps map[string]float64 // seconds
	Check map[string]any     // of the result, to compare
	peak  float64            // MB, the most it held
}

// total is the seconds of all steps.
func (r tableRun) total() (s float64) {
	for _, v := range r.Steps {
		s += v
	}
	return s
}

func runTable(ctx context.Context, args []string) (tableRun, error) {
	var r tableRun
	cmd := command(ctx, args)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.peak = float64(u.Maxrss) / 1024
	}
	return r, json.Unmarshal(out, &r)
}

// side is one contestant with all that it said, a run a round.
type side struct {
	name string
	args []string
	runs []tableRun
}

// takeTurns lets the sides take turns; the first round warms the disk's cache and is not counted.
func takeTurns(ctx context.Context, what string, n int, sides []*side) error {
	for round := range n + 1 {
		for _, s := range sides {
			r, err := runTable(ctx, s.args)
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "%s, round %d: %-24s %.3f s, %.0f MB\n", what, round, s.name, r.total(), r.peak)
			if round > 0 {
				s.runs = append(s.runs, r)
			}
			if err := agree(sides[0].runs, r); err != nil && round > 0 {
				return fmt.Errorf("%s: %s: %w", what, s.name, err)
			}
		}
	}
	return nil
}

// agree compares the results of two sides, number by number.
func agree(first []tableRun, r tableRun) error {
	if len(first) == 0 {
		return nil
	}
	for k, v := range first[0].Check {
		a, okA := v.(float64)
		b, okB := r.Check[k].(float64)
		if !okA || !okB || math.Abs(a-b) > 1e-6*math.Abs(a) {
			return fmt.Errorf("%s is %v, the first side has %v", k, r.Check[k], v)
		}
	}
	return nil
}

func (s *side) of(f func(tableRun) float64) []float64 {
	out := make([]float64, len(s.runs))
	for i, r := range s.runs {
		out[i] = f(r)
	}
	return out
}

func step(name string) func(tableRun) float64 {
	return func(r tableRun) float64 { return r.Steps[name] }
}

var (
	totalOf = func(r tableRun) float64 { return r.total() }
	peakOf  = func(r tableRun) float64 { return r.peak }
)

// best is the side with the smallest median.
func best(sides []*side, f func(tableRun) float64) *side {
	return slices.MinFunc(sides, func(a, b *side) int {
		if x, y := median(a.of(f)), median(b.of(f)); x < y {
			return -1
		} else if x > y {
			return 1
		}
		return 0
	})
}

// tables is the section.
func tables(ctx context.Context, s setup) (string, bool, error) {
	b, err := newTableBench(ctx, s, "tables")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(b.dir)
	fmt.Fprintf(&b.text, "Each job in a process of its own, times within it, memory as the system counts it (interpreter and runtime included). "+
		"%d rounds, on %s. Peers: %s.\n", s.rounds, machine(), b.versions)
	for _, part := range []func(context.Context) error{b.job, b.writing, b.imputing, b.strings, b.growth} {
		if err := part(ctx); err != nil {
			return "", false, err
		}
	}
	b.text.WriteString("\nAgain: `go run ./tlkit/bench tables`.\n")
	return b.text.String(), b.met, nil
}

// tableBench writes the section, part by part.
type tableBench struct {
	setup
	dir, program, script string
	python               string
	versions             []byte // of the peers, as JSON
	text                 strings.Builder
	met                  bool
}

// newTableBench makes a folder for the section's files, which the caller removes, builds
// the kit's side, tlkit/bench/NAME, and asks the peers' side, peers/NAME.py, for versions.
func newTableBench(ctx context.Context, s setup, name string) (b *tableBench, err error) {
	dir, err := os.MkdirTemp("", "tlkit-bench-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
		}
	}()
	b = &tableBench{setup: s, dir: dir, program: filepath.Join(dir, name), script: filepath.Join(s.root, "tlkit", "bench", "peers", name+".py"), met: true}
	if b.python, err = peersPython(ctx, s, "tables"); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.program, "./tlkit/bench/"+name)
	build.Dir = s.root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the kit's side: %w\n%s", err, out)
	}
	versions, err := runTable(ctx, []string{b.python, b.script, "versions"})
	if err != nil {
		return nil, fmt.Errorf("the peers' versions: %w", err)
	}
	b.versions, err = json.Marshal(versions.Check)
	return b, err
}

func (b *tableBench) ours(args ...string) *side {
	return &side{name: "tlkit", args: append([]string{b.program}, args...)}
}

func (b *tableBench) peer(name string, args ...string) *side {
	return &side{name: name, args: append([]string{b.python, b.script}, args...)}
}

// table gives the path of a generated table.
func (b *tableBench) table(rows int) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("%d.csv", rows))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, makeTable(path, rows)
}

// target writes a line with a verdict: ratio is of ours to the peer's, and may be most.
func (b *tableBench) target(what string, r interval, most float64) {
	ok := r.median <= most
	b.met = b.met && ok
	fmt.Fprintf(&b.text, "- %s: %s of it, may be %.2g: %s.\n", what, r, most, verdict(ok))
}

func (b *tableBench) job(ctx context.Context) error {
	path, err := b.table(jobRows)
	if err != nil {
		return err
	}
	ours, c, arrow := b.ours("job", path), b.peer("pandas, default engine", "job", "c", path), b.peer("pandas, pyarrow engine", "job", "pyarrow", path)
	if err := takeTurns(ctx, "job", b.rounds, []*side{ours, c, arrow}); err != nil {
		return err
	}
	fmt.Fprintf(&b.text, "\n### The job: %d rows × 10 columns of CSV\n\nMedians, seconds.\n\n| | tlkit | %s | %s | tlkit / best |\n|---|---|---|---|---|\n", jobRows, c.name, arrow.name)
	peers := []*side{c, arrow}
	row := func(name string, f func(tableRun) float64, format string) interval {
		r := ratio(ours.of(f), best(peers, f).of(f))
		fmt.Fprintf(&b.text, "| %s | "+format+" | "+format+" | "+format+" | %s |\n", name, median(ours.of(f)), median(c.of(f)), median(arrow.of(f)), r)
		return r
	}
	limits := map[string]float64{"read": 2, "drop duplicates": 1, "fill": 1, "group by": 1, "describe": 1}
	got := map[string]interval{}
	for _, name := range []string{"read", "drop duplicates", "fill", "group by", "describe"} {
		got[name] = row(name, step(name), "%.3f")
	}
	total := row("**total**", totalOf, "%.3f")
	memory := row("most memory, MB", peakOf, "%.0f")
	b.text.WriteString("\n")
	b.target("Total, against the better engine", total, 0.5)
	for _, name := range []string{"read", "drop duplicates", "fill", "group by", "describe"} {
		b.target("Step "+name, got[name], limits[name])
	}
	b.target("Memory", memory, 1)
	return nil
}

func (b *tableBench) writing(ctx context.Context) error {
	path, err := b.table(jobRows)
	if err != nil {
		return err
	}
	ours, peer := b.ours("write", path, b.dir), b.peer("pandas", "write", "c", path, b.dir)
	if err := takeTurns(ctx, "writing", b.rounds, []*side{ours, peer}); err != nil {
		return err
	}
	b.text.WriteString("\n### Writing the same table\n\n| | tlkit | pandas | tlkit / pandas | file, MB | pandas' file, MB |\n|---|---|---|---|---|---|\n")
	size := func(name string) float64 {
		st, err := os.Stat(filepath.Join(b.dir, name))
		if err != nil {
			return math.NaN()
		}
		return float64(st.Size()) / 1e6
	}
	var got []interval
	for _, f := range []struct{ name, file string }{{"write Parquet", "parquet"}, {"write CSV", "csv"}} {
		r := ratio(ours.of(step(f.name)), peer.of(step(f.name)))
		got = append(got, r)
		fmt.Fprintf(&b.text, "| %s | %.3f | %.3f | %s | %.1f | %.1f |\n", f.name, median(ours.of(step(f.name))), median(peer.of(step(f.name))), r, size("ours."+f.file), size("peer."+f.file))
	}
	b.text.WriteString("\n")
	b.target("Writing Parquet", got[0], 1)
	b.target("Writing CSV", got[1], 1)
	return nil
}

func (b *tableBench) imputing(ctx context.Context) error {
	path := filepath.Join(b.dir, "gaps.csv")
	if err := makeGaps(path, 20_000, 20); err != nil {
		return err
	}
	ours, peer := b.ours("knn", path), b.peer("scikit-learn", "knn", path)
	if err := takeTurns(ctx, "imputing", min(b.rounds, 5), []*side{ours, peer}); err != nil {
		return err
	}
	f := step("kNN imputation")
	r := ratio(ours.of(f), peer.of(f))
	fmt.Fprintf(&b.text, "\n### Filling by nearest neighbours: 20 000 rows × 20 columns, a tenth missing\n\n| | seconds | most memory, MB |\n|---|---|---|\n| tlkit | %.2f | %.0f |\n| scikit-learn | %.2f | %.0f |\n\n",
		median(ours.of(f)), median(ours.of(peakOf)), median(peer.of(f)), median(peer.of(peakOf)))
	b.target("kNN imputation", r, 1)
	return nil
}

// strings measures what has no peer in Python here, against the time that it may take.
func (b *tableBench) strings(ctx context.Context) error {
	path, err := b.table(jobRows)
	if err != nil {
		return err
	}
	ours := b.ours("alone", path)
	if err := takeTurns(ctx, "alone", min(b.rounds, 5), []*side{ours}); err != nil {
		return err
	}
	b.text.WriteString("\n### Without a peer\n\n| | median, s | may take, s | |\n|---|---|---|---|\n")
	for _, c := range []struct {
		name  string
		limit float64
	}{{"100 000 strings clustered by fingerprint", 1}, {"10 000 strings clustered by nearest neighbour, with blocks", 5}, {"profile of the table", 2}} {
		v := median(ours.of(step(c.name)))
		ok := v > 0 && v <= c.limit
		b.met = b.met && ok
		fmt.Fprintf(&b.text, "| %s | %.2f | %.0f | %s |\n", c.name, v, c.limit, verdict(ok))
	}
	return nil
}

// growth shows that the job grows with the rows and no faster.
func (b *tableBench) growth(ctx context.Context) error {
	b.text.WriteString("\n### What grows with the rows\n\nThe whole job, seconds and MB, three rounds.\n\n| rows | tlkit | pandas, default engine | tlkit, MB | pandas, MB | tlkit, µs a row |\n|---|---|---|---|---|---|\n")
	for _, rows := range []int{fewRows, jobRows, manyRows} {
		path, err := b.table(rows)
		if err != nil {
			return err
		}
		ours, peer := b.ours("job", path), b.peer("pandas", "job", "c", path)
		if err := takeTurns(ctx, fmt.Sprintf("%d rows", rows), 3, []*side{ours, peer}); err != nil {
			return err
		}
		t := median(ours.of(totalOf))
		fmt.Fprintf(&b.text, "| %d | %.3f | %.3f | %.0f | %.0f | %.3f |\n", rows, t, median(peer.of(totalOf)), median(ours.of(peakOf)), median(peer.of(peakOf)), t/float64(rows)*1e6)
	}
	return nil
}
