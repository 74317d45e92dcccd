package sql

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"transferlab/tlkit/frame"
)

// secretive is a folder with a file that is named, one that is not, and links.
func secretive(t *testing.T) (dir, allowed, secret string) {
	dir = t.TempDir()
	allowed = write(t, filepath.Join(dir, "open.csv"), "a,b\n1,x\n2,y\n")
	secret = write(t, filepath.Join(dir, "secret.csv"), "word\nswordfish\n")
	for link, to := range map[string]string{"link.csv": secret, "passwd.csv": "/etc/passwd"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, allowed, secret
}

// contents are all files below the folders.
func contents(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, d := range dirs {
		err := filepath.WalkDir(d, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				b, err := os.ReadFile(path)
				all[path] = string(b)
				return err
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestNothingElseCanBeReached(t *testing.T) {
	dir, allowed, secret := secretive(t)
	temp := t.TempDir()
	t.Chdir(dir) // relative paths would lead somewhere
	db := open(t, Options{Files: []File{{Name: "t", Path: allowed}}, TempDir: temp})
	before := contents(t, dir, temp)
	in := func(query string) string {
		return strings.NewReplacer("DIR", dir, "SECRET", secret, "ALLOWED", allowed, "PRIVATE", db.dir).Replace(query)
	}
	for _, q := range []string{
		// Reading other files.
		"SELECT * FROM 'SECRET'", "SELECT * FROM read_csv('SECRET')", "SELECT * FROM read_csv('secret.csv')", "SELECT * FROM read_csv(['ALLOWED', 'SECRET'])", "FROM read_csv_auto('SECRET')",
		"SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM read_blob('/etc/passwd')", "SELECT * FROM read_json('SECRET')", "SELECT * FROM read_json_objects('SECRET')", "SELECT * FROM read_ndjson('SECRET')",
		"SELECT * FROM read_parquet('SECRET')", "SELECT * FROM parquet_metadata('SECRET')", "SELECT * FROM parquet_schema('SECRET')", "SELECT * FROM parquet_kv_metadata('SECRET')", "SELECT * FROM parquet_file_metadata('SECRET')",
		"SELECT * FROM sniff_csv('SECRET')", "SELECT * FROM read_text('/proc/self/environ')", "SELECT * FROM read_csv('/dev/stdin')", "SELECT * FROM read_csv('/proc/self/cwd/secret.csv')", "SELECT * FROM read_csv('/proc/self/root/SECRET')",
		// Patterns and detours.
		"SELECT * FROM glob('*')", "SELECT * FROM glob('DIR/*')", "SELECT * FROM read_csv('DIR/*.csv')", "SELECT * FROM read_csv('DIR/[os]*.csv')", "SELECT * FROM read_csv('DIR/?ecret.csv')", "SELECT * FROM read_csv('DIR/**')",
		"SELECT * FROM read_csv('ALLOWED/../secret.csv')", "SELECT * FROM read_csv('DIR/./secret.csv')", "SELECT * FROM read_csv('PRIVATE/../../secret.csv')", "SELECT * FROM read_csv('DIR//secret.csv')", "SELECT * FROM read_csv('file://SECRET')", "SELECT * FROM read_csv('file:SECRET')",
		"SELECT * FROM read_csv('DIR/link.csv')", "SELECT * FROM read_csv('DIR/passwd.csv')", "SELECT * FROM read_text('DIR/passwd.csv')", "SELECT * FROM read_csv('SECRET\\0')",
		"SELECT (SELECT content FROM read_text('SECRET'))", "WITH x AS (SELECT * FROM read_text('SECRET')) SELECT * FROM x", "SELECT * FROM t WHERE b IN (SELECT word FROM read_csv('SECRET'))", "SELECT * FROM t, LATERAL (SELECT * FROM read_csv('SECRET'))",
		// Writing.
		"COPY (SELECT 1) TO 'DIR/new.csv'", "COPY (SELECT 1) TO 'SECRET'", "COPY (SELECT 1) TO 'ALLOWED'", "COPY t TO 'new.parquet' (FORMAT parquet)", "COPY (SELECT 1) TO 'PRIVATE/x.csv'", "COPY (SELECT 1) TO '/dev/stdout'", "EXPORT DATABASE 'DIR/db'",
		"SELECT 1) TO 'DIR/new.csv' (FORMAT csv); --", "INSERT INTO t VALUES (3, 'z')", "CREATE TABLE x AS SELECT 1", "CREATE VIEW x AS SELECT * FROM 'SECRET'", "DROP VIEW t", "CREATE MACRO f(x) AS (SELECT content FROM read_text(x))",
		"CREATE OR REPLACE VIEW t AS SELECT 1", "ALTER VIEW t RENAME TO u", "UPDATE t SET a = 1", "DELETE FROM t", "MERGE INTO t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE", "TRUNCATE t",
		// Other databases, extensions, the network.
		"ATTACH 'DIR/x.db'", "ATTACH ':memory:' AS m", "ATTACH 'SECRET' AS s (TYPE sqlite)", "DETACH memory", "USE memory", "IMPORT DATABASE 'DIR'", "SELECT * FROM read_duckdb('SECRET')",
		"INSTALL httpfs", "LOAD httpfs", "FORCE INSTALL httpfs FROM community", "LOAD 'DIR/x.duckdb_extension'", "UPDATE EXTENSIONS", "SELECT * FROM 'https://example.com/x.csv'", "SELECT * FROM read_csv('https://example.com/x.csv')", "SELECT * FROM 's3://bucket/x.parquet'",
		"CREATE SECRET s (TYPE http)", "CREATE PERSISTENT SECRET s (TYPE s3)", "SELECT * FROM duckdb_secrets()", "SELECT * FROM which_secret('http://x', 'http')", "SELECT * FROM sqlite_scan('SECRET', 'x')", "SELECT * FROM postgres_scan('host=localhost', 'x', 'y')",
		// Settings and pragmas.
		"SET memory_limit = '100GB'", "SET enable_external_access = true", "SET lock_configuration = false", "RESET lock_configuration", "SET allowed_paths = ['SECRET']", "SET GLOBAL temp_directory = 'DIR'", "SET TimeZone = 'Asia/Tokyo'", "SET threads = 64", "SET VARIABLE x = 1",
		"PRAGMA database_list", "PRAGMA enable_profiling", "PRAGMA profiling_output = 'DIR/new.json'", "PRAGMA threads = 64", "PRAGMA import_database('DIR')", "PRAGMA disable_optimizer", "PRAGMA table_info('t')", "CALL pragma_version()", "CHECKPOINT", "VACUUM", "ANALYZE",
		// Functions that do more than ask.
		"SELECT * FROM enable_logging()", "SELECT * FROM enable_logging(storage = 'file', storage_path = 'DIR/log')", "SELECT * FROM enable_logging(storage = 'stdout')", "CALL enable_logging(storage = 'file', storage_path = 'PRIVATE')", "SELECT * FROM disable_logging()", "SELECT * FROM truncate_duckdb_logs()",
		"SELECT * FROM system.main.enable_logging()", `SELECT * FROM "enable_logging"()`, "SELECT * FROM ENABLE_LOGGING()", "SELECT (SELECT count(*) FROM enable_logging())", "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r, enable_logging() WHERE i < 3) SELECT * FROM r", "SELECT * FROM t WHERE EXISTS (FROM enable_logging())",
		"SELECT [x FOR x IN [(SELECT count(*) FROM enable_logging())]] AS l", "SELECT * FROM t ORDER BY (SELECT count(*) FROM enable_logging())", "SELECT 1 UNION ALL SELECT count(*) FROM enable_logging()", "VALUES ((SELECT count(*) FROM enable_logging()))", "DESCRIBE SELECT * FROM enable_logging()", "SUMMARIZE FROM enable_logging()",
		"PIVOT (FROM enable_logging()) ON x IN (1) USING count(*)", "SELECT count(*) FILTER (WHERE (SELECT true FROM enable_logging())) FROM t", "SELECT sum(a) OVER (ORDER BY (SELECT count(*) FROM enable_logging())) FROM t", "SELECT * FROM t LIMIT (SELECT count(*) FROM enable_logging())",
		"SELECT * FROM query('SELECT * FROM enable_logging()')", "SELECT * FROM query_table('t')", "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))", "SELECT * FROM arrow_scan(1::UBIGINT, 2::UBIGINT, 3::UBIGINT)", "SELECT * FROM enable_profiling()",
		"SELECT * FROM checkpoint()", "SELECT * FROM force_checkpoint()", "SELECT write_log('x')", "SELECT list_transform([1], x -> write_log('x'))", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_logs()",
		// More than one statement, or none.
		"SELECT 1; COPY (SELECT 1) TO 'DIR/new.csv'", "SELECT 1; SET threads = 64", "BEGIN; SELECT 1", "COMMIT", "PREPARE p AS SELECT 1", "EXECUTE p", "EXPLAIN ANALYZE SELECT 1", "EXPLAIN COPY (SELECT 1) TO 'x'", "-- nothing",
	} {
		query := in(q)
		got, err := db.Query(t.Context(), query)
		if !errors.Is(err, ErrRefused) && !errors.Is(err, ErrQuery) {
			t.Errorf("%s\ngave %v, %v", query, got, err)
		}
		var e *Error
		if !errors.As(err, &e) || e.Query != query {
			t.Errorf("%s\nis no typed error with the query: %v", query, err)
		}
	}
	if got := shown(t, ask(t, db, "SELECT sum(a) AS s, count(*) AS n FROM t")); got != "3|2" {
		t.Errorf("the database has suffered: %s", got)
	}
	after := contents(t, dir, temp)
	if len(after) != len(before) {
		t.Errorf("files have come: %v, were %v", after, before)
	}
	for path, content := range before {
		if after[path] != content {
			t.Errorf("%s has changed", path)
		}
	}
}

// What a query asks for is refused by DuckDB as well, should a way around the check be found.
func TestDuckDBItselfIsLocked(t *testing.T) {
	dir, allowed, secret := secretive(t)
	db := open(t, Options{Files: []File{{Name: "t", Path: allowed}}})
	for _, statement := range []string{
		"SELECT * FROM read_csv(" + literal(secret) + ")", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob(" + literal(dir+"/*") + ")", "SELECT * FROM read_csv(" + literal(dir+"/link.csv") + ")",
		"COPY (SELECT 1) TO " + literal(dir+"/new.csv"), "COPY (SELECT 1) TO " + literal(secret), "EXPORT DATABASE " + literal(dir+"/db"), "ATTACH " + literal(dir+"/x.db"), "IMPORT DATABASE " + literal(dir),
		"INSTALL httpfs", "LOAD httpfs", "LOAD " + literal(dir+"/x.duckdb_extension"), "SELECT * FROM 'https://example.com/x.csv'",
		"SET memory_limit = '100GB'", "SET enable_external_access = true", "SET lock_configuration = false", "SET allowed_paths = []", "SET temp_directory = " + literal(dir), "SET threads = 64", "PRAGMA profiling_output = " + literal(dir+"/new.json"),
	} {
		if err := db.command(t.Context(), statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if got := contents(t, dir); len(got) != 2 || got[secret] != "word\nswordfish\n" || !strings.HasPrefix(got[allowed], "a,b") {
		t.Errorf("%v", got)
	}
}

func TestLinksAreFollowedOnce(t *testing.T) {
	dir, allowed, secret := secretive(t)
	link := filepath.Join(dir, "named.csv")
	if err := os.Symlink(allowed, link); err != nil {
		t.Fatal(err)
	}
	db := open(t, Options{Files: []File{{Path: link}}})
	if err := errors.Join(os.Remove(link), os.Symlink(secret, link)); err != nil {
		t.Fatal(err)
	}
	if got := shown(t, ask(t, db, "SELECT sum(a) AS s FROM named")); got != "3" {
		t.Errorf("the link leads elsewhere: %s", got)
	}
	if _, err := db.Query(t.Context(), "SELECT * FROM read_csv("+literal(link)+")"); !errors.Is(err, ErrRefused) {
		t.Errorf("%v", err)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	dir, allowed, _ := secretive(t)
	for name, files := range map[string][]File{
		"cannot be read":  {{Path: filepath.Join(dir, "none.csv")}},
		"no regular file": {{Path: dir}},
		"capital":         {{Path: allowed}, {Name: "OPEN", Path: allowed}},
		"no name":         {{Path: filepath.Join(dir, "link.csv"), Name: ""}, {Name: "x", Path: allowed, More: []string{filepath.Join(dir, ".hidden")}}},
		"NUL":             {{Name: "a\x00", Path: allowed}},
		"/dev/null":       {{Path: "/dev/null"}},
		"Trim":            {{Path: allowed, CSV: frame.CSVOptions{Trim: true}}},
		"shift_jis":       {{Path: allowed, CSV: frame.CSVOptions{Encoding: "shift_jis"}}},
		"open.parquet":    {{Path: write(t, filepath.Join(t.TempDir(), "open.parquet"), "PAR1 not really PAR1")}},
	} {
		db, err := Open(t.Context(), Options{Files: files})
		if err == nil {
			_ = db.Close()
		}
		if name == "no name" {
			name = ".hidden"
		}
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, q := range []string{"SELECT 1", "SELECT * FROM t WHERE a > 1 ORDER BY b", "COPY (SELECT 1) TO 'x'", "SELECT * FROM enable_logging(storage='stdout')", "WITH a AS (FROM t) SELECT * FROM a", "SELECT '\x00'", "SELECT \"", "/*", "--", "SELECT $1", "SELECT [1,2][1]", "FROM range(3)"} {
		f.Add(q)
	}
	path := write(f, filepath.Join(f.TempDir(), "t.csv"), "a,b\n1,x\n2,y\n")
	db, err := Open(f.Context(), Options{Files: []File{{Path: path}}, MaxRows: 1000, MaxBytes: 1 << 20, MemoryLimit: 256 << 20, Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 2000 {
			return
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err := db.Query(ctx, query)
		var e *Error
		if err != nil && !errors.As(err, &e) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: %v", query, err)
		}
		if got, err := db.Query(t.Context(), "SELECT sum(a) AS s FROM t"); err != nil || shown(t, got) != "3" {
			t.Fatalf("%q has broken the database: %v", query, err)
		}
		if now, _ := os.ReadFile(path); !bytes.Equal(now, content) {
			t.Fatalf("%q has changed a file", query)
		}
	})
}
