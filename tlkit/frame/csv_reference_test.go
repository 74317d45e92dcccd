package frame

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// This file reads CSV a second time: one byte after the other, one row after the other, with
// strconv and regular expressions. It is slow and short, and the reader must agree with it
// on whatever text, with blocks of whatever size.

// A refField is a field of the reference.
type refField struct {
	text   string
	quoted bool
}

// A refError is where the reference refuses a text. Row 0 is the header.
type refError struct {
	line, row int
	column    string
}

func (e *refError) Error() string {
	return fmt.Sprintf("line %d, row %d, column %q", e.line, e.row, e.column)
}

type reference struct {
	o     CSVOptions
	text  string
	eol   byte
	from  int // what is before was passed over, and only its lines count
	pos   int
	row   int // of the record that is read, from 1; 0 is the header
	width int // 0 while it is not known
}

func (r *reference) comma() byte {
	if r.o.Comma == 0 {
		return ','
	}
	return byte(r.o.Comma)
}

func (r *reference) quote() (byte, bool) {
	if r.o.Quote == 0 {
		return '"', !r.o.NoQuote
	}
	return byte(r.o.Quote), true
}

// refused is an error at a place; text that is no UTF-8 before it is one first.
func (r *reference) refused(pos int) *refError {
	for i, c := range r.text[r.from:pos] {
		if c == utf8.RuneError && !strings.HasPrefix(r.text[r.from+i:], "\ufffd") {
			pos = r.from + i
			break
		}
	}
	return &refError{line: strings.Count(r.text[:pos], string(r.eol)) + 1, row: r.row}
}

// valid refuses what was read if it is no UTF-8.
func (r *reference) valid() *refError {
	if !utf8.ValidString(r.text[r.from:r.pos]) {
		return r.refused(r.pos)
	}
	return nil
}

func (r *reference) blank(c byte) bool {
	return r.o.Trim && (c == ' ' || c == '\t') && c != r.comma()
}

// ends says how long the end of line at i is; 0 if there is none.
func (r *reference) ends(i int) int {
	switch {
	case r.text[i] == r.eol:
		return 1
	case r.text[i] == '\r' && i+1 < len(r.text) && r.text[i+1] == r.eol:
		return 2
	}
	return 0
}

// skip passes over comments and empty lines.
func (r *reference) skip() {
	for r.pos < len(r.text) {
		if r.o.Comment != 0 && r.text[r.pos] == byte(r.o.Comment) {
			for r.text[r.pos] != r.eol {
				r.pos++
			}
			r.pos++
			continue
		}
		i := r.pos
		for r.blank(r.text[i]) {
			i++
		}
		if r.width == 1 || r.ends(i) == 0 {
			return
		}
		r.pos = i + r.ends(i)
	}
}

// record reads the record at pos.
func (r *reference) record() (fields []refField, err *refError) {
	start := r.pos
	i := r.pos
	maxField := or(r.o.MaxField, defaultMaxField)
	quote, quoting := r.quote()
	for {
		begin := i
		for r.blank(r.text[i]) {
			i++
		}
		var f refField
		if quoting && r.text[i] == quote {
			f.quoted = true
			open := i
			for i++; ; i++ {
				if i >= len(r.text) {
					if i-open-1 > maxField {
						return nil, r.refused(begin)
					}
					return nil, r.refused(open)
				}
				if r.text[i] == quote {
					if i+1 < len(r.text) && r.text[i+1] == quote {
						i++
					} else {
						break
					}
				}
				f.text += string(r.text[i : i+1])
			}
			raw := i - open - 1
			i++
			for r.blank(r.text[i]) {
				i++
			}
			if r.text[i] != r.comma() && r.ends(i) == 0 {
				return nil, r.refused(open)
			}
			if raw > maxField {
				return nil, r.refused(begin)
			}
		} else {
			from := i
			for r.text[i] != r.comma() && r.ends(i) == 0 {
				if c := r.text[i]; c == '\r' || c == '\n' || c == 0 {
					return nil, r.refused(i)
				}
				i++
			}
			f.text = r.text[from:i]
			for f.text != "" && r.blank(f.text[len(f.text)-1]) {
				f.text = f.text[:len(f.text)-1]
			}
			if len(f.text) > maxField {
				return nil, r.refused(begin)
			}
		}
		if fields = append(fields, f); len(fields) > or(r.o.MaxColumns, defaultMaxColumns) {
			return nil, r.refused(start)
		}
		if n := r.ends(i); n > 0 {
			r.pos = i + n
			break
		}
		i++
	}
	if r.width > 0 && len(fields) != r.width {
		return nil, r.refused(start)
	}
	return fields, nil
}

// refRead reads a text.
func refRead(text string, o CSVOptions) (Table, error) {
	r := &reference{o: o, text: strings.TrimPrefix(text, "\ufeff"), eol: '\n'}
	quote, quoting := r.quote()
	inside := false
detect:
	for i := range len(r.text) {
		switch c := r.text[i]; {
		case quoting && c == quote:
			inside = !inside
		case c == '\n' && !inside:
			break detect
		case c == '\r' && !inside:
			if i+1 < len(r.text) && r.text[i+1] != '\n' {
				r.eol = '\r'
			}
			break detect
		}
	}
	for range o.SkipRows {
		_, rest, _ := strings.Cut(r.text[r.pos:], string(r.eol))
		r.pos = len(r.text) - len(rest)
	}
	r.from = r.pos
	if r.pos < len(r.text) && r.text[len(r.text)-1] != r.eol {
		r.text += string(r.eol)
	}
	if o.NoHeader {
		r.row, r.width = 1, len(o.Names)
	}
	if r.width != 1 {
		r.width = 0
	}
	r.skip()
	var names []string
	switch {
	case r.pos == len(r.text) && o.NoHeader && len(o.Names) > 0:
		names = o.Names
		if err := r.valid(); err != nil {
			return Table{}, err
		}
	case r.pos == len(r.text):
		if err := r.valid(); err != nil {
			return Table{}, err
		}
		return Table{}, &refError{}
	default:
		start := r.pos
		fields, err := r.record()
		if err != nil {
			return Table{}, err
		}
		if !o.NoHeader {
			if err := r.valid(); err != nil {
				return Table{}, err
			}
			if names, err = r.names(fields, start); err != nil {
				return Table{}, err
			}
			break
		}
		if names = o.Names; names == nil {
			for i := range fields {
				names = append(names, "column_"+strconv.Itoa(i+1))
			}
		}
		if len(names) != len(fields) {
			return Table{}, r.refused(start)
		}
		r.pos = start
	}
	return r.table(names)
}

func (r *reference) names(fields []refField, start int) ([]string, *refError) {
	if r.o.Names != nil {
		if len(r.o.Names) != len(fields) {
			return nil, r.refused(start)
		}
		return r.o.Names, nil
	}
	var names []string
	for _, f := range fields {
		if !r.o.NumberNames && (f.text == "" && !f.quoted || slices.Contains(names, f.text)) {
			return nil, r.refused(start)
		}
		names = append(names, f.text)
	}
	if r.o.NumberNames {
		numberNames(names)
	}
	return names, nil
}

// A refColumn is what is known of a column while it is read.
type refColumn struct {
	name              string
	at                int
	field             Field
	cells             []refField
	missing           []bool
	kind              Kind
	inferred, decided bool
	float, inexact    bool
}

func (r *reference) table(names []string) (Table, error) {
	r.width = len(names)
	var cols []*refColumn
	keep := r.o.Columns
	if keep == nil {
		keep = names
	}
	for _, n := range keep {
		at := slices.Index(names, n)
		if at < 0 {
			return Table{}, &refError{}
		}
		c := &refColumn{name: n, at: at}
		c.field, _ = r.o.Types.Lookup(n)
		c.kind, c.inferred = c.field.Kind, c.field.Kind == Auto
		cols = append(cols, c)
	}
	for _, d := range r.o.Types {
		if !slices.Contains(names, d.Name) {
			return Table{}, &refError{}
		}
	}
	var lines []int
	var failed *refError
	rows := 0
	for r.o.MaxRows == 0 || rows < r.o.MaxRows {
		r.row = rows + 1
		r.skip()
		if r.pos == len(r.text) {
			failed = r.valid()
			break
		}
		start := r.pos
		fields, err := r.record()
		if err == nil {
			err = r.valid()
		}
		if err != nil {
			failed = err
			break
		}
		lines = append(lines, start)
		rows++
		for _, c := range cols {
			f := fields[c.at]
			c.cells = append(c.cells, f)
			c.missing = append(c.missing, (!f.quoted || r.o.QuotedMissing) && (f.text == "" || slices.Contains(r.o.Missing, f.text)))
		}
	}
	sample := min(rows, or(r.o.InferRows, defaultInferRows))
	for _, c := range cols {
		if c.inferred {
			if c.kind = r.kindOf(c, sample); c.kind == Auto {
				c.kind, c.decided = Text, true
			}
		}
	}
	columns := make([]Column, len(cols))
	for i, c := range cols {
		columns[i] = Column{Field: Field{Name: c.name, Kind: c.kind}}
	}
	for row := range rows {
		for i, c := range cols {
			if err := r.cell(c, &columns[i], row); err != nil {
				err.row, err.column = row+1, c.name
				err.line = strings.Count(r.text[:r.fieldStart(lines[row], c.at)], string(r.eol)) + 1
				return Table{}, err
			}
		}
	}
	if failed != nil {
		return Table{}, failed
	}
	var schema Schema
	t := Table{}
	for i, c := range cols {
		if c.decided {
			c.kind = r.kindOf(c, rows)
			if c.kind == Auto {
				c.kind = Text
			}
			columns[i] = Column{Field: Field{Name: c.name, Kind: c.kind}}
			for row := range rows {
				_ = r.cell(c, &columns[i], row)
			}
		}
		columns[i].Kind = c.kind
		if c.kind == Date || c.kind == Category {
			schema = append(schema, c.field)
		}
		var err error
		if t, err = t.With(columns[i].Series(c.name)); err != nil {
			return Table{}, err
		}
	}
	return t.WithFields(schema...)
}

// fieldStart is where the field of a record stands, without its quote.
func (r *reference) fieldStart(start, at int) int {
	quote, quoting := r.quote()
	i := start
	for {
		for r.blank(r.text[i]) {
			i++
		}
		from := i
		if quoting && r.text[i] == quote {
			from++
			for i++; r.text[i] != quote || r.text[i+1] == quote; i++ {
				if r.text[i] == quote {
					i++
				}
			}
		}
		if at == 0 {
			return from
		}
		for r.text[i] != r.comma() {
			i++
		}
		i++
		at--
	}
}

// looks is the kind of a value by its looks, and whether float64 holds it.
func (r *reference) looks(s string) (Kind, bool) {
	digits := strings.TrimLeft(s, "+-")
	nought := len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
	if wholeGrammar.MatchString(s) {
		v, err := strconv.ParseInt(s, 10, 64)
		switch {
		case nought || err != nil:
			return Text, false
		case s == "-0":
			return Float, true
		}
		big := strconv.FormatFloat(float64(v), 'f', 0, 64)
		return Int, big == strconv.FormatInt(v, 10)
	}
	dotted := s
	if r.o.DecimalComma {
		dotted = strings.NewReplacer(".", ",", ",", ".").Replace(s)
	}
	if floatGrammar.MatchString(dotted) && !nought {
		if _, err := strconv.ParseFloat(dotted, 64); err == nil {
			return Float, true
		}
	}
	if slices.Contains([]string{"true", "True", "TRUE", "false", "False", "FALSE"}, s) {
		return Bool, true
	}
	return Text, true
}

func (r *reference) kindOf(c *refColumn, rows int) Kind {
	kind, inexact := Auto, false
	for i := range rows {
		if c.missing[i] {
			continue
		}
		k, exact := r.looks(c.cells[i].text)
		inexact = inexact || k == Int && !exact
		switch {
		case kind == Auto || k == kind:
			kind = k
		case kind == Int && k == Float || kind == Float && k == Int:
			kind = Float
		default:
			kind = Text
		}
	}
	if kind == Float && inexact {
		return Text
	}
	return kind
}

// cell adds a value to a column.
func (r *reference) cell(c *refColumn, out *Column, row int) *refError {
	s, gone := c.cells[row].text, c.missing[row]
	bad := &refError{}
	k, exact := r.looks(s)
	dotted := s
	if r.o.DecimalComma {
		dotted = strings.ReplaceAll(s, ",", ".")
	}
	switch {
	case c.inferred && c.kind == Int && !gone && k == Float: // from here on it is a Float
		for _, v := range out.Ints {
			f := Cell[float64]{float64(v.Value), v.Null}
			if v.Null {
				f.Value = math.NaN()
			}
			out.Floats = append(out.Floats, f)
		}
		c.kind, c.float, out.Kind, out.Ints = Float, true, Float, nil
		if c.inexact {
			return bad
		}
	case c.inferred && c.kind == Int && !gone && k == Int:
		c.inexact = c.inexact || !exact
	}
	switch c.kind {
	case Int:
		v, err := strconv.Atoi(s)
		if !gone && (err != nil || !wholeGrammar.MatchString(s) || c.inferred && k != Int) {
			return bad
		}
		out.Ints = append(out.Ints, Cell[int]{v, gone})
	case Float:
		v, err := strconv.ParseFloat(dotted, 64)
		switch {
		case gone:
			v = math.NaN()
		case c.inferred && (k != Int && k != Float || !exact):
			return bad
		case r.o.DecimalComma && strings.Contains(s, "."), err != nil, !floatGrammar.MatchString(dotted):
			return bad
		}
		out.Floats = append(out.Floats, Cell[float64]{v, gone})
	case Bool:
		v := slices.Contains([]string{"true", "True", "TRUE", "1"}, s)
		if !gone && k != Bool && (c.inferred || s != "0" && s != "1") {
			return bad
		}
		out.Bools = append(out.Bools, Cell[bool]{v && !gone, gone})
	case Date:
		m, ok := parseISO(s)
		if c.field.Format != "" {
			form, _ := ParseDateFormat(c.field.Format)
			m, ok = form.parse(s)
		}
		iso, fits := m.appendISO(nil)
		if !gone && !(ok && fits) {
			return bad
		}
		if gone {
			iso = nil
		}
		out.Texts = append(out.Texts, Cell[string]{string(iso), gone})
	case Category:
		if !gone && len(c.field.Levels) > 0 && !slices.Contains(c.field.Levels, s) {
			return bad
		}
		fallthrough
	default:
		if gone {
			s = ""
		}
		out.Texts = append(out.Texts, Cell[string]{s, gone})
	}
	return nil
}

// tableDiff says how two tables differ, to the last bit; "" if they do not.
func tableDiff(a, b Table) string {
	if !slices.Equal(a.Names(), b.Names()) {
		return fmt.Sprintf("columns %q and %q", a.Names(), b.Names())
	}
	if a.Nrow() != b.Nrow() {
		return fmt.Sprintf("%d and %d rows", a.Nrow(), b.Nrow())
	}
	left, err := a.Columns()
	if err != nil {
		return err.Error()
	}
	right, err := b.Columns()
	if err != nil {
		return err.Error()
	}
	for i, c := range left {
		d := right[i]
		if c.Kind != d.Kind || c.Field.Format != d.Field.Format || !slices.Equal(c.Levels, d.Levels) || c.Ordered != d.Ordered {
			return fmt.Sprintf("column %q is %+v and %+v", c.Name, c.Field, d.Field)
		}
		for r := range c.Len() {
			same := c.Missing(r) == d.Missing(r)
			switch {
			case c.Missing(r):
			case c.Kind == Float:
				same = same && math.Float64bits(c.Floats[r].Value) == math.Float64bits(d.Floats[r].Value)
			default:
				same = same && c.Format(r) == d.Format(r)
			}
			if !same {
				return fmt.Sprintf("column %q, row %d: %q (missing %v) and %q (missing %v)", c.Name, r+1, c.Format(r), c.Missing(r), d.Format(r), d.Missing(r))
			}
		}
	}
	return ""
}

// decodeInBlocks reads text with blocks of so many bytes.
func decodeInBlocks(t testing.TB, text string, o CSVOptions, size int) (Table, error) {
	form, err := o.form()
	if err != nil {
		return Table{}, err
	}
	form.blockSize = size
	in, err := newInput(strings.NewReader(text), "", int64(len(text)), o.input())
	if err != nil {
		return Table{}, err
	}
	return form.read(t.Context(), nil, in)
}

// checkAgainstReference reads a text both ways, with several sizes of blocks.
func checkAgainstReference(t testing.TB, text string, o CSVOptions, sizes ...int) {
	t.Helper()
	if _, err := o.form(); err != nil {
		return
	}
	want, wantErr := refRead(text, o)
	for _, size := range sizes {
		got, err := decodeInBlocks(t, text, o, size)
		context := fmt.Sprintf("blocks of %d\ntext %q\noptions %+v\n", size, text, o)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%serror %v\nthe reference: %v", context, err, wantErr)
		}
		if err == nil {
			if diff := tableDiff(got, want); diff != "" {
				t.Fatalf("%s%s (ours and the reference's)", context, diff)
			}
			continue
		}
		var p *ParseError
		var c *ColumnError
		ref, _ := wantErr.(*refError)
		switch {
		case ref.line == 0: // no table at all, whatever else is wrong
		case errors.As(err, &p):
			if int(p.Line) != ref.line || int(p.Row) != ref.row || p.Column != ref.column {
				t.Fatalf("%serror %v (line %d, row %d, column %q)\nthe reference: %v", context, err, p.Line, p.Row, p.Column, ref)
			}
		case !errors.As(err, &c):
			t.Fatalf("%serror %T %v", context, err, err)
		}
	}
}

// uglyText draws a text that is a table, or nearly.
func uglyText(rng *rand.Rand, o CSVOptions) string {
	comma, quote := byte(or(int(o.Comma), ',')), byte(or(int(o.Quote), '"'))
	eols := []string{"\n", "\r\n", "\r"}
	eol := eols[rng.IntN(9)/3*rng.IntN(2)]
	wild := rng.IntN(3) == 0 // errors are likely
	var b bytes.Buffer
	if rng.IntN(20) == 0 {
		b.WriteString("\ufeff")
	}
	columns := 1 + rng.IntN(4)
	words := []string{"", "a", "NA", "-999", "true", "False", "TRUE", "0", "1", "-1", "+5", "007", "12345678", "9007199254740993", "9223372036854775807",
		"9223372036854775808", "1.5", "1,5", "-0", "-0.0", "0.1", "1e5", ".5", "5.", "inf", "-Inf", "nan", "1e400", "0.30000000000000004",
		"2024-02-29", "2023-02-29", "2024-02-29T10:11:12.5+01:00", "31.12.1999", "text", "é", "日本語", "a b", " a ", "\t", "a longer text than sixteen bytes",
		"much longer text, which goes on for more than sixty-four bytes before it comes to an end", "5\" pipe", "12345678901234567890"}
	kinds := make([]int, columns)
	for i := range kinds {
		kinds[i] = rng.IntN(6)
	}
	field := func(i int) string {
		if rng.IntN(6) == 0 {
			return ""
		}
		if rng.IntN(12) == 0 {
			return words[rng.IntN(len(words))]
		}
		switch kinds[i] {
		case 0:
			return strconv.Itoa(rng.IntN(2000) - 1000)
		case 1:
			return someNumber(rng)
		case 2:
			return FormatFloat(someFloat(rng))
		case 3:
			return []string{"true", "false"}[rng.IntN(2)]
		case 4:
			return fmt.Sprintf("%04d-%02d-%02d", 1900+rng.IntN(200), 1+rng.IntN(12), 1+rng.IntN(28))
		}
		return words[rng.IntN(len(words))]
	}
	write := func(s string) {
		needs := strings.ContainsAny(s, string([]byte{comma, quote, '\n', '\r', 0}))
		if (needs && !(wild && rng.IntN(10) == 0) || rng.IntN(8) == 0) && !o.NoQuote {
			q := string([]byte{quote})
			if rng.IntN(10) == 0 {
				s += eols[rng.IntN(3)] + string([]byte{comma})
			}
			s = q + strings.ReplaceAll(s, q, q+q) + q
			if wild && rng.IntN(30) == 0 {
				s += "x"
			}
		}
		if o.Trim && rng.IntN(4) == 0 {
			s = " \t"[:rng.IntN(3)] + s + "  "[:rng.IntN(3)]
		}
		b.WriteString(s)
	}
	rows := rng.IntN(12)
	if rng.IntN(10) == 0 {
		rows += 300
	}
	for r := 0; r <= rows; r++ {
		switch rng.IntN(30) {
		case 0:
			b.WriteString(eol)
			continue
		case 1:
			b.WriteString("#comment" + string([]byte{comma, quote}) + "x" + eol)
			continue
		}
		n := columns
		if wild && rng.IntN(40) == 0 {
			n += rng.IntN(3) - 1
		}
		for i := range n {
			if i > 0 {
				b.WriteByte(comma)
			}
			if r == 0 && !wild {
				write("name" + strconv.Itoa(i))
			} else {
				write(field(i % columns))
			}
		}
		if wild && rng.IntN(30) == 0 {
			b.WriteString(eols[rng.IntN(3)])
		} else if r < rows || rng.IntN(2) == 0 {
			b.WriteString(eol)
		}
	}
	text := b.Bytes()
	if wild && len(text) > 0 {
		for range rng.IntN(3) {
			text[rng.IntN(len(text))] = "\"\x00\xff\xc3\r\n, #"[rng.IntN(9)]
		}
	}
	return string(text)
}

// uglyOptions draws options that matter to how text is read.
func uglyOptions(rng *rand.Rand) CSVOptions {
	one := func(n int) bool { return rng.IntN(n) == 0 }
	var o CSVOptions
	if one(4) {
		o.Comma = []Char{';', '\t', ' ', '|'}[rng.IntN(4)]
	}
	o.NoQuote = one(12)
	if one(12) && !o.NoQuote {
		o.Quote = '\''
	}
	if one(3) {
		o.Comment = '#'
	}
	o.Trim, o.DecimalComma, o.QuotedMissing, o.NumberNames = one(4), one(5), one(6), one(2)
	if one(3) {
		o.Missing = [][]string{{"NA"}, {"-999", "NA", ""}, {"a", "é"}}[rng.IntN(3)]
	}
	if one(8) {
		o.SkipRows = rng.IntN(3)
	}
	if one(6) {
		o.MaxRows = 1 + rng.IntN(10)
	}
	if one(4) {
		o.InferRows = 1 + rng.IntN(4)
	}
	if one(10) {
		o.MaxField = 1 + rng.IntN(30)
	}
	if one(20) {
		o.MaxColumns = 1 + rng.IntN(5)
	}
	if o.NoHeader = one(4); o.NoHeader && one(2) {
		o.Names = []string{"name0", "name1", "name2", "name3"}[:1+rng.IntN(4)]
	}
	if one(3) {
		names := []string{"name0", "name1", "column_1"}
		if o.NoHeader && o.Names == nil {
			names = []string{"column_1", "column_2"}
		}
		o.Types = Schema{{Name: names[rng.IntN(len(names))], Kind: Kind(rng.IntN(7))}}
		switch f := &o.Types[0]; {
		case f.Kind == Date && one(2):
			f.Format = "%d.%m.%Y"
		case f.Kind == Category && one(2):
			f.Levels = []string{"a", "b", "text", "", "NA"}
		}
	}
	if one(8) {
		o.Columns = [][]string{{"name1", "name0"}, {"name0"}}[rng.IntN(2)]
	}
	return o
}

func TestReadsAsTheReferenceDoes(t *testing.T) {
	for seed := range uint64(2500) {
		rng := rand.New(rand.NewPCG(seed, 9))
		o := uglyOptions(rng)
		text := uglyText(rng, o)
		checkAgainstReference(t, text, o, 1+rng.IntN(8), 16+rng.IntN(100), blockSize)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}
