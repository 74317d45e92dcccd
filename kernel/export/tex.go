package export

import (
	"regexp"
	"strings"
)

// readable turns simple TeX into plain Unicode that reads well: Greek letters, operators, small powers and
// indices. What it does not know stays as it was written; the source stays in the formula's title.
func readable(tex string) string {
	s := strings.NewReplacer(`\left`, "", `\right`, "", `\,`, " ", `\;`, " ", `\!`, "", `\quad`, "  ", `~`, " ", "\n", " ").Replace(tex)
	for range 4 { // nested fractions and roots
		s = fraction.ReplaceAllStringFunc(s, func(m string) string {
			p := fraction.FindStringSubmatch(m)
			return group(p[1]) + " / " + group(p[2])
		})
		s = root.ReplaceAllString(s, "√($1)")
	}
	s = words.ReplaceAllString(s, "$1")
	s = accent.ReplaceAllStringFunc(s, func(m string) string {
		p := accent.FindStringSubmatch(m)
		return p[2] + p[3] + accents[p[1]]
	})
	s = command.ReplaceAllStringFunc(s, func(m string) string {
		if u, ok := symbols[m[1:]]; ok {
			return u
		}
		return m
	})
	s = script.ReplaceAllStringFunc(s, func(m string) string {
		p := script.FindStringSubmatch(m)
		return raise(p[1] == "^", p[2]+p[3])
	})
	return strings.Join(strings.Fields(strings.NewReplacer(`\{`, "{", `\}`, "}").Replace(s)), " ")
}

var (
	fraction = regexp.MustCompile(`\\[dt]?frac\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}`)
	root     = regexp.MustCompile(`\\sqrt\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}`)
	words    = regexp.MustCompile(`\\(?:text|mathrm|mathbf|mathcal|operatorname|mathbb|textbf)\{([^{}]*)\}`)
	accent   = regexp.MustCompile(`\\(hat|bar|tilde|vec|dot)(?:\{([^{}])\}|\s+(\w))`)
	command  = regexp.MustCompile(`\\[A-Za-z]+`)
	script   = regexp.MustCompile(`([_^])(?:\{([^{}]*)\}|(\S))`)
)

var accents = map[string]string{"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307"}

var symbols = pairs(`alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ iota ι kappa κ
	lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ
	Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω sum ∑ prod ∏ int ∫ partial ∂ nabla ∇ infty ∞ cdot · times ×
	pm ± mp ∓ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ sim ∼ equiv ≡ propto ∝ to → rightarrow → leftarrow ←
	Rightarrow ⇒ mapsto ↦ in ∈ notin ∉ subset ⊂ cup ∪ cap ∩ forall ∀ exists ∃ neg ¬ land ∧ lor ∨ ldots … cdots …
	dots … mid | vert | Vert ‖ langle ⟨ rangle ⟩ log log exp exp min min max max arg arg sin sin cos cos tan tan
	tanh tanh ln ln Pr Pr top ⊤ odot ⊙ otimes ⊗ oplus ⊕ star ⋆ ell ℓ hbar ℏ`)

func pairs(list string) map[string]string {
	f := strings.Fields(list)
	m := map[string]string{}
	for i := 0; i+1 < len(f); i += 2 {
		m[f[i]] = f[i+1]
	}
	return m
}

func group(s string) string {
	if strings.ContainsAny(strings.TrimSpace(s), " +-") {
		return "(" + s + ")"
	}
	return s
}

const (
	plainDigits = "0123456789+-=()nijkmtxaehlopsruv"
	above       = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱʲᵏᵐᵗˣᵃᵉʰˡᵒᵖˢʳᵘᵛ"
	below       = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢⱼₖₘₜₓₐₑₕₗₒₚₛᵣᵤᵥ"
)

// raise writes a power or an index in small characters where all of it exists so.
func raise(up bool, s string) string {
	mark, target := "_", []rune(below)
	if up {
		mark, target = "^", []rune(above)
	}
	from := []rune(plainDigits)
	var b strings.Builder
	for _, r := range s {
		found := false
		for i := range from {
			if from[i] == r {
				b.WriteRune(target[i])
				found = true
				break
			}
		}
		if !found {
			if len([]rune(s)) == 1 {
				return mark + s
			}
			return mark + "(" + s + ")"
		}
	}
	return b.String()
}
