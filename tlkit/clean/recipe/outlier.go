package recipe

import (
	"context"
	"encoding/json"
	"fmt"

	"transferlab/tlkit/clean/internal/strict"
	"transferlab/tlkit/clean/outlier"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// Outliers finds bounds of columns on training rows, and does something about the values
// beyond them in any rows.
type Outliers struct {
	Find outlier.Options      `json:"find"`
	Then outlier.ApplyOptions `json:"then"`
}

func (Outliers) Name() string { return "outliers" }

func (o Outliers) String() string {
	s := fmt.Sprintf("%s outliers by %s", o.Then.Action, o.Find.Method)
	if len(o.Find.Columns) > 0 {
		s += " in " + listed("column", o.Find.Columns)
	}
	return s
}

func (o Outliers) check() error { return nil }

func (o Outliers) fit(_ context.Context, _ progress.Reporter, s state) (learnt, error) {
	b, err := outlier.Fit(split.WholeAsTrain(s.Table), o.Find)
	if err != nil {
		return nil, err
	}
	return fences{o, b}, nil
}

func (o Outliers) restore(n strict.Node) (learnt, error) {
	b := &outlier.Bounds{}
	if err := json.Unmarshal(n.Raw(), b); err != nil {
		return nil, err
	}
	return fences{o, b}, nil
}

type fences struct {
	step Outliers
	fit  *outlier.Bounds
}

func (b fences) MarshalJSON() ([]byte, error) { return json.Marshal(b.fit) }

func (b fences) apply(_ context.Context, _ progress.Reporter, s state) (outcome, error) {
	t, report, err := b.fit.Apply(s.Table, b.step.Then)
	return s.outlying(b.step.Then, t, report, err)
}

// OddRows grows an isolation forest on training rows, and does something about the rows
// that it finds odd.
type OddRows struct {
	Find outlier.ForestOptions `json:"find"`
	Then outlier.ApplyOptions  `json:"then"`
}

func (OddRows) Name() string { return "odd-rows" }

func (o OddRows) String() string {
	s := fmt.Sprintf("%s odd rows by an isolation forest", o.Then.Action)
	if len(o.Find.Columns) > 0 {
		s += " of " + listed("column", o.Find.Columns)
	}
	return s
}

func (o OddRows) check() error { return nil }

func (o OddRows) fit(ctx context.Context, rep progress.Reporter, s state) (learnt, error) {
	f, err := outlier.FitForest(ctx, rep, split.WholeAsTrain(s.Table), o.Find)
	if err != nil {
		return nil, err
	}
	return forest{o, f}, nil
}

func (o OddRows) restore(n strict.Node) (learnt, error) {
	f := &outlier.Forest{}
	if err := json.Unmarshal(n.Raw(), f); err != nil {
		return nil, err
	}
	return forest{o, f}, nil
}

type forest struct {
	step OddRows
	fit  *outlier.Forest
}

func (f forest) MarshalJSON() ([]byte, error) { return json.Marshal(f.fit) }

func (f forest) apply(ctx context.Context, rep progress.Reporter, s state) (outcome, error) {
	t, report, err := f.fit.Apply(ctx, rep, s.Table, f.step.Then)
	return s.outlying(f.step.Then, t, report, err)
}

// outlying is the outcome of what was done about outliers.
func (s state) outlying(o outlier.ApplyOptions, t frame.Table, report *outlier.Report, err error) (outcome, error) {
	if err != nil {
		return outcome{}, err
	}
	if len(report.Dropped) == 0 {
		return outcome{state: s.on(t), notes: []string{report.Summary()}}, nil
	}
	odd := make([]bool, s.Nrow())
	for _, r := range report.Dropped {
		odd[r] = true
	}
	out, err := s.keep(func(i int) bool { return !odd[i] })
	if err == nil && o.Score != "" {
		out, err = out.replaced(t, []string{o.Score})
		out.touched = nil // the scores are a column that was not there
	}
	out.notes = []string{report.Summary()}
	return out, err
}
