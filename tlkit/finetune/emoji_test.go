package finetune

import (
	"context"
	"os"
	"testing"

	"transferlab/tlkit/dataset"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/split"
	"transferlab/tlkit/zoo"
)

// The emoji that the project ships, EfficientNet-Lite0 and its real weights: the probe
// must beat raw pixels by more than chance, with intervals that do not meet.
func TestTransferPaysOnEmoji(t *testing.T) {
	const dir = "../../notebooks/data/emoji"
	m := zoo.EfficientNetLite0()
	if _, err := m.Weights(context.Background()); err != nil {
		if os.Getenv("TLKIT_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("needs EfficientNet-Lite0's weights: ", err)
	}
	pics := dataset.Folder(dir, dataset.FolderOptions{})
	l := New(m, pics, split.Stratified(pics, split.Options{Seed: 7}), Options{Seed: 7, Device: openDevice(t), Store: openStore(t)})
	names := Approaches()[:2]
	if os.Getenv("TLKIT_FULL") != "" {
		names = Approaches()
	}
	rep := progress.Func(func(e progress.Event) {
		if e.Finished() {
			t.Log(e.Task, e.Done, e.Note)
		}
	})
	c, err := l.Compare(context.Background(), rep, CompareOptions{Approaches: names})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + c.String())
	pixels, probe := c.Results[0], c.Results[1]
	if pixels.High >= probe.Low {
		t.Errorf("raw pixels %.3f [%.3f, %.3f], probe %.3f [%.3f, %.3f]: the intervals meet",
			pixels.Accuracy, pixels.Low, pixels.High, probe.Accuracy, probe.Low, probe.High)
	}
	if p, ok := c.Pair(probeName, pixelsName); !ok || p.P > 0.001 {
		t.Errorf("McNemar: %+v", p)
	}
	if probe.Accuracy < 0.6 {
		t.Errorf("the probe's accuracy is %.3f; about 0.70 was measured when this was written", probe.Accuracy)
	}
}
