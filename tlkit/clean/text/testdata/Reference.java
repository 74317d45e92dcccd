// What OpenRefine 3.9.3 and the libraries within it say of strings, as one JSON object a line:
//
//	java -cp "$(sh ../../openrefine.sh)" Reference.java keys SEED COUNT
//	java -XX:ActiveProcessorCount=1 -cp … Reference.java clusters SEED COUNT
//
// keys: seeded random strings with their keys and case mappings. clusters: seeded random lists of values with the
// clusters of each method. OpenRefine deals the blocks of nearest-neighbour clustering out to as many threads as there
// are processors and never joins what they find, so that its clusters depend on that number; with one they are whole.

import java.io.PrintStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.CharMatcher;
import com.google.refine.browsing.Engine;
import com.google.refine.clustering.Clusterer;
import com.google.refine.clustering.binning.*;
import com.google.refine.clustering.binning.BinningClusterer.BinningClustererConfig;
import com.google.refine.clustering.knn.*;
import com.google.refine.clustering.knn.kNNClusterer.kNNClustererConfig;
import com.google.refine.model.Cell;
import com.google.refine.model.Column;
import com.google.refine.model.Project;
import com.google.refine.model.Row;
import edu.mit.simile.vicino.distances.LevenshteinDistance;
import org.apache.commons.codec.language.DaitchMokotoffSoundex;
import org.apache.commons.codec.language.DoubleMetaphone;
import org.apache.commons.text.WordUtils;

public class Reference {

    static final ObjectMapper json = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    static Random random;

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // what libraries print
        random = new Random(Long.parseLong(args[1]));
        int count = Integer.parseInt(args[2]);
        switch (args[0]) {
            case "keys":
                for (String s : published) out.println(json.writeValueAsString(keys(s)));
                for (int i = 0; i < count; i++) out.println(json.writeValueAsString(keys(anyString(i))));
                break;
            case "clusters":
                register();
                for (Object line : publishedClusters()) out.println(json.writeValueAsString(line));
                for (int i = 0; i < count; i++) for (Object line : clusters(valueList(i), i)) out.println(json.writeValueAsString(line));
                break;
            default:
                throw new IllegalArgumentException(args[0]);
        }
        out.flush();
        System.exit(0); // vicino's threads linger
    }

    // Strings

    static final String[] alphabets = {
        "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abc ABC 012", "aeiou bcdfg ", "The Quick brown-fox, jumps. ",
        "äöüßÄÖÜẞ abcdeSZTH", "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ aeocz", "éèêëàâîïôûùçœæÉÈÀÇŒÆ' aeiou", "ıİiIşŞğĞçÇüÜöÖ aky", "þÞðÐæÆøØåÅıłŁđĐħĦŋŊœŒſ©ĸŧƿ",
        "αβγδσςΣΑΒΓΔΟΔΥΣ ΣΑ.Σ'-Σ1", "привет ПРИВЕТ ёЁйЙ", "日本語中文字かなカナ ﾊﾝｶｸ", "한국어 조선말", "שלום עולם مرحبا", "नमस्ते हिन्दी",
        "😀😁🎉👍🏻👨‍👩‍👧 ab", "e\u0301a\u0308o\u0302n\u0303 \u0323\u0307s", "a\t\n\u000B\f\r\u0085\u00A0\u1680\u2003\u2028\u202F\u3000\u200Bb ",
        "\u0000\u0001\u001C\u001F\u007F\u0080\u009Fab", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ab", "‘’‚“”„«»–—…·•†‡ ab", "ﬁﬂﬀﬃ²³½ⅣⅫ™℃ＡＢａｂ① ab",
        "ǅǆǄǈÿŸŉǰΐᾳᾼﬓ ab", "ţțęąŢȚĘĄ rsckchj", "$€£¥+<=>|~^`´¨ ab",
    };

    static final String[] pieces = {
        "sch", "tsch", "schtsch", "witz", "wicz", "ough", "augh", "gh", "ch", "ck", "cz", "cs", "sz", "zs", "rz", "rs", "dzh", "zdz", "st", "sd",
        "mn", "nm", "th", "tth", "tion", "tia", "tch", "ph", "pf", "ps", "kn", "gn", "wr", "wh", "x", "xc", "cc", "cci", "cce", "chae", "chia",
        "ach", "er", "ier", "ie", "eau", "au", "ou", "ai", "oi", "ey", "ill", "illo", "alle", "as", "os", "lli", "gli", "gy", "ger", "gg", "aggi",
        "dge", "dg", "dt", "sio", "sia", "sc", "sci", "school", "scher", "sh", "sholm", "sugar", "isl", "ysl", "ewski", "owsky", "jose", "j",
        "van ", "von ", "san ", "mac ", "mc", "zh", "zz", "zo", "umb", "ll", "mm", "pp", "qq", "rr", "tt", "vv", "uccee", "caesar", "chore",
        "harac", "orchid", "archit", "ä", "ö", "ü", "ß", "ç", "ñ", "ę", "ą", "ţ", "ł", "ż", "a", "e", "i", "o", "u", "y", "h", "k", "l", "m", "n", "r",
        "w", "z", "b", "d", "f", "g", "p", "q", "t", "v", "c", " ", "-", "'",
    };

    static final String[] names = {
        "Müller", "Mueller", "Smith", "Schmidt", "Schmitt", "Moskowitz", "Moskovitz", "Auerbach", "Ohrbach", "Wikipedia", "Breschnew", "Peters",
        "Peterson", "Jackson", "Caesar", "Michael", "McHugh", "Thomas", "Thames", "Xavier", "Zhao", "Wasserman", "Vasserman", "Arnow", "Arnoff",
        "Filipowicz", "Knuth", "Pneumonia", "Tagliaro", "Cabrillo", "Gallegos", "Edge", "Edgar", "Hugh", "Laugh", "Ghislane", "Czerny", "Focaccia",
        "Bellocchio", "Bacchus", "Accident", "Island", "Carlisle", "Artois", "Resnais", "Rogier", "Breaux", "Dumb", "Thumb", "Danger", "Rangy",
        "Łódź", "Wałęsa", "Çelik", "Nuñez", "Straße", "STRASSE", "İstanbul", "ISTANBUL", "ΟΔΥΣΣΕΥΣ", "Достоевский", "東京", "Zürich", "Zurich",
    };

    static String anyString(int i) {
        StringBuilder b = new StringBuilder();
        switch (i % 8) {
            case 0: case 1: // one alphabet
                fill(b, alphabets[random.nextInt(alphabets.length)], random.nextInt(i % 40 == 0 ? 300 : 20));
                break;
            case 2: // several
                for (int k = random.nextInt(4); k >= 0; k--) {
                    fill(b, alphabets[random.nextInt(alphabets.length)], random.nextInt(8));
                    if (random.nextBoolean()) b.append(' ');
                }
                break;
            case 3: case 4: case 5: // names out of sounds
                for (int k = random.nextInt(6); k >= 0; k--) b.append(pieces[random.nextInt(pieces.length)]);
                if (random.nextBoolean() && b.length() > 0) b.setCharAt(0, Character.toUpperCase(b.charAt(0)));
                break;
            case 6: // names
                for (int k = random.nextInt(3); k >= 0; k--) b.append(names[random.nextInt(names.length)]).append(" ,.-_".charAt(random.nextInt(5)));
                break;
            default: // all of Unicode 13
                for (int k = random.nextInt(8); k >= 0; k--) b.appendCodePoint(anyCharacter());
        }
        return b.toString();
    }

    static void fill(StringBuilder b, String alphabet, int n) {
        int[] points = alphabet.codePoints().toArray();
        for (int k = 0; k < n; k++) b.appendCodePoint(points[random.nextInt(points.length)]);
    }

    static int anyCharacter() {
        int[] ends = { 0x250, 0x3000, 0x10000, 0x20000 };
        while (true) {
            int c = random.nextInt(ends[random.nextInt(ends.length)]);
            int kind = Character.getType(c);
            if (kind != Character.UNASSIGNED && kind != Character.SURROGATE && kind != Character.PRIVATE_USE) return c;
        }
    }

    // Keys

    static final String[] published = { // the cases of OpenRefine's own tests
        "the multi multi word test", " école ÉCole ecoLe ", "a b c d", " d c b a ", "\tABC \t DEF ", "bbb\taaa", "æø", "©ß",
        "\u00D0\u00F0\u00DE\u00FEǷƿ", "ﬀﬁﬂﬃﬅﬆ", "\u0130", "\u0131", "\u0149", "\u00D8\u00F8", "\u017F",
        "a\u0009\nb\u000Bc\u000Cd\re\u0085f\u00A0g\u1680h\u2000i\u2001j\u2002k\u2003l\u2004m\u2005n\u2006o\u2007p\u2008q\u2009r\u200As\u2028t\u2029u\u202Fv\u205Fw\u3000z",
        "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ",
        "ĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĲĳĴĵĶķĸĹĺĻļĽľĿŀŁłŃńŅņŇňŉŊŋŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžſ",
        "ẖẗẘẙẚẛẜẝẞẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệ", "",
        "hello", "he!llo,. world", "\u0001a, !b-c_d\u00a0d\tz\u0003", "abcdefg", "gfedcba", "a b c d e f g", " a,b.c d\te!f?g ", "écÉCec",
        "Alphonse", "Éléonore", "! a", "! !", "- -", " ", "ΣΑΣ ΣΑ.Σ Σ", "ß", "ŉ",
    };

    static Map<String, Object> keys(String s) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("s", s);
        m.put("fingerprint", new FingerprintKeyer().key(s));
        List<String> ngrams = new ArrayList<>();
        for (int n = 1; n <= 3; n++) ngrams.add(halves(new NGramFingerprintKeyer().key(s, n)));
        m.put("ngrams", ngrams);
        DoubleMetaphone metaphone = new DoubleMetaphone(), longer = new DoubleMetaphone();
        longer.setMaxCodeLen(2000);
        m.put("metaphone", List.of(none(metaphone.doubleMetaphone(s)), none(metaphone.doubleMetaphone(s, true)),
                none(longer.doubleMetaphone(s)), none(longer.doubleMetaphone(s, true))));
        m.put("cologne", new ColognePhoneticKeyer().key(s));
        m.put("daitch", new DaitchMokotoffKeyer().key(s));
        m.put("branches", new DaitchMokotoffSoundex().soundex(s));
        m.put("lower", s.toLowerCase());
        m.put("upper", s.toUpperCase());
        m.put("title", WordUtils.capitalizeFully(s, new char[] { ' ', '\t', '\r', '\n', '.' }));
        m.put("trim", CharMatcher.whitespace().trimFrom(s));
        m.put("collapse", s.replaceAll("[\\p{Zs}\\s]+", " "));
        return m;
    }

    static String none(String s) {
        return s == null ? "" : s;
    }

    /** Writes halves of surrogate pairs out, for JSON readers lose them. */
    static String halves(String s) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))) {
                b.append(c).append(s.charAt(++i));
            } else if (Character.isSurrogate(c)) {
                b.append(String.format("\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.toString();
    }

    // Clusters

    static void register() {
        KeyerFactory.put("fingerprint", new FingerprintKeyer());
        KeyerFactory.put("ngram-fingerprint", new NGramFingerprintKeyer());
        KeyerFactory.put("cologne-phonetic", new ColognePhoneticKeyer());
        KeyerFactory.put("daitch-mokotoff", new DaitchMokotoffKeyer());
        KeyerFactory.put("double-metaphone", new Keyer() {
            @Override
            public String key(String s, Object... o) {
                return none(new DoubleMetaphone().doubleMetaphone(s));
            }
        });
        DistanceFactory.put("levenshtein", new VicinoDistance(new LevenshteinDistance()));
        // vicino's own JaroWinklerDistance gives the similarity for the distance, and OpenRefine does not offer it.
        DistanceFactory.put("jaro-winkler", (a, b) -> 1 - jaroWinkler(lower(a), lower(b)));
    }

    /** Ignores case as vicino's Levenshtein distance does: char by char. */
    static String lower(String s) {
        char[] chars = s.toCharArray();
        for (int i = 0; i < chars.length; i++) chars[i] = Character.toLowerCase(chars[i]);
        return new String(chars);
    }

    /** Plainly by the definition, with the same numbers as rapidfuzz; commons-text counts transpositions otherwise. */
    static double jaroWinkler(String a, String b) {
        int reach = Math.max(Math.max(a.length(), b.length()) / 2 - 1, 0), common = 0, moved = 0, same = 0;
        boolean[] takenA = new boolean[a.length()];
        StringBuilder inB = new StringBuilder(), inA = new StringBuilder();
        for (int j = 0; j < b.length(); j++) {
            for (int i = Math.max(0, j - reach); i < Math.min(a.length(), j + reach + 1); i++) {
                if (!takenA[i] && a.charAt(i) == b.charAt(j)) {
                    takenA[i] = true;
                    inB.append(b.charAt(j));
                    break;
                }
            }
        }
        for (int i = 0; i < a.length(); i++) if (takenA[i]) inA.append(a.charAt(i));
        if ((common = inA.length()) == 0) return a.equals(b) ? 1 : 0;
        for (int k = 0; k < common; k++) if (inA.charAt(k) != inB.charAt(k)) moved++;
        double c = common, jaro = (c / a.length() + c / b.length() + (c - moved / 2) / c) / 3;
        while (same < Math.min(4, Math.min(a.length(), b.length())) && a.charAt(same) == b.charAt(same)) same++;
        return jaro <= 0.7 ? jaro : jaro + same * 0.1 * (1 - jaro);
    }

    static List<Object> publishedClusters() throws Exception {
        List<Object> lines = new ArrayList<>();
        for (List<String> values : List.of(List.of("a", "à", "c", "ĉ"), List.of("c", "ĉ", "d"))) {
            lines.add(binning(values, "fingerprint", 0));
            lines.add(binning(values, "ngram-fingerprint", 2));
        }
        for (List<String> values : List.of(List.of("ab", "abc", "c", "ĉ"), List.of("ab", "abc", "abcd", "xyz"), List.of("foo", "bar"))) {
            lines.add(nearest(values, "levenshtein", 1, 2));
            lines.add(nearest(values, "levenshtein", 2, 2));
            lines.add(nearest(values, "levenshtein", 1, 1));
        }
        return lines;
    }

    /** Values that were typed by people: names and words with slips. */
    static List<String> valueList(int i) {
        List<String> base = new ArrayList<>(), values = new ArrayList<>();
        int kinds = 2 + random.nextInt(10);
        for (int k = 0; k < kinds; k++) {
            StringBuilder b = new StringBuilder();
            for (int w = random.nextInt(3); w >= 0; w--) {
                if (random.nextInt(3) == 0) b.append(names[random.nextInt(names.length)]);
                else for (int p = random.nextInt(4); p >= 0; p--) b.append(pieces[random.nextInt(pieces.length)]);
                if (w > 0) b.append(' ');
            }
            base.add(b.toString());
        }
        int n = 5 + random.nextInt(60);
        for (int k = 0; k < n; k++) values.add(slip(base.get(random.nextInt(kinds))));
        if (i % 7 == 0) for (int k = 0; k < 10; k++) values.add(anyString(random.nextInt(8)));
        return values;
    }

    static String slip(String s) {
        StringBuilder b = new StringBuilder(s);
        for (int k = random.nextInt(4); k > 0 && b.length() > 0; k--) {
            int at = random.nextInt(b.length());
            switch (random.nextInt(6)) {
                case 0: b.deleteCharAt(at); break;
                case 1: b.insert(at, "aeiousx ,.-😀é".charAt(random.nextInt(11))); break;
                case 2: b.setCharAt(at, Character.toUpperCase(b.charAt(at))); break;
                case 3: b.setCharAt(at, "abcdeéü".charAt(random.nextInt(7))); break;
                case 4: b.append(random.nextBoolean() ? " " : "."); break;
                default: return new StringBuilder(s).toString();
            }
        }
        return b.toString();
    }

    static List<Object> clusters(List<String> values, int i) throws Exception {
        List<Object> lines = new ArrayList<>();
        String[] keyers = { "fingerprint", "ngram-fingerprint", "cologne-phonetic", "daitch-mokotoff", "double-metaphone" };
        String keyer = keyers[i % keyers.length];
        lines.add(binning(values, keyer, keyer.startsWith("ngram") ? 1 + i % 3 : 0));
        if (i % 2 == 0) lines.add(nearest(values, "levenshtein", new double[] { 1, 2, 3, 1.5, 5 }[i / 2 % 5], new int[] { 6, 3, 1, 2, 4 }[i / 10 % 5]));
        else lines.add(nearest(values, "jaro-winkler", new double[] { 0.1, 0.05, 0.2, 0.3, 0.01 }[i / 2 % 5], new int[] { 6, 3, 1, 2, 4 }[i / 10 % 5]));
        return lines;
    }

    static Object binning(List<String> values, String function, int n) throws Exception {
        String params = n > 0 ? ",\"params\":{\"ngram-size\":" + n + "}" : ""; // no params at all is n = 2
        String config = "{\"type\":\"binning\",\"function\":\"" + function + "\",\"column\":\"values\"" + params + "}";
        Project project = project(values);
        return line(values, function, n, 0, json.readValue(config, BinningClustererConfig.class).apply(project), project);
    }

    static Object nearest(List<String> values, String function, double radius, int n) throws Exception {
        String config = "{\"type\":\"knn\",\"function\":\"" + function + "\",\"column\":\"values\",\"params\":{\"radius\":" + radius
                + ",\"blocking-ngram-size\":" + n + "}}";
        Project project = project(values);
        return line(values, function, n, radius, json.readValue(config, kNNClustererConfig.class).apply(project), project);
    }

    static Project project(List<String> values) throws Exception {
        Project project = new Project();
        project.columnModel.addColumn(0, new Column(0, "values"), false);
        for (Serializable v : values) {
            Row row = new Row(1);
            row.setCell(0, new Cell(v, null));
            project.rows.add(row);
        }
        return project;
    }

    static Object line(List<String> values, String function, int n, double radius, Clusterer clusterer, Project project) {
        clusterer.computeClusters(new Engine(project));
        JsonNode clusters = json.valueToTree(clusterer);
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("values", values);
        m.put("function", function);
        m.put("n", n);
        m.put("radius", radius);
        m.put("clusters", clusters);
        return m;
    }
}
