package sql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/progress"
)

// Source is the answer to a query, described and not yet asked for. It is a [frame.Source].
// In JSON it is part of a recipe.
type Source struct {
	Options Options `json:"options"`
	SQL     string  `json:"sql"`
	Args    []any   `json:"args,omitempty"`
}

// Query describes the answer to a query about the files in the options; nothing is opened.
func Query(o Options, query string, args ...any) *Source { return &Source{o, query, args} }

// String says what is asked, and of which files.
func (s *Source) String() string {
	paths := make([]string, 0, len(s.Options.Files))
	for _, f := range s.Options.Files {
		paths = append(paths, fmt.Sprintf("%q", f.Path))
	}
	return fmt.Sprintf("SQL query %q of %s", strings.Join(strings.Fields(s.SQL), " "), strings.Join(paths, ", "))
}

// Read opens the files, asks, and closes them.
func (s *Source) Read(ctx context.Context, rep progress.Reporter) (t frame.Table, err error) {
	db, err := Open(ctx, s.Options)
	if err != nil {
		return frame.Table{}, err
	}
	defer func() {
		if e := db.Close(); err == nil {
			err = e
		}
	}()
	return db.query(ctx, rep, s.SQL, s.Args)
}

// Tables names the files and tables that queries know, in the order of the alphabet.
func (db *DB) Tables() []string {
	db.mu.Lock()
	defer db.mu.Unlock()
	names := make([]string, 0, len(db.tables))
	for _, n := range db.tables {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
