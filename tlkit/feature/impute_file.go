package feature

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/frame"
)

// savedImputer is a fitted imputer in JSON, as impute.Save writes it.
type savedImputer struct{ impute.Fitted }

// MarshalJSON refuses texts that JSON cannot hold.
func (s savedImputer) MarshalJSON() ([]byte, error) {
	for _, v := range s.texts() {
		if err := inJSON("what is filled with", v); err != nil {
			return nil, err
		}
	}
	b, err := impute.Save(s.Fitted)
	if err != nil {
		return nil, fmt.Errorf("feature: %w", err)
	}
	return b, nil
}

// UnmarshalJSON reads it.
func (s *savedImputer) UnmarshalJSON(b []byte) (err error) {
	if s.Fitted, err = impute.Load(b); err != nil {
		return fmt.Errorf("feature: %w: %w", ErrFile, err)
	}
	return nil
}

// texts are those that are filled with.
func (s savedImputer) texts() []string {
	if c, ok := s.Fitted.(impute.Constant); ok {
		return []string{c.Value.Text}
	}
	var out []string
	for _, f := range s.fills() {
		out = append(out, f.Value.Text)
	}
	return out
}

// fills are what columns are filled with by the most frequent or another one value.
func (s savedImputer) fills() []impute.Fill {
	switch by := s.Fitted.(type) {
	case *impute.FittedSimple:
		return by.Fills()
	case *impute.FittedKNN:
		return by.Others()
	case *impute.FittedIterative:
		return by.Others()
	}
	return nil
}

// inJSON is an error if JSON cannot hold a text, which is named by what it is.
func inJSON(what, text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	return fmt.Errorf("feature: %w: %s, %.40q, is not UTF-8, so that it cannot be saved; correct it before fitting", ErrInput, what, text)
}

// fieldsInJSON is that of all texts of fields.
func fieldsInJSON(fields ...frame.Field) error {
	for _, f := range fields {
		if err := inJSON("the name of a column", f.Name); err != nil {
			return err
		}
		for _, l := range f.Levels {
			if err := inJSON(fmt.Sprintf("a level of column %.40q", f.Name), l); err != nil {
				return err
			}
		}
	}
	return nil
}

// MarshalJSON refuses names and levels that JSON cannot hold.
func (s imputed) MarshalJSON() ([]byte, error) {
	if err := fieldsInJSON(s.Fields...); err != nil {
		return nil, err
	}
	type plain imputed
	return json.Marshal(plain(s))
}
