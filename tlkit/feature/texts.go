package feature

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// textList are texts in JSON, read back byte for byte: one that is not UTF-8, which JSON
// cannot hold, is written as a list of its bytes in base64.
type textList []string

// MarshalJSON writes the texts.
func (l textList) MarshalJSON() ([]byte, error) {
	out := make([]any, len(l))
	for i, s := range l {
		out[i] = s
		if !utf8.ValidString(s) {
			out[i] = [][]byte{[]byte(s)}
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads them.
func (l *textList) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*l = make(textList, len(raw))
	for i, r := range raw {
		if len(r) > 0 && r[0] == '"' {
			if err := json.Unmarshal(r, &(*l)[i]); err != nil {
				return err
			}
			continue
		}
		var bytes [][]byte
		if err := json.Unmarshal(r, &bytes); err != nil || len(bytes) != 1 {
			return fmt.Errorf("feature: %w: %.40q is no text", ErrFile, r)
		}
		(*l)[i] = string(bytes[0])
	}
	return nil
}
