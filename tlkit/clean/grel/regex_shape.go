package grel

import (
	"regexp/syntax"
	"slices"
)

// This file looks at the shape of regular expressions: their size, and where Java and RE2
// part.

// programSize is about how many instructions the tree becomes.
func programSize(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/16
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += programSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, 1<<30)
}

// shortest is 0 if the tree can match nothing, and 1 otherwise.
func shortest(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral, syntax.OpCharClass, syntax.OpNoMatch:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(re.Sub[0])
	case syntax.OpRepeat:
		return min(re.Min, shortest(re.Sub[0]))
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n = max(n, shortest(sub))
		}
		return n
	case syntax.OpAlternate:
		n := 1
		for _, sub := range re.Sub {
			n = min(n, shortest(sub))
		}
		return n
	}
	return 0
}

// loops reports whether the tree is a repetition.
func loops(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max != 0 && re.Max != 1
}

// nestedGroups finds a repeated group within a repetition, such as ((a|b)+,)*: there Java
// sometimes gives for the inner group what it matched before the last time.
func nestedGroups(re *syntax.Regexp, within bool) bool {
	if within && loops(re) && re.Sub[0].Op == syntax.OpCapture {
		return true
	}
	within = within || loops(re)
	return slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return nestedGroups(sub, within) })
}

// groupsDiffer is why the groups of such a pattern are refused.
var groupsDiffer = &UnsupportedError{"groups of a repeated group within a repetition", -1,
	"Java may give what one of them matched earlier; use (?:…) for the groups that are not needed"}

// loopsOverNothing finds a repetition of what can match nothing, where it shows that Java
// ends a repetition with a match of nothing and RE2 leaves that one out.
func loopsOverNothing(re *syntax.Regexp) bool {
	if loops(re) && shortest(re.Sub[0]) == 0 && prefersNothing(re.Sub[0]) {
		return true
	}
	return slices.ContainsFunc(re.Sub, loopsOverNothing)
}

// prefersNothing reports whether the tree has groups, or may take nothing although it could
// take something.
func prefersNothing(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpCapture:
		return true
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		if re.Flags&syntax.NonGreedy != 0 {
			return true
		}
	case syntax.OpAlternate:
		for _, branch := range re.Sub[:len(re.Sub)-1] {
			if shortest(branch) == 0 {
				return true
			}
		}
	}
	return slices.ContainsFunc(re.Sub, prefersNothing)
}
