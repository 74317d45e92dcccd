// Package text cleans strings the OpenRefine way: it trims and normalises them, measures
// how far apart they are, and finds clusters of values that are most likely the same.
// It knows no tables.
package text
