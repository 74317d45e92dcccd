package fetch

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"transferlab/tlkit/progress"
)

// Debian is a package of Debian or one of its kin, or a file in it, fetched by the person's
// apt, which needs no rights for that and installs nothing.
type Debian struct {
	Package string // "tuxpaint-stamps-default"
	Version string // "2022.06.04-1"; a release that carries another one is an error
	Member  string // path inside the package, without the leading "/"; empty: the .deb is the file
}

func (s Debian) String() string {
	return strings.TrimSuffix(fmt.Sprintf("Debian package %s %s, %s", s.Package, s.Version, s.Member), ", ")
}

// find looks for the package where apt keeps what it has fetched, and for the member where
// the package is installed.
func (s Debian) find(context.Context, Options) []string {
	pattern := "/var/cache/apt/archives/" + s.Package + "_" + strings.ReplaceAll(s.Version, ":", "%3a") + "_*.deb"
	if s.Member != "" {
		pattern = path.Join("/", s.Member)
	}
	found, _ := filepath.Glob(pattern)
	return found
}

func (s Debian) copy(ctx context.Context, f File, o Options, w io.Writer) error {
	return withTemporary(o, func(dir string) error {
		o.Progress.Report(progress.Event{Task: f.Name, Total: f.Bytes, Unit: "bytes", Note: "asking apt for " + s.Package})
		if err := run(ctx, dir, or(o.Apt, "apt-get"), "-qq", "download", s.Package+"="+s.Version); err != nil {
			return err
		}
		deb, err := only(dir, "*.deb")
		if err != nil {
			return err
		}
		if s.Member == "" {
			return copyFile(ctx, deb, w)
		}
		found := false
		err = EachInDeb(ctx, deb, func(name string, r io.Reader) error {
			if name != path.Clean(s.Member) {
				return nil
			}
			found = true
			_, err := io.Copy(w, r)
			return err
		})
		if err == nil && !found {
			err = fmt.Errorf("%s has no member %s", filepath.Base(deb), s.Member)
		}
		return err
	})
}

// EachInDeb visits the plain files of a Debian package in their order: the path inside the
// package without the leading "/", and the content. The person's dpkg-deb unpacks it; where
// there is apt, it is there too. An error of visit ends the walk and is returned.
func EachInDeb(ctx context.Context, deb string, visit func(name string, r io.Reader) error) error {
	full, err := filepath.Abs(deb) // a name must not look like an option
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", full)
	cmd.WaitDelay = 5 * time.Second
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("fetch: %s cannot be unpacked: %w", filepath.Base(deb), err)
	}
	err = eachInTar(tar.NewReader(out), visit)
	if err != nil {
		stop() // it is not read to its end
		_ = cmd.Wait()
		return err
	}
	_, _ = io.Copy(io.Discard, out) // the padding at the end
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("fetch: %s cannot be unpacked: dpkg-deb: %w: %s", filepath.Base(deb), err, lastLine(said.String()))
	}
	return nil
}

func eachInTar(t *tar.Reader, visit func(string, io.Reader) error) error {
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("fetch: %w", err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := visit(strings.TrimPrefix(path.Clean("/"+h.Name), "/"), t); err != nil {
			return err
		}
	}
}
