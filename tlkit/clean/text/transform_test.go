package text_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"transferlab/tlkit/clean/text"
)

func TestTransforms(t *testing.T) {
	form := func(f text.Form) func(string) string {
		return func(s string) string { return text.Normalize(s, f) }
	}
	for _, c := range []struct {
		name     string
		f        func(string) string
		in, want string
	}{
		{"trim", text.Trim, "\u00a0\u3000\u2028 a b \t\r\n\v\f\u0085", "a b"},
		{"trim nothing", text.Trim, " \u00a0", ""},
		{"trim keeps zero-width", text.Trim, "\u200b a", "\u200b a"},
		{"collapse", text.CollapseBlanks, " a \u00a0\t\r\n b\u2003c ", " a b c "},
		{"collapse keeps line separators", text.CollapseBlanks, "a\u2028\u2028b", "a\u2028\u2028b"}, // as OpenRefine
		{"title", text.Title, "o'neil van der BERG-smith.jr ǆ", "O'neil Van Der Berg-smith.Jr ǅ"},
		{"title of Turkish", text.Title, "İSTANBUL ıssız", "I\u0307stanbul Issız"},
		{"lower sigma", text.Lower, "ΟΔΥΣΣΕΥΣ ΣΑΣ. Σ", "οδυσσευς σας. σ"},
		{"upper", text.Upper, "straße ﬁn ŉ", "STRASSE FIN ʼN"},
		{"upper of bad bytes", text.Upper, "ä\xff", "Ä\uFFFD"},
		{"lower of bad bytes", text.Lower, "Ä\xff", "ä\uFFFD"},
		{"NFC", form(text.NFC), "e\u0301", "é"},
		{"NFD", form(text.NFD), "é", "e\u0301"},
		{"NFKC", form(text.NFKC), "ﬁ²Ａ", "fi2A"},
		{"NFKD", form(text.NFKD), "é²", "e\u03012"},
		{"no such form", form(9), "e\u0301", "é"},
		{"accents", text.StripAccents, "Łódź Ñandú Ørsted ıİ Ệ άΐ", "Lodz Nandu Orsted iI E αι"},
		{"accents of other scripts", text.StripAccents, "Йод й ё が नि مُ שָׁ", "Йод й ё が नि مُ שָׁ"},
		{"accents stay off ß", text.StripAccents, "ßæþđ", "ßæþd"},
		{"controls", text.StripControls, "a\x00\x1b\u200b\u00ad\ufeff\u202eb\u0085\tc\n\r", "ab\tc\n\r"},
		{"joiners that shape", text.StripControls, "👨‍👩‍👧 क्‍ष می‌خواهم", "👨‍👩‍👧 क्‍ष می‌خواهم"},
		{"joiners that do not", text.StripControls, "a\u200db\u200cc\u200d", "abc"},
		{"flags", text.StripControls, "🏴\U000E0067\U000E0062\U000E007F a\U000E0067", "🏴\U000E0067\U000E0062\U000E007F a"},
		{"quotes", text.PlainQuotes, "‘a’ ‚b‛ ‹c› “d” „e‟ «f» 'g' \"h\"", `'a' 'b' 'c' "d" "e" "f" 'g' "h"`},
		{"dashes", text.PlainDashes, "a‐b‑c‒d–e—f―g−h⁃i﹘j﹣k－l-m~n", "a-b-c-d-e-f-g-h-i-j-k-l-m~n"},
	} {
		if got := c.f(c.in); got != c.want {
			t.Errorf("%s: %+q becomes %+q, want %+q", c.name, c.in, got, c.want)
		}
	}
}

func TestMojibake(t *testing.T) {
	for _, c := range []struct {
		in, want string
		found    bool
	}{
		{"", "", false},
		{"Muller", "Muller", false},
		{"Müller", "Müller", false},
		{"MÃ¼ller", "Müller", true},
		{"â€œquotedâ€\u009d â€“ dash", "“quoted” – dash", true},
		{"ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет", true},
		{"æ—¥æœ¬èªž", "日本語", true},
		{"ðŸ˜€", "😀", true},
		{"ï»¿name", "name", true},
		{"CAFÉ»", "CAFÉ»", false}, // would be U+027B
		{"«CAFÉ»", "«CAFÉ»", false},
		{"Müller and MÃ¼ller", "Müller and MÃ¼ller", false}, // not all of it
		{"日本語", "日本語", false},
		{"Ã", "Ã", false},
		{"Â£5", "£5", true},
	} {
		if got, found := text.Mojibake(c.in); got != c.want || found != c.found {
			t.Errorf("Mojibake(%q) = %q, %v, want %q, %v", c.in, got, found, c.want, c.found)
		}
	}
	for _, s := range []string{"Åse", "naïve café", "Ελλάδα", "żółć", "中文", "“smart” – quotes"} {
		broken := ""
		for _, b := range []byte(s) {
			broken += string(rune(b)) // as Latin-1
		}
		if got, found := text.Mojibake(broken); got != s || !found {
			t.Errorf("Mojibake(%q) = %q, %v, want %q", broken, got, found, s)
		}
	}
}

func TestNGramsAreBounded(t *testing.T) {
	s := strings.Repeat("ab", 50_000)
	if got := text.NGramFingerprint(s, 50_000); got != "" {
		t.Errorf("a key of %d bytes", len(got))
	}
	if got := text.NGramFingerprint(s, 3); got != "ababab"[:3]+"bab" {
		t.Errorf("got %.40q", got)
	}
}

// Long pieces are cut otherwise than short ones, which fit in a machine word.
func TestNGramsOfAllLengths(t *testing.T) {
	for _, s := range []string{"abracadabra hocus pocus", "ähnliche Wörter über Öfen 😀", "", "x"} {
		folded := utf16.Encode([]rune(strings.ReplaceAll(text.Fingerprint(strings.ReplaceAll(s, " ", "")), " ", "")))
		for n := 1; n < 12; n++ {
			pieces := map[string]bool{}
			for i := 0; i+n <= len(folded); i++ {
				pieces[fmt.Sprintf("%04x", folded[i:i+n])] = true
			}
			var want []rune
			var all []uint16
			for _, p := range slices.Sorted(maps.Keys(pieces)) {
				for _, u := range strings.Fields(strings.Trim(p, "[]")) {
					v, _ := strconv.ParseUint(u, 16, 16)
					all = append(all, uint16(v))
				}
			}
			want = utf16.Decode(all)
			if got := []rune(text.NGramFingerprint(s, n)); !slices.Equal(withoutHalves(got), withoutHalves(want)) {
				t.Errorf("NGramFingerprint(%q, %d) = %q, want %q", s, n, string(got), string(want))
			}
		}
	}
}

// withoutHalves leaves out what stands for a half of a surrogate pair, or its three bytes.
func withoutHalves(r []rune) []rune {
	return slices.DeleteFunc(r, func(r rune) bool { return r == utf8.RuneError })
}

// Whatever the bytes: no panic, little time, and what each function promises.
func FuzzStrings(f *testing.F) {
	for _, s := range []string{"", " a", "Müller & Söhne", "\xff\xfe", "e\u0301\u0301", "😀👍🏻", "ΑΣ ΑΣ.\u0303Α", "İıſßŉ", "Schtschwitz", "\x00\u200d", "\xf3ǰ", strings.Repeat("c", 300)} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		s, n = s[:min(len(s), 2000)], n%12
		once := map[string]func(string) string{
			"Trim": text.Trim, "CollapseBlanks": text.CollapseBlanks, "PlainQuotes": text.PlainQuotes, "PlainDashes": text.PlainDashes,
			"StripControls": text.StripControls, "StripAccents": text.StripAccents,
		}
		for name, f := range once {
			if a := f(s); f(a) != a {
				t.Errorf("%s twice is not %s once for %q: %q and %q", name, name, s, a, f(a))
			}
		}
		for name, f := range map[string]func(string) string{"Lower": text.Lower, "Upper": text.Upper, "Title": text.Title, "Fingerprint": text.Fingerprint} {
			if got := f(s); !utf8.ValidString(got) {
				t.Errorf("%s(%q) = %q is not UTF-8", name, s, got)
			}
		}
		if got := text.NGramFingerprint(s, n); n < 1 && got != "" {
			t.Errorf("NGramFingerprint(%q, %d) = %q", s, n, got)
		}
		if got := text.Cologne(s); strings.Trim(got, "012345678") != "" || strings.LastIndexByte(got, '0') > 0 {
			t.Errorf("Cologne(%q) = %q", s, got)
		}
		keys := text.DaitchMokotoffBranches(s)
		if len(keys) == 0 || len(keys) > 200 || keys[0] != text.DaitchMokotoff(s) {
			t.Errorf("DaitchMokotoffBranches(%q) = %q, DaitchMokotoff %q", s, keys, text.DaitchMokotoff(s))
		}
		for _, k := range keys {
			if len(k) != 6 || strings.Trim(k, "0123456789") != "" {
				t.Errorf("DaitchMokotoffBranches(%q) has %q", s, k)
			}
		}
		if a, b := text.DoubleMetaphone(s, n); len(a) > max(n, 4) || len(b) > max(n, 4) {
			t.Errorf("DoubleMetaphone(%q, %d) = %q, %q", s, n, a, b)
		}
		text.Mojibake(s)
	})
}

func FuzzClusters(f *testing.F) {
	f.Add("new york\nNew York\nYork new\n", uint8(0), 1.0, 2)
	f.Add("abcd\nabcde\nabcdef", uint8(5), 1.0, 3)
	f.Add("\xff\n\xfe\n😀\n😀x", uint8(6), 0.2, 1)
	f.Fuzz(func(t *testing.T, lines string, method uint8, radius float64, n int) {
		values := text.Count(strings.Split(lines[:min(len(lines), 2000)], "\n"))
		found, err := text.FindClusters(t.Context(), nil, values, text.ClusterOptions{Method: text.Method(method), NGram: n, Block: n, Radius: radius})
		if possible := method <= uint8(text.ByJaroWinkler) && n >= 0 && radius >= 0 && !math.IsNaN(radius); possible != (err == nil) && len(lines) < 900 {
			t.Fatalf("method %d, n %d, radius %v: %v", method, n, radius, err)
		}
		for i, c := range found {
			if len(c.Values) < 2 || i > 0 && len(c.Values) > len(found[i-1].Values) {
				t.Errorf("cluster %d: %+v", i, c)
			}
		}
		if _, err := found.Merge(found.Proposals()); err != nil {
			t.Error(err)
		}
		found.HTML()
	})
}
