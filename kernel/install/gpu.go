package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"transferlab/tlkit/device"
)

// gpu installs XLA's plugin for NVIDIA GPUs and the libraries that it loads, several GB, and
// tries it on the GPU. The plugin looks for its libraries in ../nvidia from its own folder:
//
//	<TLKIT_HOME>/xla/site/            the wheels, as pip unpacks them
//	<TLKIT_HOME>/xla/cuda/            the plugin, under the name that is looked for
//	<TLKIT_HOME>/xla/nvidia           link to site/nvidia
func gpu(ctx context.Context, p Place, o Options) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return fmt.Errorf("install: XLA for NVIDIA GPUs is pinned for linux/amd64, this is %s/%s; "+
			"other systems run XLA on the CPU", runtime.GOOS, runtime.GOARCH)
	}
	list := p.join("kernel", "requirements-cuda.txt")
	want, err := os.ReadFile(list)
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	xla := filepath.Join(p.Home(), "xla")
	site, plugin := filepath.Join(xla, "site"), filepath.Join(xla, "cuda", "pjrt_c_api_cuda_plugin.so")
	err = stamped(filepath.Join(xla, ".cuda"), plugin, []string{string(want), p.Root}, func() error {
		if err := os.RemoveAll(site); err != nil {
			return fmt.Errorf("install: %w", err)
		}
		if err := o.step(ctx, "installing XLA for NVIDIA GPUs, several GB", p.Root, nil, p.Python(), "-m", "pip", "install", "--quiet",
			"--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary=:all:", "--python-version", "3.11",
			"--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_27_x86_64", "--platform", "manylinux_2_17_x86_64", "--platform", "manylinux2014_x86_64",
			"--require-hashes", "--requirement", list, "--target", site); err != nil {
			return err
		}
		return layOut(xla)
	})
	if err != nil {
		return err
	}
	return smoke(ctx, p, o)
}

// layOut puts the plugin and its libraries where they find each other.
func layOut(xla string) error {
	from := filepath.Join(xla, "site", "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
	plugin := filepath.Join(xla, "cuda", "pjrt_c_api_cuda_plugin.so")
	nvidia := filepath.Join(xla, "nvidia")
	if err := os.MkdirAll(filepath.Dir(plugin), 0o777); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	for _, old := range []string{plugin, nvidia} {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("install: %w", err)
		}
	}
	if err := os.Link(from, plugin); err != nil { // a link that is no file of its own would change where it looks
		return fmt.Errorf("install: %w", err)
	}
	if err := os.Symlink(filepath.Join("site", "nvidia"), nvidia); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	return nil
}

// SmokeCommand is the hidden command that smoke runs in a process of its own, where a
// native library that crashes takes nothing along.
const SmokeCommand = "smoke"

func smoke(ctx context.Context, p Place, o Options) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, SmokeCommand, "cuda")
	cmd.Env = os.Environ()
	for k, v := range p.Environment() {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("install: XLA for NVIDIA GPUs is installed, but a first graph does not run on it: %w\n%s\n"+
			"Is a GPU there, with a driver for CUDA 13 (nvidia-smi says)? Until it runs, XLA on the CPU is used", err, tail(string(out), 8))
	}
	o.Log("a first graph ran: %s", tail(string(out), 1))
	return nil
}

// Smoke runs a small graph on a backend and checks what comes out.
func Smoke(backend string) error {
	d, err := device.Open(device.Options{Backend: backend})
	if err != nil {
		return err
	}
	defer d.Close()
	got, err := graph.CallOnce(d.Backend, func(x *graph.Node) *graph.Node { return graph.MatMul(x, x) }, [][]float32{{1, 2}, {3, 4}})
	if err != nil {
		return err
	}
	v, err := tensors.CopyFlatData[float32](got)
	if err != nil {
		return err
	}
	if want := []float32{7, 10, 15, 22}; len(v) != 4 || v[0] != want[0] || v[1] != want[1] || v[2] != want[2] || v[3] != want[3] {
		return fmt.Errorf("install: %s computes %v, want %v", d.Kind, v, want)
	}
	fmt.Println(d)
	return nil
}
