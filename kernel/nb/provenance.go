package nb

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"transferlab/kernel/provenance"
)

// Provenance writes down what made this notebook: first what the process knows of itself (date, Go, machine,
// the versions of GoNB, this module, GoMLX and gota), then the facts given. The export puts the record on top
// of the page. Several calls add up; a name given again takes the later value.
//
// A fact is a map or struct, written name by name ("backend", "seed", "data"):
//
//	nb.Provenance(map[string]any{"backend": dev.Kind, "seed": 7, "data": parts.Hash})
func Provenance(facts ...any) {
	r := self()
	for _, f := range facts {
		more, err := provenance.Of(f)
		Check(err)
		r.Merge(more)
	}
	data, err := json.Marshal(r)
	Check(err)
	screen.show(bundle{html: provenanceHTML(r), text: r.Text(), mime: map[string]string{provenance.MIME: string(data)}})
}

func provenanceHTML(r provenance.Record) string {
	var b strings.Builder
	b.WriteString(`<table class="tlkit-provenance" style="border-collapse:collapse;font-size:13px"><tbody>`)
	for _, f := range r.Facts {
		fmt.Fprintf(&b, `<tr><th scope="row" style="text-align:left;padding:2px 16px 2px 0;font-weight:600">%s</th>`+
			`<td style="text-align:left;overflow-wrap:anywhere">%s</td></tr>`, html.EscapeString(f.Name), html.EscapeString(f.Value))
	}
	b.WriteString(`</tbody></table>`)
	return b.String()
}

// self is what a process knows of what it is made of.
func self() provenance.Record {
	var r provenance.Record
	r.Set("date", time.Now().UTC().Format("2006-01-02 15:04 UTC"))
	r.Set("Go", strings.TrimPrefix(runtime.Version(), "go"))
	r.Set("machine", fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU()))
	if v := os.Getenv(protocol.GONB_VERSION); v != "" {
		r.Set("GoNB", v)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return r
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if name, ok := told[m.Path]; ok {
			r.Set(name, version(m))
		}
	}
	return r
}

// told are the modules whose versions a reader asks for.
var told = map[string]string{
	"transferlab":                "transferlab",
	"github.com/gomlx/gomlx":     "GoMLX",
	"github.com/gomlx/go-xla":    "go-xla",
	"github.com/go-gota/gota":    "gota",
	"github.com/janpfeifer/gonb": "gonbui",
}

func version(m *debug.Module) string {
	v := m.Version
	if m.Replace != nil {
		v = m.Replace.Version
	}
	if v == "" || v == "(devel)" {
		return "working tree"
	}
	return v
}
