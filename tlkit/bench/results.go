package main

import (
	"bufio"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"

	"transferlab/tlkit/replace"
)

// interval is a median with the middle 95 % of its bootstrap distribution.
type interval struct{ low, median, high float64 }

func (i interval) String() string { return fmt.Sprintf("%.2f (%.2f–%.2f)", i.median, i.low, i.high) }

// ratio is the median of a[i]/b[i] over the rounds, and its interval by the percentile
// bootstrap over rounds (Efron & Tibshirani 1993, 13.3) with 10 000 draws.
func ratio(a, b []float64) interval {
	r := make([]float64, min(len(a), len(b)))
	for i := range r {
		r[i] = a[i] / b[i]
	}
	rng := rand.New(rand.NewPCG(1, 1))
	draws := make([]float64, 10_000)
	again := make([]float64, len(r))
	for i := range draws {
		for j := range again {
			again[j] = r[rng.IntN(len(r))]
		}
		draws[i] = median(again)
	}
	slices.Sort(draws)
	return interval{draws[len(draws)/40], median(r), draws[len(draws)-1-len(draws)/40]}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// machine is what the numbers were taken on.
func machine() string {
	model := "unknown processor"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if k, v, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(k) == "model name" {
				model = strings.TrimSpace(v)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// writeSection puts text in place of the section's old one in the file, or at its end.
func writeSection(path string, s section, text string) error {
	old, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	doc := cmp.Or(string(old), "# Side by side with the peers\n\nWritten by `go run ./tlkit/bench` (`make bench`). Contestants take turns; a ratio is the median over rounds with its 95 % bootstrap interval.\n")
	begin, end := "<!-- "+s.name+" -->", "<!-- end of "+s.name+" -->"
	block := fmt.Sprintf("%s\n## %s\n\n%s\n%s", begin, s.title, strings.TrimSpace(text), end)
	if i, j := strings.Index(doc, begin), strings.Index(doc, end); i >= 0 && j > i {
		doc = doc[:i] + block + doc[j+len(end):]
	} else {
		doc = strings.TrimRight(doc, "\n") + "\n\n" + block + "\n"
	}
	return replace.File(path, []byte(doc))
}
