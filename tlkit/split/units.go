package split

// units are sets of items that stay together, numbered in the order of their first items.
type units struct {
	n       int     // units
	items   int     // items in all of them
	members []int32 // the items, unit by unit; nil: each unit k is item k alone
	start   []int32 // of unit k in members; one more at the end
}

// of gives the items of unit k: places in the idx that units were made of.
func (u units) of(k int) []int32 {
	if u.members == nil {
		return []int32{int32(k)}
	}
	return u.members[u.start[k]:u.start[k+1]]
}

// units joins the items idx (nil: all) of one group and, where asked, of one content.
func (d division) units(idx []int32) units {
	n := d.c.n
	if idx != nil {
		n = len(idx)
	}
	codings := []*coding{d.c.group}
	if d.hashes {
		codings = append(codings, d.c.content, d.c.alike)
	}
	j := joiner{idx: idx}
	for _, c := range codings {
		if c != nil {
			j.join(c, n)
		}
	}
	if !j.joined {
		return units{n: n, items: n}
	}
	return j.units(n)
}

// joiner joins items in trees, whose root is their first.
type joiner struct {
	idx    []int32
	parent []int32 // nil: all are single
	joined bool
}

// begin makes each of n items a tree.
func (j *joiner) begin(n int) {
	j.parent = make([]int32, n)
	for k := range j.parent {
		j.parent[k] = int32(k)
	}
}

// join puts items of one code together.
func (j *joiner) join(c *coding, n int) {
	if j.parent == nil {
		j.begin(n)
	}
	first := make([]int32, c.size) // the first item of a code, and one
	for k := range int32(n) {
		i := k
		if j.idx != nil {
			i = j.idx[k]
		}
		code := c.code[i]
		if code < 0 {
			continue
		}
		if f := first[code]; f == 0 {
			first[code] = k + 1
		} else {
			j.union(f-1, k)
		}
	}
}

func (j *joiner) find(k int32) int32 {
	for j.parent[k] != k {
		j.parent[k] = j.parent[j.parent[k]]
		k = j.parent[k]
	}
	return k
}

func (j *joiner) union(a, b int32) {
	a, b = j.find(a), j.find(b)
	j.parent[max(a, b)] = min(a, b)
	j.joined = true
}

// units lists the members of each tree.
func (j *joiner) units(n int) units {
	u := units{items: n}
	unit := make([]int32, n)
	var size []int32
	for k := range int32(n) {
		root := j.find(k) // not after k
		if root == k {
			unit[k] = int32(len(size))
			size = append(size, 0)
		} else {
			unit[k] = unit[root]
		}
		size[unit[k]]++
	}
	u.n = len(size)
	u.start = make([]int32, u.n+1)
	for k, s := range size {
		u.start[k+1] = u.start[k] + s
	}
	next := size
	copy(next, u.start)
	u.members = make([]int32, n)
	for k, at := range unit {
		u.members[next[at]] = int32(k)
		next[at]++
	}
	return u
}
