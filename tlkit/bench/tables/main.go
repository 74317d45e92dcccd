// Command tables is the kit's side of the tables benchmark: one job, in a process that links
// no more than the job needs. It prints what ../peers/tables.py prints. The command bench
// builds it and runs it.
//
//	tables job CSV | write CSV FOLDER | knn CSV | alone CSV
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"transferlab/tlkit/bench/job"
	"transferlab/tlkit/clean/dedupe"
	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/text"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/frame/parquet"
	"transferlab/tlkit/split"
)

func main() { job.Main("tables", run) }

func run(args []string, steps job.Steps) (map[string]any, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("give a job and a file")
	}
	switch args[0] {
	case "job":
		return whole(steps, args[1])
	case "write":
		if len(args) < 3 {
			return nil, fmt.Errorf("write needs a folder too")
		}
		return write(steps, args[1], args[2])
	case "knn":
		return knn(steps, args[1])
	case "alone":
		return alone(steps, args[1])
	}
	return nil, fmt.Errorf("there is no job %q", args[0])
}

func read(steps job.Steps, path string) (t frame.Table, err error) {
	err = steps.Step("read", func() error {
		t, err = frame.CSV(path, frame.CSVOptions{}).Read(context.Background(), nil)
		return err
	})
	return t, err
}

// whole is the job that tables are mostly read for.
func whole(steps job.Steps, path string) (map[string]any, error) {
	ctx := context.Background()
	t, err := read(steps, path)
	if err != nil {
		return nil, err
	}
	err = steps.Step("drop duplicates", func() error {
		t, _, err = dedupe.Drop(t, dedupe.Options{})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = steps.Step("fill", func() error {
		medians, err := impute.Simple{Columns: []string{"qty", "price", "score", "temp", "city"}, Numbers: impute.Median}.Fit(ctx, nil, split.WholeAsTrain(t))
		if err != nil {
			return err
		}
		t, _, err = medians.Apply(ctx, nil, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	var groups, described frame.Table
	err = steps.Step("group by", func() error {
		groups, err = frame.GroupBy(t, []string{"city", "product"}, []frame.Agg{
			{Column: "price", Stat: frame.Mean}, {Column: "score", Stat: frame.Mean}, {Column: "temp", Stat: frame.Mean}}, frame.GroupOptions{})
		return err
	})
	if err != nil {
		return nil, err
	}
	err = steps.Step("describe", func() error {
		numbers, err := t.Pick(t.Numeric()...) // as pandas does
		if err != nil {
			return err
		}
		described, err = frame.Describe(numbers)
		return err
	})
	if err != nil {
		return nil, err
	}
	v, err := groups.Numbers("price_mean")
	if err != nil {
		return nil, err
	}
	sum := 0.0
	for _, x := range v[0] {
		sum += x
	}
	score, err := quartile(described)
	return map[string]any{"rows": t.Nrow(), "groups": groups.Nrow(), "price": sum, "score": score}, err
}

// quartile is the upper one of the column score.
func quartile(described frame.Table) (float64, error) {
	names, err := described.Column("column")
	if err != nil {
		return 0, err
	}
	v, err := described.Numbers("75%")
	if err != nil {
		return 0, err
	}
	for i := range names.Len() {
		if names.Format(i) == "score" {
			return v[0][i], nil
		}
	}
	return 0, fmt.Errorf("the description lacks the column score")
}

func write(steps job.Steps, path, folder string) (map[string]any, error) {
	t, err := read(job.Steps{}, path)
	if err != nil {
		return nil, err
	}
	if err := steps.Step("write Parquet", func() error {
		return parquet.Write(filepath.Join(folder, "ours.parquet"), t, parquet.WriteOptions{})
	}); err != nil {
		return nil, err
	}
	err = steps.Step("write CSV", func() error { return frame.WriteCSV(filepath.Join(folder, "ours.csv"), t, frame.CSVOptions{}) })
	return map[string]any{"rows": t.Nrow()}, err
}

func knn(steps job.Steps, path string) (map[string]any, error) {
	ctx := context.Background()
	t, err := read(job.Steps{}, path)
	if err != nil {
		return nil, err
	}
	err = steps.Step("kNN imputation", func() error {
		fitted, err := impute.KNN{}.Fit(ctx, nil, split.WholeAsTrain(t))
		if err != nil {
			return err
		}
		t, _, err = fitted.Apply(ctx, nil, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	v, err := t.Numbers()
	sum := 0.0
	for _, c := range v {
		for _, x := range c {
			sum += x
		}
	}
	return map[string]any{"rows": t.Nrow(), "sum": sum}, err
}

func alone(steps job.Steps, path string) (map[string]any, error) {
	ctx := context.Background()
	t, err := read(job.Steps{}, path)
	if err != nil {
		return nil, err
	}
	if err := steps.Step("profile of the table", func() error {
		_, err := frame.Profile(ctx, nil, t, frame.ProfileOptions{})
		return err
	}); err != nil {
		return nil, err
	}
	many, few := text.Count(names(100_000)), text.Count(names(10_000))
	found := 0
	if err := steps.Step("100 000 strings clustered by fingerprint", func() error {
		c, err := text.FindClusters(ctx, nil, many, text.ClusterOptions{})
		found += len(c)
		return err
	}); err != nil {
		return nil, err
	}
	err = steps.Step("10 000 strings clustered by nearest neighbour, with blocks", func() error {
		c, err := text.FindClusters(ctx, nil, few, text.ClusterOptions{Method: text.ByLevenshtein})
		found += len(c)
		return err
	})
	return map[string]any{"clusters": found}, err
}

// names are n different strings: names of firms made of seeded syllables, a third of them
// another one with its words turned round, a letter changed, or in capitals.
func names(n int) []string {
	rng := rand.New(rand.NewPCG(7, 8))
	syllables := strings.Fields("ba del mor ti san ka rul fen go wick ley ham stone ford mer lin dor vas qui pol ner the os gra")
	word := func() string {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(syllables[rng.IntN(len(syllables))])
		}
		return strings.ToUpper(b.String()[:1]) + b.String()[1:]
	}
	seen := make(map[string]bool, n)
	out := make([]string, 0, n)
	for len(out) < n {
		s := word() + " " + word() + " " + []string{"Ltd", "GmbH", "& Sons", "Inc.", "S.A."}[rng.IntN(5)]
		if len(out) > 0 && rng.IntN(3) == 0 {
			s = out[rng.IntN(len(out))]
			switch w := strings.Fields(s); rng.IntN(3) {
			case 0:
				w[0], w[len(w)-1] = w[len(w)-1], w[0]
				s = strings.Join(w, " ")
			case 1:
				s = strings.ToUpper(s)
			default:
				k := rng.IntN(len(s))
				s = s[:k] + string(rune('a'+rng.IntN(26))) + s[k+1:]
			}
		}
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
