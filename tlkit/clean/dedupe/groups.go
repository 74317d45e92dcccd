package dedupe

import (
	"fmt"
	"slices"

	"github.com/go-gota/gota/series"

	"transferlab/tlkit/frame"
)

// Group is rows that seem to stand for one thing.
type Group struct {
	// Number names the group in Choices, and stays when groups are put in another order.
	Number int

	// Rows of the table, the proposed survivor first. What it lacks is filled from the
	// others in their order here.
	Rows []int

	// Scores are the similarities of the rows to the first one, from 0 to 1. Nil where all
	// rows are equal.
	Scores []float64

	// Least is the lowest of the scores: where it is below the threshold, rows came into
	// the group by way of others.
	Least float64

	// Pairs are the pairs of rows whose score reached the threshold, by their rows.
	Pairs []Pair
}

// Pair is two rows, A < B, and how much they are alike.
type Pair struct {
	A, B  int
	Score float64
}

// Groups is what Find and FindNear found. It remembers the table, and refuses another one.
type Groups struct {
	List []Group // by their first row in the table

	What      string  // "equal rows" or "near duplicates"
	Threshold float64 // of near duplicates
	Compared  int64   // pairs of rows that were compared; 0 for equal rows

	table    frame.Table
	compared []string // columns
}

// Rows counts the rows in groups.
func (g *Groups) Rows() int {
	n := 0
	for _, group := range g.List {
		n += len(group.Rows)
	}
	return n
}

// ByDoubt is the groups with the most doubtful ones first: those with the lowest Least. A
// group keeps its number.
func (g *Groups) ByDoubt() *Groups {
	out := *g
	out.List = slices.Clone(g.List)
	slices.SortStableFunc(out.List, func(a, b Group) int {
		switch {
		case a.Least < b.Least:
			return -1
		case a.Least > b.Least:
			return 1
		}
		return a.Number - b.Number
	})
	return &out
}

// Table is the rows of all groups, one below the other, with four columns before them:
// dup_group (the number), dup_row (in the table that was searched), dup_survivor (true for
// the proposed one) and dup_score (the similarity to it).
func (g *Groups) Table() (frame.Table, error) {
	n := g.Rows()
	rows := make([]int, 0, n)
	number, row := make([]frame.Cell[int], 0, n), make([]frame.Cell[int], 0, n)
	first, score := make([]frame.Cell[bool], 0, n), make([]frame.Cell[float64], 0, n)
	for _, group := range g.List {
		for k, r := range group.Rows {
			rows = append(rows, r)
			number, row = append(number, frame.Cell[int]{Value: group.Number}), append(row, frame.Cell[int]{Value: r})
			first = append(first, frame.Cell[bool]{Value: k == 0})
			s := 1.0
			if group.Scores != nil {
				s = group.Scores[k]
			}
			score = append(score, frame.Cell[float64]{Value: s})
		}
	}
	taken, err := g.table.Take(rows)
	if err != nil {
		return frame.Table{}, fmt.Errorf("dedupe: %w", err)
	}
	cols, err := taken.Columns()
	if err != nil {
		return frame.Table{}, fmt.Errorf("dedupe: %w", err)
	}
	all := []series.Series{frame.Series("dup_group", number), frame.Series("dup_row", row), frame.Series("dup_survivor", first), frame.Series("dup_score", score)}
	for _, c := range cols {
		all = append(all, c.Series(c.Name))
	}
	out, err := frame.New(g.table.Schema, all...)
	if err != nil {
		return frame.Table{}, fmt.Errorf("dedupe: the table of groups: %w", err)
	}
	return out, nil
}
