package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// This file times the cells of a notebook: a changed one is compiled, linked, run, and has
// shown something, and all of that is what a person waits for.

//go:embed cells.py
var cellsScript string

// timedCells are the cells, with the seconds that each may take.
func timedCells() []struct {
	name, source string
	limit        float64
} {
	const imports = `import (
	"transferlab/kernel/nb"
	"transferlab/plots"
	"transferlab/tlkit/device"
	"transferlab/tlkit/finetune"
	"transferlab/tlkit/zoo"
)

var _ = finetune.Options{}
var _ = zoo.EfficientNetLite0
var _ = plots.Options{}

%%
d := nb.Must(device.Open(device.Options{}))
nb.Say("round ROUND on %s", d.Kind)
`
	return []struct {
		name, source string
		limit        float64
	}{
		{"opens XLA", imports, 1.2},
		{"opens XLA and shows a chart", strings.Replace(imports, `nb.Say("round ROUND on %s", d.Kind)`,
			`nb.Show(nb.Must(plots.Bars([]plots.Bar{{Name: string(d.Kind), Value: ROUND + 1}}, plots.BarOptions{})))`, 1), 1.5},
	}
}

func cells(ctx context.Context, s setup) (string, bool, error) {
	input := map[string]string{}
	for _, c := range timedCells() {
		input[c.name] = c.source
	}
	b, err := json.Marshal(input)
	if err != nil {
		return "", false, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.root, ".venv", "bin", "python"), "-c", cellsScript, fmt.Sprint(s.rounds))
	cmd.Stdin = bytes.NewReader(b)
	cmd.Env = append(os.Environ(), "JUPYTER_PREFER_ENV_PATH=1", "GOWORK=")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", false, fmt.Errorf("%w; is the kernel installed? run make setup\n%s", err, said.String())
	}
	times := map[string][]float64{}
	if err := json.Unmarshal(out, &times); err != nil {
		return "", false, err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "A changed cell that imports tlkit, kernel/nb and plots, in a real kernel with warm caches: from the request to the first output, "+
		"build included. %d rounds, on %s.\n\n| cell | median, s | fastest – slowest | may take | |\n|---|---|---|---|---|\n", s.rounds, machine())
	met := true
	for _, c := range timedCells() {
		v := times[c.name]
		ok := len(v) > 0 && median(v) <= c.limit
		met = met && ok
		fmt.Fprintf(&text, "| %s | %.2f | %.2f – %.2f | %.1f | %s |\n", c.name, median(v), slices.Min(v), slices.Max(v), c.limit, verdict(ok))
	}
	text.WriteString("\nAgain: `go run ./tlkit/bench cells`.\n")
	return text.String(), met, nil
}
