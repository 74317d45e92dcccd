// Command parity makes random tables and histories for Replay.java, and compares what
// package refine makes of them with what OpenRefine made.
//
//	go run ./tlkit/clean/refine/testdata/parity random -seed 1 -n 200 >cases.json
//	go run ./tlkit/clean/refine/testdata/parity compare cases.json replayed.json
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"transferlab/tlkit/clean/internal/replayed"
	"transferlab/tlkit/clean/refine"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == "random" {
		flags := flag.NewFlagSet("random", flag.ContinueOnError)
		seed := flags.Uint64("seed", 1, "of the first case")
		n := flags.Int("n", 100, "cases")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(random(*seed, *n))
	}
	if len(args) == 3 && args[0] == "compare" {
		return compare(args[1], args[2])
	}
	return fmt.Errorf("usage: parity random [-seed n] [-n cases] | parity compare cases.json replayed.json")
}

func read(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// compare replays the cases and compares.
func compare(casesPath, replayedPath string) error {
	var cases replayed.Cases
	var want []replayed.Grid
	if err := read(casesPath, &cases); err != nil {
		return err
	}
	if err := read(replayedPath, &want); err != nil {
		return err
	}
	if len(want) != len(cases.Cases) {
		return fmt.Errorf("%d cases and %d results", len(cases.Cases), len(want))
	}
	different, refused := 0, 0
	for i, c := range cases.Cases {
		t, err := cases.Tables[c.Table].Table()
		if err != nil {
			return err
		}
		r, err := refine.Read(bytes.NewReader(c.History))
		if err == nil {
			t, _, err = r.Apply(context.Background(), nil, t)
		}
		var says []string
		switch {
		case err != nil && want[i].Error != "":
			refused++
		case err != nil:
			says = []string{err.Error()}
		case want[i].Error != "":
			says = []string{"OpenRefine refuses it: " + want[i].Error}
		default:
			says = want[i].Differences(t)
		}
		if len(says) == 0 {
			continue
		}
		if different++; different <= 10 {
			table, _ := json.Marshal(cases.Tables[c.Table])
			fmt.Printf("%s\n  table %s\n  history %s\n", c.Name, table, c.History)
			for _, s := range says[:min(len(says), 5)] {
				fmt.Println("  " + s)
			}
		}
	}
	fmt.Printf("%d histories replayed, %d of them refused by both, %d different\n", len(want), refused, different)
	if different > 0 {
		return fmt.Errorf("%d histories give another table than OpenRefine's", different)
	}
	return nil
}
