package finetune

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/zoo"
)

// This file runs the frozen base over pictures, once ever, and keeps what comes out.
//
// Two cuts are kept: the features, and the input of the first group that fine-tuning
// unfreezes. Both come out of one pass. Each picture has an entry of its own in the
// store, under the hash of its file, so that adding one picture runs one picture.

// cuts lists the cuts that are kept, from input to output.
func (s *session) cuts() []int { return []int{s.cut(), s.net.last()} }

// cut is the first group that fine-tuning unfreezes.
func (s *session) cut() int { return cutOf(s.net.model, s.opt.Top.Groups) }

// cutOf counts groups with weights down from the output: pooling has none.
func cutOf(m *zoo.Model, groups int) int {
	at := m.Features()
	for at > 0 && groups > 0 {
		at--
		if len(m.Params(at, at+1)) > 0 {
			groups--
		}
	}
	return at
}

// features gives one row a picture at every cut. Rows in memory come first, then those in
// the store, then the base runs.
func (l *Learner) features(ctx context.Context, s *session, rep progress.Reporter) (map[int][][]float32, error) {
	if s.feats != nil {
		return s.feats, nil
	}
	rows := map[int][][]float32{}
	for _, c := range s.cuts() {
		rows[c] = make([][]float32, s.data.len())
	}
	var missing []int
	for i := range s.data.len() {
		all := true
		for _, c := range s.cuts() {
			row, err := s.cache.row(ctx, s.rowKey(i, c))
			if err != nil {
				return nil, err
			}
			rows[c][i] = row
			all = all && row != nil
		}
		if !all {
			missing = append(missing, i)
		}
	}
	n := int64(s.data.len())
	if len(missing) == 0 {
		rep.Report(progress.Event{Task: "features", Done: n, Total: n, Unit: "pictures", Note: "all from the store"})
	} else if err := l.runBase(ctx, s, missing, rows, rep); err != nil {
		return nil, err
	}
	if err := checkRows(s, rows); err != nil {
		return nil, err
	}
	s.feats = rows
	return rows, nil
}

// runnerOf says what the frozen groups run on, as zoo.ExtractorOptions wants it, and the
// name it has in keys: two runners agree only up to rounding. It follows zoo.Extractor's
// own rule, but without starting one: a run whose features are all in the store loads
// neither weights nor libraries for them.
func runnerOf(d *device.Device, asked string) (runner, name string) {
	if asked == "onnx" || asked == "" && d.Asked == "" && d.Kind != device.XLACUDA && d.Runtime != "" {
		return "onnx", "onnx " + filepath.Base(d.Runtime)
	}
	return "gomlx", string(d.Kind)
}

// checkRows refuses features that are not numbers: weights or pictures are at fault.
func checkRows(s *session, rows map[int][][]float32) error {
	for c, list := range rows {
		for i, row := range list {
			for j, v := range row {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					return fmt.Errorf("finetune: the base gives %v for feature %d of %s (group %d); is the picture or the weights file damaged?",
						v, j, s.data.ids[i], c)
				}
			}
		}
	}
	return nil
}

// runBase runs the pictures at missing through the base and puts their rows in the store.
// The frozen groups run wherever the zoo's extractor is quickest; the groups above the
// cut, which fine-tuning trains on the device, give the features there, from the rows of
// the cut.
func (l *Learner) runBase(ctx context.Context, s *session, missing []int, rows map[int][][]float32, rep progress.Reporter) error {
	known, done := int64(s.data.len()-len(missing)), int64(0)
	report := func(note string) {
		rep.Report(progress.Event{Task: "features", Done: known + done, Total: int64(s.data.len()), Unit: "pictures", Note: note})
	}
	runner, name := runnerOf(s.dev, s.opt.Runner)
	report("opening the base on " + name)
	lower, err := zoo.NewExtractor(s.dev, l.model, zoo.ExtractorOptions{To: s.cut(), Runner: runner})
	if err != nil {
		return fmt.Errorf("finetune: %w", err)
	}
	defer lower.Close()
	top, err := s.openTop(ctx)
	if err != nil {
		return err
	}
	defer free(top.weights)
	note := "on " + lower.Runner()
	if known > 0 {
		note = fmt.Sprintf("%s, %d from the store", note, known)
	}
	return s.data.pixels(ctx, missing, s.net.preprocess, s.opt.Batch, func(idx []int, px []uint8) error {
		below, _, err := lower.Extract(ctx, px)
		if err != nil {
			return fmt.Errorf("finetune: running the base over %s and %d others: %w", s.data.ids[idx[0]], len(idx)-1, err)
		}
		above, err := top.run(below, len(idx))
		if err != nil {
			return fmt.Errorf("finetune: running the top of the base: %w", err)
		}
		for k, out := range [][]float32{below, above} {
			c := s.cuts()[k]
			width := len(out) / len(idx)
			for i, at := range idx {
				row := append([]float32(nil), out[i*width:(i+1)*width]...)
				if err := s.cache.keepRow(ctx, s.rowKey(at, c), row); err != nil {
					return err
				}
				rows[c][at] = row
			}
		}
		l.baseRuns.Add(int64(len(idx)))
		done += int64(len(idx))
		report(note)
		return ctx.Err()
	})
}

// top is the part of the base above the cut, batch norms folded, compiled for one batch.
type top struct {
	exec    *graph.Exec
	weights []*tensors.Tensor
	batch   int
	in      []int
}

func (s *session) openTop(ctx context.Context) (*top, error) {
	cut, last := s.cut(), s.net.last()
	folded, err := s.net.model.Fold(s.net.zooArrays(), cut, last)
	if err != nil {
		return nil, fmt.Errorf("finetune: %w", err)
	}
	params := s.net.model.FoldedParams(cut, last)
	t := &top{batch: s.opt.Batch}
	if t.in, err = s.net.cutShape(cut); err != nil {
		return nil, err
	}
	in := []shapes.Shape{shapes.Make(dtypes.Float32, append([]int{t.batch}, t.in...)...)}
	for _, p := range params {
		t.weights = append(t.weights, tensors.FromFlatDataAndDimensions(append([]float32(nil), folded[p.Name].Value...), p.Shape...))
		in = append(in, shapes.Make(dtypes.Float32, p.Shape...))
	}
	t.exec, err = graph.NewExec(s.dev.Backend, func(in []*graph.Node) []*graph.Node {
		named := map[string]*graph.Node{}
		for i, p := range params {
			named[p.Name] = in[1+i]
		}
		y, _ := s.net.model.Build(in[0], cut, last, named, s.net.convs, zoo.Folded)
		return []*graph.Node{y}
	})
	if err != nil {
		return nil, err
	}
	return t, within(ctx, func() error {
		_, err := t.exec.Compile(in...)
		return err
	})
}

// run takes n rows of the cut, at most a batch, and returns n rows of features.
func (t *top) run(below []float32, n int) ([]float32, error) {
	one := len(below) / n
	full := make([]float32, t.batch*one)
	for i := range t.batch {
		copy(full[i*one:(i+1)*one], below[(i%n)*one:(i%n+1)*one])
	}
	args := []any{tensors.FromFlatDataAndDimensions(full, append([]int{t.batch}, t.in...)...)}
	for _, w := range t.weights {
		args = append(args, w)
	}
	out, err := call(t.exec, args)
	if err != nil {
		return nil, err
	}
	defer free(append(out, args[0].(*tensors.Tensor))) // after the copy, which waits for the graph
	v, err := tensors.CopyFlatData[float32](out[0])
	if err != nil {
		return nil, err
	}
	return v[:n*(len(v)/t.batch)], nil
}

// floats and row are the store's form of a row: float32, little-endian.
func rowBytes(row []float32) []byte {
	b := make([]byte, 0, 4*len(row))
	for _, v := range row {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func bytesRow(b []byte) []float32 {
	row := make([]float32, len(b)/4)
	for i := range row {
		row[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return row
}
