package text_test

import (
	"context"
	"fmt"

	"transferlab/tlkit/clean/text"
)

func ExampleFindClusters() {
	cities := []string{"New York", "new york ", "New York", "York, New", "Zürich", "Zurich", "Bern"}
	found, err := text.FindClusters(context.Background(), nil, text.Count(cities), text.ClusterOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(found)
	choices := found.Proposals()
	choices[1] = "Zürich" // not what is proposed
	replace, err := found.Merge(choices)
	fmt.Println(replace, err)
	// Output:
	// 2 clusters of 5 values in 6 rows
	//   0  4 rows → "New York"
	//           2 × "New York"
	//           1 × "York, New"
	//           1 × "new york "
	//   1  2 rows → "Zurich"
	//           1 × "Zurich"
	//           1 × "Zürich"
	// map[York, New:New York Zurich:Zürich new york :New York] <nil>
}

func ExampleFindClusters_nearest() {
	names := []string{"Johannesburg", "Johanesburg", "Johannesburgh", "Cape Town"}
	found, err := text.FindClusters(context.Background(), nil, text.Count(names), text.ClusterOptions{Method: text.ByLevenshtein})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found[0].Values, "→", found[0].Proposal())
	// Output: [{Johanesburg 1} {Johannesburg 1} {Johannesburgh 1}] → Johanesburg
}

func ExampleFingerprint() {
	fmt.Println(text.Fingerprint("Müller & Söhne"))
	fmt.Println(text.Fingerprint("Söhne, MÜLLER"))
	// Output:
	// muller sohne
	// muller sohne
}

func ExampleNGramFingerprint() {
	fmt.Println(text.NGramFingerprint("Paris", 2))
	// Output: arispari
}

func ExampleDoubleMetaphone() {
	fmt.Println(text.DoubleMetaphone("Smith", 0))
	fmt.Println(text.DoubleMetaphone("Schmidt", 0))
	// Output:
	// SM0 XMT
	// XMT SMT
}

func ExampleCologne() {
	fmt.Println(text.Cologne("Müller"), text.Cologne("Mueller"), text.Cologne("Miller"))
	// Output: 657 657 657
}

func ExampleDaitchMokotoff() {
	fmt.Println(text.DaitchMokotoff("Moskowitz"), text.DaitchMokotoff("Moskovitz"))
	fmt.Println(text.DaitchMokotoffBranches("Peters"))
	// Output:
	// 645740 645740
	// [734000 739400]
}

func ExampleLevenshteinWithin() {
	fmt.Println(text.LevenshteinWithin("kitten", "sitting", 3))
	fmt.Println(text.LevenshteinWithin("kitten", "sitting", 2))
	// Output:
	// 3 true
	// 3 false
}

func ExampleJaroWinkler() {
	fmt.Printf("%.3f\n", text.JaroWinkler("MARTHA", "MARHTA"))
	// Output: 0.961
}

func ExampleTokenSet() {
	fmt.Println(text.TokenSet("Royal Hotel Berlin", "Hotel Royal"))
	// Output: 1
}

func ExampleStripAccents() {
	fmt.Println(text.StripAccents("Łódź, Århus, São Paulo"))
	// Output: Lodz, Arhus, Sao Paulo
}

func ExampleMojibake() {
	fmt.Println(text.Mojibake("MÃ¼nchen"))
	// Output: München true
}
