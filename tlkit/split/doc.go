// Package split divides items into parts for training, validation and test without leaks:
// by chance, by class, by group, by time, once or in folds.
//
// # Sources
//
// A split needs no more than an id, a class, a group, a time and a content hash of each
// item, so pictures and texts split without a dataframe. Things at hand are [Items]; rows
// of a table are [Rows]; classes, groups, times or numbers alone are [ByLabel], [ByGroup],
// [ByTimes], [ByOrder] and [ByTarget]. A source may lack what a way of splitting does not
// ask for.
//
// # Ways
//
//	Random, Stratified            train, valid and test by chance; Stratified has the
//	                              classes in the same shares in each
//	ByTime                        train before valid before test, with a gap or without
//	KFold, StratifiedKFold        each item is tested once; FoldOptions.Repeats does it again
//	LeaveOneGroupOut              each group is tested once
//	TimeSeries                    each fold is tested on what comes after its training part,
//	                              which grows or rolls
//	Given                         folds that were made elsewhere
//
// Items of one group always stay together, in every way by chance; so do items of equal
// content, which are found by their hash whatever their group says, and items that were
// found to be alike. So a grouped split is [Random] or [KFold] over items that have groups,
// and a stratified grouped one is [Stratified] or [StratifiedKFold] over them: there is no
// other name for it, and none to forget. Groups are dealt out largest first. A group that is
// larger than a part overfills it, as it must: [Check] shows the sizes that came out. It is
// an error, a [*GroupError], where that leaves another part with nothing.
//
// By time, the order comes first: there groups and equal contents may be in two parts, which
// [Check] reports, unless TimeOptions.Unseen drops the later ones.
//
// # When things happen
//
// A plan ([Random], [Stratified], [KFold], …) is a description: nothing is divided before
// [Plan.Parts] or [Folds.Parts] asks. [Tables] and [FoldTables] divide a table by any of
// them, into a [Train], which may be learnt from, and parts that are [Held] back.
//
// Chance comes from math/rand/v2's PCG seeded with Options.Seed. The same items in the same
// order, the same options and the same seed give the same parts on every machine. Where no
// chance is at work, in [ByTime] and [TimeSeries], the order of the items does not matter.
package split
