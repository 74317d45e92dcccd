package grel

import (
	"regexp"
	"strings"
)

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
