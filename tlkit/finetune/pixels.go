package finetune

import (
	"context"
	"fmt"

	"transferlab/tlkit/progress"
	"transferlab/tlkit/zoo"
)

// pixelRows decodes all pictures into rows of size·size·3 numbers from 0 to 255, and
// keeps them in memory for as long as the learner lives.
func (s *session) pixelRows(ctx context.Context, pre zoo.Preprocess, rep progress.Reporter) ([][]float32, error) {
	key := fmt.Sprint(pre.Size, pre.Crop, pre.Rule)
	if rows := s.pixels[key]; rows != nil {
		return rows, nil
	}
	rows := make([][]float32, s.data.len())
	all := make([]int, s.data.len())
	for i := range all {
		all[i] = i
	}
	task := fmt.Sprintf("pictures at %d×%d", pre.Size, pre.Size)
	one, done := pre.Size*pre.Size*3, 0
	err := s.data.pixels(ctx, all, pre, s.opt.Batch, func(idx []int, px []uint8) error {
		for i, at := range idx {
			row := make([]float32, one)
			for j, v := range px[i*one : (i+1)*one] {
				row[j] = float32(v)
			}
			rows[at] = row
		}
		done += len(idx)
		rep.Report(progress.Event{Task: task, Done: int64(done), Total: int64(len(all)), Unit: "pictures"})
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	s.pixels[key] = rows
	return rows, nil
}

// plainPixels are the pixels of the linear model: the largest centred square, scaled.
func (s *session) plainPixels(ctx context.Context, size int, rep progress.Reporter) ([][]float32, error) {
	return s.pixelRows(ctx, zoo.Preprocess{Size: size, Crop: 1, Rule: "bilinear"}, rep)
}
