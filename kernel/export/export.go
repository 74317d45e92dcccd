// Package export turns an executed notebook into one HTML file that opens anywhere, offline.
//
// The page asks the network for nothing: styles, scripts, pictures, sounds and charts are in the file, and its
// content security policy forbids everything else. Nothing that a notebook brings along runs: its HTML is
// rebuilt from an allowed list (see sanitise.go), its charts travel as data, and only the page's own scripts,
// allowed by their hash, draw them. With scripts off the charts' still pictures are shown, and code still folds.
//
// Formulas in Markdown are written as readable Unicode, with the TeX as their title: no font or script is needed.
//
// The page carries its notebook, compressed and with its SHA-256; [Notebook] takes it out again.
package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"transferlab/kernel/provenance"
	"transferlab/tlkit/replace"
)

// Options sets what the page looks like. The zero value is the default.
type Options struct {
	Title    string // "" means the notebook's title, its first heading, or its file name
	Lang     string // language of the prose, as in HTML; "" means "en"
	FoldCode bool   // code is folded when the page opens
	ECharts  []byte // the chart library as a plain script (plots.ECharts); nil leaves charts as still pictures
}

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// File writes the notebook at notebookPath as a page at htmlPath. The page is written under a temporary name,
// synced and renamed: nobody ever sees half of one. Errors about the notebook's content are *[NotebookError].
func File(ctx context.Context, notebookPath, htmlPath string, o Options) error {
	data, err := readFile(notebookPath)
	if err != nil {
		return err
	}
	page, err := Page(ctx, filepath.Base(notebookPath), data, o)
	var ne *NotebookError
	if errors.As(err, &ne) {
		ne.Path = notebookPath
	}
	if err != nil {
		return err
	}
	return writeFile(htmlPath, page)
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("export: making the folder of %s: %w", path, err)
	}
	if err := replace.File(path, data); err != nil {
		return fmt.Errorf("export: writing %s: %w", path, err)
	}
	return nil
}

// Page returns the notebook, given as the bytes of its file, as a page. The same notebook and options give the
// same bytes.
func Page(ctx context.Context, name string, data []byte, o Options) ([]byte, error) {
	n, err := parse(data)
	if err != nil {
		return nil, err
	}
	p := page{prose: newProse(), options: o}
	for i, c := range n.Cells {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("export: stopped at cell %d: %w", i+1, err)
		}
		p.add(i+1, c)
	}
	return p.write(name, data, n)
}

// view is what page.html is filled with.
type view struct {
	Lang, Title, Name, SHA256 string
	Policy                    string
	Facts                     []provenance.Fact
	Unknown                   string
	TOC                       []heading
	Cells                     []template.HTML
	CSS                       template.CSS
	Notebook                  template.HTML
	Scripts                   []template.JS
}

func (p *page) write(name string, data []byte, n *notebook) ([]byte, error) {
	sum := sha256.Sum256(data)
	carried, err := pack(data)
	if err != nil {
		return nil, err
	}
	scripts, err := p.scripts()
	if err != nil {
		return nil, err
	}
	v := view{
		Lang: p.options.Lang, Title: p.title(name, n), Name: name, SHA256: hex.EncodeToString(sum[:]),
		Policy: policy(scripts), Facts: p.record.Facts, TOC: p.contents(), Cells: p.cells,
		CSS: template.CSS(pageCSS), Notebook: template.HTML(carried), Scripts: scripts,
	}
	if v.Lang == "" {
		v.Lang = "en"
	}
	if len(v.Facts) == 0 {
		v.Unknown = "The notebook says nothing of its versions, seed and data: call nb.Provenance in it."
	}
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("export: the page's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("export: filling the page: %w", err)
	}
	return b.Bytes(), nil
}

// policy allows the page's own scripts by their hash, and data; nothing from outside, nothing to outside.
func policy(scripts []template.JS) string {
	var hashes strings.Builder
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(s))
		hashes.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	return "default-src 'none'; img-src data: blob:; media-src data:; style-src 'unsafe-inline'; script-src" + hashes.String() +
		"; base-uri 'none'; form-action 'none'"
}

func pack(data []byte) (string, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", fmt.Errorf("export: packing the notebook: %w", err)
	}
	if _, err := z.Write(data); err != nil {
		return "", fmt.Errorf("export: packing the notebook: %w", err)
	}
	if err := z.Close(); err != nil {
		return "", fmt.Errorf("export: packing the notebook: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// ErrNoNotebook is wrapped by the error of [Notebook] for a page that carries none, or a changed one.
var ErrNoNotebook = errors.New("the page carries no intact notebook")

var carriedScript = regexp.MustCompile(`(?s)<script type="application/gzip" id="tlkit-notebook" data-name="([^"]*)" data-sha256="([0-9a-f]{64})">([A-Za-z0-9+/=]*)</script>`)

// Notebook takes out of a page the notebook that it carries, checked against its SHA-256 and bounded by
// [MaxBytes].
func Notebook(page []byte) ([]byte, error) {
	all := carriedScript.FindAllSubmatch(page, -1)
	if len(all) == 0 {
		return nil, fmt.Errorf("export: %w", ErrNoNotebook)
	}
	m := all[len(all)-1] // the page's own is the last: what cells say cannot come after it
	packed, err := base64.StdEncoding.DecodeString(string(m[3]))
	if err != nil {
		return nil, fmt.Errorf("export: %w: %w", ErrNoNotebook, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("export: %w: %w", ErrNoNotebook, err)
	}
	data, err := io.ReadAll(io.LimitReader(z, MaxBytes+1))
	if err != nil || len(data) > MaxBytes {
		return nil, fmt.Errorf("export: %w: damaged or over %d MiB", ErrNoNotebook, MaxBytes>>20)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != string(m[2]) {
		return nil, fmt.Errorf("export: %w: its SHA-256 differs from the one that the page states", ErrNoNotebook)
	}
	return data, nil
}
