package denoise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
)

// The kinds of errors, for errors.Is.
var (
	ErrInput = errors.New("cannot be denoised")
	ErrFile  = errors.New("not a saved autoencoder")
)

// Bounds of what is trained and of what is read.
const (
	maxColumns = 2048
	maxUnits   = 8192
	maxLayers  = 16
	maxJSON    = 256 << 20
)

// Options say what is learnt, and how. The zero value is the default.
type Options struct {
	Columns []string // of numbers; none means all of the table's

	Hidden int // units of the layers before and after the narrow one; 0 means 64
	Narrow int // units of the narrow layer; 0 means half the number of columns, rounded up

	// Noise is the standard deviation of what is added to each cell while learning, where
	// that of its column is 1; 0 means 0.1, negative none.
	Noise float64
	// Hide is the share of cells that are hidden while learning; 0 means 0.2, negative none.
	Hide float64

	Epochs   int     // at most; 0 means 300
	Patience int     // epochs without progress on rows held back before training stops; 0 means 30
	Batch    int     // rows a step; 0 means 64
	Rate     float64 // Adam's learning rate; 0 means 0.005
	Seed     uint64  // of everything that chance decides
}

func (o Options) filled() (Options, error) {
	for _, d := range []struct {
		v *int
		d int
	}{{&o.Hidden, 64}, {&o.Epochs, 300}, {&o.Patience, 30}, {&o.Batch, 64}} {
		if *d.v == 0 {
			*d.v = d.d
		}
	}
	for _, d := range []struct {
		v *float64
		d float64
	}{{&o.Noise, 0.1}, {&o.Hide, 0.2}, {&o.Rate, 0.005}} {
		if *d.v == 0 {
			*d.v = d.d
		}
	}
	o.Noise, o.Hide = max(o.Noise, 0), max(o.Hide, 0)
	if o.Hidden < 1 || o.Hidden > maxUnits || o.Narrow < 0 || o.Narrow > maxUnits || o.Epochs < 1 || o.Patience < 1 || o.Batch < 1 || o.Batch > 1<<16 || !(o.Rate > 0) || !(o.Hide < 1) || !(o.Noise < 100) {
		return o, fmt.Errorf("denoise: %w: options %+v; units are up to %d, Hide is below 1, Noise below 100, the others are above 0", ErrInput, o, maxUnits)
	}
	return o, nil
}

func (o Options) hidden(columns int) []int {
	narrow := o.Narrow
	if narrow == 0 {
		narrow = (columns + 1) / 2
	}
	return []int{o.Hidden, narrow, o.Hidden}
}

// Autoencoder is a network that learnt how the columns of a table hang together.
type Autoencoder struct {
	columns []string
	mean    []float64
	scale   []float64 // standard deviations; 1 for a constant column
	net     network
	history History
}

// Fit learns from the training rows. It needs 20 rows or more, and in each column some
// value; infinities are an error.
func Fit(ctx context.Context, rep progress.Reporter, train split.Train, o Options) (*Autoencoder, error) {
	o, err := o.filled()
	if err != nil {
		return nil, err
	}
	t := train.Table()
	if len(o.Columns) == 0 {
		o.Columns = t.Numeric()
	}
	if n := len(o.Columns); n < 2 || n > maxColumns || t.Nrow() < 20 {
		return nil, fmt.Errorf("denoise: %w: %d columns of numbers and %d rows; give 2 to %d columns and 20 rows or more", ErrInput, n, t.Nrow(), maxColumns)
	}
	a := &Autoencoder{columns: slices.Clone(o.Columns)}
	v, err := a.values(t)
	if err != nil {
		return nil, err
	}
	for j, column := range v {
		m, s, n := moments(column)
		if n == 0 {
			return nil, fmt.Errorf("denoise: %w: column %.40q has no value; leave it out of Columns", ErrInput, a.columns[j])
		}
		a.mean, a.scale = append(a.mean, m), append(a.scale, s)
	}
	a.net, a.history, err = learn(ctx, rep, a.standardise(v, t.Nrow()), o)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// History is how training went.
func (a *Autoencoder) History() History { return a.history }

// Columns are those that it learnt, in order.
func (a *Autoencoder) Columns() []string { return slices.Clone(a.columns) }

// values copies the columns and refuses infinities.
func (a *Autoencoder) values(t frame.Table) ([][]float64, error) {
	v, err := t.Numbers(a.columns...)
	if err != nil {
		return nil, fmt.Errorf("denoise: %w", err)
	}
	for j, column := range v {
		for i, x := range column {
			if math.IsInf(x, 0) {
				return nil, fmt.Errorf("denoise: %w: column %.40q, row %d is %v; clip it or make it missing first", ErrInput, a.columns[j], i, x)
			}
		}
	}
	return v, nil
}

// moments are the mean, the standard deviation (1 where it is 0) and the number of values.
func moments(v []float64) (mean, deviation float64, n int) {
	largest := 0.0
	for _, x := range v {
		if !math.IsNaN(x) {
			largest = max(largest, math.Abs(x))
			n++
		}
	}
	if n == 0 || largest == 0 {
		return 0, 1, n
	}
	for _, x := range v {
		if !math.IsNaN(x) {
			mean += x / largest / float64(n) // scaled: squares of huge values have no number
		}
	}
	sum := 0.0
	for _, x := range v {
		if !math.IsNaN(x) {
			sum += (x/largest - mean) * (x/largest - mean)
		}
	}
	deviation = math.Sqrt(sum / float64(n))
	if deviation < 1e-12 {
		return mean * largest, 1, n
	}
	return mean * largest, deviation * largest, n
}

// standardise turns columns into rows of float32, NaN where a cell is missing.
func (a *Autoencoder) standardise(v [][]float64, n int) [][]float32 {
	d := len(v)
	flat := make([]float32, n*d)
	rows := make([][]float32, n)
	for i := range rows {
		rows[i] = flat[i*d : (i+1)*d]
		for j := range v {
			rows[i][j] = float32((v[j][i] - a.mean[j]) / a.scale[j])
		}
	}
	return rows
}

// reconstruct gives, column by column, what the network makes of every row.
func (a *Autoencoder) reconstruct(ctx context.Context, t frame.Table) (v, out [][]float64, err error) {
	if v, err = a.values(t); err != nil {
		return nil, nil, err
	}
	rows := a.standardise(v, t.Nrow())
	out = make([][]float64, len(v))
	for j := range out {
		out[j] = make([]float64, t.Nrow())
	}
	err = parallel.Chunks(ctx, len(rows), 512, func(_, low, high int) {
		d := len(v)
		in, y := make([]float32, 2*d), make([]float32, d)
		x1, x2 := make([]float32, a.net.widest()), make([]float32, a.net.widest())
		for i := low; i < high; i++ {
			inputs(in, rows[i])
			a.net.run(in, x1, x2, y)
			for j := range y {
				out[j][i] = float64(y[j])*a.scale[j] + a.mean[j]
			}
		}
	})
	return v, out, err
}

// Apply is the table with the learnt columns replaced by what the network makes of them:
// noise taken out, missing cells filled. They become float64.
func (a *Autoencoder) Apply(ctx context.Context, t frame.Table) (frame.Table, error) {
	return a.replaced(ctx, t, func(old, made float64) float64 { return made })
}

// Fill is the table with the missing cells of the learnt columns filled and all others as
// they were. The columns become float64.
func (a *Autoencoder) Fill(ctx context.Context, t frame.Table) (frame.Table, error) {
	return a.replaced(ctx, t, func(old, made float64) float64 {
		if math.IsNaN(old) {
			return made
		}
		return old
	})
}

func (a *Autoencoder) replaced(ctx context.Context, t frame.Table, choose func(old, made float64) float64) (frame.Table, error) {
	v, made, err := a.reconstruct(ctx, t)
	if err != nil {
		return frame.Table{}, err
	}
	for j, name := range a.columns {
		cells := make([]frame.Cell[float64], len(made[j]))
		for i := range cells {
			cells[i].Value = choose(v[j][i], made[j][i])
		}
		if t, err = t.With(frame.Series(name, cells)); err != nil {
			return frame.Table{}, err
		}
	}
	return t, nil
}

// Errors says how far each row is from what the network makes of it: the root of the mean
// squared distance of its cells, in standard deviations of their columns; NaN for a row
// without a value. Rows unlike all others have large ones.
func (a *Autoencoder) Errors(ctx context.Context, t frame.Table) ([]float64, error) {
	v, made, err := a.reconstruct(ctx, t)
	if err != nil {
		return nil, err
	}
	out := make([]float64, t.Nrow())
	for i := range out {
		n := 0.0
		for j := range v {
			if e := (v[j][i] - made[j][i]) / a.scale[j]; !math.IsNaN(e) {
				out[i] += e * e
				n++
			}
		}
		out[i] = math.Sqrt(out[i] / n)
	}
	return out, nil
}

// file is a saved autoencoder.
type file struct {
	Format  string    `json:"format"`
	Columns []string  `json:"columns"`
	Mean    []float64 `json:"mean"`
	Scale   []float64 `json:"scale"`
	Layers  network   `json:"layers"`
	History History   `json:"history"`
}

const format = "tlkit autoencoder 1"

// MarshalJSON saves the autoencoder; one that is loaded gives the same bits.
func (a *Autoencoder) MarshalJSON() ([]byte, error) {
	return json.Marshal(file{format, a.columns, a.mean, a.scale, a.net, a.history})
}

// UnmarshalJSON loads what MarshalJSON saved; anything else is [ErrFile].
func (a *Autoencoder) UnmarshalJSON(b []byte) error {
	if len(b) > maxJSON {
		return fmt.Errorf("denoise: %w: %d bytes, more than %d", ErrFile, len(b), maxJSON)
	}
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("denoise: %w: %w", ErrFile, err)
	}
	d := len(f.Columns)
	if f.Format != format || d < 2 || d > maxColumns || len(f.Mean) != d || len(f.Scale) != d {
		return fmt.Errorf("denoise: %w: format %.40q, %d columns with %d means and %d scales", ErrFile, f.Format, d, len(f.Mean), len(f.Scale))
	}
	for j, s := range f.Scale {
		if !(s > 0) {
			return fmt.Errorf("denoise: %w: column %.40q has the scale %v", ErrFile, f.Columns[j], s)
		}
	}
	if err := f.Layers.check(d); err != nil {
		return err
	}
	*a = Autoencoder{f.Columns, f.Mean, f.Scale, f.Layers, f.History}
	return nil
}
