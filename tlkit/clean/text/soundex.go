package text

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// DaitchMokotoff is the key of the Daitch-Mokotoff Soundex (R. Daitch and G. Mokotoff,
// 1985), six digits for names of Slavic, German and Hebrew origin: Moskowitz and Moskovitz
// both are 645740. Of a sound that can be two, it takes the first;
// [DaitchMokotoffBranches] gives all. A string without letters is 000000. It equals
// OpenRefine 3.9.3's DaitchMokotoffKeyer, which is Apache commons-codec 1.17.2.
func DaitchMokotoff(s string) string { return soundex(s, false)[0] }

// DaitchMokotoffBranches are all keys of s, for sounds that can be two: Peters is 734000
// and 739400. It equals commons-codec 1.17.2's DaitchMokotoffSoundex.soundex.
func DaitchMokotoffBranches(s string) []string { return soundex(s, true) }

// soundexLength is how many digits a key has.
const soundexLength = 6

// A branch is a key in the making, and the code that was last looked at for it.
type branch struct {
	key, last string
	begun     bool
}

// with is the branch after one more code. A code that repeats the one before is not
// written again, unless forced.
func (b branch) with(code string, force bool) branch {
	if !b.begun || force || !strings.HasSuffix(b.last, code) {
		b.key = b.key + code
		b.key = b.key[:min(len(b.key), soundexLength)]
	}
	b.last, b.begun = code, true
	return b
}

// open reports whether the key can grow.
func (b branch) open() bool { return len(b.key) < soundexLength }

func soundex(s string, branching bool) []string {
	letters := soundexLetters(s)
	branches := []branch{{}}
	previous := byte(0)
	for i := 0; i < len(letters) && slices.ContainsFunc(branches, branch.open); {
		rule, ok := soundexRuleAt(letters[i:])
		if !ok {
			i++
			continue
		}
		codes := rule.codes(letters[i:], previous == 0)
		if !branching {
			codes = codes[:1]
		}
		force := previous == 'm' && letters[i] == 'n' || previous == 'n' && letters[i] == 'm'
		var next []branch
		for _, b := range branches {
			for _, code := range codes {
				n := b.with(code, force)
				if !slices.ContainsFunc(next, func(o branch) bool { return o.key == n.key }) {
					next = append(next, n)
				}
			}
		}
		branches = next
		previous = letters[i]
		i += len(rule.pattern)
	}
	keys := make([]string, len(branches))
	for i, b := range branches {
		keys[i] = b.key + strings.Repeat("0", soundexLength-len(b.key))
	}
	return keys
}

// Letters beyond ASCII that have rules of their own, as bytes that no ASCII letter is.
const (
	soundexTz = "\x82" // ţ, ț
	soundexEn = "\x83" // ę, ą
)

// soundexLetters is s in lower case without blanks, accents of the commonest letters
// folded. commons-codec leaves ü out, which is passed over, and so does this.
func soundexLetters(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) && r != 0xA0 && r != 0x2007 && r != 0x202F && r != 0x85 || r >= 0x1C && r <= 0x1F {
			return -1 // what Java's Character.isWhitespace takes for white space
		}
		return unicode.ToLower(r)
	}, s)
	return phonetic(s, func(r rune) byte {
		switch r {
		case 'ţ', 'ț':
			return soundexTz[0]
		case 'ę', 'ą':
			return soundexEn[0]
		}
		const from, to = "ßàáâãäåæçèéêëìíîïðñòóôõöøùúûýþÿćłśżź", "saaaaaaaceeeeiiiidnoooooouuuybyclszz" // no ü
		if i := strings.IndexRune(from, r); i >= 0 {
			return to[length(from[:i])]
		}
		return other
	})
}

// A soundexRule is a row of the Daitch-Mokotoff coding chart: a group of letters and its
// codes at the start of a name, before a vowel, and elsewhere.
type soundexRule struct {
	pattern                 string
	start, vowel, otherwise []string
}

func (r soundexRule) codes(letters string, start bool) []string {
	switch {
	case start:
		return r.start
	case len(letters) > len(r.pattern) && strings.IndexByte("aeiou", letters[len(r.pattern)]) >= 0:
		return r.vowel
	}
	return r.otherwise
}

// soundexChart is the Daitch-Mokotoff coding chart with commons-codec's additions, groups
// of letters with equal codes together. | stands between the codes of a sound that can be
// two.
var soundexChart = []struct{ patterns, start, vowel, otherwise string }{
	{"a e i o u", "0", "", ""},
	{"ai aj ay ei ej ey oi oj oy ui uj uy ue", "0", "1", ""},
	{"au", "0", "7", ""},
	{"eu", "1", "1", ""},
	{"ia ie io iu y", "1", "", ""},
	{"j", "1|4", "|4", "|4"},
	{soundexEn, "", "", "|6"},
	{"b f p v w fb pf ph", "7", "7", "7"},
	{"d t dt th", "3", "3", "3"},
	{"g k q kh", "5", "5", "5"},
	{"h", "5", "5", ""},
	{"l", "8", "8", "8"},
	{"m n", "6", "6", "6"},
	{"mn nm", "66", "66", "66"},
	{"r", "9", "9", "9"},
	{"rs rz", "4|94", "4|94", "4|94"},
	{"c ch", "4|5", "4|5", "4|5"},
	{"ck", "5|45", "5|45", "5|45"},
	{soundexTz, "3|4", "3|4", "3|4"},
	{"x chs ks", "5", "54", "54"},
	{"s z cs csz cz czs drs drz ds dsh dsz dz dzh dzs sch sh sz tc tch trs trz ts tsch tsh tsz ttch tts ttsch ttsz ttz tz tzs zh zs zsch zsh", "4", "4", "4"},
	{"sc schtch schtsch schtsh shch shtch shtsh stch strs strz stsch stsh szcs szcz zdz zdzh zhdzh", "2", "4", "4"},
	{"schd scht sd shd sht st szd szt zd zhd", "2", "43", "43"},
}

// soundexRules are the chart's rules by their first letter, the longest first.
var soundexRules = sync.OnceValue(func() *[256][]soundexRule {
	var rules [256][]soundexRule
	for _, row := range soundexChart {
		for _, pattern := range strings.Fields(row.patterns) {
			rules[pattern[0]] = append(rules[pattern[0]], soundexRule{
				pattern, strings.Split(row.start, "|"), strings.Split(row.vowel, "|"), strings.Split(row.otherwise, "|"),
			})
		}
	}
	for _, r := range rules {
		slices.SortStableFunc(r, func(a, b soundexRule) int { return len(b.pattern) - len(a.pattern) })
	}
	return &rules
})

// soundexRuleAt is the rule for the longest group of letters that these begin with.
func soundexRuleAt(letters string) (soundexRule, bool) {
	for _, r := range soundexRules()[letters[0]] {
		if strings.HasPrefix(letters, r.pattern) {
			return r, true
		}
	}
	return soundexRule{}, false
}
