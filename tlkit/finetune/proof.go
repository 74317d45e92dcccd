package finetune

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"sort"
)

// Proof says that frozen weights stayed frozen: every array that a phase was not to
// train was read back from the device after it and compared with what went in, bit by
// bit.
type Proof struct {
	Arrays  int    // arrays compared
	Numbers int    // float32 numbers in them
	SHA256  string // of their names and bits, the same before and after
}

// String tells the proof in one line.
func (p Proof) String() string {
	if p.Arrays == 0 {
		return "no frozen arrays"
	}
	return fmt.Sprintf("%d frozen arrays, %d numbers, unchanged bit by bit (sha256 %.12s)", p.Arrays, p.Numbers, p.SHA256)
}

// prove compares the frozen arrays on the device with state.
func prove(s *stepper, state arrays) (Proof, error) {
	now, err := s.frozen()
	if err != nil {
		return Proof{}, err
	}
	names := make([]string, 0, len(now))
	for n := range now {
		names = append(names, n)
	}
	sort.Strings(names)
	p := Proof{Arrays: len(names)}
	for _, n := range names {
		before, after := state[n].value, now[n].value
		if len(before) != len(after) {
			return Proof{}, fmt.Errorf("finetune: %w: %s had %d numbers and has %d", ErrFrozenChanged, n, len(before), len(after))
		}
		for i := range after {
			if math.Float32bits(before[i]) != math.Float32bits(after[i]) {
				return Proof{}, fmt.Errorf("finetune: %w: %s[%d] was %g and is %g", ErrFrozenChanged, n, i, before[i], after[i])
			}
		}
		p.Numbers += len(after)
	}
	p.SHA256 = now.digest(names)
	return p, nil
}

// digest is the SHA-256 over names, shapes and bits of the arrays called names.
func (s arrays) digest(names []string) string {
	h := sha256.New()
	for _, n := range names {
		a := s[n]
		fmt.Fprintf(h, "%q %v\n", a.name, a.shape)
		buf := make([]byte, 0, 4*len(a.value))
		for _, v := range a.value {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		h.Write(buf)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sortedNames lists the names of the arrays in order.
func sortedNames(s arrays) []string {
	names := make([]string, 0, len(s))
	for n := range s {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
