package samples

import (
	"strings"
	"testing"
)

// A pin names one content, and says how to get it.
func TestPins(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All() {
		if len(f.SHA256) != 64 || strings.Trim(f.SHA256, "0123456789abcdef") != "" || f.Bytes <= 0 || f.Name == "" || f.Remedy == "" || len(f.Sources) == 0 || seen[f.Name] {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
	}
}
