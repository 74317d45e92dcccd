package wording

import (
	"fmt"
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	for n, want := range []string{"0 rows", "1 row", "2 rows"} {
		if got := Count(n, "row"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestNames(t *testing.T) {
	many := make([]string, 15)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, `"a"`},
		{[]string{"a", "b\n"}, `"a", "b\n"`},
		{[]string{strings.Repeat("é", 50)}, `"` + strings.Repeat("é", 40) + `"`},
		{many, `"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11" and 3 more`},
	} {
		if got := Names(c.names); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
