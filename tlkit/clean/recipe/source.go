package recipe

// Source says how a table is read.
type Source struct {
	Path string `json:"path,omitempty"`
}

func (s Source) check() error   { return nil }
func (s Source) zero() bool     { return s == Source{} }
func (s Source) String() string { return s.Path }
