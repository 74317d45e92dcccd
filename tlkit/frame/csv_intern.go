package frame

import (
	"math/bits"
	"unsafe"
)

// An interner gives equal texts of a column the same memory, as long as they come again
// soon: it remembers a few thousand. Where texts rarely come again it stops looking.
//
// Texts are kept in chunks of their own, so that a table does not hold on to the file's
// text, and a column not to another's.
type interner struct {
	entries     []known
	values      []string // what each entry stands for, where that is another text
	tried, hits int
	off         bool
	bits        uint // there are 2^bits entries
	chunk       []byte
	size        int // of the next chunk
}

// A known text. Up to 16 bytes its two words, which may overlap, and its length are all of
// it; of a longer one they are a hash.
type known struct {
	a, b uint64
	text string
}

const (
	mostBits    = 11 // 2^11 entries of 32 bytes stay in the second cache, for a few columns
	leastBits   = 4
	allEntries  = 1 << 16 // for all columns of a worker
	mostIntern  = 64      // bytes; longer texts rarely repeat
	leastTried  = 4096
	firstChunk  = 1 << 9
	largeChunk  = 1 << 16
	largestKept = 1 << 13 // bytes; larger texts have their own memory
)

// interners are those of so many columns.
func interners(columns int) []interner {
	bit := mostBits
	for bit > leastBits && columns<<bit > allEntries {
		bit--
	}
	all := make([]interner, columns)
	for i := range all {
		all[i].bits = uint(bit)
	}
	return all
}

// find looks for the text buf[from:from+n], 0 < n ≤ mostIntern, which has pad bytes after
// it. If it is not found, the entry at i is where it is to be put.
func (t *interner) find(buf []byte, from, n int) (i int, word known, found bool) {
	if t.entries == nil {
		t.entries = make([]known, 1<<t.bits)
	}
	t.tried++
	var a, b uint64
	switch {
	case n <= 8:
		a = load(buf, from) << (64 - 8*uint(n))
	case n <= 16:
		a, b = load(buf, from), load(buf, from+n-8)
	default:
		a, b = longHash(buf, from, n), load(buf, from+n-8)
	}
	h := (a ^ bits.RotateLeft64(b, 29) ^ uint64(n)) * 0x9e3779b97f4a7c15 // 2^64 over the golden ratio, as Knuth advises
	i = int(h >> (64 - t.bits))
	for try := range 2 {
		e := &t.entries[i^try]
		if e.a == a && e.b == b && len(e.text) == n && (n <= 16 || e.text == unsafe.String(&buf[from], n)) {
			t.hits++
			return i ^ try, *e, true
		}
	}
	return i ^ int(h>>20&1), known{a: a, b: b}, false
}

func longHash(buf []byte, from, n int) (h uint64) {
	for i := 0; i+8 <= n; i += 8 {
		h = (bits.RotateLeft64(h, 23) ^ load(buf, from+i)) * 0x9e3779b97f4a7c15
	}
	return h
}

// text is the text as a string.
func (t *interner) text(buf []byte, from, n int) string {
	if t.off || n > mostIntern {
		return t.keep(buf[from : from+n])
	}
	i, word, found := t.find(buf, from, n)
	if !found {
		word.text = t.keep(buf[from : from+n])
		t.entries[i] = word
	}
	return word.text
}

// other is what a text stands for, which is found once for each known text.
func (t *interner) other(buf []byte, from, n int, find func(text []byte) (string, bool)) (string, bool) {
	if t.off || n > mostIntern {
		return find(buf[from : from+n])
	}
	if t.values == nil {
		t.values = make([]string, 1<<t.bits)
	}
	i, word, found := t.find(buf, from, n)
	if found {
		return t.values[i], true
	}
	v, ok := find(buf[from : from+n])
	if ok {
		if word.text = v; v != string(buf[from:from+n]) {
			word.text = t.keep(buf[from : from+n])
		}
		t.entries[i], t.values[i] = word, v
	}
	return v, ok
}

// settle stops looking for texts that do not come again.
func (t *interner) settle() {
	if t.tried >= leastTried && t.hits < t.tried/4 {
		t.off = true
		t.entries, t.values = nil, nil
	}
}

// keep copies the text into the chunk.
func (t *interner) keep(text []byte) string {
	n := len(text)
	if n == 0 {
		return ""
	}
	if n > largestKept {
		return string(text)
	}
	if cap(t.chunk)-len(t.chunk) < n {
		t.size = min(max(t.size*2, firstChunk), largeChunk)
		t.chunk = make([]byte, 0, max(t.size, n))
	}
	at := len(t.chunk)
	t.chunk = append(t.chunk, text...)
	return unsafe.String(&t.chunk[at], n)
}
