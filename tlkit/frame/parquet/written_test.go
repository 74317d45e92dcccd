package parquet

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"transferlab/tlkit/frame"
)

// testdata/parity.sh gives a folder, and has pandas and pyarrow read what is in it then.
var writeTo = flag.String("write", "", "the folder that files for other readers are written to")

type expectedColumn struct {
	Name    string     `json:"name"`
	Kind    frame.Kind `json:"kind"`
	Values  []*string  `json:"values"`
	Bytes   bool       `json:"bytes"` // values are base64
	Levels  []string   `json:"levels"`
	Ordered bool       `json:"ordered"`
	Format  string     `json:"format"`
}

func expected(t *testing.T, in frame.Table) []expectedColumn {
	t.Helper()
	cols, err := in.Columns()
	if err != nil {
		t.Fatal(err)
	}
	out := []expectedColumn{}
	for _, c := range cols {
		e := expectedColumn{Name: c.Name, Kind: c.Kind, Levels: c.Levels, Ordered: c.Ordered, Format: c.Field.Format}
		for i := range c.Len() {
			if !utf8.ValidString(c.Format(i)) {
				e.Bytes = true
			}
		}
		for i := range c.Len() {
			v := c.Format(i)
			if e.Bytes {
				v = base64.StdEncoding.EncodeToString([]byte(v))
			}
			if c.Missing(i) {
				e.Values = append(e.Values, nil)
			} else {
				e.Values = append(e.Values, &v)
			}
		}
		out = append(out, e)
	}
	return out
}

func TestWhatOthersRead(t *testing.T) {
	dir := *writeTo
	if dir == "" {
		dir = t.TempDir()
	}
	all := map[string][]expectedColumn{}
	write := func(name string, in frame.Table, o WriteOptions) {
		path := filepath.Join(dir, name)
		if err := Write(path, in, o); err != nil {
			t.Fatal(err)
		}
		same(t, must(File(path, Options{}).Read(t.Context(), nil)), in)
		all[name] = expected(t, in)
	}
	n := 0
	for name, in := range uglyTables(t) {
		if in.Ncol() == 0 && in.Nrow() > 0 {
			continue // pyarrow has no rows without columns
		}
		n++
		for _, o := range []WriteOptions{{}, {Compression: Zstd, GroupRows: 2}} {
			write(fmt.Sprintf("%02d %s %v.parquet", n, filepath.Base(name), o.Compression), in, o)
		}
	}
	write("random.parquet", randomTable(t, 1, 2000), WriteOptions{GroupRows: 700})
	write("random zstd.parquet", randomTable(t, 2, 1500), WriteOptions{Compression: Zstd})
	write("random uncompressed.parquet", randomTable(t, 3, 2500), WriteOptions{Compression: Uncompressed})
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "expected.json"), b, 0o644); err != nil {
		t.Fatal(err)
	}
}
