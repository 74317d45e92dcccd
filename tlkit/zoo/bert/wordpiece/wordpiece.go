// Package wordpiece turns text into the token numbers that BERT and its relatives read:
// the algorithm of Google's BERT release (Devlin et al., arXiv:1810.04805; Schuster &
// Nakajima 2012), as Hugging Face's tokenizers 0.23 has it, to the same numbers.
//
// Text goes through four steps:
//
//	special tokens   "[MASK]" and the like, spelt out in the text, become their tokens
//	normalising      control characters out, accents off, lower case, as [Rules] say
//	words            split at white space; punctuation and Chinese characters are words
//	pieces           the longest piece of the vocabulary that the word begins with, then
//	                 the longest that goes on with it, written "##ing"; a word that does
//	                 not come out is one [UNK]
//
// A [Tokenizer] takes any string, also one that is not UTF-8: each byte that is none
// counts as U+FFFD, which cleaning removes. The memory that a text takes is that of its
// tokens, and where they are limited the rest of the text is not read.
package wordpiece

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Rules say how text is normalised, as a BertNormalizer's settings do.
type Rules struct {
	Clean        bool // control characters out
	Chinese      bool // each Chinese character is a word
	StripAccents bool // é is e; also decomposes what Unicode can decompose, as Korean syllables
	Lowercase    bool
}

// Uncased are the rules of the models called "uncased".
func Uncased() Rules { return Rules{Clean: true, Chinese: true, StripAccents: true, Lowercase: true} }

// Cased are the rules of the models called "cased".
func Cased() Rules { return Rules{Clean: true, Chinese: true} }

// Special names the special tokens. The empty string stands for BERT's own: [UNK], [CLS],
// [SEP], [PAD], [MASK].
type Special struct{ Unknown, Class, Separator, Padding, Mask string }

// names are the special tokens, the one that may be missing last.
func (s Special) names() [5]string {
	return [5]string{cmp.Or(s.Unknown, "[UNK]"), cmp.Or(s.Class, "[CLS]"), cmp.Or(s.Separator, "[SEP]"),
		cmp.Or(s.Padding, "[PAD]"), cmp.Or(s.Mask, "[MASK]")}
}

// The vocabulary's errors, for errors.Is.
var (
	ErrVocabulary = errors.New("not a usable vocabulary")
	ErrLength     = errors.New("too short for the special tokens")
)

// Tokenizer turns text into tokens. It does not change, and is safe for use by several
// goroutines.
type Tokenizer struct {
	rules   Rules
	prefix  string           // of the pieces that go on
	tokens  []string         // by number; "" where there is none
	first   map[string]int32 // pieces that a word begins with
	further map[string]int32 // pieces that it goes on with, without "##"
	longest int              // bytes of the longest piece
	chars   int              // words of more characters are unknown
	special []token          // found in the text as they are, longest first
	starts  [256]bool        // bytes that a special token begins with

	ids [4]int32 // of the special tokens that it needs itself
}

// The places of ids, and of Special.names.
const (
	unknown = iota
	class
	separator
	padding
)

type token struct {
	text string
	id   int32
}

// New makes a tokenizer of a vocabulary: the tokens by their number. It must hold the
// special tokens, [MASK] excepted. Errors wrap [ErrVocabulary].
func New(tokens []string, rules Rules, special Special) (*Tokenizer, error) {
	return build(settings{tokens: tokens, rules: rules, special: special, prefix: "##", chars: 100})
}

// settings are what a tokenizer is made of.
type settings struct {
	tokens  []string
	rules   Rules
	special Special
	added   []token // that are found in the text; nil: those of special
	prefix  string
	chars   int
}

func build(s settings) (*Tokenizer, error) {
	t := &Tokenizer{rules: s.rules, prefix: s.prefix, tokens: slices.Clone(s.tokens), chars: s.chars,
		first: make(map[string]int32, len(s.tokens)), further: map[string]int32{}}
	if err := t.index(); err != nil {
		return nil, err
	}
	found := s.added
	for i, text := range s.special.names() {
		id, ok := t.first[text]
		if !ok && i < len(t.ids) {
			return nil, fmt.Errorf("wordpiece: %w: it has no %s among its %d tokens", ErrVocabulary, text, len(t.first))
		}
		if ok && s.added == nil {
			found = append(found, token{text, id})
		}
		if i < len(t.ids) {
			t.ids[i] = id
		}
	}
	t.find(found)
	return t, nil
}

// index fills the maps that pieces are looked up in.
func (t *Tokenizer) index() error {
	for i, text := range t.tokens {
		if text == "" {
			continue
		}
		if at, twice := t.first[text]; twice {
			return fmt.Errorf("wordpiece: %w: %q is token %d and %d", ErrVocabulary, text, at, i)
		}
		t.first[text] = int32(i)
		if rest, ok := strings.CutPrefix(text, t.prefix); ok {
			t.further[rest] = int32(i)
		}
		t.longest = max(t.longest, len(text))
	}
	return nil
}

// find prepares the search for special tokens in the text.
func (t *Tokenizer) find(tokens []token) {
	for _, s := range tokens {
		t.starts[s.text[0]] = true
	}
	t.special = slices.Clone(tokens)
	slices.SortFunc(t.special, func(a, b token) int {
		return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.text, b.text), cmp.Compare(a.id, b.id))
	})
}

// Size is the number of the highest token, plus one: the rows of a model's table of words.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Rules says how the tokenizer normalises.
func (t *Tokenizer) Rules() Rules { return t.rules }

// Padding is the number of the padding token.
func (t *Tokenizer) Padding() int32 { return t.ids[padding] }

// Token spells a token; "" where there is none of that number.
func (t *Tokenizer) Token(id int32) string {
	if id < 0 || int(id) >= len(t.tokens) {
		return ""
	}
	return t.tokens[id]
}

// ID gives the number of a token as it is spelt in the vocabulary.
func (t *Tokenizer) ID(token string) (id int32, ok bool) {
	id, ok = t.first[token]
	return id, ok
}

// Options say how a text is encoded. The zero value encodes all of it, between [CLS] and
// [SEP], without padding.
type Options struct {
	MaxLength int  // most tokens, special ones included; what is too much is cut off at the end; 0: no limit
	Pad       int  // filled up with padding to so many tokens; 0: none
	Plain     bool // without the special tokens
}

// Encoding is a text as a model takes it. All slices are equally long.
type Encoding struct {
	IDs     []int32
	Types   []int32 // 0 for the first text and its special tokens, 1 for the second's
	Mask    []int32 // 1 for a token, 0 for padding
	Special []bool  // [CLS], [SEP] and padding that were added

	// Offsets are the bytes [from, to) of the text that a token stands for; 0, 0 for added
	// ones. (The reference counts characters, and where marks are put into another order it
	// gives the place of a neighbour.)
	Offsets [][2]int
}

// Encode turns a text into tokens: [CLS] text [SEP]. The error is [ErrLength].
func (t *Tokenizer) Encode(text string, o Options) (Encoding, error) {
	room, err := o.room(2)
	if err != nil {
		return Encoding{}, err
	}
	pieces := t.pieces(text, room)
	e := t.frame(nil, pieces, o, true)
	return e.pad(o.Pad, t.ids[padding]), nil
}

// EncodePair turns two texts into tokens: [CLS] first [SEP] second [SEP]. Where they are
// too long, tokens go from the longer one until both are of one length, then from both.
// The error is [ErrLength].
func (t *Tokenizer) EncodePair(first, second string, o Options) (Encoding, error) {
	room, err := o.room(3)
	if err != nil {
		return Encoding{}, err
	}
	a, b := t.pieces(first, -1), t.pieces(second, -1)
	if room >= 0 {
		n, m := share(len(a), len(b), room)
		a, b = a[:n], b[:m]
	}
	e := t.frame(nil, a, o, true)
	e = t.frame(&e, b, o, false)
	return e.pad(o.Pad, t.ids[padding]), nil
}

// room is how many tokens the texts may have; −1: any number.
func (o Options) room(special int) (int, error) {
	switch {
	case o.MaxLength < 0 || o.Pad < 0:
		return 0, fmt.Errorf("wordpiece: %w: %d tokens", ErrLength, min(o.MaxLength, o.Pad))
	case o.MaxLength == 0:
		return -1, nil
	case o.Plain:
		return o.MaxLength, nil
	case o.MaxLength < special:
		return 0, fmt.Errorf("wordpiece: %w: %d tokens, of which they take %d", ErrLength, o.MaxLength, special)
	}
	return o.MaxLength - special, nil
}

// share says how many of n and m tokens stay where there is room for some only.
func share(n, m, room int) (int, int) {
	if n+m <= room {
		return n, m
	}
	short := min(n, m)
	if long := room - short; long >= short {
		if n > m {
			return long, short
		}
		return short, long
	}
	if n > m { // the longer one gets the odd token
		return room/2 + room%2, room / 2
	}
	return room / 2, room/2 + room%2
}

// frame puts pieces between special tokens, behind those of before.
func (t *Tokenizer) frame(before *Encoding, pieces []piece, o Options, first bool) Encoding {
	var e Encoding
	kind := int32(0)
	if before != nil {
		e, kind = *before, 1
	}
	if first && !o.Plain {
		e.add(t.ids[class], kind, true, 0, 0)
	}
	for _, p := range pieces {
		e.add(p.id, kind, false, p.from, p.to)
	}
	if !o.Plain {
		e.add(t.ids[separator], kind, true, 0, 0)
	}
	return e
}

func (e *Encoding) add(id, kind int32, special bool, from, to int) {
	e.IDs = append(e.IDs, id)
	e.Types = append(e.Types, kind)
	e.Mask = append(e.Mask, 1)
	e.Special = append(e.Special, special)
	e.Offsets = append(e.Offsets, [2]int{from, to})
}

func (e Encoding) pad(n int, id int32) Encoding {
	for len(e.IDs) < n {
		e.add(id, 0, true, 0, 0)
		e.Mask[len(e.Mask)-1] = 0
	}
	return e
}
