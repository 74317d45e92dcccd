package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"transferlab/tlkit/zoo"
)

// This file measures how long a network's weights take to load from a warm disk, and how
// much memory: each time in a process of its own.

// The limits for a file of about 100 MB.
const (
	weightsSeconds = 0.3
	weightsMemory  = 1.2 // times the file
)

// weightsFile is a kind of file that holds ResNet50's weights, and who else loads it.
type weightsFile struct {
	name    string
	library zoo.Library
	peer    string
}

func weightsFiles() []weightsFile {
	return []weightsFile{{"resnet50.pth", zoo.Torchvision, "torch.load"}, {"resnet50.safetensors", zoo.Torchvision, "safetensors.torch.load_file"},
		{"resnet50.weights.h5", zoo.Keras, "h5py, every dataset into NumPy"}}
}

// loads are the rounds of one contestant with one file.
type loads struct{ seconds, memory []float64 } // memory in bytes

func weights(ctx context.Context, s setup) (string, bool, error) {
	dir, err := os.MkdirTemp("", "tlkit-bench-")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(dir)
	if s.python, err = peersPython(ctx, s, "networks"); err != nil {
		return "", false, err
	}
	self, err := os.Executable()
	if err != nil {
		return "", false, err
	}
	script := filepath.Join(s.root, "tlkit", "bench", "peers", "weights.py")
	versions, err := peersVersions(ctx, s, script)
	if err != nil {
		return "", false, err
	}
	files, all := weightsFiles(), make([][2]loads, 3)
	for _, f := range files {
		m := zoo.ResNet50(f.library)
		if err := m.WriteWeights(filepath.Join(dir, f.name), m.Init(1), zoo.WriteOptions{}); err != nil {
			return "", false, err
		}
	}
	for round := range s.rounds + 1 { // the first warms the disk's cache and is not counted
		for i, f := range files {
			path := filepath.Join(dir, f.name)
			for j, args := range [][]string{{self, "weights", string(f.library), path}, {s.python, script, "read", path}} {
				seconds, bytes, err := load(ctx, args)
				if err != nil {
					return "", false, err
				}
				fmt.Fprintf(os.Stderr, "round %d: %-20s %-8s %.3f s, %.0f MB\n", round, f.name, []string{"tlkit", "peer"}[j], seconds, bytes/1e6)
				if round > 0 {
					all[i][j].seconds, all[i][j].memory = append(all[i][j].seconds, seconds), append(all[i][j].memory, bytes)
				}
			}
		}
	}
	text, met := weightsReport(s, files, all, fileSizes(dir, files), versions)
	return text, met, nil
}

// load runs one process that loads a file.
func load(ctx context.Context, args []string) (seconds, bytes float64, err error) {
	cmd := command(ctx, args)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	var r struct{ Seconds, Bytes, Numbers float64 }
	if err := json.Unmarshal(out, &r); err != nil {
		return 0, 0, err
	}
	if r.Numbers < 25e6 {
		return 0, 0, fmt.Errorf("%s: it loaded %.0f numbers, ResNet50 has 25 million", strings.Join(args, " "), r.Numbers)
	}
	return r.Seconds, r.Bytes, nil
}

func fileSizes(dir string, files []weightsFile) []float64 {
	sizes := make([]float64, len(files))
	for i, f := range files {
		if st, err := os.Stat(filepath.Join(dir, f.name)); err == nil {
			sizes[i] = float64(st.Size())
		}
	}
	return sizes
}

func weightsReport(s setup, files []weightsFile, all [][2]loads, sizes []float64, versions string) (string, bool) {
	var t strings.Builder
	fmt.Fprintf(&t, "ResNet50's weights from a warm disk, each time in a new process, %d rounds, on %s. tlkit checks the names and shapes against the network and puts the axes in its own order; "+
		"the peers give what the file has. Memory is how much more the process held at most than before, pages of the file included. Peers: %s.\n\n"+
		"| file | who | seconds | memory / file | tlkit's seconds / its |\n|---|---|---|---|---|\n", s.rounds, machine(), versions)
	met, verdicts := true, ""
	for i, f := range files {
		ours, peer := all[i][0], all[i][1]
		fmt.Fprintf(&t, "| %s, %.0f MB | tlkit | %.3f | %.2f | |\n", f.name, sizes[i]/1e6, median(ours.seconds), median(ours.memory)/sizes[i])
		fmt.Fprintf(&t, "| | %s | %.3f | %.2f | %s |\n", f.peer, median(peer.seconds), median(peer.memory)/sizes[i], ratio(ours.seconds, peer.seconds))
		took, held := median(ours.seconds), median(ours.memory)/sizes[i]
		met = met && took <= weightsSeconds && held <= weightsMemory
		verdicts += fmt.Sprintf("- %s: %.3f s, may be %.1f: %s; %.2f times the file in memory, may be %.1f: %s.\n",
			f.name, took, weightsSeconds, verdict(took <= weightsSeconds), held, weightsMemory, verdict(held <= weightsMemory))
	}
	t.WriteString("\n" + verdicts + "\nAgain: `go run ./tlkit/bench weights`.\n")
	return t.String(), met
}

// weightsWorker runs "LIBRARY PATH": it loads the file once and says what that took.
func weightsWorker(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("weights needs a library and a path")
	}
	m := zoo.ResNet50(zoo.Library(args[0]))
	before := memoryStatus("VmRSS")
	forgetMost()
	start := time.Now()
	arrays, err := m.WeightsFrom(args[1]).Weights(context.Background())
	if err != nil {
		return err
	}
	numbers, sum := 0, float32(0)
	for _, a := range arrays {
		numbers += len(a.Value)
		for i := 0; i < len(a.Value); i += 1024 { // one of each page, as the peers read
			sum += a.Value[i]
		}
	}
	seconds := time.Since(start).Seconds()
	fmt.Printf("{\"seconds\": %g, \"bytes\": %g, \"numbers\": %d}\n", seconds, memoryStatus("VmHWM")-before, numbers)
	runtime.KeepAlive(arrays)
	if sum != sum {
		return fmt.Errorf("a weight is no number")
	}
	return nil
}

// forgetMost lets the system forget the most that the process held so far.
func forgetMost() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// memoryStatus is a line of /proc/self/status in bytes, such as VmHWM, the most that the
// process held; 0 where the system does not tell.
func memoryStatus(field string) float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == field+":" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb * 1024
		}
	}
	return 0
}
