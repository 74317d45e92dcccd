package split

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"transferlab/tlkit/replace"
)

// maxFile bounds what Load reads: some four million ids.
const maxFile = 256 << 20

// fileForm is a split on disk. Ids and not positions are kept, so that it fits the same
// items in another order, and no others.
type fileForm struct {
	Format string   `json:"format"`
	Hash   string   `json:"hash"`
	Train  []string `json:"train"`
	Valid  []string `json:"valid"`
	Test   []string `json:"test"`
}

const format = "tlkit split 1"

// Save writes the split of the source's items to path as JSON. The file is replaced
// whole or not at all.
func Save(ctx context.Context, path string, src Source, parts Splitter) error {
	items, err := src.Items(ctx)
	if err != nil {
		return err
	}
	p, err := parts.Parts(ctx)
	if err != nil {
		return err
	}
	if err := p.valid(len(items)); err != nil {
		return err
	}
	ids := func(idx []int) []string {
		out := make([]string, len(idx))
		for k, i := range idx {
			out[k] = items[i].ID
		}
		return out
	}
	b, err := json.MarshalIndent(fileForm{format, p.Hash, ids(p.Train), ids(p.Valid), ids(p.Test)}, "", " ")
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	if err := replace.File(path, append(b, '\n')); err != nil {
		return fmt.Errorf("split: saving %s: %w", path, err)
	}
	return nil
}

// Loaded is a split that was read from a file, for the items of a source.
type Loaded struct {
	path string
	src  Source
}

// Load describes the split in the file at path, for the source's items. Parts reads it,
// and gives [ErrOther] if the items are not the ones that were split.
func Load(path string, src Source) *Loaded { return &Loaded{path, src} }

// Parts reads the file.
func (l *Loaded) Parts(ctx context.Context) (Parts, error) {
	items, err := read(ctx, l.src, false)
	if err != nil {
		return Parts{}, err
	}
	f, err := os.Open(l.path)
	if err != nil {
		return Parts{}, fmt.Errorf("split: %w", err)
	}
	defer f.Close()
	p, err := decode(f, items)
	if err != nil {
		return Parts{}, fmt.Errorf("split: %s: %w", l.path, err)
	}
	return p, nil
}

func decode(r io.Reader, items []Item) (Parts, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return Parts{}, err
	}
	if len(b) > maxFile {
		return Parts{}, fmt.Errorf("%w: larger than %d bytes", ErrOther, maxFile)
	}
	var form fileForm
	if err := json.Unmarshal(b, &form); err != nil {
		return Parts{}, err
	}
	if form.Format != format {
		return Parts{}, fmt.Errorf("%w: format is %.40q, want %q", ErrOther, form.Format, format)
	}
	at := make(map[string]int, len(items))
	for i, it := range items {
		at[it.ID] = i
	}
	positions := func(ids []string) ([]int, error) {
		out := make([]int, len(ids))
		for k, id := range ids {
			i, ok := at[id]
			if !ok {
				return nil, fmt.Errorf("%w: it has %.80q, which is not among the %d items; split these items anew", ErrOther, id, len(items))
			}
			out[k] = i
		}
		return out, nil
	}
	var three [3][]int
	for k, ids := range [][]string{form.Train, form.Valid, form.Test} {
		if three[k], err = positions(ids); err != nil {
			return Parts{}, err
		}
	}
	p := finish(items, three[0], three[1], three[2])
	if err := p.valid(len(items)); err != nil {
		return Parts{}, err
	}
	if p.Hash != form.Hash {
		return Parts{}, fmt.Errorf("%w: its hash does not match its contents; the file was edited", ErrOther)
	}
	return p, nil
}
