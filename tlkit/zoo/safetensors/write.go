package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"transferlab/tlkit/replace"
	"transferlab/tlkit/zoo/internal/elements"
)

// Write writes the tensors and the metadata to w, a piece at a time. Equal content gives equal bytes:
// tensors go by size of element, largest first, then by name, as the reference
// implementation orders them.
func Write(w io.Writer, metadata map[string]string, tensors []Tensor) error {
	tensors = slices.Clone(tensors)
	slices.SortStableFunc(tensors, func(a, b Tensor) int {
		if d := b.DType.rank() - a.DType.rank(); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	head, err := header(metadata, tensors)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(head)))); err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, t := range tensors {
		n := int64(t.Len() * t.DType.Size())
		copied, err := io.Copy(w, io.NewSectionReader(t.r, t.at, n))
		if err == nil && copied < n {
			err = t.explain(io.ErrUnexpectedEOF, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rank orders element types as the reference implementation does.
func (d DType) rank() int {
	return slices.Index([]DType{Bool, U8, I8, F8E5M2, F8E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64}, d)
}

// header makes the JSON, padded so that the data begins at a multiple of 8.
func header(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(metadata) > 0 {
		b.WriteString(`"__metadata__":`)
		if err := encode(&b, metadata); err != nil {
			return nil, err
		}
	}
	at := 0
	for i, t := range tensors {
		if i > 0 && tensors[i-1].Name == t.Name || t.Name == "__metadata__" || t.Name == "" {
			return nil, fmt.Errorf("tensor name %q is empty, reserved or used twice", t.Name)
		}
		if !utf8.ValidString(t.Name) { // JSON would have other bytes in its place
			return nil, fmt.Errorf("tensor name %q is not UTF-8", t.Name)
		}
		n, err := t.bytes()
		if err != nil {
			return nil, err
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		if err := encode(&b, t.Name); err != nil {
			return nil, err
		}
		shape := t.Shape
		if shape == nil {
			shape = []int{}
		}
		b.WriteByte(':')
		if err := encode(&b, struct {
			DType   DType  `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}{t.DType, shape, [2]int{at, at + n}}); err != nil {
			return nil, err
		}
		at += n
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	return b.Bytes(), nil
}

// bytes is how long t is in the file.
func (t Tensor) bytes() (int, error) {
	n := t.Len() * t.DType.Size()
	if !elements.Countable(t.Shape, t.DType.Size()) {
		return 0, fmt.Errorf("tensor %q: a shape of %v is too large", t.Name, t.Shape)
	}
	if t.DType.Size() == 0 || t.r == nil || slices.ContainsFunc(t.Shape, func(d int) bool { return d < 0 }) {
		return 0, fmt.Errorf("tensor %q: shape %v of type %q, or it has no values", t.Name, t.Shape, t.DType)
	}
	if r, ok := t.r.(interface{ Len() int }); ok && t.at == 0 && r.Len() != n {
		return 0, fmt.Errorf("tensor %q: shape %v of %s takes %d bytes, it has %d", t.Name, t.Shape, t.DType, n, r.Len())
	}
	return n, nil
}

// encode appends v as JSON without HTML escapes and without a newline.
func encode(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// WriteFile writes the file at path whole or not at all: to a temporary name in the
// same folder, synced, then renamed. After an error nothing is left behind and a
// file that was there before is as it was.
func WriteFile(path string, metadata map[string]string, tensors []Tensor) error {
	if err := replace.With(path, func(w io.Writer) error { return Write(w, metadata, tensors) }); err != nil {
		return fmt.Errorf("safetensors: writing %s: %w", path, err)
	}
	return nil
}
