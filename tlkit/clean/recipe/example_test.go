package recipe_test

import (
	"context"
	"fmt"

	"transferlab/tlkit/clean/impute"
	"transferlab/tlkit/clean/recipe"
	"transferlab/tlkit/frame"
	"transferlab/tlkit/split"
)

// films is a small table that needs cleaning.
func films() frame.Table {
	t, err := frame.New(nil,
		frame.Series("title", []frame.Cell[string]{{Value: " Alien"}, {Value: "alien "}, {Value: "Amélie"}, {Value: "Se7en"}}),
		frame.Series("year", []frame.Cell[string]{{Value: "1979"}, {Value: "c. 1979"}, {Value: "2001"}, {Null: true}}),
		frame.Series("score", []frame.Cell[float64]{{Value: 8.5}, {Null: true}, {Value: 8.3}, {Value: 8.6}}))
	if err != nil {
		panic(err) // the columns are as long as each other
	}
	return t
}

func ExampleHistory() {
	ctx := context.Background()
	h := recipe.Begin(films())
	for _, step := range []recipe.Step{
		recipe.Text{Columns: []string{"title"}, Do: []recipe.TextOp{recipe.Trim, recipe.Title}},
		recipe.Transform{Column: "year", Expression: `value.replace("c. ", "").toNumber()`},
		recipe.Rename{From: "score", To: "stars"},
	} {
		entry, err := h.Do(ctx, nil, step)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v: %d cells changed\n", entry.Step, entry.CellsChanged())
	}
	h.Undo() // the name was good
	fmt.Println(h.Table().Names())

	// A step that cannot stand where it is put stays where it is.
	err := h.Edit(ctx, nil, 0, recipe.Remove{Columns: []string{"year"}})
	fmt.Println(err)
	// Output:
	// trim, title of column "title": 2 cells changed
	// transform column "year" by value.replace("c. ", "").toNumber(): 1 cells changed
	// rename column "score" to "stars": 0 cells changed
	// [title year score]
	// recipe: step 2 (transform): frame: no column "year"; the table has "title", "score"
}

func ExampleRecipe_Fit() {
	ctx := context.Background()
	r := recipe.Recipe{Steps: []recipe.Step{
		recipe.Text{Do: []recipe.TextOp{recipe.Trim}},
		recipe.Fill{Columns: []string{"score"}, Numbers: impute.Median, Indicators: true},
	}}
	fitted, err := r.Fit(ctx, nil, split.WholeAsTrain(films()))
	if err != nil {
		fmt.Println(err)
		return
	}
	other, err := frame.New(nil,
		frame.Series("title", []frame.Cell[string]{{Value: " Brazil "}}),
		frame.Series("year", []frame.Cell[string]{{Value: "1985"}}),
		frame.Series("score", []frame.Cell[float64]{{Null: true}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	cleaned, _, err := fitted.Apply(ctx, nil, other)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range cleaned.Names() {
		c, _ := cleaned.Column(name)
		fmt.Printf("%s: %s\n", name, c.Format(0))
	}
	// Output:
	// title: Brazil
	// year: 1985
	// score: 8.5
	// score_missing: true
}

func ExampleRecipe_Go() {
	r := recipe.Recipe{Steps: []recipe.Step{
		recipe.Rename{From: "score", To: "stars"},
		recipe.DropRows{Where: recipe.Where{Facets: []recipe.Facet{{List: &recipe.List{Column: "title", Blank: true}}}}},
	}}
	source, err := r.Go("films")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(source)
	// Output:
	// package films
	//
	// import (
	// 	"context"
	//
	// 	"transferlab/tlkit/clean/recipe"
	// 	"transferlab/tlkit/frame"
	// 	"transferlab/tlkit/progress"
	// )
	//
	// // Steps are what is done to the table, in this order.
	// func Steps() []recipe.Step {
	// 	return []recipe.Step{
	// 		// 1. rename column "score" to "stars"
	// 		recipe.Rename{From: "score", To: "stars"},
	// 		// 2. drop rows where "title" is blank
	// 		recipe.DropRows{Where: recipe.Where{Facets: []recipe.Facet{{List: &recipe.List{Column: "title", Blank: true}}}}},
	// 	}
	// }
	//
	// // Clean runs the steps on a table and says what they did.
	// func Clean(ctx context.Context, rep progress.Reporter, t frame.Table) (frame.Table, *recipe.Log, error) {
	// 	return recipe.Recipe{Steps: Steps()}.Apply(ctx, rep, t)
	// }
}
