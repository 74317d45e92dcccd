package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peersPython gives the Python of the peers of one kind, in .venv-bench/KIND, and makes it
// from peers/KIND.txt when it is missing or was made from another list.
func peersPython(ctx context.Context, s setup, kind string) (string, error) {
	if s.python != "" {
		return s.python, nil
	}
	venv := filepath.Join(s.root, ".venv-bench", kind)
	python := filepath.Join(venv, "bin", "python")
	ready := filepath.Join(venv, ".ready")
	list := filepath.Join(s.root, "tlkit", "bench", "peers", kind+".txt")
	want, err := os.ReadFile(list)
	if err != nil {
		return "", err
	}
	if have, err := os.ReadFile(ready); err == nil && string(have) == string(want) {
		return python, nil
	}
	fmt.Fprintf(os.Stderr, "making %s with the peers (PyTorch, where it is among them, and what it asks for are about 6 GB)\n", venv)
	for _, args := range [][]string{{"python3", "-m", "venv", venv}, {python, "-m", "pip", "install", "-q", "-r", list}} {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			return "", fmt.Errorf("%s: %w; remove %s and try again", strings.Join(args, " "), err, venv)
		}
	}
	return python, os.WriteFile(ready, want, 0o644)
}

// peersVersions are the peers' versions as JSON, from the script that is their side.
func peersVersions(ctx context.Context, s setup, script string) (string, error) {
	out, err := exec.CommandContext(ctx, s.python, script, "versions").Output()
	if err != nil {
		return "", fmt.Errorf("the peers' versions: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
