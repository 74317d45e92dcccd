package sql

import (
	"context"
	"fmt"
	"time"

	duckdb "github.com/duckdb/duckdb-go-bindings"
)

// interruptEvery is how often a query is told to stop once its context has ended: DuckDB
// forgets it if it comes before the query began.
const interruptEvery = 20 * time.Millisecond

// stoppable runs f, and stops DuckDB when ctx ends. It returns when both are done.
func (db *DB) stoppable(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.closed {
		return &Error{Kind: ErrRefused, Message: "the database is closed; open another"}
	}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		for {
			duckdb.Interrupt(db.conn)
			select {
			case <-done:
				return
			case <-time.After(interruptEvery):
			}
		}
	}()
	err := f()
	close(done)
	<-over
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// run runs a query, which was accepted before, and gives its result to read, which must not
// keep it.
func (db *DB) run(ctx context.Context, query string, args []any, read func(*duckdb.Result) error) error {
	return db.stoppable(ctx, func() error {
		var statement duckdb.PreparedStatement
		state := duckdb.Prepare(db.conn, query, &statement)
		defer duckdb.DestroyPrepare(&statement)
		if state == duckdb.StateError {
			return said(query, duckdb.PrepareError(statement))
		}
		if err := bind(statement, query, args); err != nil {
			return err
		}
		var result duckdb.Result
		state = duckdb.ExecutePreparedStreaming(statement, &result)
		defer duckdb.DestroyResult(&result)
		if state == duckdb.StateError {
			return said(query, duckdb.ResultError(&result))
		}
		return read(&result)
	})
}

// chunks gives the pieces of a result, until f or DuckDB has an error.
func chunks(query string, result *duckdb.Result, f func(chunk duckdb.DataChunk, rows int) error) error {
	for {
		chunk := duckdb.FetchChunk(*result)
		if chunk.Ptr == nil {
			break
		}
		err := f(chunk, int(duckdb.DataChunkGetSize(chunk)))
		duckdb.DestroyDataChunk(&chunk)
		if err != nil {
			return err
		}
	}
	if message := duckdb.ResultError(result); message != "" {
		return said(query, message)
	}
	return nil
}

// command runs a statement of our own.
func (db *DB) command(ctx context.Context, statement string, args ...any) error {
	return db.run(ctx, statement, args, func(r *duckdb.Result) error {
		return chunks(statement, r, func(duckdb.DataChunk, int) error { return nil })
	})
}

// text asks for one text; a missing one is "".
func (db *DB) text(ctx context.Context, query string, args ...any) (string, error) {
	var text string
	err := db.run(ctx, query, args, func(r *duckdb.Result) error {
		return chunks(query, r, func(c duckdb.DataChunk, rows int) error {
			if v := vectorOf(c, 0); rows > 0 && v.valid(0) {
				text = string(append([]byte(nil), v.text(0)...))
			}
			return nil
		})
	})
	return text, err
}

// bind gives a statement its parameters.
func bind(statement duckdb.PreparedStatement, query string, args []any) error {
	if n := int(duckdb.NParams(statement)); n != len(args) {
		return &Error{Query: query, Kind: ErrQuery, Message: fmt.Sprintf("the query has %d parameters and was given %d; give one for each of $1, $2, …", n, len(args))}
	}
	for i, a := range args {
		at := duckdb.IdxT(i + 1)
		var state duckdb.State
		switch v := a.(type) {
		case nil:
			state = duckdb.BindNull(statement, at)
		case bool:
			state = duckdb.BindBoolean(statement, at, v)
		case int:
			state = duckdb.BindInt64(statement, at, int64(v))
		case int32:
			state = duckdb.BindInt64(statement, at, int64(v))
		case int64:
			state = duckdb.BindInt64(statement, at, v)
		case float64:
			state = duckdb.BindDouble(statement, at, v)
		case string:
			state = duckdb.BindVarcharLength(statement, at, v, duckdb.IdxT(len(v)))
		case time.Time:
			state = duckdb.BindTimestampTZ(statement, at, duckdb.NewTimestamp(v.UnixMicro()))
		default:
			return &Error{Query: query, Kind: ErrQuery, Message: fmt.Sprintf("parameter %d is a %T; give nil, bool, int, int32, int64, float64, string or time.Time", i+1, a)}
		}
		if state == duckdb.StateError {
			return &Error{Query: query, Kind: ErrQuery, Message: fmt.Sprintf("parameter %d cannot be %.40v", i+1, a)}
		}
	}
	return nil
}
