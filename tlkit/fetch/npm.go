package fetch

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"transferlab/tlkit/progress"
)

// NPM is a member of an npm package, or the package's archive itself, fetched by the
// person's npm.
type NPM struct {
	Package string // "emoji-datasource-google"
	Version string
	Member  string // path inside the package, without the leading "package/"; empty: the archive
}

func (NPM) find(context.Context, Options) []string { return nil }
func (s NPM) String() string {
	return strings.TrimSuffix(fmt.Sprintf("npm package %s %s, %s", s.Package, s.Version, s.Member), ", ")
}

func (s NPM) copy(ctx context.Context, f File, o Options, w io.Writer) error {
	return withTemporary(o, func(dir string) error {
		o.Progress.Report(progress.Event{Task: f.Name, Total: f.Bytes, Unit: "bytes", Note: "asking npm for " + s.Package})
		if err := run(ctx, dir, or(o.NPM, "npm"), "pack", "--silent", "--ignore-scripts", s.Package+"@"+s.Version); err != nil {
			return err
		}
		archive, err := only(dir, "*.tgz")
		if err != nil {
			return err
		}
		if s.Member == "" {
			return copyFile(ctx, archive, w)
		}
		return untar(ctx, archive, path.Join("package", s.Member), w)
	})
}

func untar(ctx context.Context, archive, member string, w io.Writer) error {
	r, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer r.Close()
	z, err := gzip.NewReader(contextual{ctx, r})
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return fmt.Errorf("%s has no member %s", filepath.Base(archive), member)
		}
		if err != nil {
			return err
		}
		if h.Name == member && h.Typeflag == tar.TypeReg {
			_, err := io.Copy(w, t)
			return err
		}
	}
}
