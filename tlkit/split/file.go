package split

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"transferlab/tlkit/replace"
)

// maxFile bounds what Load reads: some four million ids, or a thousand million positions.
const maxFile = 256 << 20

// fileForm is a split on disk. Where items have ids, ids and not positions are kept, so that
// it fits the same items in another order, and no others. Where ids are positions, Parts has
// two bits for each: a million rows take 330 kB.
type fileForm struct {
	Format  string   `json:"format"`
	Hash    string   `json:"hash"`
	Train   []string `json:"train,omitempty"`
	Valid   []string `json:"valid,omitempty"`
	Test    []string `json:"test,omitempty"`
	Dropped []string `json:"dropped,omitempty"`

	Positions int    `json:"positions,omitempty"` // how many; 0: the items have ids
	Parts     []byte `json:"parts,omitempty"`     // position i is in bits 2(i mod 4) of byte i/4: 0 train, 1 valid, 2 test, 3 dropped
}

const format = "tlkit split 2"

// Save writes the split of the source's items to path as JSON. The file is replaced
// whole or not at all.
func Save(ctx context.Context, path string, src Source, parts Splitter) error {
	c, err := look(ctx, src)
	if err != nil {
		return err
	}
	p, err := ask(ctx, parts)
	if err != nil {
		return err
	}
	of, err := p.labelled(c.n)
	if err != nil {
		return err
	}
	b, err := encode(c, of)
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	if err := replace.File(path, b); err != nil {
		return fmt.Errorf("split: saving %s: %w", path, err)
	}
	return nil
}

func encode(c *columns, of []part) ([]byte, error) {
	form := fileForm{Format: format, Hash: hash(c, of)}
	if c.ids == nil {
		form.Positions = c.n
		form.Parts = make([]byte, (c.n+3)/4)
		for i, k := range of {
			form.Parts[i/4] |= k << (2 * (i % 4))
		}
	} else {
		lists := form.lists()
		for i, k := range of {
			if !utf8.ValidString(c.ids[i]) {
				return nil, fmt.Errorf("%w: item %d, %.40q, is not UTF-8 and could not be read back", ErrIDs, i, c.ids[i])
			}
			*lists[k] = append(*lists[k], c.ids[i])
		}
	}
	b, err := json.MarshalIndent(form, "", " ")
	if err != nil {
		return nil, err
	}
	if len(b)+1 > maxFile {
		return nil, fmt.Errorf("%w: the file would be larger than %d bytes", ErrOther, maxFile)
	}
	return append(b, '\n'), nil
}

func (f *fileForm) lists() [allParts]*[]string {
	return [allParts]*[]string{&f.Train, &f.Valid, &f.Test, &f.Dropped}
}

// Loaded is a split that was read from a file, for the items of a source.
type Loaded struct {
	path string
	src  Source
}

// Load describes the split in the file at path, for the source's items. Parts reads it,
// and gives [ErrOther] if the items are not the ones that were split; of items that are
// positions, that is their number.
func Load(path string, src Source) *Loaded { return &Loaded{path, src} }

// Parts reads the file.
func (l *Loaded) Parts(ctx context.Context) (Parts, error) {
	c, err := read(ctx, l.src)
	if err != nil {
		return Parts{}, err
	}
	f, err := os.Open(l.path)
	if err != nil {
		return Parts{}, fmt.Errorf("split: %w", err)
	}
	defer f.Close()
	p, err := decode(f, c)
	if err != nil {
		return Parts{}, fmt.Errorf("split: %s: %w", l.path, err)
	}
	return p, nil
}

func decode(r io.Reader, c *columns) (Parts, error) {
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
		return Parts{}, fmt.Errorf("%w: format is %.40q, want %q; split these items anew", ErrOther, form.Format, format)
	}
	read := form.ofIDs
	if c.ids == nil {
		read = form.ofPositions
	}
	of, err := read(c)
	if err != nil {
		return Parts{}, err
	}
	p := partsOf(c, of)
	if p.Hash != form.Hash {
		return Parts{}, fmt.Errorf("%w: its hash does not match its contents; the file was edited", ErrOther)
	}
	return p, nil
}

// ofPositions reads the part of each position.
func (f *fileForm) ofPositions(c *columns) ([]part, error) {
	if f.Positions != c.n || len(f.Parts) != (c.n+3)/4 {
		return nil, fmt.Errorf("%w: it is of %d positions, in %d bytes, and there are %d items; split these items anew", ErrOther, f.Positions, len(f.Parts), c.n)
	}
	of := make([]part, c.n)
	for i := range of {
		of[i] = f.Parts[i/4] >> (2 * (i % 4)) & 3
	}
	return of, nil
}

// ofIDs reads the part of each id.
func (f *fileForm) ofIDs(c *columns) ([]part, error) {
	at := make(map[string]int, c.n)
	for i, id := range c.ids {
		at[id] = i
	}
	var p Parts
	lists := [allParts]*[]int{&p.Train, &p.Valid, &p.Test, &p.Dropped}
	for k, ids := range f.lists() {
		for _, id := range *ids {
			i, ok := at[id]
			if !ok {
				return nil, fmt.Errorf("%w: it has %.80q, which is not among the %d items; split these items anew", ErrOther, id, c.n)
			}
			*lists[k] = append(*lists[k], i)
		}
	}
	return p.labelled(c.n)
}
