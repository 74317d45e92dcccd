package outlier

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"transferlab/tlkit/replace"
)

// Fits are kept as JSON, in which numbers read back as the same bits. A fit from a stranger
// is data: what is read is checked before it is used, and is applied without a surprise.

const (
	boundsFormat = "tlkit outlier bounds 1"
	forestFormat = "tlkit isolation forest 1"
	maxFile      = 256 << 20 // bytes
)

// number is a float64 whose infinities JSON can hold, as "inf" and "-inf". NaN has no place
// in a fit.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	switch {
	case math.IsInf(float64(n), 1):
		return []byte(`"inf"`), nil
	case math.IsInf(float64(n), -1):
		return []byte(`"-inf"`), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case `"inf"`:
		*n = number(math.Inf(1))
		return nil
	case `"-inf"`:
		*n = number(math.Inf(-1))
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

type boundForm struct {
	Column   string `json:"column"`
	Low      number `json:"low"`
	High     number `json:"high"`
	From     number `json:"from"`
	To       number `json:"to"`
	Spread   number `json:"spread"`
	Values   int    `json:"values"`
	Missing  int    `json:"missing"`
	Infinite int    `json:"infinite"`
	Note     string `json:"note,omitempty"`
}

type boundsForm struct {
	Format  string      `json:"format"`
	Options Options     `json:"options"`
	Columns []boundForm `json:"columns"`
}

// MarshalJSON writes the bounds.
func (b *Bounds) MarshalJSON() ([]byte, error) {
	form := boundsForm{boundsFormat, b.Options, make([]boundForm, len(b.Columns))}
	for i, c := range b.Columns {
		form.Columns[i] = boundForm{c.Column, number(c.Low), number(c.High), number(c.From), number(c.To), number(c.Spread), c.Values, c.Missing, c.Infinite, c.Note}
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads bounds; an error is [ErrFile].
func (b *Bounds) UnmarshalJSON(data []byte) error {
	var form boundsForm
	if err := open(data, &form, &form.Format, boundsFormat); err != nil {
		return err
	}
	options, err := form.Options.filled()
	if err != nil {
		return fmt.Errorf("outlier: %w: %w", ErrFile, err)
	}
	options.Columns = nil
	out := Bounds{Options: options, Columns: make([]Bound, len(form.Columns))}
	seen := map[string]bool{}
	for i, c := range form.Columns {
		finite := !math.IsInf(float64(c.From), 0) && !math.IsInf(float64(c.To), 0) && !math.IsInf(float64(c.Spread), 0)
		if c.Low > c.High || math.IsInf(float64(c.Low), 1) || math.IsInf(float64(c.High), -1) || c.From > c.To || c.Spread < 0 || !finite ||
			c.Values < 0 || c.Missing < 0 || c.Infinite < 0 || len(c.Note) > 200 || seen[c.Column] {
			return fmt.Errorf("outlier: %w: column %d, %.40q, has bounds that no fit gives; fit again", ErrFile, i, c.Column)
		}
		seen[c.Column] = true
		out.Options.Columns = append(out.Options.Columns, c.Column)
		out.Columns[i] = Bound{c.Column, float64(c.Low), float64(c.High), float64(c.From), float64(c.To), float64(c.Spread), c.Values, c.Missing, c.Infinite, c.Note}
	}
	*b = out
	return nil
}

// treeForm is a tree by its nodes, in their order. A leaf has column −1 and no threshold.
type treeForm struct {
	Column []int32   `json:"column"`
	At     []float64 `json:"at"`    // of the splits
	Right  []int32   `json:"right"` // of the splits: the right child's place
	Left   []int32   `json:"left"`  // the splits, counted from 0, that send missing values left
	Rows   []int32   `json:"rows"`
}

type forestForm struct {
	Format    string        `json:"format"`
	Options   ForestOptions `json:"options"`
	Threshold float64       `json:"threshold"`
	Rows      int           `json:"rows"`
	Trees     []treeForm    `json:"trees"`
}

// MarshalJSON writes the forest.
func (f *Forest) MarshalJSON() ([]byte, error) {
	form := forestForm{forestFormat, f.Options, f.Threshold, f.Rows, make([]treeForm, len(f.trees))}
	for k, t := range f.trees {
		form.Trees[k] = t.form()
	}
	return json.Marshal(form)
}

func (t tree) form() treeForm {
	f := treeForm{Left: []int32{}, At: []float64{}, Right: []int32{}}
	for _, n := range t {
		f.Rows = append(f.Rows, n.rows)
		if n.right == 0 {
			f.Column = append(f.Column, -1)
			continue
		}
		if n.missingLeft {
			f.Left = append(f.Left, int32(len(f.At)))
		}
		f.Column, f.At, f.Right = append(f.Column, n.column), append(f.At, n.at), append(f.Right, n.right)
	}
	return f
}

// UnmarshalJSON reads a forest; an error is [ErrFile].
func (f *Forest) UnmarshalJSON(data []byte) error {
	var form forestForm
	if err := open(data, &form, &form.Format, forestFormat); err != nil {
		return err
	}
	o, err := form.Options.filled()
	if err != nil {
		return fmt.Errorf("outlier: %w: %w", ErrFile, err)
	}
	seen := map[string]bool{}
	for _, c := range o.Columns {
		if seen[c] {
			return fmt.Errorf("outlier: %w: column %.40q is named twice", ErrFile, c)
		}
		seen[c] = true
	}
	if len(o.Columns) == 0 || len(form.Trees) != o.Trees || form.Rows < 1 || form.Threshold < 0 || form.Threshold > 1 {
		return fmt.Errorf("outlier: %w: %d trees of %d rows for %d columns, threshold %v; grow the forest again", ErrFile, len(form.Trees), form.Rows, len(o.Columns), form.Threshold)
	}
	out := Forest{Options: o, Threshold: form.Threshold, Rows: form.Rows, sampled: min(o.Samples, form.Rows), trees: make([]tree, len(form.Trees))}
	for k, t := range form.Trees {
		var ok bool
		if out.trees[k], ok = t.tree(len(o.Columns), out.sampled); !ok {
			return fmt.Errorf("outlier: %w: tree %d does not hold together; grow the forest again", ErrFile, k)
		}
	}
	*f = out
	return nil
}

// tree builds the tree, if it is one: every node but the root is the child of one split
// before it, and as many rows leave a split as come to it.
func (f treeForm) tree(columns, sampled int) (tree, bool) {
	n := len(f.Column)
	if n == 0 || len(f.Rows) != n || len(f.At) != len(f.Right) || n != 2*len(f.At)+1 || int(f.Rows[0]) != sampled {
		return nil, false
	}
	t := make(tree, n)
	depths := make([]int, n) // of the nodes that were announced by their parents; the root's is 1
	depths[0] = 1
	split := 0
	for i := range t {
		rows, column := f.Rows[i], f.Column[i]
		if depths[i] == 0 || rows < 1 || column < -1 || int(column) >= columns {
			return nil, false
		}
		t[i].rows = rows
		if column == -1 {
			t[i].at = float64(depths[i]-1) + pathLength(int(rows))
			continue
		}
		if split == len(f.At) {
			return nil, false
		}
		right := f.Right[split]
		if int(right) < i+2 || int(right) >= n || depths[i+1] != 0 || depths[right] != 0 || int64(f.Rows[i+1])+int64(f.Rows[right]) != int64(rows) {
			return nil, false
		}
		depths[i+1], depths[right] = depths[i]+1, depths[i]+1
		t[i].at, t[i].right, t[i].column = f.At[split], right, column
		split++
	}
	if split != len(f.At) {
		return nil, false
	}
	return t, f.missing(t)
}

// missing marks the splits that send missing values left; they are named in ascending order.
func (f treeForm) missing(t tree) bool {
	k, split := 0, int32(0)
	for i := range t {
		if t[i].right == 0 {
			continue
		}
		if k < len(f.Left) && f.Left[k] == split {
			t[i].missingLeft = true
			k++
		}
		split++
	}
	return k == len(f.Left)
}

// open reads JSON of one format.
func open(data []byte, form any, format *string, want string) error {
	if len(data) > maxFile {
		return fmt.Errorf("outlier: %w: larger than %d bytes", ErrFile, maxFile)
	}
	if err := json.Unmarshal(data, form); err != nil {
		return fmt.Errorf("outlier: %w: %w", ErrFile, err)
	}
	if *format != want {
		return fmt.Errorf("outlier: %w: format is %.40q, want %q", ErrFile, *format, want)
	}
	return nil
}

// Save writes the bounds to a file, whole or not at all.
func (b *Bounds) Save(path string) error { return save(path, b) }

// Save writes the forest to a file, whole or not at all: some 3 kB a tree of 256 rows.
func (f *Forest) Save(path string) error { return save(path, f) }

func save(path string, fit json.Marshaler) error {
	b, err := fit.MarshalJSON()
	if err != nil {
		return fmt.Errorf("outlier: saving %s: %w", path, err)
	}
	if err := replace.File(path, append(b, '\n')); err != nil {
		return fmt.Errorf("outlier: saving %s: %w", path, err)
	}
	return nil
}

// LoadBounds reads bounds that Save wrote; a file that holds none is [ErrFile].
func LoadBounds(path string) (*Bounds, error) {
	b := new(Bounds)
	return b, load(path, b)
}

// LoadForest reads a forest that Save wrote; a file that holds none is [ErrFile].
func LoadForest(path string) (*Forest, error) {
	f := new(Forest)
	return f, load(path, f)
}

func load(path string, fit json.Unmarshaler) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("outlier: %w", err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return fmt.Errorf("outlier: reading %s: %w", path, err)
	}
	if err := fit.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
