package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// This file measures the features of 300 pictures: from the start of a process to its
// end (target A), and again and again in a process that is warm (target B).

const (
	benchPictures = 300
	benchSize     = 224
)

// contestant is a program that computes the features of a folder.
type contestant struct {
	name    string
	command func(mode string) []string // mode: cold or serve
	slow    bool
	ours    bool
}

func features(ctx context.Context, s setup) (text string, met bool, err error) {
	dir, err := os.MkdirTemp("", "tlkit-bench-")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(dir)
	if err := makePictures(filepath.Join(dir, "pictures")); err != nil {
		return "", false, err
	}
	if s.python, err = peersPython(ctx, s, "features"); err != nil {
		return "", false, err
	}
	script := filepath.Join(s.root, "tlkit", "bench", "peers", "features.py")
	model := filepath.Join(dir, "lite0.onnx")
	if out, err := exec.CommandContext(ctx, s.python, script, "export", model).CombinedOutput(); err != nil {
		return "", false, fmt.Errorf("exporting for ONNX Runtime: %w\n%s", err, out)
	}
	versions, err := peersVersions(ctx, s, script)
	if err != nil {
		return "", false, err
	}
	all, err := contestants(s, script, model, dir)
	if err != nil {
		return "", false, err
	}
	cold, apart, err := runCold(ctx, s, all, dir)
	if err != nil {
		return "", false, err
	}
	warm, err := runWarm(ctx, s, all)
	if err != nil {
		return "", false, err
	}
	text, met = report(s, all, cold, warm, apart, versions)
	return text, met, nil
}

func contestants(s setup, script, model, dir string) ([]contestant, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	pictures := filepath.Join(dir, "pictures")
	ours := func(name, runner string) contestant {
		return contestant{name: name, ours: true, command: func(mode string) []string {
			return []string{self, "worker", mode, runner, pictures}
		}}
	}
	peer := func(name, kind string) contestant {
		return contestant{name: name, slow: kind == "compile", command: func(mode string) []string {
			return []string{s.python, script, mode, kind, model, pictures}
		}}
	}
	return []contestant{
		ours("tlkit, its choice", "auto"), ours("tlkit on XLA", "gomlx"),
		peer("PyTorch eager, channels-last", "eager"), peer("PyTorch jit.freeze", "freeze"),
		peer("torch.compile", "compile"), peer("ONNX Runtime, Python", "onnxruntime"),
		peer("ONNX Runtime, Python, batches of 4", "onnxruntime-4"),
	}, nil
}

// runCold gives the wall seconds of whole processes, by contestant and round, and by how
// much each contestant's features differ from the first one's at most.
func runCold(ctx context.Context, s setup, all []contestant, dir string) (seconds [][]float64, apart []float64, err error) {
	seconds, apart = make([][]float64, len(all)), make([]float64, len(all))
	var first []float32
	for round := range s.rounds + 1 { // the first warms the disk's cache and is not counted
		for i, c := range all {
			if c.slow && (!s.slow || round == 0) {
				continue
			}
			out := filepath.Join(dir, "features.f32")
			args := append(c.command("cold"), out)
			start := time.Now()
			if msg, err := command(ctx, args).CombinedOutput(); err != nil {
				return nil, nil, fmt.Errorf("%s: %w\n%s", c.name, err, msg)
			}
			took := time.Since(start).Seconds()
			fmt.Fprintf(os.Stderr, "start to features, round %d: %-36s %.2f s\n", round, c.name, took)
			if round > 0 {
				seconds[i] = append(seconds[i], took)
			}
			got, err := readFloats(out)
			if err != nil {
				return nil, nil, err
			}
			if first == nil {
				first = got
			}
			apart[i] = furthest(got, first)
		}
	}
	return seconds, apart, nil
}

// runWarm gives pictures a second by contestant and round, one pass over the pictures a
// round, each in a process of its own that stays.
func runWarm(ctx context.Context, s setup, all []contestant) ([][]float64, error) {
	rates := make([][]float64, len(all))
	servers := make([]*server, len(all))
	for i, c := range all {
		fmt.Fprintf(os.Stderr, "warming up %s\n", c.name)
		sv, err := startServer(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		defer sv.stop()
		servers[i] = sv
	}
	for round := range s.rounds + 1 {
		for i, sv := range servers {
			rate, err := sv.pass()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", all[i].name, err)
			}
			fmt.Fprintf(os.Stderr, "steady, round %d: %-36s %.0f pictures/s\n", round, all[i].name, rate)
			if round > 0 {
				rates[i] = append(rates[i], rate)
			}
		}
	}
	return rates, nil
}

// server is a contestant that is warm and does one pass a line of input.
type server struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	memory float64 // most so far, MB; 0 where it does not tell
	hello  struct {
		Pictures   float64 // in a pass
		Parameters float64 // of the network
		First      float64 // seconds from the model to its first result
	}
}

func startServer(ctx context.Context, c contestant) (*server, error) {
	cmd := command(ctx, c.command("serve"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	sv := &server{cmd: cmd, in: in, out: json.NewDecoder(bufio.NewReader(out))}
	if err := sv.out.Decode(&sv.hello); err != nil {
		sv.stop()
		return nil, fmt.Errorf("it did not start: %w", err)
	}
	return sv, nil
}

func (sv *server) pass() (rate float64, err error) {
	time.Sleep(200 * time.Millisecond) // the last contestant's threads stop spinning
	if _, err := io.WriteString(sv.in, "\n"); err != nil {
		return 0, err
	}
	var r struct{ Seconds, Memory float64 }
	if err := sv.out.Decode(&r); err != nil {
		return 0, err
	}
	sv.memory = r.Memory
	return sv.hello.Pictures / r.Seconds, nil
}

func (sv *server) stop() {
	sv.in.Close()
	sv.cmd.Wait()
}

// command runs without the variables that bend the number of threads.
func command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "MKL_NUM_THREADS", "GOMAXPROCS", "OMP_WAIT_POLICY":
			continue
		}
		cmd.Env = append(cmd.Env, v)
	}
	return cmd
}

// makePictures writes 300 JPEG pictures of the network's size, so that nobody resizes:
// seeded waves and noise, about as heavy to decode as photographs.
func makePictures(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for n := range benchPictures {
		rng := rand.New(rand.NewPCG(uint64(n), 3))
		img := image.NewRGBA(image.Rect(0, 0, benchSize, benchSize))
		var wave [3][3]float64
		for c := range wave {
			wave[c] = [3]float64{rng.Float64() / 8, rng.Float64() / 8, rng.Float64() * 6}
		}
		var noise float64 // one for all colours: the two decoders smooth colour differently
		for i := range img.Pix {
			c, x, y := i%4, float64(i/4%benchSize), float64(i/4/benchSize)
			if c == 3 {
				img.Pix[i] = 255
				continue
			}
			if c == 0 {
				noise = 12 * rng.NormFloat64()
			}
			v := 128 + 90*math.Sin(wave[c][0]*x+wave[c][1]*y+wave[c][2]) + noise
			img.Pix[i] = uint8(min(max(v, 0), 255))
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%03d.jpg", n)))
		if err != nil {
			return err
		}
		err = jpeg.Encode(f, img, &jpeg.Options{Quality: 90})
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readFloats(path string) ([]float32, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out, nil
}

func furthest(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var most float64
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(b[i])))
	}
	return most
}

func report(s setup, all []contestant, cold, warm [][]float64, apart []float64, versions string) (string, bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "%d JPEG pictures of %d×%d on disk, %d rounds, on %s. Peers: %s.\n\n", benchPictures, benchSize, benchSize, s.rounds, machine(), versions)
	b.WriteString("| who | start to features, s | steady, pictures/s | features differ from ours by at most |\n|---|---|---|---|\n")
	for i, c := range all {
		start := "not measured"
		if len(cold[i]) > 0 {
			start = fmt.Sprintf("%.2f", median(cold[i]))
		}
		fmt.Fprintf(&b, "| %s | %s | %.0f | %.3f |\n", c.name, start, median(warm[i]), apart[i])
	}
	bestCold, bestWarm, eager := bestPeer(all, cold, false), bestPeer(all, warm, true), 2
	a := ratio(cold[bestCold], cold[0])
	e, w := ratio(warm[0], warm[eager]), ratio(warm[0], warm[bestWarm])
	metA, metB := a.low >= 0.95, e.low >= 0.95
	fmt.Fprintf(&b, "\n- Target A, from process start to the features no slower than the best peer (%s): %s times as fast: %s.\n", all[bestCold].name, a, verdict(metA))
	fmt.Fprintf(&b, "- Target B, steady at least as fast as %s: %s times as fast: %s. Against the best peer (%s): %s.\n", all[eager].name, e, verdict(metB), all[bestWarm].name, w)
	x := ratio(warm[1], warm[eager])
	fmt.Fprintf(&b, "- The same network on XLA, no ONNX Runtime, steady against %s: %s.\n", all[eager].name, x)
	b.WriteString("\nThe pictures go through two JPEG decoders, Go's and libjpeg-turbo, which may differ by one step in a pixel: hence the last column. Again: `go run ./tlkit/bench features`.\n")
	return b.String(), metA && metB
}

// bestPeer is the index of the peer with the best median: the largest, or the smallest.
func bestPeer(all []contestant, v [][]float64, largest bool) int {
	best := -1
	for i, c := range all {
		if c.ours || len(v[i]) == 0 {
			continue
		}
		if best < 0 || (median(v[i]) > median(v[best])) == largest {
			best = i
		}
	}
	return best
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**missed**"
}
