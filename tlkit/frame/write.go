package frame

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"

	"transferlab/tlkit/parallel"
	"transferlab/tlkit/replace"
)

// This file is what the writers of CSV and of JSON lines have in common.

// A tableWriter writes one table as text.
type tableWriter interface {
	write(io.Writer) error
	fields() Schema
	needsSchema() bool // the text alone would be read as other kinds or other columns
}

// writeFile writes a file, which it replaces whole or not at all, and the schema beside it
// if one is needed.
func writeFile(path string, w tableWriter, schema bool) error {
	err := replace.With(path, func(file io.Writer) error {
		if err := compressed(path, file, w.write); err != nil || !schema {
			return err
		}
		return writeSchemaFile(path, w.fields(), w.needsSchema())
	})
	if err != nil {
		return fmt.Errorf("frame: writing %q: %w", path, err)
	}
	return nil
}

// compressed writes through the compression that the path asks for.
func compressed(path string, file io.Writer, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(file, 1<<16)
	z, finish, err := compressing(path, buffered)
	if err != nil {
		return err
	}
	if err := write(z); err != nil {
		return err
	}
	if err := finish(); err != nil {
		return err
	}
	return buffered.Flush()
}

// writeColumns are what of a table is written.
type writeColumns struct {
	cols  []Column
	forms []*DateFormat // of the columns that are dates; nil for ISO 8601
	rows  int
}

// columnsToWrite are the columns of these names, or all. Types may give dates another format.
func columnsToWrite(t Table, names []string, types Schema) (writeColumns, error) {
	cols, err := t.Columns(names...)
	if err != nil {
		return writeColumns{}, err
	}
	if len(cols) == 0 {
		return writeColumns{}, fmt.Errorf("frame: %w: a table without columns cannot be written", ErrShape)
	}
	forms := make([]*DateFormat, len(cols))
	for i := range cols {
		c := &cols[i]
		if d, ok := types.Lookup(c.Name); ok && d.Kind == Date && c.Kind == Date {
			c.Field.Format = d.Format
		}
		if c.Kind == Date && c.Field.Format != "" {
			if forms[i], err = ParseDateFormat(c.Field.Format); err != nil {
				return writeColumns{}, fmt.Errorf("frame: column %.40q: %w", c.Name, err)
			}
		}
	}
	return writeColumns{cols, forms, t.Nrow()}, nil
}

func (w writeColumns) fields() Schema { return fieldsOf(w.cols) }

// fieldsOf are the columns' fields: a schema that names them all.
func fieldsOf(cols []Column) Schema {
	s := make(Schema, len(cols))
	for i, c := range cols {
		s[i] = c.Field
	}
	return s
}

// rowsPerBlock is how many rows are one piece of work: some ten thousand cells.
func rowsPerBlock(columns int) int { return max(1<<16/columns, 16) }

// inOrder makes blocks of rows, several at a time, and passes them on in their order. maker
// gives each worker its own function. The first error in the order of the rows counts.
func inOrder(rows, size int, maker func() func(b []byte, low, high int) ([]byte, error), pass func(b []byte, low, high int) error) error {
	blocks := (rows + size - 1) / size
	var mu sync.Mutex
	turn := sync.NewCond(&mu)
	taken, next, broken := 0, 0, false
	var failed error
	work := func() {
		defer func() {
			if p := recover(); p != nil { // nobody waits for this block any more
				mu.Lock()
				broken = true
				turn.Broadcast()
				mu.Unlock()
				panic(p)
			}
		}()
		fill := maker()
		var b []byte
		for {
			mu.Lock()
			k := taken
			taken++
			stop := failed != nil || broken
			mu.Unlock()
			if k >= blocks || stop {
				return
			}
			low, high := k*size, min(rows, (k+1)*size)
			var err error
			b, err = fill(b[:0], low, high)
			mu.Lock()
			for next != k && !broken {
				turn.Wait()
			}
			if failed == nil && !broken {
				if err == nil {
					err = pass(b, low, high)
				}
				failed = err
			}
			next++
			turn.Broadcast()
			mu.Unlock()
		}
	}
	_ = parallel.Each(context.Background(), min(blocks, runtime.GOMAXPROCS(0)), func(int) { work() })
	return failed
}

// writeDate turns a date from ISO 8601 into a form, nil for ISO 8601 itself. ok is false if
// it is no date, or would not come back as the same.
func writeDate(form *DateFormat, iso string, known *map[string]string) (text string, ok bool) {
	if text, ok = (*known)[iso]; ok {
		return text, true
	}
	m, ok := parseISO(iso)
	if !ok {
		return "", false
	}
	one, ok := m.appendISO(nil)
	if !ok {
		return "", false
	}
	if text = iso; form != nil {
		utc := momentOf(m.time(), m.clock)
		text = string(form.append(nil, utc))
		back, ok := form.parse(text)
		if !ok {
			return "", false
		}
		if again, ok := back.appendISO(nil); !ok || !bytes.Equal(again, one) {
			return "", false
		}
	}
	const most = 1 << 12 // days repeat; there are seldom more
	if len(*known) >= most || *known == nil {
		*known = map[string]string{}
	}
	(*known)[iso] = text
	return text, true
}

// notWritable says why a date cannot be written.
func notWritable(c *Column, row int) error {
	return fmt.Errorf("%w: row %d, column %.40q: %.40q is no date, or one that the format %q would change; mend it, or choose another Format", ErrKind, row+1, c.Name, c.Texts[row].Value, c.Field.Format)
}
