// Package score rates features one by one: how much each varies, and how much it tells
// about a target. They are the filters of feature selection, as plain functions.
//
// Features come as columns: p slices of n numbers each, one number a row. The target is
// either classes, n positions 0 … k−1 in whatever list of labels the caller keeps, or y, n
// numbers:
//
//	r, err := score.ANOVA(ctx, nil, columns, classes)
//	kept, err := score.KBest(r.Score, 10)
//
//	target   function                 score                           p-value
//	none     Variance                 population variance             none
//	none     PearsonMatrix, …         correlation of each pair        none
//	classes  ANOVA                    F of one-way analysis           yes
//	classes  ChiSquare                χ², features are counts         yes
//	classes  MutualInformationClasses nats                            none
//	numbers  Pearson, FRegression     r, F of the line through y      yes
//	numbers  Spearman                 r of the ranks                  yes
//	numbers  MutualInformation        nats                            none
//
// What is kept by such numbers say [KBest], [Percentile], [FalsePositiveRate],
// [FalseDiscoveryRate], [FamilyWise], [Varying] and [Uncorrelated]: positions of columns, in
// ascending order.
//
// The definitions are scikit-learn's (version 1.9) and SciPy's (1.17); where these lose
// digits to cancellation, underflow or overflow, the numbers here are the better ones, and
// it says so. Sums of squares are taken about the mean, so that a constant column has a
// variance of exactly 0.
//
// Columns and targets are read, never changed, and not copied as a whole: a function needs
// memory for a few columns a core. NaN and infinities are an [*InputError], except where
// it says otherwise. Work goes on for several columns at once; the results do not depend
// on how many. Scores are taken on training rows alone: a filter that has seen the rows it
// is judged on has cheated.
package score

// Result is what a function finds out about p features.
type Result struct {
	Score []float64 // one a feature
	P     []float64 // the probability of such a score by chance alone; nil where it is not known
}
