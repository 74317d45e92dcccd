package grel

import (
	"fmt"
	"slices"
	"strings"
)

// replaceAll puts a text for each match, with $1 and ${name} for its groups and a
// backslash before what means itself.
func (p *pattern) replaceAll(s *state, t, with string) Value {
	found := p.every(s, t)
	if len(found) == 0 || s.err != nil {
		return StringValue(t)
	}
	parts, bad := p.template(with)
	if bad != "" {
		return ErrorValue("java.lang." + bad)
	}
	if p.stale && usesGroups(parts) {
		return s.unsupported(groupsDiffer.Name, groupsDiffer.Why)
	}
	var b strings.Builder
	at := 0
	for _, m := range found {
		b.WriteString(t[at:m[0]])
		at = m[1]
		for _, part := range parts {
			if part.group < 0 {
				b.WriteString(part.text)
			} else if from := m[2*part.group]; from >= 0 {
				b.WriteString(t[from:m[2*part.group+1]])
			}
		}
		if b.Len() > maxText {
			return s.tooLong()
		}
	}
	b.WriteString(t[at:])
	return s.string(b.String())
}

// templatePart is a text, or a group whose number is not negative.
type templatePart struct {
	text  string
	group int
}

// usesGroups reports whether a replacement has a group other than the whole match.
func usesGroups(parts []templatePart) bool {
	return slices.ContainsFunc(parts, func(part templatePart) bool { return part.group > 0 })
}

// template reads a replacement; bad is the exception that Java throws at a match.
func (p *pattern) template(with string) (parts []templatePart, bad string) {
	text := func(t string) { parts = append(parts, templatePart{t, -1}) }
	for with != "" {
		i := strings.IndexAny(with, `\$`)
		if i < 0 {
			text(with)
			break
		}
		text(with[:i])
		escaped := with[i] == '\\'
		with = with[i+1:]
		switch {
		case escaped && with == "":
			return nil, "IllegalArgumentException: character to be escaped is missing"
		case escaped:
			n := width(with, 0)
			text(with[:n])
			with = with[n:]
		case with == "":
			return nil, "IllegalArgumentException: Illegal group reference: group index is missing"
		case with[0] == '{':
			group, rest, bad := p.namedGroup(with[1:])
			if bad != "" {
				return nil, "IllegalArgumentException: " + bad
			}
			parts, with = append(parts, templatePart{group: group}), rest
		case with[0] < '0' || with[0] > '9':
			return nil, "IllegalArgumentException: Illegal group reference"
		default:
			group := int(with[0] - '0')
			for with = with[1:]; with != "" && with[0] >= '0' && with[0] <= '9'; with = with[1:] {
				next := group*10 + int(with[0]-'0')
				if next > p.groups {
					break
				}
				group = next
			}
			if group > p.groups {
				return nil, fmt.Sprintf("IndexOutOfBoundsException: No group %d", group)
			}
			parts = append(parts, templatePart{group: group})
		}
	}
	return parts, ""
}

func (p *pattern) namedGroup(t string) (group int, rest, bad string) {
	end := strings.IndexFunc(t, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	if end == 0 || t == "" {
		return 0, "", "named capturing group has 0 length name"
	}
	if end < 0 || t[end] != '}' {
		return 0, "", "named capturing group is missing trailing '}'"
	}
	name := t[:end]
	if name[0] <= '9' {
		return 0, "", "capturing group name {" + name + "} starts with digit character"
	}
	group, ok := p.names[name]
	if !ok {
		return 0, "", "No group with name {" + name + "}"
	}
	return group, t[end+1:], ""
}

// checkMatch refuses a regular expression whose groups are not Java's, and a text that is
// one which RE2 cannot follow.
func checkMatch(args []tree) error {
	if len(args) != 2 {
		return nil
	}
	var p *pattern
	switch t := args[1].(type) {
	case regexLiteral:
		p = t.re
	case literal:
		if t.value.kind != KindString {
			return nil
		}
		var err error
		if p, err = compileRegex(t.value.text, false); err != nil {
			if _, bad := err.(*patternError); bad {
				return nil // an error value, at each row
			}
			return err
		}
	}
	if p != nil && p.stale {
		no := *groupsDiffer
		return &no
	}
	return nil
}

// checkReplace refuses groups that are not Java's in a replacement.
func checkReplace(args []tree) error {
	if len(args) != 3 {
		return nil
	}
	re, ok := args[1].(regexLiteral)
	with, also := args[2].(literal)
	if !ok || !also || !re.re.stale {
		return nil
	}
	if parts, _ := re.re.template(with.value.text); usesGroups(parts) {
		no := *groupsDiffer
		return &no
	}
	return nil
}
