package sql

import (
	"fmt"
	"strings"
)

// name writes a name so that it is one whatever it holds.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// literal writes a text so that it is one whatever it holds, but for a NUL, which DuckDB's
// parser takes for the end.
func literal(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }

// list writes texts as a list.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, s := range texts {
		quoted[i] = literal(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// enum is the type with these levels.
func enum(levels []string) string {
	l := list(levels)
	return "ENUM(" + l[1:len(l)-1] + ")"
}

// plain says why a text cannot be a name or a literal, if so.
func plain(what, s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return &Error{Kind: ErrRefused, Message: fmt.Sprintf("%s %.40q has a NUL character, which SQL cannot say; rename it", what, s)}
	}
	return nil
}
