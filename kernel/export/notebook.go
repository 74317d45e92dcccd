package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// Limits on a notebook that is read, checked before memory is taken for more.
const (
	MaxBytes   = 128 << 20 // of the file
	MaxCells   = 10_000
	MaxOutputs = 10_000 // of one cell
)

// NotebookError says what is wrong with a notebook, and where.
type NotebookError struct {
	Path string // file, "" where the notebook did not come from one
	Cell int    // position of the cell, counted from 1; 0 where the trouble is not in a cell
	Why  string // what is wrong, and what to do
	Err  error  // the cause, or nil
}

func (e *NotebookError) Error() string {
	var b strings.Builder
	b.WriteString("export: notebook")
	if e.Path != "" {
		fmt.Fprintf(&b, " %s", e.Path)
	}
	if e.Cell > 0 {
		fmt.Fprintf(&b, ", cell %d", e.Cell)
	}
	fmt.Fprintf(&b, ": %s", e.Why)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *NotebookError) Unwrap() error { return e.Err }

// notebook is what a page needs of nbformat 4.
type notebook struct {
	Cells    []cell `json:"cells"`
	Format   int    `json:"nbformat"`
	Metadata struct {
		Title  string `json:"title"`
		Kernel struct {
			Name    string `json:"name"`
			Display string `json:"display_name"`
		} `json:"kernelspec"`
		Language struct {
			Name string `json:"name"`
		} `json:"language_info"`
	} `json:"metadata"`
}

type cell struct {
	Type        string                `json:"cell_type"`
	Source      text                  `json:"source"`
	Count       *int                  `json:"execution_count"`
	Outputs     []output              `json:"outputs"`
	Attachments map[string]mimeBundle `json:"attachments"`
	Metadata    struct {
		Tags []string `json:"tags"`
	} `json:"metadata"`
}

type output struct {
	Type      string     `json:"output_type"`
	Name      string     `json:"name"`
	Text      text       `json:"text"`
	Data      mimeBundle `json:"data"`
	Error     string     `json:"ename"`
	Value     string     `json:"evalue"`
	Traceback []string   `json:"traceback"`
}

type mimeBundle map[string]json.RawMessage

// text is nbformat's "multiline string": a string, or its lines.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*t = text(one)
		return nil
	}
	var lines []string
	if err := json.Unmarshal(data, &lines); err != nil {
		return fmt.Errorf("text that is neither a string nor a list of strings: %w", err)
	}
	*t = text(strings.Join(lines, ""))
	return nil
}

// get returns the bundle's text of that type. JSON types may hold any JSON, or a string with JSON in it.
func (m mimeBundle) get(mime string) (string, bool) {
	raw, ok := m[mime]
	if !ok {
		return "", false
	}
	var t text
	if err := t.UnmarshalJSON(raw); err == nil {
		return string(t), true
	}
	return string(raw), true
}

// readFile reads a notebook's bytes within the limit.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("export: reading %s: %w", path, err)
	}
	if len(data) > MaxBytes {
		return nil, &NotebookError{Path: path, Why: fmt.Sprintf("it is over the limit of %d MiB: clear large outputs", MaxBytes>>20)}
	}
	return data, nil
}

// parse reads nbformat 4 with its limits checked.
func parse(data []byte) (*notebook, error) {
	var n notebook
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&n); err != nil {
		return nil, &NotebookError{Why: "it is not a Jupyter notebook in JSON", Err: err}
	}
	if n.Format != 4 {
		return nil, &NotebookError{Why: fmt.Sprintf("format %d is not known, 4 is: open it in JupyterLab and save it again", n.Format)}
	}
	if len(n.Cells) > MaxCells {
		return nil, &NotebookError{Why: fmt.Sprintf("%d cells are over the limit of %d", len(n.Cells), MaxCells)}
	}
	for i, c := range n.Cells {
		if len(c.Outputs) > MaxOutputs {
			return nil, &NotebookError{Cell: i + 1, Why: fmt.Sprintf("%d outputs are over the limit of %d", len(c.Outputs), MaxOutputs)}
		}
	}
	return &n, nil
}
