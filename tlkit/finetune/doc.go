// Package finetune carries a pretrained network over to pictures of one's own.
//
// The method, in the order in which it is done:
//
//  1. Freeze the base. Run every picture through it once, ever, and keep what comes out
//     ([Learner.FeatureCache]): the features, and the input of the first group that
//     step 3 will unfreeze.
//  2. Train a new head on the features ([Learner.Probe]), with Adam, until the
//     validation loss has not fallen for a while; go back to the best state.
//  3. Unfreeze the top groups and go on at a lower rate ([Learner.FineTune]). Batch norms
//     keep their stored averages and stay as they are. What was frozen is compared with
//     what it was, bit by bit ([Proof]). If nothing got better, the probe's state stays.
//  4. Ask whether it paid ([Learner.Compare]): against a linear model on raw pixels
//     ([Learner.RawPixels]) and the same network from random weights
//     ([Learner.FromScratch]), on folds that none of them was trained on. Transfer that
//     does harm is called so.
//  5. Keep the result ([Run.Save]): one file with weights, classes, preprocessing, split
//     and history; [Load] makes a [Predictor] of it in any Go program.
//
// [New] only describes. Whatever a method computes is kept in a tlkit/store under the hash
// of all that decides it, so the second call costs nothing, in this process or in
// another; [Learner.BaseRuns] counts what the base really did.
//
// The same pictures, split, options and seed give the same bits on the same kind of
// device, whatever the number of cores. The training loop and the optimiser are this
// package's own; step.go says why. Pixels at the sizes that RawPixels and FromScratch use
// are held in memory, four bytes a number: ten thousand pictures at 64×64 take 490 MB.
package finetune
