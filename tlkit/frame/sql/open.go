package sql

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// DB answers queries. It may be used by several goroutines, which wait for each other: one
// query has all threads. Close it when it is done with.
type DB struct {
	mu      sync.Mutex
	o       Options
	db      duckdb.Database
	conn    duckdb.Connection
	dir     string            // private: what does not fit into memory, and exports on their way
	tables  map[string]string // names in small letters, as DuckDB compares them, and as they were given
	ordered map[string]bool   // the levels, as levelsKey has them, that go from low to high
	closed  bool
}

// Open makes the files known and locks everything else out. Nothing is read but what is
// needed to know the columns. An error names the file.
func Open(ctx context.Context, o Options) (db *DB, err error) {
	if o.MemoryLimit < 0 || o.Threads < 0 || o.MaxTemp < 0 || o.MaxBytes < 0 || o.MaxRows < 0 {
		return nil, &Error{Kind: ErrRefused, Message: "a limit in Options is negative; use 0 for the usual one"}
	}
	dir, err := os.MkdirTemp(o.TempDir, "tlkit-sql-")
	if err != nil {
		return nil, &Error{Message: "the temporary folder cannot be made; set Options.TempDir", Err: err}
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, &Error{Message: "the temporary folder cannot be found", Err: err}
	}
	db = &DB{o: o, dir: dir, tables: map[string]string{}, ordered: map[string]bool{}}
	defer func() {
		if err != nil {
			_ = db.Close()
			db = nil
		}
	}()
	if err := db.start(); err != nil {
		return db, err
	}
	if err := db.configure(ctx); err != nil {
		return db, err
	}
	paths := []string{db.spool("csv"), db.spool("parquet")}
	for i, f := range o.Files {
		used, err := db.addFile(ctx, i, f)
		if err != nil {
			return db, err
		}
		paths = append(paths, used...)
	}
	return db, db.lock(ctx, paths)
}

// start opens a database in memory. What could reach out is turned off before it exists.
func (db *DB) start() error {
	var config duckdb.Config
	if duckdb.CreateConfig(&config) == duckdb.StateError {
		return &Error{Message: "DuckDB cannot be configured"}
	}
	defer duckdb.DestroyConfig(&config)
	for _, set := range [][2]string{
		{"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"},
		{"allow_community_extensions", "false"}, {"allow_unsigned_extensions", "false"},
		{"allow_persistent_secrets", "false"}, {"secret_directory", filepath.Join(db.dir, "none")},
		{"extension_directory", filepath.Join(db.dir, "none")},
		{"temp_directory", filepath.Join(db.dir, "spill")},
	} {
		if duckdb.SetConfig(config, set[0], set[1]) == duckdb.StateError {
			return &Error{Message: fmt.Sprintf("DuckDB %s does not take the setting %s", duckdb.LibraryVersion(), set[0])}
		}
	}
	var message string
	if duckdb.OpenExt("", &db.db, config, &message) == duckdb.StateError {
		return said("", message)
	}
	if duckdb.Connect(db.db, &db.conn) == duckdb.StateError {
		return &Error{Message: "DuckDB gives no connection"}
	}
	return nil
}

// configure sets the limits.
func (db *DB) configure(ctx context.Context) error {
	memory := strconv.FormatInt(db.o.MemoryLimit, 10) + " bytes"
	if db.o.MemoryLimit == 0 {
		var err error
		if memory, err = db.half(ctx); err != nil {
			return err
		}
	}
	temp := db.o.MaxTemp
	if temp == 0 {
		temp = defaultMaxTemp
	}
	threads := db.o.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	for _, set := range []string{
		"SET memory_limit = " + literal(memory),
		"SET max_temp_directory_size = " + literal(strconv.FormatInt(temp, 10)+" bytes"),
		"SET threads = " + strconv.Itoa(threads),
		"SET TimeZone = 'UTC'",
		"SET enable_progress_bar = false",
	} {
		if err := db.command(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

// half is half of the machine's memory. DuckDB takes four fifths by itself, and knows what a
// container may have.
func (db *DB) half(ctx context.Context) (string, error) {
	text, err := db.text(ctx, "SELECT current_setting('memory_limit')")
	if err != nil {
		return "", err
	}
	number, unit, ok := strings.Cut(text, " ")
	v, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil {
		return "", &Error{Message: fmt.Sprintf("DuckDB says that its memory is %q; set Options.MemoryLimit", text)}
	}
	return strconv.FormatFloat(v*0.625, 'f', 3, 64) + " " + unit, nil
}

// lock limits access to the paths, for good.
func (db *DB) lock(ctx context.Context, paths []string) error {
	for _, set := range []string{
		"SET allowed_paths = " + list(paths),
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	} {
		if err := db.command(ctx, set); err != nil {
			return err
		}
	}
	return nil
}

// spool is where an export is written before it is put in its place.
func (db *DB) spool(ending string) string { return filepath.Join(db.dir, "export."+ending) }

// Close ends the database and removes what it kept on the disk. A second call does nothing.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.closed {
		return nil
	}
	db.closed = true
	if db.conn.Ptr != nil {
		duckdb.Disconnect(&db.conn)
	}
	if db.db.Ptr != nil {
		duckdb.Close(&db.db)
	}
	if err := os.RemoveAll(db.dir); err != nil {
		return &Error{Message: "the temporary folder cannot be removed", Err: err}
	}
	return nil
}
