// Package parquet reads tables from Apache Parquet files and writes them, exactly: every
// value comes back with the same bits, missing values stay apart from empty text, dates and
// categories keep their kind, their levels and their order. What is written here is read by
// pandas, pyarrow and DuckDB to the same values, and what they write is read here.
//
// It stands alone, outside of package frame, so that only programs that use it link it.
//
// # Kinds
//
//	column of the table    column of the file
//	Int                    INT64
//	Float                  DOUBLE; a missing value (NaN) is null
//	Bool                   BOOLEAN
//	Text                   STRING, or BYTE_ARRAY if it is not all valid UTF-8
//	Date, days             DATE
//	Date, instants         TIMESTAMP in microseconds, or in nanoseconds if a value has them
//	Date, anything else    STRING
//	Category               STRING with a dictionary of its levels, in their order
//
// A TIMESTAMP is in UTC, unless the field's Format names no zone: then it is of no zone, as
// pandas' timestamps mostly are, and a file's TIMESTAMP of no zone is read with such a
// Format. The table's schema is kept in the file's metadata under [SchemaKey], and the
// Arrow schema beside it, from which pandas knows categories.
//
// Integers of all widths are read as Int, and an unsigned one that is too large for it is
// an error; FLOAT and FLOAT16 are read as Float; DECIMAL without decimals as Int, other ones
// as Float where a float64 holds all their digits, and else as an error, or as Text if
// [Options] says so; TIMESTAMP of every unit and INT96 as Date; TIME as text like 15:04:05.5;
// ENUM, JSON, UUID as Text. Lists, maps and structs are refused by name, or left out if
// [Options] says so.
//
// # The format
//
// The format is that of github.com/apache/parquet-format 2.12. Its metadata, run lengths and
// deltas are written by github.com/parquet-go/parquet-go's packages for those; the pages are
// put together here, column by column on typed values, which is more than twice as quick as
// the column writers of the libraries. All encodings and all codecs but LZO and the old
// framed LZ4 are read, with every declared size checked before memory is taken for it.
package parquet
