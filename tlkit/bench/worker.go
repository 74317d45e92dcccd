package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"transferlab/tlkit/dataset"
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
	m := zoo.EfficientNetLite0()
	go m.Weights(context.Background()) // beside the opening of the backend; an error comes again below
	d, err := device.Open(device.Options{})
	if err != nil {
		return err
	}
	o := zoo.ExtractorOptions{}
	if runner != "auto" {
		o.Runner = runner
	}
	e, err := zoo.NewExtractor(d, m, o)
	if err != nil {
		return err
	}
	defer e.Close()
	if mode == "cold" {
		return cold(e, paths, args[3])
	}
	return serve(e, paths)
}

// cold decodes everything ahead of the network, which is loading meanwhile.
func cold(e *zoo.Extractor, paths []string, out string) error {
	const part = 8 // what the extractor on XLA runs at once; ONNX Runtime halves it
	wide := zoo.Size(e.OutShape())
	all := make([]float32, len(paths)*wide)
	type decoded struct {
		at     int
		pixels []uint8
	}
	starts, ready := make(chan int, len(paths)), make(chan decoded, len(paths))
	for at := 0; at < len(paths); at += part {
		starts <- at
	}
	close(starts)
	errs := make(chan error, 2*len(paths))
	var decoders, extractors sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		decoders.Go(func() {
			for at := range starts {
				pixels, err := decode(paths[at:min(at+part, len(paths))])
				errs <- err
				ready <- decoded{at, pixels}
			}
		})
		extractors.Go(func() {
			for d := range ready {
				v, _, err := e.Extract(context.Background(), d.pixels)
				errs <- err
				copy(all[d.at*wide:], v)
			}
		})
	}
	decoders.Wait()
	close(ready)
	extractors.Wait()
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

func decode(paths []string) ([]uint8, error) {
	var pixels []uint8
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		img, err := dataset.Decode(b, dataset.FolderOptions{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		pixels = append(pixels, img.Pix...)
	}
	return pixels, nil
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
