package zoo

import (
	"fmt"
	"slices"
	"strings"
)

// This file cuts the steps of a graph into groups.

// groups gives the groups, how many are below the pool, and how many are above the
// features.
func (t *trace) groups() (groups []Group, body, top int) {
	t.prune()
	t.rename()
	begin, classifier := 0, t.classifier()
	pool := -1
	for _, end := range t.cuts() {
		g := t.group(begin, end)
		g.Name = fmt.Sprintf("block%02d", len(groups)-1)
		if len(groups) == 0 {
			g.Name = "stem"
		}
		switch {
		case pool < 0 && t.makesRows(begin, end):
			g.Name, pool = "pool", len(groups)
		case begin <= classifier && classifier < end:
			g.Name, top = "classifier", 1
		case pool >= 0:
			g.Name = fmt.Sprintf("top%02d", len(groups)-pool-1)
		}
		groups = append(groups, g)
		begin = end
	}
	if body = pool; pool < 0 {
		body = len(groups) - top
	}
	return groups, body, top
}

// group gives the steps [begin, end) with their own numbers for what they read.
func (t *trace) group(begin, end int) Group {
	var g Group
	for _, s := range t.steps[begin:end] {
		for _, in := range s.in {
			s.step.in = append(s.step.in, value(in-begin))
		}
		g.steps = append(g.steps, s.step)
	}
	return g
}

// prune drops the steps that the output does not depend on.
func (t *trace) prune() {
	needed := map[int]bool{t.last: true}
	for i := len(t.steps) - 1; i >= 0; i-- {
		if needed[i+1] {
			for _, in := range t.steps[i].in {
				needed[in] = true
			}
		}
	}
	now := []int{0}
	shapes := [][]int{t.shapes[0]}
	var steps []found
	for i, s := range t.steps {
		if needed[i+1] {
			in := make([]int, len(s.in))
			for j, v := range s.in {
				in[j] = now[v]
			}
			s.in = in
			steps, shapes = append(steps, s), append(shapes, t.shapes[i+1])
		}
		now = append(now, len(steps))
	}
	t.last, t.steps, t.shapes = now[t.last], steps, shapes
}

// rename takes off what all the layers' names begin with, and the "_1" that Keras appends to
// each when it exports, and makes them differ.
func (t *trace) rename() {
	var names []string
	for _, s := range t.steps {
		if s.step.name != "" {
			names = append(names, s.step.name)
		}
	}
	drop, end, seen := common(names), "_1", map[string]int{}
	if slices.ContainsFunc(names, func(s string) bool { return !strings.HasSuffix(s, end) }) {
		end = ""
	}
	for i := range t.steps {
		name := &t.steps[i].step.name
		if *name == "" {
			continue
		}
		*name = strings.ReplaceAll(strings.TrimPrefix(strings.TrimSuffix(*name, end), drop), "/", ".")
		if seen[*name]++; seen[*name] > 1 {
			*name = fmt.Sprintf("%s.%d", *name, seen[*name])
		}
	}
}

// classifier is the last step with weights, where it is a dense layer; else -1.
func (t *trace) classifier() int {
	for i := len(t.steps) - 1; i >= 0; i-- {
		if len(t.steps[i].arrays) > 0 {
			if _, ok := t.steps[i].step.op.(dense); ok {
				return i
			}
			return -1
		}
	}
	return -1
}

// makesRows says whether the steps make rows of the pictures and have no weights.
func (t *trace) makesRows(begin, end int) bool {
	rows := false
	for _, s := range t.steps[begin:end] {
		switch op := s.step.op.(type) {
		case flatten:
			rows = true
		case global:
			rows = rows || !op.keep
		}
		if len(s.arrays) > 0 {
			return false
		}
	}
	return rows
}

// cuts are the numbers of steps at which groups end: where nothing but the last value is
// read later, and what comes before or after is a unit of its own.
func (t *trace) cuts() []int {
	last := make([]int, len(t.shapes)) // the last step that reads a value
	for i, s := range t.steps {
		for _, in := range s.in {
			last[in] = max(last[in], i)
		}
	}
	var points []int // numbers of steps after which one value is alive
	furthest := 0
	for i := range t.steps {
		if furthest = max(furthest, last[i]); furthest <= i {
			points = append(points, i+1)
		}
	}
	var out []int
	for i, at := range points {
		begin := 0
		if i > 0 {
			begin = points[i-1]
		}
		if i+1 == len(points) || t.cut(begin, at, points[i+1]) {
			out = append(out, at)
		}
	}
	return out
}

// cut says whether the unit of steps [begin, at) and the next, [at, end), belong to
// different groups.
func (t *trace) cut(begin, at, end int) bool {
	before, after := t.steps[at-1].step.op, t.steps[at].step.op
	if _, ok := after.(activation); ok { // it belongs to what comes before
		return false
	}
	if _, ok := after.(norm); ok {
		return false
	}
	residual := func(begin, end int) bool {
		return slices.ContainsFunc(t.steps[begin:end], func(s found) bool { return s.step.op == operation(sum{}) })
	}
	for begin > 0 { // an activation belongs to its sum
		if _, ok := t.steps[begin].step.op.(activation); !ok || at-begin > 1 {
			break
		}
		begin--
	}
	switch before.(type) {
	case pool, global, flatten:
		_, flat := after.(flatten)
		return !flat || t.shapes[at][0]*t.shapes[at][1] > 1 // [1, 1, channels] becomes a row: one pool
	case conv, norm: // a linear bottleneck
		if _, ok := after.(conv); ok {
			return true
		}
	}
	switch after.(type) {
	case global, flatten, dense:
		return true
	}
	return residual(begin, at) || residual(at, end)
}

// common is the part up to the last dot that all names begin with.
func common(names []string) string {
	if len(names) < 2 {
		return ""
	}
	short, long := slices.Min(names), slices.Max(names)
	n := 0
	for n < len(short) && n < len(long) && short[n] == long[n] {
		n++
	}
	return short[:strings.LastIndexByte(short[:n], '.')+1]
}
