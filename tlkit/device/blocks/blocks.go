// Package blocks has XLA's CPU plugin keep its large blocks of memory from one computation
// to the next.
//
// XLA takes the working space of every computation from the C library and gives it back
// at its end, and a step of training a network works in a gigabyte. The C library hands
// blocks of that size back to the system, which has to find and clear each page again at
// the next step: a third of a million pages, a tenth to a third of the step. PyTorch keeps
// such blocks on GPUs, and TensorFlow everywhere, in an allocator of their own; XLA's
// plugin has no way in for one. So Keep hangs two functions before the posix_memalign and
// the free of that one library, in its table of calls. They set freed blocks of a mebibyte
// and more aside and give them out again when a block of that size, or up to an eighth
// less, is asked for. When none fits, blocks that are kept go first, the longest unused
// before the others, as far as is needed to hold no more than was once in use at the same
// time.
//
// All blocks are the C library's own. Where the plugin cannot be handled so, it works as
// it did.
package blocks

// Use is what the blocks of a mebibyte and more came to, in bytes and in requests.
type Use struct {
	Live, Kept   int64 // in use now, set aside now
	Most         int64 // in use at the same time, at most, since the last Release
	Hits, Misses int64 // requests that a kept block met, and those that went to the C library
}
