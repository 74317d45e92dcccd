package frame

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// WriteJSONLines writes a table to a file, one object a line with all columns as its keys,
// missing values as null. It replaces the file whole or not at all; a name that ends in .gz
// or .zst is compressed. What is written reads back as the same table: numbers to the last
// bit, text whatever it holds. JSON has no infinities; they are the texts "inf" and "-inf".
// Where the file alone would not say the kinds of all columns, a schema is written beside
// it, <path>.schema.json, which [JSONLines] finds there.
//
// Of the options Columns, the formats of dates in Types, and NoSchemaFile count. The file
// is UTF-8.
func WriteJSONLines(path string, t Table, o JSONOptions) error {
	w, err := o.writer(t)
	if err != nil {
		return err
	}
	return writeFile(path, w, !o.NoSchemaFile)
}

// EncodeJSONLines writes a table to w, as [WriteJSONLines] does to a file. There is no
// schema beside it.
func EncodeJSONLines(w io.Writer, t Table, o JSONOptions) error {
	jw, err := o.writer(t)
	if err != nil {
		return err
	}
	if err := jw.write(w); err != nil {
		return fmt.Errorf("frame: writing JSON lines: %w", err)
	}
	return nil
}

// A jsonWriter writes one table.
type jsonWriter struct {
	writeColumns
	keys [][]byte // each with what stands before it and its colon
}

func (o JSONOptions) writer(t Table) (*jsonWriter, error) {
	if _, err := o.form(); err != nil {
		return nil, err
	}
	table, err := columnsToWrite(t, o.Columns, o.Types)
	if err != nil {
		return nil, err
	}
	w := &jsonWriter{writeColumns: table}
	before := byte('{')
	for i, c := range w.cols {
		if !utf8.ValidString(c.Name) {
			return nil, fmt.Errorf("frame: %w: the name of column %d, %.40q, is no UTF-8; rename it", ErrKind, i+1, c.Name)
		}
		w.keys = append(w.keys, append(appendJSON([]byte{before}, c.Name), ':'))
		before = ','
	}
	return w, nil
}

func (w *jsonWriter) write(out io.Writer) error {
	return inOrder(w.rows, rowsPerBlock(len(w.cols)), func() func(b []byte, low, high int) ([]byte, error) {
		dates := make([]map[string]string, len(w.cols))
		return func(b []byte, low, high int) ([]byte, error) { return w.block(b, low, high, dates) }
	}, func(text []byte, _, _ int) error {
		_, err := out.Write(text)
		return err
	})
}

// block appends the rows low … high-1.
func (w *jsonWriter) block(b []byte, low, high int, dates []map[string]string) ([]byte, error) {
	for r := low; r < high; r++ {
		for i := range w.cols {
			c := &w.cols[i]
			b = append(b, w.keys[i]...)
			switch {
			case c.Missing(r):
				b = append(b, "null"...)
			case c.Kind == Int:
				b = strconv.AppendInt(b, int64(c.Ints[r].Value), 10)
			case c.Kind == Float && math.IsInf(c.Floats[r].Value, 0):
				b = append(appendFloat(append(b, '"'), c.Floats[r].Value), '"')
			case c.Kind == Float:
				b = appendFloat(b, c.Floats[r].Value)
			case c.Kind == Bool:
				b = strconv.AppendBool(b, c.Bools[r].Value)
			case c.Kind == Date:
				text, ok := writeDate(w.forms[i], c.Texts[r].Value, &dates[i])
				if !ok {
					return b, notWritable(c, r)
				}
				b = appendJSON(b, text)
			default:
				b = appendJSON(b, c.Texts[r].Value)
			}
		}
		b = append(b, '}', '\n')
	}
	if !utf8.Valid(b) {
		for r := low; r < high; r++ {
			for _, c := range w.cols {
				if c.Texts != nil && !c.Texts[r].Null && !utf8.ValidString(c.Texts[r].Value) {
					return b, fmt.Errorf("%w: row %d, column %.40q: %.40q is no UTF-8; mend the text first", ErrKind, r+1, c.Name, c.Texts[r].Value)
				}
			}
		}
	}
	return b, nil
}

// appendJSON appends a text as a JSON string. Only what must be escaped is.
func appendJSON(b []byte, text string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(text) {
		c := text[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, text[from:i]...)
		from = i + 1
		if k := bytes.IndexByte([]byte("\"\\\b\f\n\r\t"), c); k >= 0 {
			b = append(b, '\\', `"\bfnrt`[k])
			continue
		}
		b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
	}
	return append(append(b, text[from:]...), '"')
}

// needsSchema reports whether the file alone would be read as other kinds, or other
// columns.
func (w *jsonWriter) needsSchema() bool {
	for _, c := range w.cols {
		switch {
		case w.rows == 0, c.Kind == Date, c.Kind == Category:
			return true
		case c.Kind != Text && c.CountMissing() == w.rows:
			return true
		case c.Kind == Float:
			for _, v := range c.Floats {
				if math.IsInf(v.Value, 0) && !v.Null {
					return true
				}
			}
		}
	}
	return false
}
