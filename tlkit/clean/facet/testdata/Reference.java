// What OpenRefine 3.9.3's facets count, as one JSON object a line:
//
//	java -cp "$(sh ../../openrefine.sh)" Reference.java SEED COUNT
//
// Each is a seeded random table of two columns and the facets of both, without a selection, and with a choice in the
// first and a range in the second.

import java.io.File;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.refine.browsing.Engine;
import com.google.refine.browsing.FilteredRows;
import com.google.refine.browsing.RowVisitor;
import com.google.refine.browsing.facets.Facet;
import com.google.refine.browsing.facets.ListFacet.ListFacetConfig;
import com.google.refine.browsing.facets.RangeFacet.RangeFacetConfig;
import com.google.refine.browsing.facets.TimeRangeFacet.TimeRangeFacetConfig;
import com.google.refine.browsing.util.ConjunctiveFilteredRows;
import com.google.refine.expr.MetaParser;
import com.google.refine.grel.Parser;
import com.google.refine.io.FileProjectManager;
import com.google.refine.model.Cell;
import com.google.refine.model.Column;
import com.google.refine.model.Project;
import com.google.refine.model.Row;
import com.google.refine.util.ParsingUtilities;

public class Reference {

    static final ObjectMapper json = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    static Random random;

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err);
        File home = Files.createTempDirectory("openrefine").toFile();
        FileProjectManager.initialize(home); // the facets ask it for a preference
        MetaParser.registerLanguageParser("grel", "GREL", Parser.grelParser, "value");
        random = new Random(Long.parseLong(args[0]));
        for (int i = 0; i < Integer.parseInt(args[1]); i++) out.println(json.writeValueAsString(example(i)));
        out.flush();
        for (File f : home.listFiles()) f.delete();
        home.delete();
        System.exit(0);
    }

    static Map<String, Object> example(int i) throws Exception {
        int rows = new int[] { 0, 1, 2, 5, 20, 60 }[random.nextInt(6)];
        List<Serializable> texts = new ArrayList<>(), numbers = new ArrayList<>();
        String[] words = { "a", "A", "b", " ", "", "é", "😀", "Ärger", "zwei Worte", "12" };
        int kinds = 1 + random.nextInt(words.length);
        for (int r = 0; r < rows; r++) {
            texts.add(random.nextInt(6) == 0 ? null : words[random.nextInt(kinds)]);
        }
        String[] columns = { "ints", "floats", "mixed", "dates" };
        String kind = columns[i % columns.length];
        double scale = Math.pow(10, random.nextInt(12) - 4), shift = random.nextInt(3) == 0 ? scale * random.nextInt(1000) : 0;
        long span = new long[] { 50, 5_000, 300_000, 20_000_000L, 900_000_000L, 4_000_000_000L, 50_000_000_000L, 900_000_000_000L, 20_000_000_000_000L }[random.nextInt(9)];
        for (int r = 0; r < rows; r++) numbers.add(random.nextInt(7) == 0 ? null : number(kind, scale, shift, span));
        Project project = project(texts, numbers);
        FilteredRows all = new Engine(project).getAllFilteredRows();

        Map<String, Object> m = new LinkedHashMap<>();
        m.put("kind", kind);
        m.put("texts", texts);
        m.put("numbers", written(numbers));
        m.put("text", list(project, all, "a", "value"));
        m.put("null", list(project, all, "a", "isNull(value)"));
        m.put("empty", list(project, all, "a", "isEmptyString(value)"));
        m.put("blank", list(project, all, "a", "isBlank(value)"));
        m.put("duplicates", list(project, all, "a", "facetCount(value, 'value', 'a') > 1"));
        m.put("length", range(project, all, "a", "value.length()"));
        JsonNode numeric = kind.equals("dates") ? time(project, all, "b") : range(project, all, "b", "value");
        m.put("numeric", numeric);
        if (rows == 0) return m;

        // A choice in the first column, and what is left of the second; and the other way round.
        String choice = words[random.nextInt(kinds)];
        Facet chosen = json.readValue(listConfig("a", "value", choice), ListFacetConfig.class).apply(project);
        ConjunctiveFilteredRows first = new ConjunctiveFilteredRows();
        first.add(chosen.getRowFilter(project));
        m.put("choice", choice);
        m.put("numericOfChoice", kind.equals("dates") ? time(project, first, "b") : range(project, first, "b", "value"));
        if (numeric != null && numeric.has("min") && !kind.equals("dates")) {
            double low = numeric.get("min").asDouble(), high = numeric.get("max").asDouble();
            double from = low + (high - low) * random.nextDouble() / 2, to = from + (high - low) * random.nextDouble();
            Facet between = json.readValue(rangeConfig("b", "value", from, to), RangeFacetConfig.class).apply(project);
            ConjunctiveFilteredRows second = new ConjunctiveFilteredRows(), both = new ConjunctiveFilteredRows();
            second.add(between.getRowFilter(project));
            both.add(chosen.getRowFilter(project));
            both.add(between.getRowFilter(project));
            m.put("from", from);
            m.put("to", to);
            m.put("textOfRange", list(project, second, "a", "value"));
            m.put("rows", rows(project, both));
        }
        return m;
    }

    static Serializable number(String kind, double scale, double shift, long span) {
        switch (kind) {
            case "ints":
                return (long) Math.floor(shift + random.nextInt(1 + random.nextInt(500)) * Math.max(scale, 1));
            case "dates":
                return Instant.ofEpochMilli(random.nextInt(2) * 1_000_000_000_000L + (long) (random.nextDouble() * span)).atOffset(ZoneOffset.UTC);
            case "mixed":
                if (random.nextInt(4) == 0) return new String[] { "n/a", "", " ", "1e", "12 km", "0x1p3", "NaN" }[random.nextInt(7)];
                // fall through
            default:
                if (kind.equals("floats") && random.nextInt(30) == 0) return random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
                double v = shift + random.nextGaussian() * scale;
                return random.nextBoolean() ? v : Math.rint(v / scale * 10) * scale / 10;
        }
    }

    /** Numbers as JSON cannot write all of them: as text, with a mark before what is text. */
    static List<String> written(List<Serializable> values) {
        List<String> out = new ArrayList<>();
        for (Serializable v : values) out.add(v == null ? null : v instanceof String ? "'" + v : v instanceof OffsetDateTime ? ((OffsetDateTime) v).toInstant().toString() : v.toString());
        return out;
    }

    static Project project(List<Serializable> a, List<Serializable> b) throws Exception {
        Project project = new Project();
        project.columnModel.addColumn(0, new Column(0, "a"), false);
        project.columnModel.addColumn(1, new Column(1, "b"), false);
        project.columnModel.update();
        for (int r = 0; r < a.size(); r++) {
            Row row = new Row(2);
            row.setCell(0, new Cell(a.get(r), null));
            row.setCell(1, new Cell(b.get(r), null));
            project.rows.add(row);
        }
        return project;
    }

    static String listConfig(String column, String expression, String choice) throws Exception {
        String selection = "";
        if (choice != null && !choice.isEmpty()) selection = "{\"v\":" + json.writeValueAsString(Map.of("v", choice, "l", choice)) + "}";
        return "{\"type\":\"list\",\"name\":\"x\",\"columnName\":\"" + column + "\",\"expression\":" + json.writeValueAsString(expression)
                + ",\"omitBlank\":false,\"omitError\":false,\"invert\":false,\"selectError\":false,\"selectBlank\":" + "".equals(choice) + ",\"selection\":[" + selection + "]}";
    }

    static String rangeConfig(String column, String expression, Double from, Double to) throws Exception {
        String selection = from == null ? "" : ",\"from\":" + from + ",\"to\":" + to + ",\"selectNumeric\":true,\"selectNonNumeric\":false,\"selectBlank\":false,\"selectError\":false";
        return "{\"type\":\"range\",\"name\":\"x\",\"columnName\":\"" + column + "\",\"expression\":" + json.writeValueAsString(expression) + selection + "}";
    }

    /** The counts of a list facet by value; "" is what it calls blank. */
    static Map<String, Integer> list(Project project, FilteredRows rows, String column, String expression) throws Exception {
        Facet facet = json.readValue(listConfig(column, expression, null), ListFacetConfig.class).apply(project);
        facet.computeChoices(project, rows);
        JsonNode node = ParsingUtilities.mapper.valueToTree(facet);
        Map<String, Integer> counts = new TreeMap<>();
        for (JsonNode choice : node.get("choices")) counts.put(choice.get("v").get("l").asText(), choice.get("c").asInt());
        if (node.has("blankChoice")) counts.put("", node.get("blankChoice").get("c").asInt());
        return counts;
    }

    static JsonNode range(Project project, FilteredRows rows, String column, String expression) throws Exception {
        Facet facet = json.readValue(rangeConfig(column, expression, null, null), RangeFacetConfig.class).apply(project);
        try {
            facet.computeChoices(project, rows);
        } catch (ArrayIndexOutOfBoundsException e) { // it makes one bin too few for some numbers
            return null;
        }
        return counts(facet);
    }

    static JsonNode time(Project project, FilteredRows rows, String column) throws Exception {
        String config = "{\"type\":\"timerange\",\"name\":\"x\",\"columnName\":\"" + column + "\",\"expression\":\"value\"}";
        Facet facet = json.readValue(config, TimeRangeFacetConfig.class).apply(project);
        facet.computeChoices(project, rows);
        return counts(facet);
    }

    static JsonNode counts(Facet facet) {
        ObjectNode node = ParsingUtilities.mapper.valueToTree(facet);
        return node.retain("min", "max", "step", "bins", "numericCount", "nonNumericCount", "timeCount", "nonTimeCount", "blankCount", "errorCount");
    }

    static List<Integer> rows(Project project, FilteredRows filtered) {
        List<Integer> rows = new ArrayList<>();
        filtered.accept(project, new RowVisitor() {
            @Override
            public void start(Project project) {
            }

            @Override
            public boolean visit(Project project, int rowIndex, Row row) {
                rows.add(rowIndex);
                return false;
            }

            @Override
            public void end(Project project) {
            }
        });
        return rows;
    }
}
