package grel

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// This file reads dates by a format, as Java 17's SimpleDateFormat does: leniently, from
// the start of the text, whatever follows.

// centuryStart is the first year that two digits of a year can mean; 99 years follow.
// OpenRefine counts 80 years back from the day on which it runs, so that the same step
// gives other dates in other years; here it is always those of 2026.
const centuryStart = 1946

// formatPart is a run of one letter, or a text that must stand there.
type formatPart struct {
	letter byte // 0: text
	count  int
	text   []rune
}

// dateFormat is a format that was read.
type dateFormat struct {
	parts  []formatPart
	locale *locale
}

const formatLetters = "GyMdkHmsSEDFwWahKzZYuXL"

// parseDateFormat reads a format; not ok for one that Java refuses.
func parseDateFormat(format string, l *locale) (*dateFormat, bool) {
	f := &dateFormat{locale: l}
	quoted := false
	runes := []rune(format)
	text := func(r rune) {
		if n := len(f.parts); n > 0 && f.parts[n-1].letter == 0 {
			f.parts[n-1].text = append(f.parts[n-1].text, r)
		} else {
			f.parts = append(f.parts, formatPart{text: []rune{r}})
		}
	}
	broken := false // a quote ended the run of letters
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '\'' && i+1 < len(runes) && runes[i+1] == '\'':
			text(r)
			i++
		case r == '\'':
			quoted = !quoted
			broken = true
			continue
		case quoted || !isLetter(r):
			text(r)
		case !strings.ContainsRune(formatLetters, r):
			return nil, false
		default:
			if n := len(f.parts); n > 0 && !broken && f.parts[n-1].letter == byte(r) {
				f.parts[n-1].count++
			} else {
				f.parts = append(f.parts, formatPart{letter: byte(r), count: 1})
			}
		}
		broken = false
	}
	if quoted {
		return nil, false
	}
	for _, part := range f.parts {
		if part.letter == 'X' && part.count > 3 {
			return nil, false
		}
	}
	return f, true
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// parse reads the start of a text; ok is false if it is no such date. The error names what
// only OpenRefine can read.
func (f *dateFormat) parse(text string) (t time.Time, ok bool, err error) {
	p := &dateReader{text: []rune(text), locale: f.locale, alone: len(f.parts) == 1}
	for i, part := range f.parts {
		if part.letter == 0 {
			if !p.skip(part.text) {
				return t, false, nil
			}
			continue
		}
		adjacent := i+1 < len(f.parts) && f.parts[i+1].numeric()
		if !p.field(part, adjacent) || p.err != nil {
			return t, false, p.err
		}
	}
	ms, ok := p.cal.millis()
	if p.named.place != nil {
		ms -= 1000*int64(standardOffset(ms, p.named.place)) + p.named.summer
	}
	if ok && p.ambiguous && ms < time.Date(centuryStart, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
		p.cal.value[calYear] += 100
		p.cal.value[calWeekYear] += 100
		ms, ok = p.cal.millis()
	}
	if !ok {
		return t, false, nil
	}
	t, ok = fromMillis(ms)
	return t, ok && p.pos > 0, nil
}

// numeric reports whether the field is of digits, so that the one before it ends after as
// many digits as it has letters.
func (part formatPart) numeric() bool {
	if part.letter == 'M' || part.letter == 'L' {
		return part.count <= 2
	}
	return part.letter != 0 && strings.IndexByte("ydkHmsSDFwWhKYu", part.letter) >= 0
}

type dateReader struct {
	text      []rune
	pos       int
	cal       javaCalendar
	locale    *locale
	alone     bool       // the format is one field
	ambiguous bool       // the two digits of the year are those of the first year of the century
	named     formatZone // the zone that was named last, if no offset follows
	err       error
}

func (p *dateReader) skip(text []rune) bool {
	for _, r := range text {
		if p.pos >= len(p.text) || p.text[p.pos] != r {
			return false
		}
		p.pos++
	}
	return true
}

// dateFields are the calendar's fields of letters that are numbers.
var dateFields = map[byte]calField{
	'y': calYear, 'Y': calWeekYear, 'M': calMonth, 'L': calMonth, 'd': calDay, 'D': calDayOfYear, 'H': calHourOfDay, 'k': calHourOfDay,
	'K': calHour, 'h': calHour, 'm': calMinute, 's': calSecond, 'S': calMilli, 'F': calWeekdayInMonth, 'w': calWeekOfYear, 'W': calWeekOfMonth, 'u': calWeekday,
}

func (p *dateReader) field(part formatPart, adjacent bool) bool {
	start := p.pos
	at := start
	for ; ; at++ {
		if at >= len(p.text) {
			return false
		}
		if p.text[at] != ' ' && p.text[at] != '\t' {
			break
		}
	}
	switch part.letter {
	case 'G':
		return p.name(calEra, p.locale.eras[:])
	case 'a':
		return p.name(calAmPm, p.locale.halves[:])
	case 'E':
		return p.name(calWeekday, p.locale.weekdays[:])
	case 'z', 'Z':
		return p.zone(at)
	case 'X':
		return p.isoZone(at, part.count)
	case 'M', 'L':
		if part.count > 2 {
			names := p.locale.months[:]
			if part.letter == 'L' || p.alone {
				names = p.locale.standalone[:]
			}
			return p.name(calMonth, names)
		}
	}
	n, end, ok := p.number(at, start, part.count, adjacent)
	if !ok {
		return false
	}
	p.pos = end
	p.set(part, n, at)
	return true
}

// set puts a number into its field.
func (p *dateReader) set(part formatPart, n int64, at int) {
	field := dateFields[part.letter]
	switch part.letter {
	case 'M', 'L':
		n--
	case 'k':
		if n == 24 {
			n = 0
		}
	case 'h':
		if n == 12 {
			n = 0
		}
	case 'u':
		n = fromMonday(n)
	case 'y', 'Y':
		if part.count <= 2 && p.pos-at == 2 && unicode.IsDigit(p.text[at]) && unicode.IsDigit(p.text[at+1]) {
			p.ambiguous = n == centuryStart%100
			n += centuryStart / 100 * 100
			if n < centuryStart {
				n += 100
			}
		}
	}
	p.cal.set(field, n)
}

// number reads digits of any script, after a minus or not. Where the next field follows
// directly it reads no further than count characters from start.
func (p *dateReader) number(at, start, count int, adjacent bool) (n int64, end int, ok bool) {
	limit := len(p.text)
	if adjacent {
		if start+count > limit {
			return 0, 0, false
		}
		limit = start + count
	}
	negative := at < limit && p.text[at] == p.locale.minus
	if negative {
		at++
	}
	first, most := at, uint64(math.MaxInt64)
	var u uint64
	fits := true
	for ; at < limit; at++ {
		d, isDigit := digitValue(p.text[at])
		if !isDigit {
			break
		}
		fits = fits && u <= (most-uint64(d))/10
		u = u*10 + uint64(d)
	}
	switch {
	case at == first:
		return 0, 0, false
	case !fits && negative:
		return math.MinInt32, at, true // Java reads it as a double, whose int is the least
	case !fits:
		return math.MaxInt32, at, true
	}
	if n = int64(u); negative {
		n = -n
	}
	return int64(int32(n)), at, true
}

// name reads the longest of the names that stands here; its index among names is the
// field's value, from 1 for weekdays.
func (p *dateReader) name(field calField, names [][]string) bool {
	best, value := 0, -1
	for i, forms := range names {
		for _, form := range forms {
			if n := p.startsWith(form); n > best {
				best, value = n, i
			}
		}
	}
	if value < 0 {
		return false
	}
	if field == calWeekday {
		value++
	}
	p.pos += best
	p.cal.set(field, int64(value))
	return true
}

// startsWith gives the length of a name that stands here in any case; 0 if it does not.
func (p *dateReader) startsWith(name string) int {
	n := utf8.RuneCountInString(name)
	if p.pos+n > len(p.text) || !strings.EqualFold(string(p.text[p.pos:p.pos+n]), name) {
		return 0
	}
	return n
}

// zone reads +0200, GMT+2:00, or the name of a zone.
func (p *dateReader) zone(at int) bool {
	switch r := p.text[at]; {
	case r == '+' || r == '-':
		return p.offset(at+1, r, 0, false)
	case p.startsWith("GMT") > 0:
		p.pos += len("GMT")
		if p.pos < len(p.text) && (p.text[p.pos] == '+' || p.text[p.pos] == '-') {
			return p.offset(p.pos+1, p.text[p.pos], 0, true)
		}
		p.setZone(0)
		return true
	}
	p.pos = at
	if n := max(p.startsWith("Coordinated Universal Time"), p.startsWith("UTC")); n > 0 {
		p.pos += n // an offset that was read before stays
		return true
	}
	best := 0
	for name, zone := range formatZones {
		if n := p.startsWith(name); n > best {
			best, p.named = n, zone
		}
	}
	if best > 0 {
		p.pos += best
		p.cal.value[calZone] = 0
		return p.named.load()
	}
	if word := p.zoneWord(); word != "" {
		p.err = &UnsupportedError{fmt.Sprintf("time zone %.40q", word), -1, "zones in dates are read as offsets such as +0200, as GMT and UTC, and by the short names of those of Europe and North America"}
	}
	return false
}

// zoneWord is what stands where a name of a zone should and may be one; Java knows some
// hundreds, of three to five letters or with the word Time in them.
func (p *dateReader) zoneWord() string {
	rest := p.text[p.pos:]
	n := slices.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 {
		n = len(rest)
	}
	if n >= 3 && n <= 5 || n > 0 && strings.Contains(strings.ToLower(string(rest)), "time") {
		return string(rest[:n])
	}
	return ""
}

// formatZone is a zone by a name that says standard or summer time.
type formatZone struct {
	id     string
	summer int64 // milliseconds ahead of standard time
	place  *time.Location
}

func (z *formatZone) load() bool {
	if z.place == nil {
		z.place, _ = time.LoadLocation(z.id)
	}
	return z.place != nil
}

const hour = 3_600_000 // milliseconds

// formatZones are the names in formats that are known here, and where Java has them from.
var formatZones = map[string]formatZone{
	"PST": {id: "America/Los_Angeles"}, "PDT": {id: "America/Los_Angeles", summer: hour}, "MST": {id: "America/Denver"}, "MDT": {id: "America/Denver", summer: hour},
	"CST": {id: "America/Chicago"}, "CDT": {id: "America/Chicago", summer: hour}, "EST": {id: "America/New_York"}, "EDT": {id: "America/New_York", summer: hour},
	"HST": {id: "Pacific/Honolulu"}, "AKST": {id: "America/Anchorage"}, "AKDT": {id: "America/Anchorage", summer: hour}, "AST": {id: "America/Halifax"},
	"ADT": {id: "America/Halifax", summer: hour}, "NST": {id: "America/St_Johns"}, "NDT": {id: "America/St_Johns", summer: hour}, "CET": {id: "Europe/Paris"},
	"CEST": {id: "Europe/Paris", summer: hour}, "EET": {id: "Europe/Bucharest"}, "EEST": {id: "Europe/Bucharest", summer: hour}, "WET": {id: "Europe/Lisbon"},
	"WEST": {id: "Europe/Lisbon", summer: hour}, "BST": {id: "Europe/Jersey", summer: hour}, "JST": {id: "Asia/Tokyo"}, "IST": {id: "Asia/Jerusalem"},
}

// isoZone reads Z, +02, +0200 or +02:00, by the number of letters.
func (p *dateReader) isoZone(at, count int) bool {
	switch r := p.text[at]; r {
	case 'Z':
		p.pos = at + 1
		p.setZone(0)
		return true
	case '+', '-':
		return p.offset(at+1, r, count, count == 3)
	}
	return false
}

// offset reads hours and minutes. With a colon and no count one digit of hours will do.
func (p *dateReader) offset(at int, sign rune, count int, colon bool) bool {
	digit := func() (int64, bool) {
		if at >= len(p.text) || p.text[at] < '0' || p.text[at] > '9' {
			return 0, false
		}
		at++
		return int64(p.text[at-1] - '0'), true
	}
	hours, ok := digit()
	if !ok || at >= len(p.text) {
		return false
	}
	if d, ok := digit(); ok {
		hours = hours*10 + d
	} else if count > 0 || !colon {
		return false
	}
	if hours > 23 {
		return false
	}
	minutes := int64(0)
	if count != 1 {
		if colon {
			if at >= len(p.text) || p.text[at] != ':' {
				return false
			}
			at++
		}
		tens, ok := digit()
		ones, also := digit()
		if minutes = tens*10 + ones; !ok || !also || minutes > 59 {
			return false
		}
	}
	ms := (hours*60 + minutes) * 60_000
	if sign == '-' {
		ms = -ms
	}
	p.pos = at
	p.setZone(ms)
	return true
}

func (p *dateReader) setZone(ms int64) {
	p.cal.set(calZone, ms)
	p.named = formatZone{}
}

// locale is what reading dates needs to know of a language, from CLDR as Java 17 has it.
// Each name may have several forms.
type locale struct {
	months, standalone [12][]string
	weekdays           [7][]string // from Sunday
	halves             [2][]string // of the day
	eras               [2][]string
	minus              rune
}

// localeNames are months; months that stand alone, where they differ; weekdays; halves of
// the day; eras.
var localeNames = map[string][5]string{
	"en": {
		"January,Jan|February,Feb|March,Mar|April,Apr|May|June,Jun|July,Jul|August,Aug|September,Sep|October,Oct|November,Nov|December,Dec", "",
		"Sunday,Sun|Monday,Mon|Tuesday,Tue|Wednesday,Wed|Thursday,Thu|Friday,Fri|Saturday,Sat", "AM|PM", "BC,Before Christ|AD,Anno Domini",
	},
	"en-GB": {
		"January,Jan|February,Feb|March,Mar|April,Apr|May|June,Jun|July,Jul|August,Aug|September,Sept|October,Oct|November,Nov|December,Dec", "",
		"Sunday,Sun|Monday,Mon|Tuesday,Tue|Wednesday,Wed|Thursday,Thu|Friday,Fri|Saturday,Sat", "am|pm", "BC,Before Christ|AD,Anno Domini",
	},
	"de": {
		"Januar,Jan.|Februar,Feb.|März|April,Apr.|Mai|Juni|Juli|August,Aug.|September,Sept.|Oktober,Okt.|November,Nov.|Dezember,Dez.",
		"Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez",
		"Sonntag,So.|Montag,Mo.|Dienstag,Di.|Mittwoch,Mi.|Donnerstag,Do.|Freitag,Fr.|Samstag,Sa.", "AM|PM", "v. Chr.|n. Chr.",
	},
	"fr": {
		"janvier,janv.|février,févr.|mars|avril,avr.|mai|juin|juillet,juil.|août|septembre,sept.|octobre,oct.|novembre,nov.|décembre,déc.", "",
		"dimanche,dim.|lundi,lun.|mardi,mar.|mercredi,mer.|jeudi,jeu.|vendredi,ven.|samedi,sam.", "AM|PM", "av. J.-C.,avant Jésus-Christ|ap. J.-C.,après Jésus-Christ",
	},
	"es": {
		"enero,ene|febrero,feb|marzo,mar|abril,abr|mayo,may|junio,jun|julio,jul|agosto,ago|septiembre,sept|octubre,oct|noviembre,nov|diciembre,dic", "",
		"domingo,dom|lunes,lun|martes,mar|miércoles,mié|jueves,jue|viernes,vie|sábado,sáb", "a.\u00a0m.|p.\u00a0m.", "a. C.,antes de Cristo|d. C.,después de Cristo",
	},
	"it": {
		"gennaio,gen|febbraio,feb|marzo,mar|aprile,apr|maggio,mag|giugno,giu|luglio,lug|agosto,ago|settembre,set|ottobre,ott|novembre,nov|dicembre,dic", "",
		"domenica,dom|lunedì,lun|martedì,mar|mercoledì,mer|giovedì,gio|venerdì,ven|sabato,sab", "AM|PM", "a.C.,avanti Cristo|d.C.,dopo Cristo",
	},
	"pt": {
		"janeiro,jan.|fevereiro,fev.|março,mar.|abril,abr.|maio,mai.|junho,jun.|julho,jul.|agosto,ago.|setembro,set.|outubro,out.|novembro,nov.|dezembro,dez.", "",
		"domingo,dom.|segunda-feira,seg.|terça-feira,ter.|quarta-feira,qua.|quinta-feira,qui.|sexta-feira,sex.|sábado,sáb.", "AM|PM", "a.C.,antes de Cristo|d.C.,depois de Cristo",
	},
	"nl": {
		"januari,jan.|februari,feb.|maart,mrt.|april,apr.|mei|juni,jun.|juli,jul.|augustus,aug.|september,sep.|oktober,okt.|november,nov.|december,dec.", "",
		"zondag,zo|maandag,ma|dinsdag,di|woensdag,wo|donderdag,do|vrijdag,vr|zaterdag,za", "a.m.|p.m.", "v.Chr.,voor Christus|n.Chr.,na Christus",
	},
	"sv": {
		"januari,jan.|februari,feb.|mars|april,apr.|maj|juni|juli|augusti,aug.|september,sep.|oktober,okt.|november,nov.|december,dec.", "",
		"söndag,sön|måndag,mån|tisdag,tis|onsdag,ons|torsdag,tors|fredag,fre|lördag,lör", "fm|em", "f.Kr.,före Kristus|e.Kr.,efter Kristus",
	},
	"da": {
		"januar,jan.|februar,feb.|marts,mar.|april,apr.|maj|juni,jun.|juli,jul.|august,aug.|september,sep.|oktober,okt.|november,nov.|december,dec.", "",
		"søndag,søn.|mandag,man.|tirsdag,tir.|onsdag,ons.|torsdag,tor.|fredag,fre.|lørdag,lør.", "AM|PM", "f.Kr.|e.Kr.",
	},
}

// languages are all that Java 17 knows, by which a first format that is a language is told
// from one that is a format.
const languages = " af agq ak am ar as asa ast az bas be bem bez bg bm bn bo br brx bs ca ccp ce ceb cgg chr ckb cs cy da dav de dje doi dsb dua dyo dz ebu ee el " +
	"en eo es et eu ewo fa ff fi fil fo fr fur fy ga gd gl gsw gu guz gv ha haw he hi hr hsb hu hy ia id ig ii is it ja jgo jmc jv ka kab kam kde kea khq ki kk kkj " +
	"kl kln km kn ko kok ks ksb ksf ksh ku kw ky lag lb lg lkt ln lo lrc lt lu luo luy lv mai mas mer mfe mg mgh mgo mi mk ml mn mni mr ms mt mua my mzn naq nb nd " +
	"nds ne nl nmg nn nnh no nus nyn om or os pa pcm pl ps pt qu rm rn ro rof ru rw rwk sa sah saq sat sbp sd se seh ses sg shi si sk sl smn sn so sq sr su sv sw ta " +
	"te teo tg th ti tk to tr tt twq tzm ug uk ur uz vai vi vun wae wo xh xog yav yi yo yue zgh zh zu "

var english = readLocale("en")

func readLocale(tag string) *locale {
	names := localeNames[tag]
	l := &locale{minus: '-'}
	fill := func(to [][]string, text string) {
		if text == "" {
			return
		}
		for i, forms := range strings.Split(text, "|") {
			to[i] = append(to[i], strings.Split(forms, ",")...)
		}
	}
	fill(l.months[:], names[0])
	fill(l.standalone[:], names[0])
	fill(l.standalone[:], names[1])
	fill(l.weekdays[:], names[2])
	fill(l.halves[:], names[3])
	fill(l.eras[:], names[4])
	if tag == "sv" {
		l.minus = '−'
	}
	return l
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// localeOf tells whether a first format is a language, and which one.
func localeOf(tag string) (l *locale, isLocale bool, err error) {
	base, region, _ := strings.Cut(strings.ToLower(tag), "-")
	if !languageTag.MatchString(tag) || !strings.Contains(languages, " "+base+" ") {
		return nil, false, nil
	}
	name := base
	if region != "" {
		name += "-" + strings.ToUpper(region)
	}
	if name == "en-US" {
		name = "en"
	}
	if _, ok := localeNames[name]; !ok {
		return nil, false, &UnsupportedError{"language " + tag, -1, "dates are read in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish and Danish only"}
	}
	return readLocale(name), true, nil
}
