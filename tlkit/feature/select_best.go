package feature

import (
	"cmp"
	"errors"
	"math"

	"transferlab/tlkit/feature/score"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/internal/enum"
	"transferlab/tlkit/parallel"
)

// Score is how much a feature by itself tells about the target.
type Score uint8

// The scores. More is better.
const (
	UsualScore        Score = iota // AnovaF for classes, RegressionF for numbers
	AnovaF                         // how far the classes' means are apart (classes)
	ChiSquare                      // whether counts differ between classes; no feature may be below 0 (classes)
	RegressionF                    // how well a straight line fits; it orders as Pearson's correlation does (numbers)
	RankCorrelation                // Spearman's: how well any rising or falling curve fits (numbers)
	MutualInformation              // how much of whatever form, in nats (both)
)

var scoreNames = enum.Names{Type: "Score", List: []string{"usual", "F", "chi-square", "F of regression", "rank correlation", "mutual information"}, Err: errOption}

// String is the score's name.
func (s Score) String() string { return scoreNames.String(uint8(s)) }

// MarshalText writes the name.
func (s Score) MarshalText() ([]byte, error) { return scoreNames.Marshal(uint8(s)) }

// UnmarshalText reads the name.
func (s *Score) UnmarshalText(b []byte) error { return scoreNames.Unmarshal(b, (*uint8)(s)) }

// SelectBest scores each feature by itself against the target and keeps the best: as many
// as K or Share says, or those whose score is unlikely to be chance. It is
// scikit-learn's SelectKBest, SelectPercentile, SelectFpr, SelectFdr and SelectFwe.
//
// At most one of K, Share, FalsePositive, FalseDiscovery and FamilyWise is not 0. The last
// three go by p-values, which mutual information does not have; they may keep nothing.
// A score that is not defined, as of a constant column, counts as the least.
//
// Two features that say the same have the same score, and both are kept: see
// [SelectCorrelated]. One that tells only together with another is not seen: see [RFE] and
// [Sequential]. Missing values are an [*InputError].
type SelectBest struct {
	// Columns are chosen from; others pass. None: all numbers, booleans included.
	Columns []string
	Score   Score
	// K is how many are kept, at most as many as there are; of equal ones the last. Where
	// nothing is said it is 10, or all if there are fewer.
	K int
	// Share of the features is kept, from 0 to 1; of equal ones the first.
	Share float64
	// FalsePositive keeps those with a p-value below it.
	FalsePositive float64
	// FalseDiscovery keeps so many that of what is kept this share at most is expected to
	// tell nothing (Benjamini and Hochberg 1995).
	FalseDiscovery float64
	// FamilyWise bounds the probability that anything is kept which tells nothing
	// (Bonferroni).
	FamilyWise float64
	// Neighbors and Seed are for mutual information. 0 neighbours means 3; the seed is for
	// the noise that tells equal numbers apart. Booleans count as discrete.
	Neighbors int
	Seed      uint64
}

func (s SelectBest) takes(p *plan) ([]int, error) { return p.takeAll(s.Columns) }

func (s SelectBest) fit(l *learning) (learnt, error) {
	by, err := s.Score.check(l.target != nil && l.classification())
	if err != nil {
		return nil, err
	}
	if err := s.check(len(l.cols), by); err != nil {
		return nil, err
	}
	r, err := s.score(l, by)
	if err != nil {
		return nil, err
	}
	at, err := s.choose(r)
	if err != nil {
		return nil, err
	}
	return &kept{Keep: chosen(len(l.cols), at), By: by.String(), Scores: r.Score, P: r.P}, nil
}

// check finds the score for a target; the usual one is resolved.
func (s Score) check(classes bool) (Score, error) {
	if err := scoreNames.Check(uint8(s)); err != nil {
		return s, err
	}
	switch {
	case s == UsualScore && classes:
		return AnovaF, nil
	case s == UsualScore:
		return RegressionF, nil
	}
	return s, nil
}

func (s SelectBest) check(p int, by Score) error {
	alphas := []float64{s.Share, s.FalsePositive, s.FalseDiscovery, s.FamilyWise}
	given, byP := 0, false
	for i, a := range alphas {
		if !(a >= 0 && a <= 1) {
			return optionf("Share, FalsePositive, FalseDiscovery and FamilyWise are %v; each is from 0 to 1", alphas)
		}
		if a > 0 {
			given++
			byP = i > 0
		}
	}
	switch {
	case s.K < 0 || s.K > p:
		return optionf("K is %d, and there are %d features to choose from; give 1 to %d", s.K, p, p)
	case given > 1 || given == 1 && s.K > 0:
		return optionf("K is %d, and Share, FalsePositive, FalseDiscovery and FamilyWise are %v; give only one of them", s.K, alphas)
	case byP && by == MutualInformation:
		return optionf("mutual information has no p-values; give K or Share")
	case s.Neighbors < 0:
		return optionf("Neighbors is %d; give 1 or more, or 0 for 3", s.Neighbors)
	}
	return nil
}

// score rates the columns. Those of another target than the score is for are an error.
func (s SelectBest) score(l *learning, by Score) (score.Result, error) {
	var y []float64
	var labels []int
	var err error
	if by == AnovaF || by == ChiSquare || by == MutualInformation && l.classification() {
		labels, _, err = l.classify()
	} else {
		y, err = l.y()
	}
	if err != nil || len(l.cols) == 0 {
		return score.Result{}, err
	}
	switch by {
	case AnovaF:
		return inBatches(l, func(cols [][]float64) (score.Result, error) { return score.ANOVA(l.ctx, nil, cols, labels) })
	case ChiSquare:
		return inBatches(l, func(cols [][]float64) (score.Result, error) { return score.ChiSquare(l.ctx, nil, cols, labels) })
	case RegressionF:
		return inBatches(l, func(cols [][]float64) (score.Result, error) {
			return score.FRegression(l.ctx, nil, cols, y, score.LinearOptions{})
		})
	}
	cols, err := l.complete()
	if err != nil {
		return score.Result{}, err
	}
	if by == RankCorrelation {
		return score.Spearman(l.ctx, l.rep, cols, y)
	}
	mutual := score.MutualOptions{Neighbors: s.Neighbors, Seed: s.Seed, Discrete: make([]bool, len(cols))}
	for j, e := range l.cols {
		mutual.Discrete[j] = e.kind == frame.Bool
	}
	if labels != nil {
		return score.MutualInformationClasses(l.ctx, l.rep, cols, labels, mutual)
	}
	return score.MutualInformation(l.ctx, l.rep, cols, y, mutual)
}

// inBatches rates a few columns at a time, in memory that stays in the cache: reading the
// columns takes as long as these scores do.
func inBatches(l *learning, rate func(cols [][]float64) (score.Result, error)) (score.Result, error) {
	const batch = 16
	var all score.Result
	cols, errs := make([][]float64, batch), make([]error, batch)
	for low := 0; low < len(l.cols); low += batch {
		n := min(batch, len(l.cols)-low)
		err := parallel.Each(l.ctx, n, func(k int) { cols[k], errs[k] = l.known(low+k, cols[k]) })
		if err := cmp.Or(err, firstError(errs)); err != nil {
			return all, err
		}
		r, err := rate(cols[:n])
		if err != nil {
			var e *score.InputError
			if errors.As(err, &e) && e.Column >= 0 {
				return all, &InputError{l.cols[low+e.Column].name, e.Row, e.Value, "chi-square is for counts and shares: scale to 0 … 1, or take another score", nil}
			}
			return all, err
		}
		all.Score, all.P = append(all.Score, r.Score...), append(all.P, r.P...)
	}
	return all, nil
}

// choose gives the positions that are kept.
func (s SelectBest) choose(r score.Result) ([]int, error) {
	switch {
	case s.FalsePositive > 0:
		return score.FalsePositiveRate(r.P, s.FalsePositive)
	case s.FalseDiscovery > 0:
		return score.FalseDiscoveryRate(r.P, s.FalseDiscovery)
	case s.FamilyWise > 0:
		return score.FamilyWise(r.P, s.FamilyWise)
	}
	sizes := make([]float64, len(r.Score)) // a correlation below 0 tells as much as one above
	for j, v := range r.Score {
		sizes[j] = math.Abs(v)
	}
	if s.Share > 0 {
		return score.Percentile(sizes, 100*s.Share)
	}
	k := s.K
	if k == 0 {
		k = 10
	}
	return score.KBest(sizes, k)
}
