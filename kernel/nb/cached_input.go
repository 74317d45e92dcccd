package nb

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/go-gota/gota/dataframe"

	"transferlab/tlkit/frame"
	"transferlab/tlkit/store"
)

// This file digests the inputs of a cached result.

// inputDigest is the content of one input.
func inputDigest(ctx context.Context, v any) (string, error) {
	switch v := v.(type) {
	case File:
		return store.DigestFile(ctx, string(v))
	case Folder:
		return folderDigest(ctx, string(v))
	case interface {
		digest(context.Context) (string, error)
	}:
		return v.digest(ctx)
	case dataframe.DataFrame:
		return bytesDigest(frame.Table{DataFrame: v})
	case json.Marshaler, encoding.TextMarshaler:
		return store.DigestValue(v)
	case encoding.BinaryMarshaler:
		return bytesDigest(v)
	}
	if where := hidden(reflect.ValueOf(v), fmt.Sprintf("%T", v), 0); where != "" {
		return "", fmt.Errorf("%s is not exported, so that its value would not count; export it, or make what it holds an input of its own", where)
	}
	return store.DigestValue(v)
}

func bytesDigest(v encoding.BinaryMarshaler) (string, error) {
	b, err := v.MarshalBinary()
	if err != nil {
		return "", fmt.Errorf("%T as an input: %w", v, err)
	}
	return store.Digest(b), nil
}

var jsonMarshaler, textMarshaler = reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()

// hidden finds the first field that JSON leaves out because it is not exported.
func hidden(v reflect.Value, where string, depth int) string {
	if !v.IsValid() || v.Type().Implements(jsonMarshaler) || v.Type().Implements(textMarshaler) || depth > 100 { // JSON refuses what is endless
		return ""
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return hidden(v.Elem(), where, depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() < reflect.Array { // numbers
			return ""
		}
		for i := range v.Len() {
			if w := hidden(v.Index(i), where+"[]", depth+1); w != "" {
				return w
			}
		}
	case reflect.Map:
		for at := v.MapRange(); at.Next(); {
			if w := hidden(at.Value(), where+"[]", depth+1); w != "" {
				return w
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Tag.Get("json") == "-" {
				continue
			}
			if !f.IsExported() && !(f.Anonymous && f.Type.Kind() == reflect.Struct) { // whose fields JSON takes
				return where + "." + f.Name
			}
			if w := hidden(v.Field(i), where+"."+f.Name, depth+1); w != "" {
				return w
			}
		}
	}
	return ""
}

func folderDigest(ctx context.Context, root string) (string, error) {
	var all []string
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		sum, err := store.DigestFile(ctx, path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		all = append(all, filepath.ToSlash(rel), sum)
		return err
	})
	if err != nil {
		return "", err
	}
	return store.DigestValue(all)
}
