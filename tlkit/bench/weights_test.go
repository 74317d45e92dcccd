package main

import (
	"strings"
	"testing"
)

// The limits are in the report, and one that is missed fails the section.
func TestWeightsReport(t *testing.T) {
	files := weightsFiles()
	loaded := func(seconds, bytes float64) loads {
		return loads{[]float64{seconds, seconds, seconds}, []float64{bytes, bytes, bytes}}
	}
	good := [2]loads{loaded(0.1, 110e6), loaded(0.2, 105e6)}
	for _, c := range []struct {
		name string
		last [2]loads
		met  bool
		says string
	}{
		{"all is well", good, true, "resnet50.weights.h5: 0.100 s, may be 0.3: met; 1.10 times the file in memory, may be 1.2: met"},
		{"slow", [2]loads{loaded(0.4, 110e6), good[1]}, false, "0.400 s, may be 0.3: **missed**"},
		{"large", [2]loads{loaded(0.1, 130e6), good[1]}, false, "1.30 times the file in memory, may be 1.2: **missed**"},
	} {
		text, met := weightsReport(setup{rounds: 3}, files, [][2]loads{good, good, c.last}, []float64{100e6, 100e6, 100e6}, "{}")
		if met != c.met || !strings.Contains(text, c.says) {
			t.Errorf("%s: %v\n%s", c.name, met, text)
		}
	}
}
