// Package frame holds tables: gota dataframes, with the kinds of columns that gota lacks
// beside them, read from files and written to them, joined, grouped and described.
//
// A [Table] is a dataframe.DataFrame and a [Schema]. Whatever is written for gota works on
// the first; the second says which text columns are dates or categories. A dataframe that
// comes from elsewhere becomes a table by Table{DataFrame: df}.
//
// gota's own loops go through an interface for every element, and several of its answers
// are wrong with missing values. Functions here work on [Column], which shows gota's
// memory as typed slices of [Cell], without a copy.
//
// # What is shared
//
// A table that a function returns shares the columns that the function did not change with
// the table that it was given, as two slices share an array. gota's Set writes in place, so
// call Copy first where both are needed afterwards. Functions here never write to a table
// that they are given.
//
// # Missing
//
// A cell has a value or none. In float columns NaN means none, and only that; infinities
// are values. Empty text is a value, and so are the texts "NaN" and "NA".
package frame
