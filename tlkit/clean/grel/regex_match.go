package grel

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// matcher is Pike's machine (R. Cox, "Regular Expression Matching: the Virtual Machine
// Approach", 2009): it follows all ways to match at once, in the order in which Java would
// try them, in time linear in the text.
type matcher struct {
	prog      *syntax.Prog
	text      string
	features  features
	caps      int // offsets that a match has
	now, next threads
	work      int // since it was last counted
}

// threads are the ways that are being followed, best first.
type threads struct {
	pcs    []uint32
	caps   []int // of each thread in turn
	seenAt []int // by pc: the index at which it is among pcs, if it is
}

func newMatcher(prog *syntax.Prog, text string, f features) *matcher {
	m := &matcher{prog: prog, text: text, features: f, caps: max(prog.NumCap, 2)}
	m.now.seenAt = make([]int, len(prog.Inst))
	m.next.seenAt = make([]int, len(prog.Inst))
	return m
}

func (q *threads) clear() { q.pcs, q.caps = q.pcs[:0], q.caps[:0] }

func (q *threads) has(pc uint32) bool {
	i := q.seenAt[pc]
	return i < len(q.pcs) && q.pcs[i] == pc
}

// search finds the first match from an offset on; anchored: only at that offset.
func (m *matcher) search(s *state, at int, anchored bool) []int {
	m.now.clear()
	var match []int
	caps := make([]int, m.caps)
	for pos := at; ; {
		if match == nil && (!anchored || pos == at) {
			for i := range caps {
				caps[i] = -1
			}
			caps[0] = pos
			m.add(&m.now, uint32(m.prog.Start), pos, caps)
		}
		if len(m.now.pcs) == 0 && (match != nil || anchored) {
			break
		}
		r, n := rune(-1), 0
		if pos < len(m.text) {
			r, n = utf8.DecodeRuneInString(m.text[pos:])
		}
		m.next.clear()
		for i, pc := range m.now.pcs {
			inst := &m.prog.Inst[pc]
			own := m.now.caps[i*m.caps : (i+1)*m.caps]
			if inst.Op == syntax.InstMatch {
				match = append(match[:0], own...)
				match[1] = pos
				break // what follows is worse
			}
			if n > 0 && takes(inst, r) {
				m.add(&m.next, inst.Out, pos+n, own)
			}
		}
		m.work += len(m.now.pcs) + 1
		if m.work > 1<<12 {
			if !s.spend(m.work) {
				return nil
			}
			m.work = 0
		}
		m.now, m.next = m.next, m.now
		if n == 0 {
			break
		}
		pos += n
	}
	s.spend(m.work)
	m.work = 0
	return match
}

func takes(inst *syntax.Inst, r rune) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return inst.MatchRune(r)
	}
	return false
}

// add puts a thread and all that it reaches without a character into the queue.
func (m *matcher) add(q *threads, pc uint32, pos int, caps []int) {
	for {
		if q.has(pc) {
			return
		}
		// The place is kept also for instructions that take no character, so that no loop
		// is walked twice.
		q.seenAt[pc] = len(q.pcs)
		q.pcs = append(q.pcs, pc)
		q.caps = append(q.caps, caps...)
		inst := &m.prog.Inst[pc]
		switch inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			m.add(q, inst.Out, pos, caps)
			pc = inst.Arg
		case syntax.InstNop:
			pc = inst.Out
		case syntax.InstEmptyWidth:
			if !m.holds(syntax.EmptyOp(inst.Arg), pos) {
				return
			}
			pc = inst.Out
		case syntax.InstCapture:
			i := int(inst.Arg)
			if i >= len(caps) {
				pc = inst.Out
				continue
			}
			old := caps[i]
			caps[i] = pos
			m.add(q, inst.Out, pos, caps)
			caps[i] = old
			return
		default:
			return
		}
	}
}

// holds tests a place for what Java means by the anchors.
func (m *matcher) holds(want syntax.EmptyOp, pos int) bool {
	before, _ := utf8.DecodeLastRuneInString(m.text[:pos])
	after, n := utf8.DecodeRuneInString(m.text[pos:])
	atStart, atEnd := pos == 0, pos == len(m.text)
	within := before == '\r' && after == '\n' && !atStart && !atEnd // one line end of two characters
	switch want {
	case syntax.EmptyBeginText:
		return atStart
	case syntax.EmptyEndText:
		return atEnd
	case syntax.EmptyBeginLine:
		return !atEnd && (atStart || lineEnd(before) && !within)
	case syntax.EmptyEndLine:
		if atEnd {
			return true
		}
		last := pos+n == len(m.text) || m.text[pos:] == "\r\n"
		return lineEnd(after) && !within && (last || m.features.multi)
	case syntax.EmptyWordBoundary:
		return m.word(pos, false) != m.word(pos, true)
	case syntax.EmptyNoWordBoundary:
		return m.word(pos, false) == m.word(pos, true)
	}
	return false
}

// word reports whether the character after the place, or before it, belongs to a word, as
// Java up to 18 has it: a letter or digit of any script, _, and marks on a letter or digit.
func (m *matcher) word(pos int, before bool) bool {
	r, n := utf8.DecodeRuneInString(m.text[pos:])
	rest := m.text[:pos]
	if before {
		r, n = utf8.DecodeLastRuneInString(rest)
		rest = rest[:len(rest)-n]
	}
	if n == 0 {
		return false
	}
	if r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) {
		return true
	}
	for unicode.Is(unicode.Mn, r) && rest != "" {
		r, n = utf8.DecodeLastRuneInString(rest)
		rest = rest[:len(rest)-n]
		if unicode.IsLetter(r) || unicode.Is(unicode.Nd, r) {
			return true
		}
	}
	return false
}

// width is how many bytes the character at an offset has; 1 at the end.
func width(t string, at int) int {
	_, n := utf8.DecodeRuneInString(t[at:])
	return max(n, 1)
}
