package onnx

import (
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// This file walks over the fields of a protocol buffer where they lie in a file. Only a
// window of it is in memory, and long fields are stepped over.

// span is a range of bytes of the file.
type span struct{ at, end int64 }

func (s span) len() int64 { return s.end - s.at }

// field is one field of a message: a number, or the span of its bytes.
type field struct {
	id     protowire.Number
	kind   protowire.Type
	number uint64 // of a varint or fixed field
	body   span   // the content, after tag and length; of numbers too
}

// scanner reads a file's fields.
type scanner struct {
	r      io.ReaderAt
	limits Limits
	items  int // counted so far
	window []byte
	at     int64 // of the window
}

const windowBytes = 1 << 16

func broken(at int64, format string, args ...any) error {
	return fmt.Errorf("%w: at byte %d: %w", ErrFormat, at, fmt.Errorf(format, args...))
}

// fields calls each for the fields of the message at m, in order.
func (s *scanner) fields(m span, each func(field) error) error {
	for at := m.at; at < m.end; {
		f, err := s.field(span{at, m.end})
		if err != nil {
			return err
		}
		if err := each(f); err != nil {
			return err
		}
		at = f.body.end
	}
	return nil
}

// field reads the head of the field that begins at m.at.
func (s *scanner) field(m span) (field, error) {
	b, err := s.view(span{m.at, min(m.end, m.at+20)}) // a tag and a number take 10 bytes at most each
	if err != nil {
		return field{}, err
	}
	var f field
	id, kind, tag := protowire.ConsumeTag(b)
	if tag < 0 {
		return field{}, broken(m.at, "%w", protowire.ParseError(tag))
	}
	f.id, f.kind = id, kind
	n := 0
	switch kind {
	case protowire.VarintType, protowire.BytesType:
		f.number, n = protowire.ConsumeVarint(b[tag:])
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(b[tag:])
		f.number = uint64(v)
	case protowire.Fixed64Type:
		f.number, n = protowire.ConsumeFixed64(b[tag:])
	default:
		return field{}, broken(m.at, "field %d is of wire type %d, which ONNX has nowhere", id, kind)
	}
	if n < 0 {
		return field{}, broken(m.at+int64(tag), "field %d: %w", id, protowire.ParseError(n))
	}
	f.body = span{m.at + int64(tag), m.at + int64(tag+n)}
	if kind == protowire.BytesType {
		if f.number > uint64(m.end-f.body.end) {
			return field{}, broken(f.body.at, "field %d is %d bytes long, where %d are left; the file may be cut short", id, f.number, m.end-f.body.end)
		}
		f.body = span{f.body.end, f.body.end + int64(f.number)}
	}
	return f, nil
}

// view gives the bytes of a span no longer than the window. They are good until the next
// call.
func (s *scanner) view(p span) ([]byte, error) {
	if p.at < s.at || p.end > s.at+int64(len(s.window)) {
		s.window, s.at = s.window[:cap(s.window)], p.at
		n, err := s.r.ReadAt(s.window, p.at)
		s.window = s.window[:n]
		if int64(n) < p.len() {
			if err == nil || errors.Is(err, io.EOF) {
				return nil, broken(p.at+int64(n), "%w", io.ErrUnexpectedEOF)
			}
			return nil, err
		}
	}
	return s.window[p.at-s.at : p.end-s.at], nil
}

// count adds n to what the model is made of.
func (s *scanner) count(n int, at int64) error {
	if s.items += n; s.items > s.limits.Items {
		return fmt.Errorf("%w: more than %d nodes, names, attributes and numbers outside tensors, at byte %d", ErrLimit, s.limits.Items, at)
	}
	return nil
}

// text reads a text field.
func (s *scanner) text(f field, to *string) error {
	if f.kind != protowire.BytesType {
		return broken(f.body.at, "field %d is not a text", f.id)
	}
	if f.body.len() > int64(s.limits.Text) {
		return fmt.Errorf("%w: a text of %d bytes, at byte %d, where %d are allowed", ErrLimit, f.body.len(), f.body.at, s.limits.Text)
	}
	if err := s.count(1, f.body.at); err != nil {
		return err
	}
	b, err := s.view(f.body)
	*to = string(b)
	return err
}

// texts adds a text field to a list.
func (s *scanner) texts(f field, to *[]string) error {
	var t string
	err := s.text(f, &t)
	*to = append(*to, t)
	return err
}

// message says whether a field can be a message.
func message(f field) error {
	if f.kind != protowire.BytesType {
		return broken(f.body.at, "field %d is not a message", f.id)
	}
	return nil
}

// int reads a whole number.
func (s *scanner) int(f field, to *int) error {
	if f.kind != protowire.VarintType {
		return broken(f.body.at, "field %d is not a whole number", f.id)
	}
	*to = int(int64(f.number))
	return nil
}

// numbers calls each for the numbers of a repeated field, which comes packed or one by one.
func (s *scanner) numbers(f field, kind protowire.Type, each func(uint64)) error {
	if f.kind == kind {
		each(f.number)
		return s.count(1, f.body.at)
	}
	if f.kind != protowire.BytesType {
		return broken(f.body.at, "field %d is not a list of numbers", f.id)
	}
	for at := f.body.at; at < f.body.end; {
		b, err := s.view(span{at, min(f.body.end, at+10)})
		if err != nil {
			return err
		}
		v, n := uint64(0), 0
		if kind == protowire.Fixed32Type {
			var w uint32
			w, n = protowire.ConsumeFixed32(b)
			v = uint64(w)
		} else {
			v, n = protowire.ConsumeVarint(b)
		}
		if n < 0 {
			return broken(at, "field %d: %w", f.id, protowire.ParseError(n))
		}
		if err := s.count(1, at); err != nil {
			return err
		}
		each(v)
		at += int64(n)
	}
	return nil
}
