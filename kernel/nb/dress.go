package nb

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Reports of the library write plain tables, class tlkit-table without a style: how tables
// look is the front end's business, and here is where they are dressed like [Table].

const (
	bareTable = `<table class="tlkit-table">`
	tableEnd  = `</table>`
)

// bareCell is made when the first report is shown: most cells show none.
var bareCell = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<(td|th)((?: (?:scope|colspan|rowspan|title)="[^"]*")*)(?: style="([^"]*)")?>`)
})

// dressed gives the bare tables in a report's HTML their look. What a cell says of its own
// style counts.
func dressed(h string) string {
	var b strings.Builder
	for {
		i := strings.Index(h, bareTable)
		if i < 0 {
			break
		}
		j := strings.Index(h[i:], tableEnd)
		if j < 0 {
			break
		}
		b.WriteString(h[:i])
		head, body, ok := strings.Cut(h[i+len(bareTable):i+j], "</thead>")
		if !ok {
			head, body = "", head
		}
		fmt.Fprintf(&b, `<div style="overflow-x:auto"><table class="tlkit-table" style="%s">`, tableStyle)
		b.WriteString(dressCells(head, fmt.Sprintf(headStyle, "right")))
		if ok {
			b.WriteString("</thead>")
		}
		b.WriteString(dressCells(body, fmt.Sprintf(cellStyle, "right")))
		b.WriteString(tableEnd + "</div>")
		h = h[i+j+len(tableEnd):]
	}
	b.WriteString(h)
	return b.String()
}

func dressCells(h, style string) string {
	return bareCell().ReplaceAllStringFunc(h, func(cell string) string {
		m := bareCell().FindStringSubmatch(cell)
		own := ""
		if m[3] != "" {
			own = ";" + m[3]
		}
		return fmt.Sprintf(`<%s%s style="%s%s">`, m[1], m[2], style, own)
	})
}
