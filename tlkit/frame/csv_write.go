package frame

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// WriteCSV writes a table to a file, which it replaces whole or not at all; a name that
// ends in .gz or .zst is compressed, one that ends in .tsv or .tab before it has tabs unless
// Comma is set. What is written reads back as the same table: numbers
// to the last bit, text whatever it holds, a missing value apart from empty text. Where the
// file alone would not say the kinds of all columns (dates, categories, text that looks
// like numbers, columns without a value), a schema is written beside it, <path>.schema.json,
// which [CSV] finds there.
//
// Of the options those count that say what the text looks like, Columns, and the formats of
// dates in Types. Fields that a spreadsheet takes for formulas ("=1+1") are written as they
// are, for the text must come back: open files from strangers as text.
func WriteCSV(path string, t Table, o CSVOptions) error {
	o = o.For(path)
	w, err := o.writer(t)
	if err != nil {
		return err
	}
	return writeFile(path, w, !o.NoSchemaFile)
}

// EncodeCSV writes a table to w, as [WriteCSV] does to a file. There is no schema beside it.
func EncodeCSV(w io.Writer, t Table, o CSVOptions) error {
	cw, err := o.writer(t)
	if err != nil {
		return err
	}
	if err := cw.write(w); err != nil {
		return fmt.Errorf("frame: writing CSV: %w", err)
	}
	return nil
}

// A csvWriter writes one table.
type csvWriter struct {
	writeColumns
	f     *csvForm
	apart [256]bool // bytes for which a field needs quotes
	// wordy says that a number too may need quotes.
	wordy bool
}

func (o CSVOptions) writer(t Table) (*csvWriter, error) {
	f, err := o.form()
	if err != nil {
		return nil, err
	}
	w := &csvWriter{f: f}
	if w.writeColumns, err = columnsToWrite(t, o.Columns, o.Types); err != nil {
		return nil, err
	}
	for _, c := range []byte{f.comma, f.quote, '\n', '\r', 0} {
		w.apart[c] = true
	}
	w.wordy = f.missing != nil || o.DecimalComma && f.comma == ',' || strings.IndexByte("+-.", f.comma) >= 0
	return w, nil
}

// write writes header and rows. Several workers turn blocks of rows into text, which goes
// out in order.
func (w *csvWriter) write(out io.Writer) error {
	encoding, err := encodingOf(w.f.Encoding)
	if err != nil {
		return err
	}
	var encoder *transform.Writer
	if encoding != nil {
		encoder = transform.NewWriter(out, encoding.NewEncoder())
		out = encoder
	}
	if !w.f.NoHeader {
		header, err := w.header()
		if err != nil {
			return err
		}
		if _, err := out.Write(header); err != nil {
			return fmt.Errorf("the header: %w", err)
		}
	}
	err = inOrder(w.rows, rowsPerBlock(len(w.cols)), func() func(b []byte, low, high int) ([]byte, error) {
		dates := make([]map[string]string, len(w.cols))
		return func(b []byte, low, high int) ([]byte, error) { return w.block(b, low, high, dates) }
	}, func(text []byte, low, high int) error {
		_, err := out.Write(text)
		if err != nil && encoder != nil {
			if e := w.unwritable(low, high); e != nil {
				return e
			}
		}
		return err
	})
	if err == nil && encoder != nil {
		err = encoder.Close()
	}
	return err
}

func (w *csvWriter) header() ([]byte, error) {
	var b []byte
	for i, c := range w.cols {
		if err := w.writable(c.Name); err != nil {
			return nil, fmt.Errorf("%w: the name of column %d: %w", ErrKind, i+1, err)
		}
		if i > 0 {
			b = append(b, w.f.comma)
		}
		var ok bool
		if b, ok = w.appendText(b, c.Name, i == 0, false); !ok {
			return nil, fmt.Errorf("%w: the name of column %d, %.40q, cannot be written without quotes; rename it, or do not set NoQuote", ErrKind, i+1, c.Name)
		}
	}
	return append(b, '\n'), nil
}

// block appends the rows low … high-1.
func (w *csvWriter) block(b []byte, low, high int, dates []map[string]string) ([]byte, error) {
	for r := low; r < high; r++ {
		for i := range w.cols {
			if i > 0 {
				b = append(b, w.f.comma)
			}
			c := &w.cols[i]
			if c.Missing(r) {
				continue
			}
			ok := true
			switch c.Kind {
			case Int:
				b = w.appendNumber(b, strconv.AppendInt(b, int64(c.Ints[r].Value), 10))
			case Float:
				b = w.appendNumber(b, appendFloat(b, c.Floats[r].Value))
			case Bool:
				b = w.appendNumber(b, strconv.AppendBool(b, c.Bools[r].Value))
			case Date:
				var text string
				if text, ok = writeDate(w.forms[i], c.Texts[r].Value, &dates[i]); !ok {
					return b, notWritable(c, r)
				}
				b, ok = w.appendText(b, text, i == 0, true)
			default:
				b, ok = w.appendText(b, c.Texts[r].Value, i == 0, true)
			}
			if !ok {
				return b, w.refused(r, c)
			}
		}
		b = append(b, '\n')
	}
	if !utf8.Valid(b) || w.f.Encoding != "" && !w.f.Replace && bytes.Contains(b, []byte("\ufffd")) {
		if err := w.unwritable(low, high); err != nil {
			return b, err
		}
	}
	return b, nil
}

// appendNumber is with, which is b and a number after it; in quotes, if it needs them.
func (w *csvWriter) appendNumber(b, with []byte) []byte {
	at := len(b)
	if w.f.DecimalComma {
		if p := bytes.IndexByte(with[at:], '.'); p >= 0 {
			with[at+p] = ','
		}
	}
	if !w.wordy || w.f.quote == 0 || bytes.IndexByte(with[at:], w.f.comma) < 0 && !w.f.missing.has(with[at:]) {
		return with
	}
	return append(slices.Insert(with, at, w.f.quote), w.f.quote)
}

// appendText appends a text; in quotes, if without them it would be read otherwise. value
// says that it is a value and not a name. ok is false if it would be read otherwise anyway.
func (w *csvWriter) appendText(b []byte, text string, first, value bool) (out []byte, ok bool) {
	f := w.f
	quotes := text == "" || f.Trim && (f.blank(text[0]) || f.blank(text[len(text)-1])) ||
		first && (text[0] == f.comment && f.comment != 0 || text[0] == byteOrderMark[0] && strings.HasPrefix(text, string(byteOrderMark)))
	for i := 0; i < len(text) && !quotes; i++ {
		quotes = w.apart[text[i]]
	}
	at := len(b)
	b = append(b, text...)
	if value && f.missing != nil && text != "" && f.missing.has(b[at:]) {
		quotes = true
	}
	if !quotes {
		return b, true
	}
	if f.quote == 0 || value && f.QuotedMissing && (text == "" || f.missing.has(b[at:])) {
		return b, false
	}
	b = append(b[:at], f.quote)
	for {
		q := strings.IndexByte(text, f.quote)
		if q < 0 {
			b = append(b, text...)
			return append(b, f.quote), true
		}
		b = append(append(b, text[:q+1]...), f.quote)
		text = text[q+1:]
	}
}

// refused says why a text cannot be written.
func (w *csvWriter) refused(row int, c *Column) error {
	if w.f.quote == 0 {
		return fmt.Errorf("%w: row %d, column %.40q: %.40q cannot be written without quotes; do not set NoQuote, or choose another Comma", ErrKind, row+1, c.Name, c.Texts[row].Value)
	}
	return fmt.Errorf("%w: row %d, column %.40q: %.40q would be read as missing; do not set QuotedMissing", ErrKind, row+1, c.Name, c.Texts[row].Value)
}

// unwritable finds the first text of the rows that cannot be written.
func (w *csvWriter) unwritable(low, high int) error {
	for r := low; r < high; r++ {
		for _, c := range w.cols {
			if c.Texts == nil || c.Texts[r].Null {
				continue
			}
			if err := w.writable(c.Texts[r].Value); err != nil {
				return fmt.Errorf("%w: row %d, column %.40q: %w", ErrKind, r+1, c.Name, err)
			}
		}
	}
	return nil
}

// writable says why a text is no UTF-8, or none that the encoding can hold, if so. U+FFFD
// stands in for what is no text, and would be refused when it is read.
func (w *csvWriter) writable(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%.40q is no UTF-8; mend the text first", text)
	}
	encoding, err := encodingOf(w.f.Encoding)
	if err != nil || encoding == nil {
		return err
	}
	if _, err := encoding.NewEncoder().String(text); err != nil || !w.f.Replace && strings.Contains(text, "\ufffd") {
		return fmt.Errorf("the encoding %s cannot hold %.40q; use utf-8, or replace the text first", w.f.Encoding, text)
	}
	return nil
}

// needsSchema reports whether the file alone would be read as other kinds.
func (w *csvWriter) needsSchema() bool {
	if w.f.NoHeader {
		return true
	}
	for _, c := range w.cols {
		if w.inferred(c) != c.Kind {
			return true
		}
	}
	return false
}

// inferred is the kind that a column will be taken for when it is read.
func (w *csvWriter) inferred(c Column) Kind {
	first := min(w.f.InferRows, c.Len())
	seen := w.classes(c, 0, first)
	if seen == 0 {
		seen = w.classes(c, first, c.Len())
	}
	if seen == 0 {
		return Text
	}
	return seen.kind()
}

// classes are those of the values of some rows; once text is seen, it stays text.
func (w *csvWriter) classes(c Column, low, high int) (seen class) {
	var b []byte
	for r := low; r < high && seen&isText == 0; r++ {
		if c.Missing(r) {
			continue
		}
		switch c.Kind {
		case Int:
			return isInt
		case Float:
			return isFloat
		case Bool:
			return isBool
		}
		b = append(append(b[:0], c.Texts[r].Value...), padding[:]...)
		seen |= classOf(b, 0, len(b)-pad, w.f.point)
	}
	return seen
}
