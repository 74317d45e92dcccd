// Package samples knows the data sets of the course that the repository does not carry:
// where each comes from, and the hash that it must have. Nothing is fetched before a
// file's Path is asked for with the network allowed; set-up and the command data do that.
package samples

import "transferlab/tlkit/fetch"

// Movies is a table of 3 201 films with their box office, ratings, genres and directors, as
// JSON. It is known for its flaws, which were left in for teaching: titles that are numbers,
// release dates that lie in the future, one studio under several names, and a good deal
// that is missing. It comes from the npm package vega-datasets, whose authors do not state
// a licence for it; so it is fetched and not copied here.
func Movies() fetch.File {
	return fetch.File{
		Name:    "movies.json",
		SHA256:  "e63c499759e3b07b49563e036f55290f87feb56def8703ec049ca305ab1523d3",
		Bytes:   1399981,
		Sources: []fetch.Source{fetch.NPM{Package: "vega-datasets", Version: "3.2.1", Member: "data/movies.json"}},
		Remedy:  "make data",
	}
}

// All lists the data sets.
func All() []fetch.File { return []fetch.File{Movies()} }
