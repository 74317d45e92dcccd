package frame

import (
	"encoding/json"
	"math"
)

// measure is a number in JSON, which has no way of writing NaN and infinities: they are
// null, "inf" and "-inf".
type measure float64

func (m measure) MarshalJSON() ([]byte, error) {
	switch v := float64(m); {
	case math.IsNaN(v):
		return []byte("null"), nil
	case math.IsInf(v, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-inf"`), nil
	default:
		return json.Marshal(v)
	}
}

func measures(vs []float64) []measure {
	out := make([]measure, len(vs))
	for i, v := range vs {
		out[i] = measure(v)
	}
	return out
}

// MarshalJSON writes the profile as one object. The same profile always gives the same
// bytes. Numbers that JSON lacks are null (not a number), "inf" and "-inf".
func (p *TableProfile) MarshalJSON() ([]byte, error) {
	columns := p.Columns
	if columns == nil {
		columns = []ColumnProfile{}
	}
	warnings := p.Warnings
	if warnings == nil {
		warnings = []Warning{}
	}
	return json.Marshal(struct {
		Rows          int             `json:"rows"`
		Missing       int             `json:"missing"`
		DuplicateRows int             `json:"duplicateRows"`
		Target        string          `json:"target,omitempty"`
		Columns       []ColumnProfile `json:"columns"`
		RelationRows  int             `json:"relationRows"`
		Pearson       Matrix          `json:"pearson"`
		Spearman      Matrix          `json:"spearman"`
		CramersV      Matrix          `json:"cramersV"`
		Warnings      []Warning       `json:"warnings"`
	}{p.Rows, p.Missing, p.DuplicateRows, p.Target, columns, p.RelationRows, p.Pearson, p.Spearman, p.CramersV, warnings})
}

// MarshalJSON writes the names and the rows of the matrix.
func (m Matrix) MarshalJSON() ([]byte, error) {
	rows := make([][]measure, len(m.Values))
	for i, r := range m.Values {
		rows[i] = measures(r)
	}
	return json.Marshal(struct {
		Columns []string    `json:"columns"`
		Values  [][]measure `json:"values"`
	}{append([]string{}, m.Columns...), rows})
}

// MarshalJSON writes the measures by name, the quantiles with the parts that they are at.
func (n *NumbersProfile) MarshalJSON() ([]byte, error) {
	type quantile struct {
		At    float64 `json:"at"`
		Value measure `json:"value"`
	}
	var qs []quantile
	for i, q := range quantileParts {
		qs = append(qs, quantile{q, measure(n.Quantiles[i])})
	}
	return json.Marshal(struct {
		Mean      measure    `json:"mean"`
		Std       measure    `json:"std"`
		Min       measure    `json:"min"`
		Max       measure    `json:"max"`
		Quantiles []quantile `json:"quantiles"`
		Zeros     int        `json:"zeros"`
		Negative  int        `json:"negative"`
		Infinite  int        `json:"infinite"`
		LowFence  measure    `json:"lowFence"`
		HighFence measure    `json:"highFence"`
		Outliers  int        `json:"outliers"`
		Histogram Histogram  `json:"histogram"`
	}{measure(n.Mean), measure(n.Std), measure(n.Min), measure(n.Max), qs, n.Zeros, n.Negative, n.Infinite,
		measure(n.LowFence), measure(n.HighFence), n.Outliers, n.Histogram})
}

// MarshalJSON writes edges and counts.
func (h Histogram) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Edges  []measure `json:"edges"`
		Counts []int     `json:"counts"`
		Below  int       `json:"below"`
		Above  int       `json:"above"`
	}{measures(h.Edges), append([]int{}, h.Counts...), h.Below, h.Above})
}

// MarshalJSON writes score and measure.
func (t Telling) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Score   measure `json:"score"`
		Measure string  `json:"measure"`
	}{measure(t.Score), t.Measure})
}
