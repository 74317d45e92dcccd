package dedupe

import (
	"context"
	"fmt"
	"math"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// NearOptions say which rows count as nearly equal.
type NearOptions struct {
	// Compare are the rules, at least one and at most 64. A pair's score is the weighted
	// mean of their similarities.
	Compare []Compare `json:"compare"`

	// Threshold is the score from which on two rows are duplicates, in (0, 1]; 0 means
	// 0.85. Scores are compared to within 1e-12, for they are sums of rounded numbers.
	Threshold float64 `json:"threshold,omitempty"`

	// Evidence is the least share of all weights that has to come from columns in which
	// both rows have values, in (0, 1]; 0 means 0.5. Pairs with less are no duplicates.
	Evidence float64 `json:"evidence,omitempty"`

	// Blocks are passes that say which pairs of rows are compared: those that at least one
	// pass brings together. Empty means all pairs, which grow with the square of the rows.
	Blocks []Block `json:"blocks,omitempty"`

	// MaxPairs bounds the pairs that are compared, counted before the first comparison, a
	// pair that two passes bring together twice. 0 means 20 million. More is a
	// [*LimitError].
	MaxPairs int64 `json:"maxPairs,omitempty"`

	// Complete asks that every two rows of a group reach the threshold. Otherwise groups
	// are connected components: a row belongs to a group if it is like one row of it, so
	// that a chain can lead from a row to another that is unlike it (Scores show it).
	// Complete groups are those of complete-linkage clustering, cut at the threshold; a
	// component of more than 2000 rows is then an error, [ErrLimit].
	Complete bool `json:"complete,omitempty"`

	// Survivor proposes which row of a group stays.
	Survivor Survivor `json:"survivor"`
}

// maxRules bounds the rules, so that a pair's similarities have a fixed place.
const maxRules = 64

const defaultMaxPairs = 20_000_000

func (o NearOptions) filled() (NearOptions, error) {
	bad := func(format string, a ...any) (NearOptions, error) {
		return o, fmt.Errorf("dedupe: %w: "+format, append([]any{ErrOptions}, a...)...)
	}
	if len(o.Compare) == 0 || len(o.Compare) > maxRules {
		return bad("%d rules to compare by; give 1 to %d", len(o.Compare), maxRules)
	}
	if o.Threshold == 0 {
		o.Threshold = 0.85
	}
	if !(o.Threshold > 0 && o.Threshold <= 1) {
		return bad("a threshold of %v; give a number in (0, 1]", o.Threshold)
	}
	if o.Evidence == 0 {
		o.Evidence = 0.5
	}
	if !(o.Evidence > 0 && o.Evidence <= 1) {
		return bad("evidence of %v; give a share in (0, 1]", o.Evidence)
	}
	if o.MaxPairs == 0 {
		o.MaxPairs = defaultMaxPairs
	}
	if o.MaxPairs < 0 {
		return bad("at most %d pairs; give a positive number", o.MaxPairs)
	}
	return o, nil
}

// FindNear finds groups of rows that are nearly equal and changes nothing. The same table
// and options give the same groups, whatever the number of cores.
func FindNear(ctx context.Context, rep progress.Reporter, t frame.Table, o NearOptions) (*Groups, error) {
	rep = progress.Or(rep)
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	if int64(t.Nrow()) > math.MaxInt32 {
		return nil, fmt.Errorf("dedupe: %w: %d rows, and at most %d can be compared; work on parts of the table", ErrLimit, t.Nrow(), math.MaxInt32)
	}
	score, err := newScorer(ctx, t, o)
	if err != nil {
		return nil, err
	}
	rank, err := newRanking(t, o.Survivor)
	if err != nil {
		return nil, err
	}
	passes, err := newPasses(ctx, t, o.Blocks)
	if err != nil {
		return nil, err
	}
	all, err := countPairs(passes, o.MaxPairs)
	if err != nil {
		return nil, err
	}
	pairs, err := comparePairs(ctx, rep, passes, all, score)
	if err != nil {
		return nil, fmt.Errorf("dedupe: comparing rows: %w", err)
	}
	g := &Groups{What: "near duplicates", Threshold: o.Threshold, Compared: all, table: t}
	for _, c := range o.Compare {
		g.compared = append(g.compared, c.Column)
	}
	if g.List, err = link(ctx, t.Nrow(), pairs, score, o.Complete); err != nil {
		return nil, err
	}
	for i := range g.List {
		g.List[i].present(i, rank, score)
	}
	return g, nil
}

// present puts the survivor first and scores the others by it.
func (g *Group) present(number int, rank ranking, s *scorer) {
	g.Number = number
	rank.sort(g.Rows)
	g.Scores, g.Least = make([]float64, len(g.Rows)), 1
	for k, r := range g.Rows {
		g.Scores[k] = 1
		if k > 0 {
			g.Scores[k], _ = s.score(g.Rows[0], r, 0)
		}
		g.Least = min(g.Least, g.Scores[k])
	}
}
