package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"transferlab/tlkit/zoo"
)

// This file measures whole networks with random weights: pictures a second forward and in
// a step of training, each contestant in a process of its own that stays, and the first
// step of one that has just begun.

const networksBatch = 16 // the same for everybody; 32 would double the section's time

// wholeNetwork is a network that the kit and its peers have alike.
type wholeNetwork struct {
	key, title string
	model      func() (*zoo.Model, error)
}

// Keras' forms: the peers' scripts bend PyTorch's ResNet50 to the same strides.
func wholeNetworks() []wholeNetwork {
	plain := func(m *zoo.Model) func() (*zoo.Model, error) {
		return func() (*zoo.Model, error) { return m, nil }
	}
	return []wholeNetwork{
		{"resnet50", "ResNet50", plain(zoo.ResNet50(zoo.Keras))},
		{"lite0", "EfficientNet-Lite0", plain(zoo.EfficientNetLite0())},
		{"mobilenetv2", "MobileNetV2", func() (*zoo.Model, error) { return zoo.MobileNetV2(zoo.Keras, 1) }},
	}
}

// bout is one table: contestants who do the same job on the same network.
type bout struct {
	net  wholeNetwork
	job  string // forward or train
	all  []contestant
	why  []string // why a contestant was not measured; empty where it was
	rate [][]float64
	most []float64 // memory, MB
	from []float64 // seconds from the model to the first result, of two the longer

	parameters float64 // of the first contestant
	first      float64 // its rate in the round that is not counted
	once       []bool  // whose only rate is of that round
}

func networks(ctx context.Context, s setup) (string, bool, error) {
	dir, err := os.MkdirTemp("", "tlkit-bench-")
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(dir)
	if s.python, err = peersPython(ctx, s, "networks"); err != nil {
		return "", false, err
	}
	script := filepath.Join(s.root, "tlkit", "bench", "peers", "networks.py")
	versions, err := peersVersions(ctx, s, script)
	if err != nil {
		return "", false, err
	}
	// torch.compile keeps what it compiled: here each run begins without.
	os.Setenv("TORCHINDUCTOR_CACHE_DIR", filepath.Join(dir, "inductor"))
	var bouts []*bout
	for _, n := range wholeNetworks() {
		model := filepath.Join(dir, n.key+".onnx")
		if out, err := exec.CommandContext(ctx, s.python, script, "export", n.key, model).CombinedOutput(); err != nil {
			return "", false, fmt.Errorf("exporting %s for ONNX Runtime: %w\n%s", n.title, err, out)
		}
		for _, job := range []string{"forward", "train"} {
			b := &bout{net: n, job: job}
			if b.all, err = networkContestants(s, script, n.key, job, model); err != nil {
				return "", false, err
			}
			if err := b.fight(ctx, s); err != nil {
				return "", false, fmt.Errorf("%s, %s: %w", n.title, job, err)
			}
			bouts = append(bouts, b)
		}
	}
	first, err := firstSteps(ctx, s, "lite0")
	if err != nil {
		return "", false, err
	}
	text, met := networksReport(s, bouts, first, versions)
	return text, met, nil
}

// networkContestants come in this order everywhere; the first is ours on XLA.
func networkContestants(s setup, script, network, job, model string) ([]contestant, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	ours := func(name, runner string) contestant {
		return contestant{name: name, ours: true, command: func(string) []string {
			return []string{self, "network", runner, network, job, fmt.Sprint(networksBatch)}
		}}
	}
	peer := func(name, kind string) contestant {
		return contestant{name: name, slow: kind == "compile", command: func(string) []string {
			return []string{s.python, script, "serve", kind, network, job, fmt.Sprint(networksBatch), model}
		}}
	}
	all := []contestant{ours("tlkit on XLA", "gomlx"),
		peer(kerasName, "keras"), peer(kerasJITName, "keras-jit"), peer(eagerName, "eager"), peer("torch.compile", "compile")}
	if job == "forward" {
		all = append(all, ours("tlkit on ONNX Runtime", "onnx"), peer("PyTorch jit.freeze", "freeze"),
			peer("ONNX Runtime, Python", "onnxruntime"), peer("ONNX Runtime, Python, batches of 4", "onnxruntime-4"))
	}
	return all, nil
}

const (
	kerasName    = "Keras on TensorFlow"
	kerasJITName = "Keras on TensorFlow, jit_compile"
	eagerName    = "PyTorch eager, channels-last"
)

// leftOut says why a contestant is not measured; empty where it is.
func leftOut(s setup, c contestant) string {
	if !c.slow {
		return ""
	}
	if !s.slow {
		return "not measured: -slow=false"
	}
	for _, compiler := range []string{os.Getenv("CXX"), "g++", "clang++"} {
		if _, err := exec.LookPath(compiler); compiler != "" && err == nil {
			return ""
		}
	}
	return "not measured: it needs a C++ compiler, and there is none here"
}

// breath is the pause before each turn: threads of the one before wait for more to do with
// the processor busy, for up to a fifth of a second.
const breath = time.Second

// fight has two heats, and in the second the contestants start in the opposite order: of
// several processes of the same program, the one that started first was up to a tenth slower.
func (b *bout) fight(ctx context.Context, s setup) error {
	n := len(b.all)
	b.why, b.rate, b.most, b.from, b.once = make([]string, n), make([][]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)
	order := make([]int, n)
	for i := range order {
		order[i] = i
		b.why[i] = leftOut(s, b.all[i])
	}
	if err := b.heat(ctx, order, (s.rounds+1)/2); err != nil {
		return err
	}
	slices.Reverse(order)
	return b.heat(ctx, order, s.rounds/2)
}

// heat starts the contestants in the order and lets them take turns.
func (b *bout) heat(ctx context.Context, order []int, rounds int) error {
	if rounds == 0 {
		return nil
	}
	servers := make([]*server, len(order))
	for _, i := range order {
		if b.why[i] != "" || b.once[i] {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s, %s: warming up %s\n", b.net.title, b.job, b.all[i].name)
		sv, err := startServer(ctx, b.all[i])
		if err != nil {
			return fmt.Errorf("%s: %w", b.all[i].name, err)
		}
		defer sv.stop()
		servers[i], b.from[i] = sv, max(b.from[i], sv.hello.First)
		if b.parameters == 0 {
			b.parameters = sv.hello.Parameters
		} else if math.Abs(sv.hello.Parameters/b.parameters-1) > 0.02 { // folded batch norms and biases make some difference
			return fmt.Errorf("%s has %.0f parameters, %s %.0f: not the same network", b.all[i].name, sv.hello.Parameters, b.all[0].name, b.parameters)
		}
	}
	for round := range rounds + 1 { // the first is not counted
		for i, sv := range servers {
			if sv == nil || b.once[i] {
				continue
			}
			time.Sleep(breath)
			rate, err := sv.pass()
			if err != nil {
				return fmt.Errorf("%s: %w", b.all[i].name, err)
			}
			b.most[i] = max(b.most[i], sv.memory)
			fmt.Fprintf(os.Stderr, "%s, %s, round %d: %-36s %6.1f pictures/s, %.0f MB\n", b.net.title, b.job, round, b.all[i].name, rate, sv.memory)
			if round > 0 {
				b.rate[i] = append(b.rate[i], rate)
			} else if rate < b.rateOfFirst(rate)/hopeless {
				b.once[i], b.rate[i] = true, []float64{rate}
			}
		}
	}
	return nil
}

// hopeless is how many times slower than ours a contestant has to be to get one round only:
// Keras' jit_compile would take half of the section's time.
const hopeless = 4

// rateOfFirst keeps the first rate that it is given, which is ours, and gives it.
func (b *bout) rateOfFirst(rate float64) float64 {
	if b.first == 0 {
		b.first = rate
	}
	return b.first
}

// firstSteps are the seconds from the model to the end of its first step of training, each
// in a process of its own.
func firstSteps(ctx context.Context, s setup, network string) ([]float64, error) {
	all, err := networkContestants(s, "", network, "train", "")
	if err != nil {
		return nil, err
	}
	var seconds []float64
	for round := range min(s.rounds, 3) {
		sv, err := startServer(ctx, all[0])
		if err != nil {
			return nil, err
		}
		sv.stop()
		fmt.Fprintf(os.Stderr, "first step of %s, round %d: %.1f s\n", network, round+1, sv.hello.First)
		seconds = append(seconds, sv.hello.First)
	}
	return seconds, nil
}

// goal is what a bout asks for: at least so many times the best of some peers.
type goal struct {
	network, job string
	peers        []string
	least        float64
}

func networkGoals() []goal {
	keras := []string{kerasName, kerasJITName}
	return []goal{
		{"resnet50", "forward", append(keras, eagerName), 1}, {"resnet50", "train", keras, 1},
		{"lite0", "forward", []string{eagerName}, 1}, {"lite0", "train", []string{eagerName}, 0.8},
		{"mobilenetv2", "forward", []string{eagerName}, 1}, {"mobilenetv2", "train", []string{eagerName}, 0.8},
	}
}

const firstStepLimit = 10 // seconds

func networksReport(s setup, bouts []*bout, first []float64, versions string) (string, bool) {
	var t strings.Builder
	fmt.Fprintf(&t, "Random weights, pictures of %d×%d as raw pixels, batches of %d, %d rounds, on %s. A step of training is SGD with momentum on the cross-entropy of 1000 classes, "+
		"batch norms with the batch's averages. ResNet50 is the paper's, stride in the first 1×1. Peers run on all cores: PyTorch channels-last, torch.compile with its default mode and forward with freezing, "+
		"Keras with and without jit_compile, ONNX Runtime with its default optimisations. Memory is the most that the process held, libraries included. "+
		"The first result counts from the model in memory, compiling included, the longer of two. Who starts first in one half of the rounds starts last in the other; "+
		"before each turn there is a second's pause. Peers: %s.\n", benchSize, benchSize, networksBatch, s.rounds, machine(), versions)
	met := true
	for _, b := range bouts {
		fmt.Fprintf(&t, "\n### %s, %s\n\n| who | pictures/s | tlkit on XLA against it | most memory, MB | first result, s |\n|---|---|---|---|---|\n",
			b.net.title, map[string]string{"forward": "forward", "train": "a step of training"}[b.job])
		for i, c := range b.all {
			if b.why[i] != "" {
				fmt.Fprintf(&t, "| %s | %s | | | |\n", c.name, b.why[i])
				continue
			}
			against := ""
			switch {
			case i > 0 && b.once[i]:
				against = "one round: too slow for more"
			case i > 0:
				against = ratio(b.rate[0], b.rate[i]).String()
			}
			fmt.Fprintf(&t, "| %s | %.1f | %s | %.0f | %.1f |\n", c.name, median(b.rate[i]), against, b.most[i], b.from[i])
		}
		t.WriteString("\n")
		for _, g := range networkGoals() {
			if g.network == b.net.key && g.job == b.job {
				line, ok := b.judge(g)
				t.WriteString(line)
				met = met && ok
			}
		}
	}
	took := median(first)
	ok := took <= firstStepLimit
	fmt.Fprintf(&t, "\n### The first step of training EfficientNet-Lite0\n\nFrom the model to the end of the first step, compiling included, in a new process: %.1f s (%d of them), may take %d s: %s.\n",
		took, len(first), firstStepLimit, verdict(ok))
	t.WriteString("\nAgain: `go run ./tlkit/bench networks`.\n")
	return t.String(), met && ok
}

// judge compares ours on XLA with the best of the goal's peers, and with the best of all.
func (b *bout) judge(g goal) (string, bool) {
	best, asked := bestPeer(b.all, b.rate, true), -1
	for i, c := range b.all {
		for _, p := range g.peers {
			if c.name == p && len(b.rate[i]) > 0 && (asked < 0 || median(b.rate[i]) > median(b.rate[asked])) {
				asked = i
			}
		}
	}
	r := ratio(b.rate[0], b.rate[asked])
	ok := r.low >= 0.95*g.least
	return fmt.Sprintf("- Against %s: %s of its throughput, may be %.1f: %s. Against the best peer, %s: %s.\n", b.all[asked].name, r, g.least, verdict(ok),
		b.all[best].name, ratio(b.rate[0], b.rate[best])), ok
}
