package parquet

import (
	"encoding/json"

	"github.com/parquet-go/parquet-go/format"

	"transferlab/tlkit/frame"
)

// SchemaKey is where a file's metadata keep the table's frame.Schema, as JSON.
const SchemaKey = "tlkit:frame.schema"

// bytesKey is where they name the columns of text that is not all UTF-8, as a JSON list.
const bytesKey = "tlkit:frame.bytes"

func metadata(meta *format.FileMetaData, key string) (value string, ok bool) {
	for _, kv := range meta.KeyValueMetadata {
		if kv.Key == key {
			return kv.Value, true
		}
	}
	return "", false
}

// own is what a file written here has in its metadata. Another program may have copied them
// to a file with other columns, so they only add to what the file's types say.
type own struct {
	fields map[string]frame.Field
	bytes  map[string]bool // columns of text that are kept as bytes
}

func ownMetadata(meta *format.FileMetaData) own {
	o := own{map[string]frame.Field{}, map[string]bool{}}
	if raw, ok := metadata(meta, SchemaKey); ok {
		var s frame.Schema
		if json.Unmarshal([]byte(raw), &s) == nil {
			for _, f := range s {
				o.fields[f.Name] = f
			}
		}
	}
	if raw, ok := metadata(meta, bytesKey); ok {
		var names []string
		if json.Unmarshal([]byte(raw), &names) == nil {
			for _, n := range names {
				o.bytes[n] = true
			}
		}
	}
	return o
}
