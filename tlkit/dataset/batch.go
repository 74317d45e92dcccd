package dataset

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
)

// Position is a place in an endless stream of shuffled epochs. The same position, seed
// and pictures always give the same batch, so a run can stop and go on.
type Position struct {
	Epoch int // from 0
	Batch int // within the epoch, from 0
}

// BatchOptions say what the batches hold.
type BatchOptions struct {
	Index   []int // pictures to take, as positions in the catalogue; nil: all
	Size    int   // pictures in a batch; 0 means 32. The last one of an epoch may be smaller
	Fit     Fit
	Seed    uint64   // of the shuffling
	Ordered bool     // do not shuffle
	From    Position // where to begin
	Epochs  int      // epochs to give, counted from epoch 0; 0 means 1, below 0 endless

	// Change alters a picture after it was resized, for augmentation; nil leaves it. It is
	// called from several goroutines, and rng depends on the seed, epoch and picture alone.
	Change func(m *Image, rng *rand.Rand) error
}

// Batch is some pictures of one size. The slices belong to the receiver.
type Batch struct {
	Position Position
	Index    []int    // positions in the catalogue
	IDs      []string // of each picture
	Labels   []int    // positions in Catalogue.Classes
	Size     int      // side of the square, in pixels
	Pix      []uint8  // [len(Index), Size, Size, 3]
}

// Batches gives batches in order, decoded in parallel and ahead of their use; what runs
// ahead is bounded by two batches. Breaking out of the loop stops all work. After an
// error it ends.
func (p *Pictures) Batches(ctx context.Context, o BatchOptions) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		cat, err := p.Scan(ctx, nil)
		if err == nil {
			err = o.check(len(cat.Pictures))
		}
		if err != nil {
			yield(Batch{}, err)
			return
		}
		p.batches(ctx, cat, o, yield)
	}
}

// Load gives the pictures at index in that order, once, in batches of size n.
func (p *Pictures) Load(ctx context.Context, index []int, f Fit, n int) iter.Seq2[Batch, error] {
	if index == nil {
		index = []int{}
	}
	return p.Batches(ctx, BatchOptions{Index: index, Size: n, Fit: f, Ordered: true})
}

func (o *BatchOptions) check(n int) error {
	if o.Size == 0 {
		o.Size = 32
	}
	if o.Epochs == 0 {
		o.Epochs = 1
	}
	if o.Index == nil {
		for i := range n {
			o.Index = append(o.Index, i)
		}
	}
	for _, i := range o.Index {
		if i < 0 || i >= n {
			return fmt.Errorf("dataset: BatchOptions.Index has %d, and there are %d pictures", i, n)
		}
	}
	if o.Size < 1 || o.From.Epoch < 0 || o.From.Batch < 0 {
		return fmt.Errorf("dataset: batch size %d from epoch %d, batch %d; none may be below zero", o.Size, o.From.Epoch, o.From.Batch)
	}
	return o.Fit.check()
}

// order is the order of one epoch.
func (o *BatchOptions) order(epoch int) []int {
	idx := append([]int(nil), o.Index...)
	if !o.Ordered {
		rng := rand.New(rand.NewPCG(o.Seed, uint64(epoch)))
		rng.Shuffle(len(idx), func(i, j int) { idx[i], idx[j] = idx[j], idx[i] })
	}
	return idx
}

// one is a picture on its way.
type one struct {
	at    int
	epoch int
	pix   []uint8
	err   error
	done  chan struct{}
}

func (p *Pictures) batches(ctx context.Context, cat *Catalogue, o BatchOptions, yield func(Batch, error) bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lim, labels := p.opt.limits(), cat.Labels()
	work, queue := make(chan *one), make(chan *one, 2*o.Size)
	stopped := make(chan struct{})
	workers := runtime.GOMAXPROCS(0)
	ended := make(chan struct{}, workers)
	for range workers {
		go func() {
			defer func() { ended <- struct{}{} }()
			for w := range work {
				w.pix, w.err = p.pixels(cat.Pictures[w.at], w.epoch, lim, o)
				close(w.done)
			}
		}()
	}
	defer func() { // nothing outlives the loop
		cancel()
		<-stopped
		for range workers {
			<-ended
		}
	}()
	go func() {
		defer close(stopped)
		defer close(work)
		defer close(queue)
		for epoch := o.From.Epoch; o.Epochs < 0 || epoch < o.Epochs; epoch++ {
			idx := o.order(epoch)
			if epoch == o.From.Epoch {
				idx = idx[min(len(idx), o.From.Batch*o.Size):]
			}
			if len(idx) == 0 && len(o.Index) == 0 {
				return
			}
			for _, at := range idx {
				w := &one{at: at, epoch: epoch, done: make(chan struct{})}
				select {
				case queue <- w:
				case <-ctx.Done():
					return
				}
				select {
				case work <- w:
				case <-ctx.Done():
					w.err = ctx.Err()
					close(w.done)
					return
				}
			}
		}
	}()
	pos := o.From
	b := Batch{Position: pos, Size: o.Fit.Size}
	left := len(o.Index) - min(len(o.Index), pos.Batch*o.Size)
	if left == 0 { // the position is an epoch's end
		pos, left = Position{Epoch: pos.Epoch + 1}, len(o.Index)
		b.Position = pos
	}
	for w := range queue {
		<-w.done
		if w.err != nil {
			yield(Batch{}, w.err)
			return
		}
		pic := cat.Pictures[w.at]
		b.Index, b.IDs, b.Labels, b.Pix = append(b.Index, w.at), append(b.IDs, pic.ID), append(b.Labels, labels[w.at]), append(b.Pix, w.pix...)
		left--
		if len(b.Index) < o.Size && left > 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			yield(Batch{}, err)
			return
		}
		if !yield(b, nil) {
			return
		}
		pos.Batch++
		if left == 0 {
			pos, left = Position{Epoch: pos.Epoch + 1}, len(o.Index)
		}
		b = Batch{Position: pos, Size: o.Fit.Size}
	}
	if err := ctx.Err(); err != nil {
		yield(Batch{}, err)
	}
}

// pixels decodes, resizes and changes one picture.
func (p *Pictures) pixels(pic Picture, epoch int, lim limits, o BatchOptions) ([]uint8, error) {
	path := p.Path(pic.ID)
	b, err := readFile(path, lim)
	if err != nil {
		return nil, err
	}
	if hash(b) != pic.SHA256 {
		return nil, &PictureError{path, ErrChanged, "run the cell again"}
	}
	m, _, err := decode(b, lim)
	if err != nil {
		return nil, named(path, err)
	}
	m, err = m.Square(o.Fit)
	if err == nil && o.Change != nil {
		var key uint64
		for _, c := range []byte(pic.ID) { // FNV-1a: the same picture has the same chance wherever it stands
			key = (key ^ uint64(c)) * 1099511628211
		}
		err = o.Change(m, rand.New(rand.NewPCG(o.Seed^key, uint64(epoch))))
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", path, err)
	}
	return m.Pix, nil
}
