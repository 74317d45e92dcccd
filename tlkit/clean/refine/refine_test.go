package refine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"

	"transferlab/tlkit/clean/internal/replayed"
	"transferlab/tlkit/clean/refine"
)

func load[T any](t *testing.T, path string) (v T) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestReplay compares replayed histories with what OpenRefine 3.9.3 made of the same tables.
func TestReplay(t *testing.T) {
	cases := load[replayed.Cases](t, "testdata/cases.json")
	golden := map[string]replayed.Grid{}
	for _, g := range load[[]replayed.Grid](t, "testdata/golden.json") {
		golden[g.Name] = g
	}
	if len(golden) != len(cases.Cases) || len(golden) < 40 {
		t.Fatalf("%d cases and %d results", len(cases.Cases), len(golden))
	}
	for _, c := range cases.Cases {
		t.Run(c.Name, func(t *testing.T) {
			want, ok := golden[c.Name]
			if !ok {
				t.Fatal("OpenRefine has not replayed it; run parity.sh --write")
			}
			table, err := cases.Tables[c.Table].Table()
			if err != nil {
				t.Fatal(err)
			}
			r, err := refine.Read(bytes.NewReader(c.History))
			if err == nil {
				table, _, err = r.Apply(context.Background(), nil, table)
			}
			switch {
			case (err != nil) != (want.Error != ""):
				t.Fatalf("%v; OpenRefine says %q", err, want.Error)
			case err != nil:
				return
			}
			for _, d := range want.Differences(table) {
				t.Error(d)
			}
		})
	}
}
