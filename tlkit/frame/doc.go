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
//
// # Files
//
// [CSV] and [JSONLines] describe a file, and read it when they are asked to; [WriteCSV] and
// [WriteJSONLines] write one. Both ways nothing is lost: what is written reads back as the
// same table, and what cannot be read by the letter is a [ParseError] that says where it
// stands and what to do, never a guess.
//
// A CSV file that is larger than memory is read piece by piece: [CSVFile.Pieces].
//
// pandas' read_csv guesses more. Where it and [CSV] with no options differ:
//   - "NA", "null", "nan" and a dozen more are missing there; here they are text until they
//     are named in Missing. Empty text in quotes is missing there, and empty text here.
//   - 007 is the number 7 there, and text here, for its noughts would be lost. So is a whole
//     number that no int holds, where pandas takes an unsigned one if it can.
//   - A column of whole numbers with a missing value is float64 there, and stays Int here.
//   - A column whose values change their kind late is text there, and an error here, unless
//     whole numbers become others without loss.
//   - A short row is filled up there, and an error here; a column without a name, or with
//     another's, is named anew there, and an error here unless NumberNames is set.
//   - Blanks before a number do not count there; here they do, unless Trim is set.
//   - A comment may follow a value there; here it is a line of its own.
//   - The empty lines of a file with one column are passed over there, and missing values
//     here.
package frame
