package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"transferlab/tlkit/device"
	"transferlab/tlkit/zoo"
)

// This file is the kit's side of the features benchmark, in a process of its own.

// worker runs "cold RUNNER DIR OUT" or "serve RUNNER DIR".
func worker(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("worker needs a mode, a runner and a folder")
	}
	mode, runner, dir := args[0], args[1], args[2]
	paths, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("no pictures in %s: %v", dir, err)
	}
	slices.Sort(paths)
	d, err := device.Open(device.Options{})
	if err != nil {
		return err
	}
	o := zoo.ExtractorOptions{}
	if runner != "auto" {
		o.Runner = runner
	}
	e, err := zoo.NewExtractor(d, zoo.EfficientNetLite0(), o)
	if err != nil {
		return err
	}
	defer e.Close()
	if mode == "cold" {
		return cold(e, paths, args[3])
	}
	return serve(e, paths)
}

// cold decodes and extracts in small parts, so that the two overlap.
func cold(e *zoo.Extractor, paths []string, out string) error {
	const part = 8
	wide := zoo.Size(e.OutShape())
	all := make([]float32, len(paths)*wide)
	next := make(chan int)
	var wg sync.WaitGroup
	errs := make(chan error, len(paths))
	for range 4 {
		wg.Go(func() {
			for at := range next {
				errs <- extractPart(e, paths[at:min(at+part, len(paths))], all[at*wide:])
			}
		})
	}
	for at := 0; at < len(paths); at += part {
		next <- at
	}
	close(next)
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	b := make([]byte, 0, 4*len(all))
	for _, v := range all {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return os.WriteFile(out, b, 0o644)
}

func extractPart(e *zoo.Extractor, paths []string, into []float32) error {
	pixels, err := decode(paths)
	if err != nil {
		return err
	}
	v, _, err := e.Extract(context.Background(), pixels)
	copy(into, v)
	return err
}

func decode(paths []string) ([]uint8, error) {
	var pixels []uint8
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return nil, err
		}
		img, err := jpeg.Decode(bufio.NewReader(f))
		f.Close()
		if err != nil {
			return nil, err
		}
		pixels = appendRGB(pixels, img)
	}
	return pixels, nil
}

func appendRGB(out []uint8, img image.Image) []uint8 {
	b := img.Bounds()
	ycc, fast := img.(*image.YCbCr)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if fast {
				c := ycc.YCbCrAt(x, y)
				r, g, bl, _ := c.RGBA()
				out = append(out, uint8(r>>8), uint8(g>>8), uint8(bl>>8))
				continue
			}
			r, g, bl, _ := img.At(x, y).RGBA()
			out = append(out, uint8(r>>8), uint8(g>>8), uint8(bl>>8))
		}
	}
	return out
}

// serve extracts from pictures in memory, batches of 32, one pass a line of input.
func serve(e *zoo.Extractor, paths []string) error {
	pixels, err := decode(paths[:len(paths)/32*32])
	if err != nil {
		return err
	}
	ctx := context.Background()
	batch := 32 * benchSize * benchSize * 3
	for range 2 {
		if _, _, err := e.Extract(ctx, pixels[:batch]); err != nil {
			return err
		}
	}
	fmt.Printf("{\"pictures\": %d}\n", len(paths)/32*32)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		start := time.Now()
		for at := 0; at < len(pixels); at += batch {
			if _, _, err := e.Extract(ctx, pixels[at:at+batch]); err != nil {
				return err
			}
		}
		fmt.Printf("{\"seconds\": %g}\n", time.Since(start).Seconds())
	}
	return nil
}
