// Package data holds the small data sets that the notebooks use; README.md beside this
// file says what they are and where they come from. The command choose makes them.
package data
