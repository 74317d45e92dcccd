package wordpiece

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"transferlab/tlkit/internal/golden"
)

// expected is what testdata/golden.py prints.
type expected struct {
	Vocabulary []string
	JSON       string
	Texts      map[string][][2]any
	Pairs      [][8]any
	Characters map[string]string
}

// rulesOf are the settings of golden.py.
func rulesOf() map[string]Rules {
	return map[string]Rules{
		"uncased":  Uncased(),
		"cased":    Cased(),
		"accents":  {Clean: true, Chinese: true, Lowercase: true},
		"stripped": {Clean: true, StripAccents: true},
		"raw":      {Chinese: true, StripAccents: true, Lowercase: true},
	}
}

func read(t testing.TB) expected {
	return golden.Read[expected](t, "testdata/golden.json.gz")
}

func made(t testing.TB, tokens []string, rules Rules) *Tokenizer {
	t.Helper()
	k, err := New(tokens, rules, Special{})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// characters gives offsets in characters, as the reference counts them, and -1 where it
// says nothing.
func characters(text string, e Encoding, want [][3]int) [][3]int {
	out := make([][3]int, len(e.IDs))
	for i, o := range e.Offsets {
		if i < len(want) && want[i][1] < 0 {
			out[i] = [3]int{int(e.IDs[i]), -1, -1}
			continue
		}
		out[i] = [3]int{int(e.IDs[i]), utf8.RuneCountInString(text[:o[0]]), utf8.RuneCountInString(text[:o[1]])}
	}
	return out
}

func ints(v any) []int {
	var out []int
	for _, n := range v.([]any) {
		out = append(out, int(n.(float64)))
	}
	return out
}

func triples(v any) [][3]int {
	var out [][3]int
	for c := range slices.Chunk(ints(v), 3) {
		out = append(out, [3]int(c))
	}
	return out
}

func TestGoldens(t *testing.T) {
	g := read(t)
	for name, rules := range rulesOf() {
		k, wrong := made(t, g.Vocabulary, rules), 0
		for _, c := range g.Texts[name] {
			text, want := c[0].(string), triples(c[1])
			e, err := k.Encode(text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := characters(text, e, want); !slices.Equal(got, want) {
				if wrong++; wrong < 5 {
					t.Errorf("%s: %+q:\n got %v\nwant %v", name, text, got, want)
				}
			}
		}
		if wrong > 0 || len(g.Texts[name]) < 300 {
			t.Errorf("%s: %d of %d texts differ", name, wrong, len(g.Texts[name]))
		}
	}
}

// TestEveryCharacter compares the words that every single character makes.
func TestEveryCharacter(t *testing.T) {
	g := read(t)
	for name, rules := range rulesOf() {
		k := made(t, g.Vocabulary, rules)
		h, words := sha256.New(), []byte(nil)
		r := &reader{t: k, limit: -1, take: func(p []piece, w *word) []piece {
			words = append(append(words, ' '), w.text...)
			return p
		}}
		for c := rune(0); c <= utf8.MaxRune; c++ {
			if !utf8.ValidRune(c) {
				continue
			}
			text := "a" + string(c) + "\u0345"
			words = words[:0]
			r.read(text, 0, len(text))
			h.Write(append(words[1:], '\n'))
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != g.Characters[name] {
			t.Errorf("%s: the characters' words have the digest %s, those of the reference %s", name, got, g.Characters[name])
		}
	}
}

func TestPairs(t *testing.T) {
	g := read(t)
	k := made(t, g.Vocabulary, Uncased())
	for _, c := range g.Pairs {
		a, b, most := c[0].(string), c[1].(string), int(c[2].(float64))
		e, err := k.EncodePair(a, b, Options{MaxLength: most, Pad: 12})
		if err != nil {
			t.Fatal(err)
		}
		var ids, special []int
		for i, want := range triples(c[3]) {
			ids = append(ids, want[0])
			text := a
			if e.Types[i] == 1 {
				text = b
			}
			if got := characters(text, Encoding{IDs: e.IDs[i : i+1], Offsets: e.Offsets[i : i+1]}, [][3]int{want})[0]; got != want {
				t.Fatalf("%+q, %+q at %d: token %d is %v, want %v", a, b, most, i, got, want)
			}
			special = append(special, map[bool]int{true: 1}[e.Special[i]])
		}
		single, err := k.Encode(a, Options{MaxLength: most, Pad: 12})
		if err != nil {
			t.Fatal(err)
		}
		for what, pair := range map[string][2][]int{"types": {wide(e.Types), ints(c[4])}, "mask": {wide(e.Mask), ints(c[5])},
			"special": {special, ints(c[6])}, "tokens": {wide(e.IDs), ids}, "tokens of the first": {wide(single.IDs), ints(c[7])}} {
			if !slices.Equal(pair[0], pair[1]) {
				t.Errorf("%+q, %+q at %d: %s %v, want %v", a, b, most, what, pair[0], pair[1])
			}
		}
	}
}

func wide(v []int32) []int {
	out := make([]int, len(v))
	for i := range v {
		out[i] = int(v[i])
	}
	return out
}

// TestJSON reads what the reference wrote.
func TestJSON(t *testing.T) {
	g := read(t)
	k, err := DecodeJSON([]byte(g.JSON))
	if err != nil {
		t.Fatal(err)
	}
	if k.Rules() != Cased() || k.Size() != len(g.Vocabulary) {
		t.Errorf("rules %+v, %d tokens", k.Rules(), k.Size())
	}
	for _, c := range g.Texts["cased"] {
		text, want := c[0].(string), triples(c[1])
		e, err := k.Encode(text, Options{})
		if err != nil || !slices.Equal(characters(text, e, want), want) {
			t.Fatalf("%+q: %v, %v", text, e, err)
		}
	}
}

// TestFiles reads the same vocabulary from both kinds of file.
func TestFiles(t *testing.T) {
	g, folder := read(t), t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, err := OpenJSON(write("tokenizer.json", g.JSON))
	if err != nil {
		t.Fatal(err)
	}
	b, err := OpenVocab(write("vocab.txt", strings.Join(g.Vocabulary, "\n")+"\n"), Cased())
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range g.Vocabulary {
		id, ok := b.ID(w)
		if a.Token(int32(i)) != w || b.Token(int32(i)) != w || !ok || int(id) != i {
			t.Fatalf("token %d: %q and %q, want %q", i, a.Token(int32(i)), b.Token(int32(i)), w)
		}
	}
	if a.Token(-1) != "" || a.Token(1<<20) != "" {
		t.Error("tokens that are not there have names")
	}
	if _, err := OpenJSON(filepath.Join(folder, "none.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestNotUTF8 says that bytes that are not UTF-8 count as U+FFFD.
func TestNotUTF8(t *testing.T) {
	k := made(t, read(t).Vocabulary, Uncased())
	for _, text := range []string{"\xff", "a\xffb", "caf\xc3", "\xed\xa0\x80x", "\xf8\x88\x80\x80\x80 the", "\xe4\xb8the"} {
		got, err := k.Encode(text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := k.Encode(strings.ToValidUTF8(text, ""), Options{})
		if err != nil || !slices.Equal(got.IDs, want.IDs) {
			t.Errorf("%+q: %v, want %v", text, got.IDs, want.IDs)
		}
	}
}

// TestHuge checks that only as much of a text is read as is needed, and that a long one
// without white space takes no time that grows with the square of its length.
func TestHuge(t *testing.T) {
	k := made(t, read(t).Vocabulary, Uncased())
	for name, text := range map[string]string{
		"words": strings.Repeat("the ", 1<<22), "one word": strings.Repeat("a", 1<<22), "marks": strings.Repeat("\u302e\u302a", 1<<18),
		"stripped marks": "e" + strings.Repeat("\u0301", 1<<21), "brackets": strings.Repeat("[", 1<<20),
	} {
		begin := time.Now()
		e, err := k.Encode(text, Options{MaxLength: 16})
		if err != nil || len(e.IDs) > 16 || len(e.IDs) < 3 {
			t.Errorf("%s: %v, %v", name, e, err)
		}
		if took := time.Since(begin); took > 20*time.Second { // it takes well below a second; a square would take hours
			t.Errorf("%s: %v", name, took)
		}
	}
	if n := testing.AllocsPerRun(3, func() { _, _ = k.Encode(strings.Repeat("the ", 1<<20), Options{MaxLength: 16}) }); n > 100 {
		t.Errorf("%v allocations for 16 tokens", n)
	}
}

func TestLengths(t *testing.T) {
	k := made(t, read(t).Vocabulary, Uncased())
	for _, c := range []struct {
		o    Options
		pair bool
		want int // tokens; −1: an error
	}{
		{Options{}, false, 5}, {Options{MaxLength: 4}, false, 4}, {Options{MaxLength: 2}, false, 2}, {Options{MaxLength: 1}, false, -1},
		{Options{MaxLength: -1}, false, -1}, {Options{Pad: -1}, false, -1}, {Options{Pad: 9}, false, 9}, {Options{Plain: true}, false, 3},
		{Options{Plain: true, MaxLength: 1}, false, 1}, {Options{MaxLength: 2}, true, -1}, {Options{MaxLength: 3}, true, 3}, {Options{}, true, 9},
		{Options{Plain: true, MaxLength: 1, Pad: 2}, true, 2},
	} {
		e, err := k.Encode("a b c", c.o)
		if c.pair {
			e, err = k.EncodePair("a b c", "a b c", c.o)
		}
		if c.want < 0 {
			if !errors.Is(err, ErrLength) {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if err != nil || len(e.IDs) != c.want || len(e.Types) != c.want || len(e.Mask) != c.want || len(e.Special) != c.want || len(e.Offsets) != c.want {
			t.Errorf("%+v: %v, %v", c, e, err)
		}
	}
}

func TestRefused(t *testing.T) {
	g := read(t)
	for name, c := range map[string]struct {
		old, new string
		want     error
	}{
		"another model":         {`"type":"WordPiece"`, `"type":"BPE"`, ErrUnsupported},
		"another normaliser":    {`"type":"BertNormalizer"`, `"type":"NFKC"`, ErrUnsupported},
		"another pre-tokeniser": {`"type":"BertPreTokenizer"`, `"type":"Metaspace"`, ErrUnsupported},
		"another frame":         {`"pair":[{"SpecialToken":{"id":"[CLS]"`, `"pair":[{"SpecialToken":{"id":"[SEP]"`, ErrUnsupported},
		"an odd added token":    {`"lstrip":false`, `"lstrip":true`, ErrUnsupported},
		"long words":            {`"max_input_chars_per_word":100`, `"max_input_chars_per_word":2000000000`, ErrUnsupported},
		"a negative number":     {`"a":5,`, `"a":-5,`, ErrVocabulary},
		"a vast number":         {`"a":5,`, `"a":4000000,`, ErrVocabulary},
		"a number twice":        {`"a":5,`, `"a":6,`, ErrVocabulary},
		"no such class":         {`"[CLS]":2,`, ``, nil}, // it is among the added tokens
		"no number":             {`"a":5,`, `"a":"5",`, ErrVocabulary},
	} {
		damaged := strings.Replace(g.JSON, c.old, c.new, 1)
		if damaged == g.JSON {
			t.Fatalf("%s: the file has no %s", name, c.old)
		}
		if _, err := DecodeJSON([]byte(damaged)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	for at := 0; at < len(g.JSON); at += len(g.JSON) / 100 {
		if _, err := DecodeJSON([]byte(g.JSON[:at])); !errors.Is(err, ErrVocabulary) {
			t.Errorf("cut at %d: %v", at, err)
		}
	}
	for name, tokens := range map[string][]string{"none": nil, "no [PAD]": {"[UNK]", "[CLS]", "[SEP]"}, "twice": {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "a", "a"}} {
		if _, err := New(tokens, Cased(), Special{}); !errors.Is(err, ErrVocabulary) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzEncode(f *testing.F) {
	g := read(f)
	for _, c := range g.Texts["uncased"][:50] {
		f.Add(c[0].(string), uint8(16))
	}
	f.Add("\xff\xc3[CLS\x00]", uint8(3))
	var all []*Tokenizer
	for _, rules := range rulesOf() {
		all = append(all, made(f, g.Vocabulary, rules))
	}
	f.Fuzz(func(t *testing.T, text string, most uint8) {
		for _, k := range all {
			whole, err := k.Encode(text, Options{})
			if err != nil {
				t.Fatal(err)
			}
			last := 0
			for i, o := range whole.Offsets[1 : len(whole.Offsets)-1] {
				if o[0] < 0 || o[1] > len(text) || whole.IDs[i+1] < 0 || int(whole.IDs[i+1]) >= k.Size() {
					t.Fatalf("%+q: token %d: %v", text, i, o)
				}
				last = max(last, o[1])
			}
			o := Options{MaxLength: 2 + int(most), Pad: 2 + int(most)}
			cut, err := k.Encode(text, o)
			if err != nil || len(cut.IDs) != o.Pad {
				t.Fatal(len(cut.IDs), err)
			}
			n := min(int(most), len(whole.IDs)-2)
			if !slices.Equal(cut.IDs[1:1+n], whole.IDs[1:1+n]) { // reading no further changes nothing
				t.Fatalf("%+q: %v, cut %v", text, whole.IDs, cut.IDs)
			}
			if _, err := k.EncodePair(text, text, o); err != nil && most >= 1 {
				t.Fatal(err)
			}
		}
	})
}

func FuzzDecodeJSON(f *testing.F) {
	small := `{"added_tokens":[{"id":2,"content":"[CLS]"}],"normalizer":{"type":"BertNormalizer","clean_text":true,"strip_accents":null,"lowercase":true},` +
		`"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},` +
		`"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,` +
		`"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4,"##b":5}}}`
	if _, err := DecodeJSON([]byte(small)); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(small))
	f.Add([]byte(read(f).JSON))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := DecodeJSON(data)
		if err != nil {
			if !errors.Is(err, ErrVocabulary) && !errors.Is(err, ErrUnsupported) {
				t.Fatal(err)
			}
			return
		}
		if e, err := k.EncodePair("a ab [CLS]", "é", Options{MaxLength: 9, Pad: 9}); err != nil || len(e.IDs) != 9 {
			t.Fatal(e, err)
		}
	})
}

func ExampleTokenizer_Encode() {
	k, err := New([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "transfer", "##red", "cafe", "!"}, Uncased(), Special{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := k.Encode("Transferred Café!", Options{Pad: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.IDs, e.Mask, e.Offsets)
	// Output: [2 4 5 6 7 3 0 0] [1 1 1 1 1 1 0 0] [[0 0] [0 8] [8 11] [12 17] [17 18] [0 0] [0 0] [0 0]]
}

func BenchmarkEncode(b *testing.B) {
	k := made(b, read(b).Vocabulary, Uncased())
	text := strings.Repeat("The unbelievable transformers of Straße, naïve café! ", 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := k.Encode(text, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
