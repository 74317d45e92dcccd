package dataset

import (
	"context"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Frame gives the catalogue as a dataframe, a row for each picture: path, class, group,
// format, width and height in pixels, bytes, and the SHA-256 of the file.
func (p *Pictures) Frame(ctx context.Context) (dataframe.DataFrame, error) {
	cat, err := p.Scan(ctx, nil)
	if err != nil {
		return dataframe.DataFrame{}, err
	}
	n := len(cat.Pictures)
	text := map[string][]string{"path": make([]string, n), "class": make([]string, n), "group": make([]string, n), "format": make([]string, n), "sha256": make([]string, n)}
	number := map[string][]int{"width": make([]int, n), "height": make([]int, n), "bytes": make([]int, n)}
	for i, pic := range cat.Pictures {
		text["path"][i], text["class"][i], text["group"][i], text["format"][i], text["sha256"][i] = pic.ID, pic.Class, pic.Group, pic.Format, pic.SHA256
		number["width"][i], number["height"][i], number["bytes"][i] = pic.Width, pic.Height, int(pic.Bytes)
	}
	var columns []series.Series
	for _, name := range []string{"path", "class", "group", "format"} {
		columns = append(columns, series.New(text[name], series.String, name))
	}
	for _, name := range []string{"width", "height", "bytes"} {
		columns = append(columns, series.New(number[name], series.Int, name))
	}
	columns = append(columns, series.New(text["sha256"], series.String, "sha256"))
	df := dataframe.New(columns...)
	return df, df.Err
}
