package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A helper that sees no trouble proves nothing: these pages must be caught.
func TestOpenSeesTrouble(t *testing.T) {
	for _, c := range []struct{ name, body, request, trouble string }{
		{"outside picture", `<img src="https://example.invalid/a.png">`, "https://example.invalid/a.png", "request failed"},
		{"console error", `<script>console.error("broken")</script>`, "", "broken"},
		{"exception", `<script>null.x</script>`, "", "exception"},
		{"policy", `<meta http-equiv="Content-Security-Policy" content="script-src 'none'"><script>1</script>`, "", "Content Security Policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "p.html")
			if err := os.WriteFile(path, []byte("<!DOCTYPE html><title>t</title>"+c.body), 0o600); err != nil {
				t.Fatal(err)
			}
			p := Open(t, path, Options{})
			if got := strings.Join(p.Trouble(), "; "); !strings.Contains(got, c.trouble) {
				t.Errorf("trouble %q, want %q in it", got, c.trouble)
			}
			if got := strings.Join(p.Requests(), " "); got != c.request {
				t.Errorf("requests %q, want %q", got, c.request)
			}
		})
	}
}
