package fetch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"transferlab/tlkit/replace"
)

// This file runs the person's package clients.

// withTemporary lends a folder below tlkit's own, so that large files stay on one disk.
func withTemporary(o Options, do func(dir string) error) error {
	base := filepath.Join(o.Home, "fetch")
	if err := os.MkdirAll(base, 0o777); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(base, replace.Prefix+"*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return do(dir)
}

// run runs a package client and keeps the end of what it says for the error.
func run(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	said := lastLine(string(out))
	if said == "" {
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, said)
}

func only(dir, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("the client left %d files of the form %s, want 1", len(found), pattern)
	}
	return found[0], nil
}

// or is a program's name, or the usual one.
func or(name, usual string) string {
	if name == "" {
		return usual
	}
	return name
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
