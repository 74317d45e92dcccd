package safetensors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxShards is how many files an index may name: each stays open.
const maxShards = 512

// OpenIndex opens the files that an index names, model.safetensors.index.json as
// transformers writes it for a model in several files, as one File. The index is a JSON
// object whose weight_map has for each tensor the name of the file beside the index that
// holds it. Names with a folder in them are refused. Its metadata is not read: Metadata is
// that of the first file. The files have to hold the tensors of the index and no others.
func OpenIndex(path string, limits Limits) (*File, error) {
	limits = limits.withDefaults()
	where, err := readIndex(path, limits)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %s: %w", path, err)
	}
	shards := slices.Compact(slices.Sorted(maps.Values(where)))
	if len(shards) > maxShards {
		return nil, fmt.Errorf("safetensors: %s: %w: it names %d files, the limit is %d", path, ErrFormat, len(shards), maxShards)
	}
	all := &File{infos: map[string]Info{}}
	for _, shard := range shards {
		if err := all.add(filepath.Dir(path), shard, where, limits); err != nil {
			return nil, errors.Join(err, all.Close())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(where)) {
		if _, ok := all.infos[name]; !ok {
			return nil, errors.Join(fmt.Errorf("safetensors: %s: %w: %q, which the index says is in %s", path, ErrMissing, name, where[name]), all.Close())
		}
	}
	return all, nil
}

// readIndex gives the file of each tensor.
func readIndex(path string, limits Limits) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limits.HeaderBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limits.HeaderBytes {
		return nil, fmt.Errorf("%w: an index of more than %d bytes", ErrFormat, limits.HeaderBytes)
	}
	var index struct {
		Where map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(b, &index); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(index.Where) == 0 || len(index.Where) > limits.Tensors {
		return nil, fmt.Errorf("%w: an index of %d tensors, the limit is %d", ErrFormat, len(index.Where), limits.Tensors)
	}
	for name, shard := range index.Where {
		if !filepath.IsLocal(shard) || shard == "." || strings.ContainsAny(shard, `/\`) {
			return nil, fmt.Errorf("%w: tensor %q is said to be in %q, which is no name of a file beside the index", ErrFormat, name, shard)
		}
	}
	return index.Where, nil
}

// add opens one more file.
func (f *File) add(dir, shard string, where map[string]string, limits Limits) error {
	one, err := Open(filepath.Join(dir, shard), limits)
	if err != nil {
		return err
	}
	f.c = append(f.c, one.c...)
	if len(f.c) == 1 {
		f.Metadata = one.Metadata
	}
	for _, name := range one.order {
		if where[name] != shard {
			return fmt.Errorf("safetensors: %s: %w: it holds tensor %q, which the index does not look for there", filepath.Join(dir, shard), ErrFormat, name)
		}
		f.infos[name] = one.infos[name]
	}
	f.order = append(f.order, one.order...)
	return nil
}
