package zoo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"transferlab/tlkit/device"
)

func extractor(t testing.TB, backend string, o ExtractorOptions) *Extractor {
	t.Helper()
	m, _ := pretrained(t)
	e, err := NewExtractor(opened(t, backend), m, o)
	if err != nil {
		missing(t, err)
	}
	t.Cleanup(e.Close)
	return e
}

// Each runner gives the reference's features, and the same bits whatever the batch.
func TestExtractor(t *testing.T) {
	for _, c := range []struct {
		backend, runner string
		size, to, tap   int
	}{
		{"onnx", "onnx", 224, 0, 18}, {"onnx", "onnx", 64, 0, 18}, {"onnx", "onnx", 64, 16, 15},
		{"cpu", "gomlx", 64, 0, 18}, {"cpu", "gomlx", 64, 17, 16}, {"go", "gomlx", 32, 0, 18},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			e := extractor(t, c.backend, ExtractorOptions{Runner: c.runner, To: c.to, Height: c.size, Width: c.size})
			ctx := context.Background()
			got, shape, err := e.Extract(ctx, batchOf(c.size))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(shape, append([]int{goldenPictures}, e.OutShape()...)) {
				t.Errorf("shape %v", shape)
			}
			want := openGoldens(t).get(fmt.Sprintf("%d/tap%02d", c.size, c.tap))
			if diff, at := apart(evenly(got, len(want)/goldenPictures), want); diff > 1e-3 {
				t.Errorf("element %d is %g away from the reference", at, diff)
			}
			for n := range goldenPictures {
				one, _, err := e.Extract(ctx, picture(n, c.size))
				if err != nil {
					t.Fatal(err)
				}
				if wide := Size(e.OutShape()); !slices.Equal(one, got[n*wide:][:wide]) {
					t.Errorf("picture %d alone gives other bits than in a batch", n)
				}
			}
		})
	}
}

func TestExtractorRefuses(t *testing.T) {
	e := extractor(t, "onnx", ExtractorOptions{Height: 32, Width: 32})
	if _, _, err := e.Extract(context.Background(), make([]uint8, 100)); !errors.Is(err, ErrShape) {
		t.Errorf("half a picture: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := e.Extract(ctx, make([]uint8, 32*32*3)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	m := EfficientNetLite0()
	if _, err := NewExtractor(&device.Device{}, m, ExtractorOptions{Runner: "abacus"}); err == nil {
		t.Error("an unknown runner was taken")
	}
	if _, err := NewExtractor(&device.Device{}, m, ExtractorOptions{To: 99}); !errors.Is(err, ErrShape) {
		t.Errorf("group 99: %v", err)
	}
}

func BenchmarkExtract(b *testing.B) {
	for _, c := range []struct{ backend, runner string }{{"onnx", "onnx"}, {"cpu", "gomlx"}} {
		for _, batch := range []int{1, 4, 8, 16, 32} {
			b.Run(fmt.Sprint(c.runner, "/", batch), func(b *testing.B) {
				start := time.Now()
				e := extractor(b, c.backend, ExtractorOptions{Runner: c.runner, Batch: batch})
				if err := e.Ready(context.Background()); err != nil {
					b.Fatal(err)
				}
				b.Logf("ready after %v", time.Since(start))
				pixels := slices.Repeat(batchOf(224), 16)
				b.ResetTimer()
				for b.Loop() {
					if _, _, err := e.Extract(context.Background(), pixels); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)*64/b.Elapsed().Seconds(), "pictures/s")
			})
		}
	}
}
