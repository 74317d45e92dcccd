package frame

import (
	"math"
	"math/big"
	"math/bits"
	"sync"
)

// Numbers of 16 to 19 digits, as programs write them that write float64 in full, are read
// by the method of Michael Eisel and Daniel Lemire: D. Lemire, Number Parsing at a Gigabyte
// per Second, Software: Practice and Experience 51 (2021), with the proof in N. Mushtak and
// D. Lemire, Fast Number Parsing Without Fallback (2023). The digits are multiplied by the
// first 64 bits of the power of ten, and by its next 64 where the product does not yet
// say how to round.

// The exponents of ten of which powers are kept: with at most 19 digits neither end is
// near where float64 overflows or loses digits. Numbers beyond are left to strconv.
const leastPower, mostPower = -64, 64

type power struct{ high, low uint64 }

// powers are the first 128 bits of 10^q, from leastPower on: cut off, and for negative q
// rounded up, as the method wants it.
var powers = sync.OnceValue(func() *[mostPower - leastPower + 1]power {
	var table [mostPower - leastPower + 1]power
	word := new(big.Int).SetUint64(math.MaxUint64)
	for q := leastPower; q <= mostPower; q++ {
		five := new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(max(q, -q))), nil) // the twos are in the exponent
		c := five
		if q < 0 {
			b := 2*five.BitLen() + 128
			c = new(big.Int).Quo(new(big.Int).Lsh(big.NewInt(1), uint(b)), five)
			if q >= -27 { // the quotient's own bits, of which the last is rounded up
				c.Rsh(c, uint(c.BitLen()-128))
			}
			c.Add(c, big.NewInt(1))
		}
		if n := c.BitLen(); n < 128 {
			c = new(big.Int).Lsh(c, uint(128-n))
		} else {
			c = new(big.Int).Rsh(c, uint(n-128))
		}
		table[q-leastPower] = power{new(big.Int).Rsh(c, 64).Uint64(), new(big.Int).And(c, word).Uint64()}
	}
	return &table
})

// eiselLemire is the float64 nearest to digits·10^q. digits is not 0, and
// leastPower ≤ q ≤ mostPower. In the rare cases that it leaves open ok is false.
func eiselLemire(digits uint64, q int) (v float64, ok bool) {
	shift := bits.LeadingZeros64(digits)
	w := digits << shift
	p := powers()[q-leastPower]
	high, low := bits.Mul64(w, p.high)
	if high&0x1ff == 0x1ff { // the bits that decide may still change
		more, _ := bits.Mul64(w, p.low)
		var carry uint64
		low, carry = bits.Add64(low, more, 0)
		high += carry
		if low == math.MaxUint64 && (q < -27 || q > 55) {
			return 0, false
		}
	}
	top := int(high >> 63)
	m := high >> (top + 9)                   // 53 bits and one to round by
	exp := (217706*q)>>16 + 63 + top - shift // 217706/65536 is log2(10)
	if low <= 1 && q >= -4 && q <= 23 && m&3 == 1 && m<<(top+9) == high {
		m &^= 1 // halfway between two, and the lower one is even
	}
	m = (m + m&1) >> 1
	if m == 1<<53 {
		m >>= 1
		exp++
	}
	return math.Float64frombits(m&^(1<<52) | uint64(exp+1023)<<52), true
}
