package grel

import "regexp"

type pattern struct {
	source string
	re     *regexp.Regexp
}

func (*pattern) class() string { return "Pattern" }

type patternError struct{ msg string }

func (e *patternError) Error() string { return e.msg }

func compileRegex(source string, fold bool) (*pattern, error) {
	flags := ""
	if fold {
		flags = "(?i)"
	}
	re, err := regexp.Compile(flags + source)
	if err != nil {
		return nil, &patternError{err.Error()}
	}
	return &pattern{source, re}, nil
}

func (s *state) pattern(source string) (*pattern, Value) {
	p, err := compileRegex(source, false)
	if err != nil {
		return nil, ErrorValue(err.Error())
	}
	return p, null
}

func (p *pattern) find(s *state, t string, each func(m []int) bool) bool {
	found := false
	for _, m := range p.re.FindAllStringSubmatchIndex(t, -1) {
		found = true
		if !each(m) {
			break
		}
	}
	return found
}

func (p *pattern) matches(s *state, t string) []int {
	m := p.re.FindStringSubmatchIndex(t)
	if m == nil || m[0] != 0 || m[1] != len(t) {
		return nil
	}
	return m
}

func (p *pattern) replaceAll(s *state, t, with string) Value {
	return StringValue(p.re.ReplaceAllString(t, with))
}

func (p *pattern) split(s *state, t string, keep bool) Value {
	return textArray(p.re.Split(t, -1))
}
