// Command kernel sets the Jupyter side up and runs notebooks:
//
//	go run ./kernel install            build the kernel, make its Python environment, fetch the native libraries
//	go run ./kernel doctor             what is installed and chosen, and how to mend what is missing
//	go run ./kernel lab                JupyterLab on the loopback address
//	go run ./kernel run NOTEBOOK…      execute notebooks without a front end
//	go run ./kernel html NOTEBOOK…     export executed notebooks as single offline pages
//	go run ./kernel data               fetch the weights and larger data sets
//	go run ./kernel cache              what the store holds; --clear empties it
//	go run ./kernel rename MODULE      give the module another path
//	go run ./kernel env                environment variables for plain programs, for a shell to evaluate
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"transferlab/kernel/export"
	"transferlab/kernel/install"
	"transferlab/kernel/lint"
	"transferlab/kernel/rename"
	"transferlab/kernel/run"
	"transferlab/plots"
	"transferlab/tlkit/progress"
	"transferlab/tlkit/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := &cobra.Command{Use: "kernel", Short: "The Jupyter side of transferlab", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(installCommand(), doctorCommand(), labCommand(), runCommand(), htmlCommand(), dataCommand(), cacheCommand(), envCommand(), renameCommand(), smokeCommand())
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, context.Canceled) {
			os.Exit(130)
		}
		os.Exit(1)
	}
}

func here() (install.Place, error) { return install.Find(".") }

func log(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func installCommand() *cobra.Command {
	var o install.Options
	c := &cobra.Command{Use: "install", Args: cobra.NoArgs, Short: "Build the kernel and set everything up, inside the checkout",
		RunE: func(c *cobra.Command, _ []string) error {
			o.Log, o.Progress = log, progress.Text(os.Stderr)
			return install.Run(c.Context(), o)
		}}
	c.Flags().BoolVar(&o.User, "user", false, "write the kernelspec into your own Jupyter folder")
	c.Flags().BoolVar(&o.CUDA, "cuda", false, "also install the pinned XLA plugin for NVIDIA GPUs, several GB")
	c.Flags().BoolVar(&o.Download, "download", false, "let go-xla's own installer fetch XLA where nothing is pinned for the system")
	return c
}

func doctorCommand() *cobra.Command {
	return &cobra.Command{Use: "doctor", Args: cobra.NoArgs, Short: "Say what is installed and chosen, and how to mend what is missing",
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := here()
			if err != nil {
				return err
			}
			return install.Print(os.Stdout, install.Doctor(c.Context(), p))
		}}
}

func labCommand() *cobra.Command {
	ip, port := "127.0.0.1", 0
	c := &cobra.Command{Use: "lab", Args: cobra.NoArgs, Short: "Start JupyterLab with the kernel, protected by a token",
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := here()
			if err != nil {
				return err
			}
			return lab(c.Context(), p, ip, port, os.Stdout)
		}}
	c.Flags().StringVar(&ip, "ip", ip, "address to listen on")
	c.Flags().IntVar(&port, "port", port, "port; 0 takes a free one")
	return c
}

// lab runs JupyterLab until it ends or the context does, and writes its address to w.
func lab(ctx context.Context, p install.Place, ip string, port int, w io.Writer) error {
	if port == 0 {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
		if err != nil {
			return fmt.Errorf("lab: %w", err)
		}
		port = l.Addr().(*net.TCPAddr).Port
		if err := l.Close(); err != nil {
			return fmt.Errorf("lab: %w", err)
		}
	}
	secret := make([]byte, 24)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	token := hex.EncodeToString(secret)
	host := ip
	if ip == "0.0.0.0" {
		host = "127.0.0.1"
	}
	fmt.Fprintf(w, "JupyterLab: http://%s/lab?token=%s\n", net.JoinHostPort(host, fmt.Sprint(port)), token)
	args := []string{"-m", "jupyterlab", "--no-browser", "--ip=" + ip, fmt.Sprintf("--port=%d", port),
		"--ServerApp.port_retries=0", "--ServerApp.root_dir=" + filepath.Join(p.Root, "notebooks"), "--LabApp.news_url=",
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--ServerApp.log_level=WARN"}
	if os.Geteuid() == 0 { // in a container or a check; the token guards it all the same
		args = append(args, "--allow-root")
	}
	cmd := exec.CommandContext(ctx, p.Python(), args...)
	cmd.Env = append(os.Environ(), "JUPYTER_TOKEN="+token, "JUPYTER_PREFER_ENV_PATH=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("lab: %w; is the project set up? run `make setup`", err)
	}
	return nil
}

func runCommand() *cobra.Command {
	o := run.Options{Log: os.Stdout}
	c := &cobra.Command{Use: "run NOTEBOOK…", Args: cobra.MinimumNArgs(1), Short: "Execute notebooks, up to the first error",
		RunE: func(c *cobra.Command, paths []string) error {
			p, err := here()
			if err != nil {
				return err
			}
			o.Python = p.Python()
			for _, path := range paths {
				found, err := lint.File(path)
				if err != nil {
					return err
				}
				for _, f := range found {
					log("note: %s: %v", filepath.Base(path), f)
				}
				if _, err := run.Notebook(c.Context(), path, o); err != nil {
					return err
				}
			}
			return nil
		}}
	c.Flags().BoolVar(&o.Quick, "quick", false, "the quick form: TLKIT_QUICK=1")
	c.Flags().StringVar(&o.Output, "output", "", "folder for the executed notebooks (default: beside the source, as NAME.executed.ipynb)")
	c.Flags().DurationVar(&o.Limit, "limit", 0, "time limit of one cell, as 10m; 0: none")
	return c
}

func htmlCommand() *cobra.Command {
	to, fold := "", false
	c := &cobra.Command{Use: "html NOTEBOOK…", Args: cobra.MinimumNArgs(1), Short: "Export executed notebooks, each as one offline HTML file",
		RunE: func(c *cobra.Command, paths []string) error {
			for _, path := range paths {
				name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".ipynb"), ".executed") + ".html"
				page := filepath.Join(filepath.Dir(path), name)
				if to != "" {
					if err := os.MkdirAll(to, 0o777); err != nil {
						return fmt.Errorf("html: %w", err)
					}
					page = filepath.Join(to, name)
				}
				if err := export.File(c.Context(), path, page, export.Options{FoldCode: fold, ECharts: plots.ECharts()}); err != nil {
					return err
				}
				st, err := os.Stat(page)
				if err != nil {
					return fmt.Errorf("html: %w", err)
				}
				log("%s (%.1f MB)", page, float64(st.Size())/1e6)
			}
			return nil
		}}
	c.Flags().StringVar(&to, "to", "", "folder of the pages (default: beside the notebook)")
	c.Flags().BoolVar(&fold, "fold", false, "pages open with their code folded")
	return c
}

func dataCommand() *cobra.Command {
	return &cobra.Command{Use: "data", Args: cobra.NoArgs, Short: "Fetch the weights and the data sets that are not shipped",
		RunE: func(c *cobra.Command, _ []string) error {
			return install.Data(c.Context(), install.Options{Log: log, Progress: progress.Text(os.Stderr)})
		}}
}

func cacheCommand() *cobra.Command {
	clear := false
	c := &cobra.Command{Use: "cache", Args: cobra.NoArgs, Short: "Say what the store of the checkout holds, or clear it",
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := here()
			if err != nil {
				return err
			}
			s, err := store.Open(filepath.Join(p.Home(), "store"), store.Options{})
			if err != nil {
				return err
			}
			if clear {
				freed, err := s.Clear(c.Context(), "")
				log("freed %.1f MB", float64(freed)/1e6)
				return err
			}
			fmt.Print(s)
			return nil
		}}
	c.Flags().BoolVar(&clear, "clear", false, "remove every entry")
	return c
}

func envCommand() *cobra.Command {
	return &cobra.Command{Use: "env", Args: cobra.NoArgs, Short: `Print environment variables for plain programs: eval "$(go run ./kernel env)"`,
		RunE: func(*cobra.Command, []string) error {
			p, err := here()
			if err != nil {
				return err
			}
			env := p.Environment()
			for _, k := range slices.Sorted(maps.Keys(env)) {
				fmt.Printf("export %s='%s'\n", k, strings.ReplaceAll(env[k], "'", `'\''`))
			}
			return nil
		}}
}

func renameCommand() *cobra.Command {
	force := false
	c := &cobra.Command{Use: "rename MODULE", Args: cobra.ExactArgs(1), Short: "Give the module another path, as example.org/you/transferlab",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := here()
			if err != nil {
				return err
			}
			changed, err := rename.Module(c.Context(), p.Root, args[0], force)
			if err != nil {
				return err
			}
			log("%d files name the module %s now; run make test", len(changed), args[0])
			return nil
		}}
	c.Flags().BoolVar(&force, "force", false, "also with changes that are not committed")
	return c
}

func smokeCommand() *cobra.Command {
	return &cobra.Command{Use: install.SmokeCommand + " BACKEND", Args: cobra.ExactArgs(1), Hidden: true, Short: "Run a small graph on a backend",
		RunE: func(_ *cobra.Command, args []string) error { return install.Smoke(args[0]) }}
}
