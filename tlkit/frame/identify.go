package frame

// Identify gives every row the number of its kind: rows that are equal in these columns
// (all of them where none is named) have equal numbers, counted from 0 in the order in
// which each kind first occurs; n is how many kinds there are. A missing value equals a
// missing value, and 0.0 equals -0.0.
func (t Table) Identify(names ...string) (ids []int32, n int, err error) {
	cols, err := t.Columns(names...)
	if err != nil {
		return nil, 0, err
	}
	seen := map[string]int32{}
	ids = make([]int32, t.Nrow())
	for i := range ids {
		var key []byte
		for _, c := range cols {
			if c.Missing(i) {
				key = append(key, 0)
				continue
			}
			v := c.Format(i)
			if c.Kind == Float && c.Floats[i].Value == 0 {
				v = "0.0"
			}
			key = append(append(append(key, 1), byte(len(v)>>16), byte(len(v)>>8), byte(len(v))), v...)
		}
		id, ok := seen[string(key)]
		if !ok {
			id = int32(len(seen))
			seen[string(key)] = id
		}
		ids[i] = id
	}
	return ids, len(seen), nil
}
