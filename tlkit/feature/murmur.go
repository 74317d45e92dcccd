package feature

import "math/bits"

// murmur is MurmurHash3's 32-bit hash (Appleby 2011, in the public domain) of a text that
// is given in parts.
type murmur struct {
	hash uint32
	tail uint32 // bytes that do not make a word yet
	have int    // how many
	size uint32
}

const murmur1, murmur2 = 0xcc9e2d51, 0x1b873593

func murmurOf(seed uint32) murmur { return murmur{hash: seed} }

// write adds a part of the text.
func (m *murmur) write(s string) {
	m.size += uint32(len(s))
	i := 0
	for ; m.have > 0 && i < len(s); i++ {
		m.byte(s[i])
	}
	for ; i+4 <= len(s); i += 4 {
		m.word(uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24)
	}
	for ; i < len(s); i++ {
		m.byte(s[i])
	}
}

func (m *murmur) byte(b byte) {
	m.tail |= uint32(b) << (8 * m.have)
	if m.have++; m.have == 4 {
		m.word(m.tail)
		m.tail, m.have = 0, 0
	}
}

func (m *murmur) word(k uint32) {
	m.hash ^= bits.RotateLeft32(k*murmur1, 15) * murmur2
	m.hash = bits.RotateLeft32(m.hash, 13)*5 + 0xe6546b64
}

// sum is the hash of all that was written.
func (m murmur) sum() uint32 {
	h := m.hash ^ bits.RotateLeft32(m.tail*murmur1, 15)*murmur2
	h ^= m.size
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
