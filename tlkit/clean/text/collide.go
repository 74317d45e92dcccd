package text

import (
	"context"
	"strings"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/progress"
)

// keyChunk is how many keys are made in one go. Enough that handing out work costs
// nothing, few enough that ctx is heard soon.
const keyChunk = 512

// collisions are the clusters of values with equal keys.
func collisions(ctx context.Context, rep progress.Reporter, values []Value, o ClusterOptions) (Clusters, error) {
	key := o.keyer()
	keys := make([]string, len(values))
	done := counter{rep: rep, task: "keys", total: len(values)}
	err := parallel.Chunks(ctx, len(values), keyChunk, func(_, low, high int) {
		for i := low; i < high; i++ {
			keys[i] = key(values[i].Text)
		}
		done.add(high - low)
	})
	if err != nil {
		return nil, err
	}
	groups := make(map[string]int32, len(keys)) // the last value of each key
	next := make([]int32, len(keys))            // the value before of the same key, -1 for none
	var starts []int32                          // the last value of each key that has two, in order of the second
	for i, k := range keys {
		before, ok := groups[k]
		if !ok {
			before = -1
		} else if next[before] < 0 {
			starts = append(starts, int32(i))
		}
		next[i] = before
		groups[k] = int32(i)
	}
	found := make(Clusters, 0, len(starts))
	for _, s := range starts {
		k := keys[s]
		if o.SkipEmpty && o.empty(k) {
			continue
		}
		c := Cluster{Key: k}
		for i := groups[k]; i >= 0; i = next[i] {
			c.Values = append(c.Values, values[i])
		}
		found = append(found, c)
	}
	return found, nil
}

// keyer is the function that makes the method's keys.
func (o ClusterOptions) keyer() func(string) string {
	switch {
	case o.Key != nil:
		return o.Key
	case o.Method == ByNGram:
		return func(s string) string { return NGramFingerprint(s, o.NGram) }
	case o.Method == ByDoubleMetaphone:
		return func(s string) string { primary, _ := DoubleMetaphone(s, 0); return primary }
	case o.Method == ByCologne:
		return Cologne
	case o.Method == ByDaitchMokotoff:
		return DaitchMokotoff
	}
	return Fingerprint
}

// empty reports whether a key says nothing of its string.
func (o ClusterOptions) empty(key string) bool {
	return key == "" || o.Key == nil && o.Method == ByDaitchMokotoff && strings.Trim(key, "0") == ""
}
