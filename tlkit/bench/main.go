// Command bench measures this kit side by side with its peers and writes what it found
// to RESULTS.md.
//
//	go run ./tlkit/bench features            speed of frozen features, all peers
//	go run ./tlkit/bench cells               from a changed cell to its first output
//	go run ./tlkit/bench tables              tables, beside pandas and scikit-learn
//	go run ./tlkit/bench prepare             splits, scalers, encoders and selectors, beside scikit-learn
//	go run ./tlkit/bench networks            whole networks forward and training, all peers
//	go run ./tlkit/bench weights             loading weights, beside PyTorch, safetensors and h5py
//	go run ./tlkit/bench -rounds 9 features
//
// The peers run in Python environments of their own below .venv-bench, made from
// the lists peers/*.txt at the first run. Contestants take turns (A B A B …), so that
// another load on the machine meets all of them; a ratio is the median over the rounds,
// with a bootstrap interval over the rounds. A target passes when the lower end of the
// interval reaches 0.95 of it. The exit status is 1 when a target is missed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

// section is one part of RESULTS.md: it measures, and gives its text.
type section struct {
	name, title string
	run         func(context.Context, setup) (text string, met bool, err error)
}

// setup is what every section gets.
type setup struct {
	root   string // of the module
	python string // of the peers
	rounds int
	slow   bool // measure torch.compile's start too: about a minute a round
}

func sections() []section {
	return []section{
		{"features", "Frozen features: EfficientNet-Lite0 at 224×224", features}, {"cells", "Turn-around of a cell", cells},
		{"tables", "Tables beside pandas and scikit-learn", tables}, {"prepare", "Splits, scalers, encoders and selectors beside scikit-learn", prepare},
		{"networks", "Whole networks, forward and training", networks},
		{"weights", "Loading 100 MB of weights", weights}}
}

func main() {
	workers := map[string]func([]string) error{"worker": worker, "network": networkWorker, "weights": weightsWorker} // contestants, started by the sections
	if len(os.Args) > 2 && workers[os.Args[1]] != nil {                                                              // with arguments; alone it is a section
		if err := workers[os.Args[1]](os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var s setup
	flag.StringVar(&s.root, "root", ".", "the project's folder")
	flag.StringVar(&s.python, "python", "", "the peers' Python; default: those below ROOT/.venv-bench, made when they are missing")
	flag.IntVar(&s.rounds, "rounds", 7, "rounds of each measurement; at least 7 for RESULTS.md")
	flag.BoolVar(&s.slow, "slow", true, "measure torch.compile's start too, about a minute a round")
	flag.Parse()
	var err error
	if s.root, err = filepath.Abs(s.root); err != nil {
		return err
	}
	all := true
	for _, sec := range sections() {
		if flag.NArg() > 0 && flag.Arg(0) != sec.name {
			continue
		}
		text, met, err := sec.run(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", sec.name, err)
		}
		fmt.Println(text)
		if err := writeSection(filepath.Join(s.root, "tlkit", "bench", "RESULTS.md"), sec, text); err != nil {
			return err
		}
		all = all && met
	}
	if !all {
		return fmt.Errorf("a target was missed; the table says which")
	}
	return nil
}
