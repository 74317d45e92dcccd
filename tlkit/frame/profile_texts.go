package frame

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textFindings are what a column's texts look like beside what its profile says: examples
// for warnings.
type textFindings struct {
	other     []ValueCount // the most frequent texts that are no number, where most are
	markers   []ValueCount // texts that often stand for a missing value
	blank     string       // a text with outer blanks
	variants  []string     // the spellings of the value that has most rows among those with several
	bad       string       // a text in a column of dates that is no date
	identical bool         // every value occurs once
}

// lookAtKinds profiles a column of text, dates, categories or booleans. Each different
// value is looked at once, and counts for as many rows as have it.
func lookAtKinds(l *look, keep bool, o ProfileOptions) {
	ids, n, err := identify([]keyColumn{keyOf(l.column)}, l.column.Len(), newHasher())
	if err != nil {
		return // longer than a table that gets here
	}
	counts := make([]int, n)
	for _, id := range ids {
		counts[id]++
	}
	first := firstRows(ids, n)
	gone := slices.IndexFunc(first, func(row int32) bool { return l.column.Missing(int(row)) })
	l.Distinct = n
	if gone >= 0 {
		l.Missing, l.Distinct = counts[gone], n-1
	}
	top := topCounts{most: o.Top}
	for id := range first {
		if id != gone {
			top.add(id, counts[id])
		}
	}
	for _, it := range top.items {
		l.Top = append(l.Top, ValueCount{clip(l.column.Format(int(first[it.id]))), it.count})
	}
	if keep {
		l.codes = codesOfIds(ids, n, gone)
	}
	if l.Kind == Bool {
		return
	}
	kinds := make([]textCount, 0, n)
	for id, row := range first {
		if id != gone {
			kinds = append(kinds, textCount{l.column.Texts[row].Value, counts[id]})
		}
	}
	if l.Kind == Date {
		lookAtDates(l, kinds, o)
		return
	}
	lookAtTexts(l, kinds)
}

type textCount struct {
	text  string
	count int
}

// clip cuts a long text for showing.
func clip(s string) string {
	const most = 200 // bytes: enough to know it by
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func lookAtTexts(l *look, kinds []textCount) {
	t := &TextsProfile{}
	l.Texts = t
	rows, length := 0, 0
	others, markers := topCounts{most: 4}, topCounts{most: 4}
	for i, k := range kinds {
		n := utf8.RuneCountInString(k.text)
		if i == 0 || n < t.MinLength {
			t.MinLength, t.Shortest = n, clip(k.text)
		}
		if i == 0 || n > t.MaxLength {
			t.MaxLength, t.Longest = n, clip(k.text)
		}
		rows, length = rows+k.count, length+n*k.count
		trimmed := strings.TrimSpace(k.text)
		if k.text == "" {
			t.Empty = k.count
		} else if len(trimmed) != len(k.text) {
			t.Blanks += k.count
			if l.texts.blank == "" {
				l.texts.blank = clip(k.text)
			}
		}
		if numericText(trimmed) {
			t.Numeric += k.count
		} else {
			others.add(i, k.count)
		}
		if dateText(trimmed) {
			t.Dates += k.count
		}
		if k.text == "" || missingMarker(trimmed) {
			markers.add(i, k.count)
		}
	}
	if rows > 0 {
		t.MeanLength = float64(length) / float64(rows)
	}
	list := func(top topCounts) (out []ValueCount) {
		for _, it := range top.items {
			out = append(out, ValueCount{clip(kinds[it.id].text), it.count})
		}
		return out
	}
	l.texts.other, l.texts.markers = list(others), list(markers)
	l.texts.identical = len(kinds) == rows
	t.Variants, l.texts.variants = variants(kinds)
}

// variants counts the values that differ from another in case or outer blanks alone, and
// gives the spellings that together have most rows.
func variants(kinds []textCount) (n int, spellings []string) {
	folded := make([]Cell[string], len(kinds))
	for i, k := range kinds {
		folded[i].Value = strings.ToLower(strings.Join(strings.Fields(k.text), " "))
	}
	ids, groups, err := identify([]keyColumn{keyCells[string]{first: folded}}, len(folded), newHasher())
	if err != nil || groups == len(kinds) {
		return 0, nil
	}
	p := placesOf(ids, groups)
	most := 0
	for g := range int32(groups) {
		same := p.of(g)
		if len(same) < 2 {
			continue
		}
		n += len(same)
		rows := 0
		for _, i := range same {
			rows += kinds[i].count
		}
		if rows > most {
			most, spellings = rows, nil
			for _, i := range same[:min(len(same), 4)] {
				spellings = append(spellings, clip(kinds[i].text))
			}
		}
	}
	return n, spellings
}

// numericText reports whether a text is a decimal number, as in 12, -3.5, .5 or 1e-9.
func numericText(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	digits, i := 0, 0
	for ; i < len(s) && (s[i] >= '0' && s[i] <= '9'); i++ {
		digits++
	}
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && (s[i] >= '0' && s[i] <= '9'); i++ {
			digits++
		}
	}
	if digits == 0 {
		return false
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		start := i
		for ; i < len(s) && (s[i] >= '0' && s[i] <= '9'); i++ {
		}
		if start == i {
			return false
		}
	}
	return i == len(s)
}

// dateText reports whether a text is a day or an instant in ISO 8601.
func dateText(s string) bool {
	_, ok := ParseDate(s)
	return ok
}

// missingMarker reports whether a text is one of those that people and programs write where
// there is nothing.
func missingMarker(s string) bool {
	if len(s) > 8 {
		return false
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return strings.Trim(s, "-.?–—*/#_ ") == "" // "", "?", "--", "…" and the like
	}
	switch strings.ToLower(s) {
	case "na", "n/a", "#n/a", "nan", "null", "nil", "none", "missing", "unknown", "n.a.", "<na>", "(null)", "-999", "-9999":
		return true
	}
	return false
}

// lookAtDates profiles a column of dates.
func lookAtDates(l *look, kinds []textCount, o ProfileOptions) {
	d := &DatesProfile{}
	l.Dates = d
	type moment struct {
		at   float64 // seconds since 1970
		rows int     // up to and with this one
	}
	var moments []moment
	for _, k := range kinds {
		t, ok := ParseDate(k.text)
		if !ok {
			if d.Bad == 0 {
				l.texts.bad = clip(k.text)
			}
			d.Bad += k.count
			continue
		}
		moments = append(moments, moment{float64(t.Unix()) + float64(t.Nanosecond())/1e9, k.count})
		if d.First == "" || dateKey(k.text) < dateKey(d.First) {
			d.First = k.text
		}
		if dateKey(k.text) > dateKey(d.Last) {
			d.Last = k.text
		}
	}
	slices.SortFunc(moments, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	rows := 0
	for i := range moments {
		rows += moments[i].rows
		moments[i].rows = rows
	}
	d.Histogram = histogramOf(sample{
		n: rows,
		at: func(i int) float64 {
			return moments[sort.Search(len(moments), func(k int) bool { return moments[k].rows > i })].at
		},
		below: func(v float64) int {
			k := sort.Search(len(moments), func(k int) bool { return moments[k].at >= v })
			if k == 0 {
				return 0
			}
			return moments[k-1].rows
		},
	}, o.Bins)
}
