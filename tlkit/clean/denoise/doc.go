// Package denoise takes noise out of tables and signals with a denoising autoencoder
// (Vincent, Larochelle, Bengio and Manzagol 2008): a network that is shown rows with noise
// added and cells hidden, and learns to give back what they were. To do so through a narrow
// middle it must learn how the columns hang together, and what does not hang together –
// noise – is left behind.
//
// [Fit] learns from the training rows of a table, [Signal] from the signal itself.
// Training runs on GoMLX, on the backend that tlkit/device opens; the network that comes
// out is small and runs in plain Go, so a saved one needs no backend.
//
// Columns are brought to mean 0 and standard deviation 1 first. A cell that is missing goes
// in as 0 beside a mark that says so, and is not learnt from; so the network fills cells
// too ([Autoencoder.Fill]).
//
// It is worth trying where columns depend on each other and rows are many; where they do
// not, it does no better than the mean. [History] says what it came to on rows that were
// held back while it learnt.
package denoise
