package sql

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"transferlab/tlkit/frame"
)

// addFile makes a file a view, and gives the paths that DuckDB reads for it.
func (db *DB) addFile(ctx context.Context, number int, f File) (paths []string, err error) {
	if f.Name == "" {
		f.Name, _, _ = strings.Cut(filepath.Base(f.Path), ".")
	}
	if err := db.free(f.Name); err != nil {
		return nil, err
	}
	for i, p := range append([]string{f.Path}, f.More...) {
		real, err := db.reach(p, fmt.Sprintf("%d-%d", number, i))
		if err != nil {
			return nil, err
		}
		paths = append(paths, real)
	}
	var from string
	switch ending(f.Path) {
	case ".parquet", ".pq":
		from, err = db.parquetView(ctx, f, paths)
	case ".json", ".jsonl", ".ndjson":
		from = "SELECT * FROM read_json(" + list(paths) + ")"
	default:
		from, err = db.csvView(ctx, f, paths)
	}
	if err == nil {
		err = db.command(ctx, "CREATE VIEW "+name(f.Name)+" AS "+from)
	}
	if err != nil {
		return nil, inFile(err, f.Path)
	}
	db.tables[strings.ToLower(f.Name)] = f.Name
	return paths, nil
}

// inFile says which file an error is about.
func inFile(err error, path string) error {
	if e, ok := err.(*Error); ok {
		e.Message = fmt.Sprintf("file %q: %s", path, e.Message)
	}
	return err
}

// free says why no table can get this name, if so.
func (db *DB) free(table string) error {
	if err := plain("the table's name", table); err != nil {
		return err
	}
	if table == "" {
		return &Error{Kind: ErrRefused, Message: "a table has no name; give it one"}
	}
	if taken, ok := db.tables[strings.ToLower(table)]; ok {
		return &Error{Kind: ErrRefused, Message: fmt.Sprintf("there is a table %q already, and SQL makes no difference between small and capital letters; choose another name", taken)}
	}
	return nil
}

// ending is the file's ending in small letters, without that of a compression.
func ending(path string) string {
	p := strings.ToLower(path)
	for _, c := range []string{".gz", ".zst"} {
		p = strings.TrimSuffix(p, c)
	}
	return filepath.Ext(p)
}

// special are the characters by which DuckDB takes a path for many, or for an address.
const special = "*?[]{}:"

// reach finds the file itself, behind links, so that nobody can put another in its place. A
// path that DuckDB would take for a pattern is reached by a link in the private folder.
func (db *DB) reach(path, number string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	var st os.FileInfo
	if err == nil {
		st, err = os.Stat(real)
	}
	if err == nil && !st.Mode().IsRegular() {
		err = fmt.Errorf("it is no regular file (%v)", st.Mode().Type())
	}
	if err != nil {
		return "", &Error{Message: fmt.Sprintf("file %q cannot be read", path), Err: err}
	}
	if !strings.ContainsAny(strings.TrimPrefix(real, filepath.VolumeName(real)), special) {
		return real, nil
	}
	link := filepath.Join(db.dir, "file-"+number+safe(ending(path)))
	if err := os.Symlink(real, link); err != nil {
		return "", &Error{Message: fmt.Sprintf("file %q has one of the characters %s in its path, and no link to it can be made; rename it", path, special), Err: err}
	}
	return link, nil
}

// safe is an ending of small letters and digits, or none.
func safe(ending string) string {
	for _, c := range strings.TrimPrefix(ending, ".") {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return ending
}

// compression is how the file is packed, by its first bytes.
func compression(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", &Error{Message: "the file cannot be opened", Err: err}
	}
	defer f.Close()
	var head [4]byte
	n, err := io.ReadFull(f, head[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", &Error{Message: "the file cannot be read", Err: err}
	}
	switch {
	case bytes.HasPrefix(head[:n], []byte{0x1F, 0x8B}):
		return "gzip", nil
	case bytes.HasPrefix(head[:n], []byte{0x28, 0xB5, 0x2F, 0xFD}):
		return "zstd", nil
	}
	return "none", nil
}

// parquetSchema is where files of package parquet keep a table's schema.
const parquetSchema = "tlkit:frame.schema"

// parquetView reads Parquet. Categories that the file's schema speaks of are categories.
func (db *DB) parquetView(ctx context.Context, f File, paths []string) (string, error) {
	from := " FROM read_parquet(" + list(paths) + ")"
	if f.Plain {
		return "SELECT *" + from, nil
	}
	raw, err := db.text(ctx, "SELECT decode(value) FROM parquet_kv_metadata("+literal(paths[0])+") WHERE decode(key) = $1", parquetSchema)
	if err != nil {
		return "", err
	}
	var schema frame.Schema
	if raw == "" || json.Unmarshal([]byte(raw), &schema) != nil {
		return "SELECT *" + from, nil
	}
	var casts []string
	for _, c := range schema {
		if c.Kind != frame.Category || len(c.Levels) == 0 || strings.Contains(c.Name+strings.Join(c.Levels, ""), "\x00") {
			continue
		}
		casts = append(casts, fmt.Sprintf("CAST(%s AS %s) AS %s", name(c.Name), enum(c.Levels), name(c.Name)))
		db.remember(c)
	}
	if len(casts) == 0 {
		return "SELECT *" + from, nil
	}
	return "SELECT * REPLACE (" + strings.Join(casts, ", ") + ")" + from, nil
}

// remember keeps which levels have an order, which ENUM cannot say.
func (db *DB) remember(f frame.Field) {
	if f.Ordered {
		db.ordered[levelsKey(f.Levels)] = true
	}
}

const sampleRows = 10_000 // that package frame takes, too

// csvView reads text with separators. Package frame reads its first rows, and says what the
// columns are called and of which kinds they are; DuckDB is told all of that and guesses
// nothing.
func (db *DB) csvView(ctx context.Context, f File, paths []string) (string, error) {
	f.CSV = f.CSV.For(f.Path)
	o := f.CSV
	if o.Trim || o.Replace {
		return "", &Error{Kind: ErrRefused, Message: "DuckDB knows neither Trim nor Replace; read the file with frame.CSV and add the table"}
	}
	o.MaxRows = sampleRows
	if o.InferRows > 0 {
		o.MaxRows = o.InferRows
	}
	columns := o.Columns
	o.Columns = nil
	head, err := frame.CSV(f.Path, o).Read(ctx, nil)
	if err != nil {
		return "", err
	}
	all, err := head.Columns()
	if err != nil {
		return "", err
	}
	args, err := csvArguments(f.CSV, paths)
	if err != nil {
		return "", err
	}
	types, shown := make([]string, len(all)), map[string]string{}
	for i, c := range all {
		if err := plain("the column's name", c.Name); err != nil {
			return "", err
		}
		stored, show := db.csvType(c)
		types[i] = literal(c.Name) + ": " + literal(stored)
		shown[c.Name] = show
	}
	args = append(args, "columns = {"+strings.Join(types, ", ")+"}")
	if len(columns) == 0 {
		columns = head.Names()
	}
	out := make([]string, len(columns))
	for i, c := range columns {
		show, ok := shown[c]
		if !ok {
			return "", &frame.ColumnError{Column: c, Nearest: frame.Nearest(c, head.Names()), Have: head.Names()}
		}
		out[i] = show
	}
	from := "SELECT " + strings.Join(out, ", ") + " FROM read_csv(" + strings.Join(args, ", ") + ")"
	if f.CSV.MaxRows > 0 {
		from += " LIMIT " + strconv.Itoa(f.CSV.MaxRows)
	}
	return from, nil
}

// csvType is the type that DuckDB reads a column as, and how the view shows it.
func (db *DB) csvType(c frame.Column) (stored, show string) {
	n := name(c.Name)
	switch c.Kind {
	case frame.Int:
		return "BIGINT", n
	case frame.Float:
		return "DOUBLE", n
	case frame.Bool:
		return "BOOLEAN", n
	case frame.Category:
		if len(c.Levels) > 0 {
			db.remember(c.Field)
			return enum(c.Levels), n
		}
	case frame.Date:
		days, instants := forms(c.Texts)
		if f := c.Field.Format; f != "" && days != instants {
			to := "DATE"
			if instants {
				to = "TIMESTAMP"
			}
			return "VARCHAR", fmt.Sprintf("CAST(strptime(%s, %s) AS %s) AS %s", n, literal(f), to, n)
		}
		switch {
		case days && !instants:
			return "DATE", n
		case instants && !days:
			return "TIMESTAMP WITH TIME ZONE", n
		}
	}
	return "VARCHAR", n
}

// forms says whether there are days and instants among dates.
func forms(cells []frame.Cell[string]) (days, instants bool) {
	for i := range cells {
		if !cells[i].Null {
			day := len(cells[i].Value) == len("2006-01-02")
			days, instants = days || day, instants || !day
		}
	}
	return days, instants
}

// csvArguments are read_csv's arguments that say what the text looks like.
func csvArguments(o frame.CSVOptions, paths []string) ([]string, error) {
	char := func(c frame.Char, usual string) string {
		if c == 0 {
			return literal(usual)
		}
		return literal(string(rune(c)))
	}
	quote := char(o.Quote, `"`)
	if o.NoQuote {
		quote = literal("")
	}
	packed, err := compression(paths[0])
	if err != nil {
		return nil, err
	}
	args := []string{
		list(paths), "auto_detect = false", "delim = " + char(o.Comma, ","), "quote = " + quote, "escape = " + quote, "comment = " + char(o.Comment, ""),
		"header = " + strconv.FormatBool(!o.NoHeader), "skip = " + strconv.Itoa(o.SkipRows), "nullstr = " + list(append([]string{""}, o.Missing...)),
		"allow_quoted_nulls = " + strconv.FormatBool(o.QuotedMissing), "compression = " + literal(packed),
	}
	if o.DecimalComma {
		args = append(args, "decimal_separator = ','")
	}
	if o.MaxField > 0 {
		args = append(args, "max_line_size = "+strconv.Itoa(o.MaxField))
	}
	switch e := strings.ToLower(o.Encoding); e {
	case "", "utf-8", "utf8":
	case "utf-16", "utf-16le", "utf16":
		args = append(args, "encoding = 'utf-16'")
	case "iso-8859-1", "latin1", "latin-1":
		args = append(args, "encoding = 'latin-1'")
	default:
		return nil, &Error{Kind: ErrRefused, Message: fmt.Sprintf("DuckDB knows no encoding %.40q, but UTF-8, UTF-16 and ISO 8859-1; read the file with frame.CSV and add the table", o.Encoding)}
	}
	return args, nil
}
