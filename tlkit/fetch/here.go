package fetch

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// This file has the sources on this machine.

// Local is a file on this machine. A path that is not absolute is taken below the
// working folder. A leading "$NAME/" is the value of that environment variable.
type Local string

func (l Local) String() string { return string(l) }

func (l Local) find(context.Context, Options) []string { return []string{os.ExpandEnv(string(l))} }

// Keras is the name of a file in the cache of Keras: $KERAS_HOME/models, by default
// ~/.keras/models.
type Keras string

func (k Keras) String() string { return "the cache of Keras" }

func (k Keras) find(context.Context, Options) []string {
	return at(inHome("KERAS_HOME", ".keras"), "models", string(k))
}

// Torch is the name of a file in the cache of PyTorch's hub: $TORCH_HOME/hub/checkpoints, by
// default ~/.cache/torch/hub/checkpoints.
type Torch string

func (t Torch) String() string { return "the cache of PyTorch" }

func (t Torch) find(context.Context, Options) []string {
	home := os.Getenv("TORCH_HOME")
	if home == "" {
		home = filepath.Join(inHome("XDG_CACHE_HOME", ".cache"), "torch")
	}
	return at(home, "hub", "checkpoints", string(t))
}

// HuggingFace is a file in the cache that Hugging Face's own libraries and tlkit/zoo/hub
// share; see [HuggingFaceCache].
type HuggingFace struct {
	Repo   string // "sentence-transformers/all-MiniLM-L6-v2"
	Commit string // 40 hexadecimal digits
	File   string // path inside the repository, with slashes
}

func (h HuggingFace) String() string {
	return "the cache of Hugging Face, " + h.Repo
}

func (h HuggingFace) find(context.Context, Options) []string {
	return at(HuggingFaceCache(), HuggingFaceFolder(h.Repo), "snapshots", h.Commit, filepath.FromSlash(h.File))
}

// HuggingFaceCache is the folder of Hugging Face's cache: $HF_HUB_CACHE, else
// $HUGGINGFACE_HUB_CACHE, $HF_HOME/hub, $XDG_CACHE_HOME/huggingface/hub or
// ~/.cache/huggingface/hub. It is empty where the person has no home.
func HuggingFaceCache() string {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if dir := os.Getenv(name); dir != "" {
			return os.ExpandEnv(dir)
		}
	}
	if dir := os.Getenv("HF_HOME"); dir != "" {
		return filepath.Join(os.ExpandEnv(dir), "hub")
	}
	cache := inHome("XDG_CACHE_HOME", ".cache")
	if cache == "" {
		return ""
	}
	return filepath.Join(cache, "huggingface", "hub")
}

// HuggingFaceFolder is the folder of a model's repository in the cache:
// "models--owner--name".
func HuggingFaceFolder(repo string) string {
	return "models--" + strings.ReplaceAll(repo, "/", "--")
}

// inHome is the folder that a variable names, or one in the person's home; empty where there
// is neither.
func inHome(variable, name string) string {
	if dir := os.Getenv(variable); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, name)
}

// at is a place below a folder, if there is such a folder.
func at(folder string, parts ...string) []string {
	if folder == "" {
		return nil
	}
	return []string{filepath.Join(append([]string{folder}, parts...)...)}
}
