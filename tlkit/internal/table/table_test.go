package table

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	table := Table{Caption: "a & b", Header: []string{"name", "n"}, Rows: [][]string{{"<one>", "1"}, {"two", "22"}}}
	var text, page strings.Builder
	table.Text(&text)
	if want := "a & b\nname   n\n<one>  1\ntwo    22\n"; text.String() != want {
		t.Errorf("text %q, want %q", text.String(), want)
	}
	table.HTML(&page)
	if want := `<table><caption>a &amp; b</caption><thead><tr><th scope="col">name</th><th scope="col">n</th></tr></thead><tbody>` +
		`<tr><th scope="row" style="text-align:left">&lt;one&gt;</th><td>1</td></tr>` +
		`<tr><th scope="row" style="text-align:left">two</th><td>22</td></tr></tbody></table>`; page.String() != want {
		t.Errorf("page %q", page.String())
	}
}

// A table without a caption and rows is its header.
func TestEmpty(t *testing.T) {
	var text, page strings.Builder
	Table{Header: []string{"name"}}.Text(&text)
	Table{Header: []string{"name"}}.HTML(&page)
	if text.String() != "name\n" || strings.Contains(page.String(), "caption") || strings.Contains(page.String(), "<td>") {
		t.Errorf("%q, %q", text.String(), page.String())
	}
}
