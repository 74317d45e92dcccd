package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The interval covers a known ratio, tightens with less noise, and is the same each time.
func TestRatio(t *testing.T) {
	a := []float64{2.0, 2.2, 1.9, 2.1, 2.0, 2.3, 1.8}
	b := []float64{1, 1, 1, 1, 1, 1, 1}
	got := ratio(a, b)
	if got.median != 2 || got.low < 1.8 || got.low > 2 || got.high < 2 || got.high > 2.3 {
		t.Errorf("%+v", got)
	}
	if got != ratio(a, b) {
		t.Error("another interval for the same rounds")
	}
	if same := ratio(b, b); same != (interval{1, 1, 1}) {
		t.Errorf("equal rounds give %+v", same)
	}
	// A load on the machine that meets both contestants of a round does not show.
	for i := range a {
		a[i], b[i] = a[i]*float64(i+1), b[i]*float64(i+1)
	}
	if again := ratio(a, b); math.Abs(again.median-got.median) > 1e-12 {
		t.Errorf("a shared load moved the ratio to %v", again)
	}
}

func TestBestPeer(t *testing.T) {
	all := []contestant{{name: "us", ours: true}, {name: "a"}, {name: "b"}, {name: "not measured"}}
	v := [][]float64{{9}, {3}, {4}, nil}
	if i := bestPeer(all, v, true); all[i].name != "b" {
		t.Errorf("largest: %s", all[i].name)
	}
	if i := bestPeer(all, v, false); all[i].name != "a" {
		t.Errorf("smallest: %s", all[i].name)
	}
}

// A section replaces its old self and leaves the others alone.
func TestWriteSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "RESULTS.md")
	for _, w := range []struct{ name, text string }{{"one", "first"}, {"two", "second"}, {"one", "third"}} {
		if err := writeSection(path, section{name: w.name, title: w.name}, w.text); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	if strings.Contains(s, "first") || strings.Count(s, "## one") != 1 || !(strings.Index(s, "third") < strings.Index(s, "second")) {
		t.Error(s)
	}
}

// The pictures are the same at each making, and decode to their size.
func TestPictures(t *testing.T) {
	dir := t.TempDir()
	if err := makePictures(dir); err != nil {
		t.Fatal(err)
	}
	px, err := decode([]string{filepath.Join(dir, "000.jpg"), filepath.Join(dir, "299.jpg")})
	if err != nil || len(px) != 2*benchSize*benchSize*3 {
		t.Fatalf("%d bytes, %v", len(px), err)
	}
	if furthest([]float32{1, 2}, []float32{1, 2.5}) != 0.5 || !math.IsInf(furthest(nil, []float32{1}), 1) {
		t.Error("furthest")
	}
}
