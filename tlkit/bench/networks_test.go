package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// A goal is judged against the best of its own peers, and the best of all is named.
func TestJudge(t *testing.T) {
	b := &bout{all: []contestant{{name: "ours", ours: true}, {name: kerasName}, {name: kerasJITName}, {name: "other"}, {name: "left out", slow: true}},
		rate: [][]float64{{10, 10, 10}, {5, 5, 5}, {10, 10, 10}, {20, 20, 20}, nil}}
	for _, c := range []struct {
		name  string
		peers []string
		least float64
		met   bool
		says  string
	}{
		{"the better of two", []string{kerasName, kerasJITName}, 1, true, "Against " + kerasJITName + ": 1.00"},
		{"twice as fast", []string{kerasName}, 2, true, "2.00 (2.00–2.00) of its throughput"},
		{"half as fast", []string{"other"}, 1, false, "**missed**"},
		{"half as fast is enough", []string{"other"}, 0.5, true, "Against the best peer, other: 0.50"},
		{"within the twentieth that noise may take", []string{kerasJITName}, 1.05, true, "met"},
		{"beyond it", []string{kerasJITName}, 1.06, false, "**missed**"},
	} {
		line, met := b.judge(goal{peers: c.peers, least: c.least})
		if met != c.met || !strings.Contains(line, c.says) {
			t.Errorf("%s: %v, %s", c.name, met, line)
		}
	}
}

// A contestant who is left out says why in the table, and the rest is judged without it.
func TestNetworksReport(t *testing.T) {
	n := wholeNetworks()[0]
	b := &bout{net: n, job: "train", all: []contestant{{name: "tlkit on XLA", ours: true}, {name: kerasName}, {name: "torch.compile", slow: true}, {name: kerasJITName}},
		why: []string{"", "", "not measured: no reason", ""}, once: []bool{false, false, false, true},
		rate: [][]float64{{4, 4, 4}, {5, 5, 5}, nil, {1}}, most: []float64{1, 2, 0, 3}, from: []float64{3, 4, 0, 9}}
	text, met := networksReport(setup{rounds: 3}, []*bout{b}, []float64{9, 11, 9}, "{}")
	for _, want := range []string{"### ResNet50, a step of training", "| torch.compile | not measured: no reason | | | |", "| Keras on TensorFlow, jit_compile | 1.0 | one round: too slow for more | 3 | 9.0 |", "| Keras on TensorFlow | 5.0 | 0.80 (0.80–0.80) | 2 | 4.0 |",
		"may be 1.0: **missed**", "9.0 s (3 of them), may take 10 s: met"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if met {
		t.Error("a goal was missed, and the report is content")
	}
}

// torch.compile is left out where it is not wanted, and nobody else is.
func TestLeftOut(t *testing.T) {
	if why := leftOut(setup{}, contestant{slow: true}); !strings.Contains(why, "not measured") {
		t.Errorf("%q", why)
	}
	t.Setenv("PATH", "")
	t.Setenv("CXX", "")
	if why := leftOut(setup{slow: true}, contestant{slow: true}); !strings.Contains(why, "compiler") {
		t.Errorf("%q", why)
	}
	if why := leftOut(setup{}, contestant{}); why != "" {
		t.Errorf("%q", why)
	}
}

// Every goal names a network, a job and peers that there are, and every network has its
// two goals.
func TestNetworkGoals(t *testing.T) {
	seen := map[string]int{}
	for _, g := range networkGoals() {
		if _, err := networkCalled(g.network); err != nil {
			t.Error(err)
		}
		all, err := networkContestants(setup{}, "", g.network, g.job, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range g.peers {
			found := false
			for _, c := range all {
				found = found || c.name == p
			}
			if !found {
				t.Errorf("%s, %s: nobody is called %q", g.network, g.job, p)
			}
		}
		seen[g.network]++
	}
	for _, n := range wholeNetworks() {
		if seen[n.key] != 2 {
			t.Errorf("%s has %d goals", n.key, seen[n.key])
		}
	}
}

// The kit's side learns: on one batch the loss falls, and the averages of the batch norms
// move.
func TestTrainingStep(t *testing.T) {
	d, err := device.Open(device.Options{Backend: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	m := zoo.Tiny(1)
	weights, err := m.Weights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tr, err := newTraining(d, m, weights)
	if err != nil {
		t.Fatal(err)
	}
	pixels, labels := noisePixels(8*32*32*3), []int32{0, 1, 0, 1, 0, 1, 0, 1}
	var losses []float32
	for range 40 {
		loss, err := tr.step(pixels, labels)
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, loss)
	}
	if !(losses[39] < 0.9*losses[0]) {
		t.Errorf("the loss goes from %g to %g", losses[0], losses[39])
	}
	for i, p := range tr.all {
		v, err := tensors.CopyFlatData[float32](tr.state[i])
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(v, weights[p.Name].Value) {
			t.Errorf("%s did not move", p.Name)
		}
	}
}
