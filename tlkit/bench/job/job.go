// Package job is what the programs on the kit's side of a benchmark have in common: they do
// one job and print how long its steps took, and what came out.
package job

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Steps are the seconds of steps.
type Steps map[string]float64

// Step does one step and notes how long it took.
func (s Steps) Step(name string, f func() error) error {
	start := time.Now()
	err := f()
	s[name] = time.Since(start).Seconds()
	return err
}

// Main runs the program of that name: run does what the arguments say, and gives what of
// the result is to be compared with the peers'; nil prints nothing.
func Main(name string, run func(args []string, steps Steps) (check map[string]any, err error)) {
	steps := Steps{}
	check, err := run(os.Args[1:], steps)
	if err == nil && check != nil {
		err = json.NewEncoder(os.Stdout).Encode(map[string]any{"steps": steps, "check": check})
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
