package finetune

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/device"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// drawPictures writes n pictures a class: bars of another direction and colour in noise.
func drawPictures(t testing.TB, dir string, n int) *dataset.Pictures {
	t.Helper()
	for c, class := range []string{"across", "down", "slant"} {
		if err := os.MkdirAll(filepath.Join(dir, class), 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			rng := chance(5, class, i)
			im := image.NewRGBA(image.Rect(0, 0, 32, 32))
			at, wide := rng.IntN(8), 3+rng.IntN(3)
			for y := range 32 {
				for x := range 32 {
					v := uint8(rng.IntN(100))
					if [3]int{y, x, x + y}[c]+at&7 > 0 && ([3]int{y, x, x + y}[c]+at)%8 < wide {
						v += 120
					}
					im.Set(x, y, color.RGBA{v, uint8(rng.IntN(100)), v / 2, 255})
				}
			}
			f, err := os.Create(filepath.Join(dir, class, fmt.Sprintf("%03d.png", i)))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, im); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dataset.Folder(dir, dataset.FolderOptions{})
}

func TestAllApproaches(t *testing.T) {
	dev, err := device.Open(device.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pics := drawPictures(t, t.TempDir(), 40)
	l := New(zoo.Tiny(1), pics, split.Stratified(pics, split.Options{Seed: 1}), Options{Device: dev, Store: &Store{t.TempDir()}, Top: Top{Groups: 2}})
	rep := progress.Func(func(e progress.Event) {
		if e.Finished() {
			t.Log(e.Task, e.Done, e.Total, e.Note)
		}
	})
	for _, f := range []func(context.Context, progress.Reporter) (*Run, error){l.RawPixels, l.Probe, l.FineTune, l.FromScratch, l.FineTune} {
		r, err := f(context.Background(), rep)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(r, r.Time, r.Proofs, l.BaseRuns(), r.Note, r.History.Seconds)
	}
}
