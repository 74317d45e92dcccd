package feature

import (
	"cmp"
	"fmt"
	"math"

	"transferlab/tlkit/internal/enum"
)

// Power is a family of power transformations.
type Power uint8

// The families.
const (
	// YeoJohnson takes all numbers (Yeo and Johnson 2000): ((x+1)^λ − 1)/λ for x ≥ 0,
	// −((1−x)^(2−λ) − 1)/(2−λ) below, and logarithms where a divisor would be 0.
	YeoJohnson Power = iota
	// BoxCox takes positive numbers (Box and Cox 1964): (x^λ − 1)/λ, log x for λ = 0.
	BoxCox
)

var powerNames = enum.Names{Type: "Power", List: []string{"yeoJohnson", "boxCox"}, Err: errOption}

// String is "yeoJohnson" or "boxCox".
func (p Power) String() string { return powerNames.String(uint8(p)) }

// MarshalText writes the name.
func (p Power) MarshalText() ([]byte, error) { return powerNames.Marshal(uint8(p)) }

// UnmarshalText reads the name.
func (p *Power) UnmarshalText(b []byte) error { return powerNames.Unmarshal(b, (*uint8)(p)) }

// PowerTransformer makes a column more like a normal distribution: by the power λ of a
// family under which the training rows are most likely to come from one, found by the search
// that SciPy's yeojohnson and boxcox do; and then standardised as by [StandardScaler].
// Missing values are left out and stay missing. As scikit-learn's PowerTransformer.
//
// A column without spread keeps λ = 1; scikit-learn does so for Yeo-Johnson and refuses such
// columns, and those without any value, otherwise. Here all rows of one without any value
// become missing. For Box-Cox, a value that is 0 or less is an [*InputError], in Fit and
// where the pipeline is applied. A column of numbers so large that some training row would
// become infinite is [ErrInput]; a value far beyond the training rows' may become so.
type PowerTransformer struct {
	// Columns are transformed. None: all of ints and floats.
	Columns []string
	// Method is the family. The zero value is YeoJohnson.
	Method Power
	// NoStandard leaves the transformed numbers as they are.
	NoStandard bool
}

func (s PowerTransformer) takes(p *plan) ([]int, error) { return p.takeNumbers(s.Columns) }

func (s PowerTransformer) fit(l *learning) (learnt, error) {
	if err := powerNames.Check(uint8(s.Method)); err != nil {
		return nil, err
	}
	n := len(l.cols)
	f := &powered{Method: s.Method, Lambda: make(floats, n), centred: *newCentred(n)}
	f.name(l.cols)
	return f, l.each(func(j int, v []float64) error {
		m := momentsOf(v)
		if m.n == 0 {
			f.Lambda[j] = 1
			if !s.NoStandard {
				f.Centre[j], f.Scale[j] = m.mean, m.mean // NaN
			}
			return nil
		}
		if err := f.logs(j, 0, v, v); err != nil {
			return err
		}
		f.Lambda[j] = 1
		if !m.constant() {
			f.Lambda[j] = lambda(l.ctx, s.Method, v)
		}
		least, most := widen(v, math.Inf(1), math.Inf(-1))
		ends := []float64{least, most}
		powers := powersOf(s.Method, f.Lambda[j])
		powers.of(ends, ends) // the transformation is monotonic
		if !s.NoStandard {
			powers.of(v, v)
			m = momentsOf(v)
			f.Centre[j], f.Scale[j] = m.mean, m.deviation()
		}
		return cmp.Or(l.ctx.Err(), beyond("mean", f.names[j], m.mean), scaled(f.names[j], ends[0], ends[1], f.Centre[j], f.Scale[j]))
	})
}

// powered is a fitted PowerTransformer: it is centred once it is transformed.
type powered struct {
	Method Power  `json:"method"`
	Lambda floats `json:"lambda"`
	centred
	names  []string
	powers []powers // made of the above
}

func (s *powered) name(in []element) {
	s.names = make([]string, len(in))
	for j, e := range in {
		s.names[j] = e.name
	}
}

func (s *powered) outputs(in []element) ([]output, error) {
	s.name(in)
	err := cmp.Or(powerNames.Check(uint8(s.Method)), lengths(len(in), s.Lambda), noInfinity(s.Lambda))
	for _, v := range s.Lambda {
		if v != v {
			err = cmp.Or(err, fmt.Errorf("feature: %w: a power is not a number", ErrFile))
		}
	}
	if err != nil {
		return nil, err
	}
	s.powers = make([]powers, len(in))
	for j, v := range s.Lambda {
		s.powers[j] = powersOf(s.Method, v)
	}
	return s.centred.outputs(in)
}

func (s *powered) one(j, first int, in, out *column) error {
	if err := s.logs(j, first, in.num, out.num); err != nil {
		return err
	}
	s.powers[j].of(out.num, out.num)
	return s.centred.one(j, first, out, out)
}

// logs are the logarithms that powers are taken by: of Box-Cox log x, of Yeo-Johnson
// log(1+|x|) with the sign of x. The rows are counted from first.
func (s *powered) logs(j, first int, v, to []float64) error {
	to = to[:len(v)]
	if s.Method == YeoJohnson {
		for i, x := range v {
			to[i] = math.Copysign(math.Log1p(math.Abs(x)), x)
		}
		return nil
	}
	for i, x := range v {
		if x <= 0 {
			return &InputError{s.names[j], first + i, x, "Box-Cox takes positive numbers: use YeoJohnson, or shift the column", nil}
		}
		to[i] = math.Log(x)
	}
	return nil
}

// powers makes transformed numbers from logarithms: r·(e^(f·log) − 1), by two numbers for
// logarithms from 0 up and two for those below.
type powers struct{ f, r [2]float64 }

// powersOf are those for λ. Where it is 0 the transformed number is the logarithm itself:
// so it is for a λ so small that e^(λ·log) − 1 is rounded to λ·log.
func powersOf(p Power, lambda float64) powers {
	a, b := lambda, lambda
	if p == YeoJohnson {
		b = -(2 - lambda)
	}
	if math.Abs(a) < eps {
		a = 0x1p-100
	}
	if math.Abs(b) < eps {
		b = 0x1p-100
	}
	return powers{[2]float64{a, b}, [2]float64{1 / a, 1 / b}}
}

// of transforms logarithms; to may be the same slice.
func (p powers) of(logs, to []float64) {
	to = to[:len(logs)]
	for i, l := range logs {
		k := math.Float64bits(l) >> 63
		x := p.f[k] * l
		if !(x > leastExp && x < mostExp) {
			to[i] = p.r[k] * math.Expm1(x)
			continue
		}
		// As in expm1, which a call for each number would slow down.
		shifted := x*per64 + roundOff
		whole := shifted - roundOff
		r := (x - whole*ln2High) - whole*ln2Low
		q := r + r*r*(1.0/2+r*(1.0/6+r*(1.0/24+r*(1.0/120+r*(1.0/720)))))
		n := int64(whole) + 32
		two := math.Float64frombits(uint64(n>>6+1023) << 52)
		t := two * powersLess1[n&63]
		to[i] = p.r[k] * ((t + (two - 1)) + (t+two)*q)
	}
}

// sums are those of the transformed numbers less from, and of their squares; the logarithms
// are less by top.
func (p powers) sums(logs []float64, top, from float64) (sum, squares float64) {
	for _, l := range logs {
		k := math.Float64bits(l) >> 63
		x := p.f[k] * (l - top)
		var d float64
		if x > leastExp && x < mostExp {
			shifted := x*per64 + roundOff
			whole := shifted - roundOff
			r := (x - whole*ln2High) - whole*ln2Low
			q := r + r*r*(1.0/2+r*(1.0/6+r*(1.0/24+r*(1.0/120+r*(1.0/720)))))
			n := int64(whole) + 32
			two := math.Float64frombits(uint64(n>>6+1023) << 52)
			t := two * powersLess1[n&63]
			d = p.r[k]*((t+(two-1))+(t+two)*q) - from
		} else {
			d = p.r[k]*math.Expm1(x) - from
		}
		sum += d
		squares += d * d
	}
	return sum, squares
}

func (s *powered) back(j int, in, out *column) error {
	if err := s.centred.back(j, in, out); err != nil {
		return err
	}
	turn := backYeoJohnson
	if s.Method == BoxCox {
		turn = backBoxCox
	}
	for i, y := range out.num {
		out.num[i] = turn(y, s.Lambda[j])
	}
	return nil
}

// backYeoJohnson is NaN where no number is transformed to y.
func backYeoJohnson(y, lambda float64) float64 {
	switch {
	case y >= 0 && math.Abs(lambda) < eps:
		return math.Expm1(y)
	case y >= 0:
		return math.Pow(y*lambda+1, 1/lambda) - 1
	case math.Abs(lambda-2) <= eps:
		return -math.Expm1(-y)
	default:
		return 1 - math.Pow(1-(2-lambda)*y, 1/(2-lambda))
	}
}

// backBoxCox is NaN where no number is transformed to y.
func backBoxCox(y, lambda float64) float64 {
	if lambda == 0 {
		return math.Exp(y)
	}
	return math.Exp(math.Log1p(lambda*y) / lambda)
}
