package frame

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// encodingOf finds an encoding by its name, in IANA's list or else in the WHATWG's; nil is
// UTF-8.
func encodingOf(name string) (encoding.Encoding, error) {
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8":
		return nil, nil
	}
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		e, err = htmlindex.Get(name)
	}
	if err != nil || e == nil {
		return nil, fmt.Errorf("frame: the encoding %.40q is not known; examples are utf-8, utf-16, windows-1252, iso-8859-1, shift_jis, gbk, koi8-r", name)
	}
	if e == unicode.UTF8 {
		return nil, nil
	}
	return e, nil
}

// decoderOf gives what turns the encoding's bytes into UTF-8, or nil where they are.
func decoderOf(name string, replace bool) (func(io.Reader) io.Reader, error) {
	e, err := encodingOf(name)
	if err != nil {
		return nil, err
	}
	if e == nil && replace {
		e = unicode.UTF8BOM
	}
	if e == nil {
		return nil, nil
	}
	return func(r io.Reader) io.Reader { return transform.NewReader(r, e.NewDecoder()) }, nil
}
