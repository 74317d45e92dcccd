import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.refine.expr.EvalError;
import com.google.refine.expr.Evaluable;
import com.google.refine.expr.ExpressionUtils;
import com.google.refine.expr.MetaParser;
import com.google.refine.expr.ParsingException;
import com.google.refine.grel.Parser;
import com.google.refine.model.Cell;
import com.google.refine.model.Column;
import com.google.refine.model.Project;
import com.google.refine.model.Row;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Properties;

/**
 * Evaluates GREL with OpenRefine: reads cases from standard input, one JSON object a line, and writes each with its
 * result, r, added.
 *
 * A case is {"e": expression, "v": value, "c": {column: value, …}, "n": row index}. A value is a string that starts
 * with its type, or an array that starts with its class: "n" null, "b:true", "i:1" Long, "j:1" Integer, "f:" and the
 * bits of a Double, "s:text", "d:2001-02-03T04:05:06Z", "e:message", "o:Class", ["String[]", "s:a", …]. Results can
 * also be "x:message", for what was not parsed, and "t:message", for an exception that nothing caught. Halves of
 * characters are written as U+FFFD.
 */
public class Evaluate {
    static final ObjectMapper mapper = new ObjectMapper();
    static final JsonNodeFactory json = JsonNodeFactory.instance;

    public static void main(String[] args) throws Exception {
        MetaParser.registerLanguageParser("grel", "GREL", Parser.grelParser, "value");
        mapper.getFactory().configure(JsonGenerator.Feature.ESCAPE_NON_ASCII, true);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line; (line = in.readLine()) != null;) {
            ObjectNode c = (ObjectNode) mapper.readTree(line);
            c.set("r", evaluate(c));
            out.print(mapper.writeValueAsString(c));
            out.print('\n');
        }
        out.flush();
    }

    static JsonNode evaluate(ObjectNode c) throws Exception {
        Evaluable expression;
        try {
            expression = MetaParser.parse(c.get("e").asText());
        } catch (ParsingException e) {
            return json.textNode("x:" + e.getMessage());
        } catch (StackOverflowError | RuntimeException e) {
            return json.textNode("x:" + e);
        }
        Project project = new Project();
        Row row = new Row(4);
        project.columnModel.addColumn(0, new Column(0, "it"), false);
        Serializable current = read(c.get("v"));
        Cell cell = current == null ? null : new Cell(current, null);
        row.setCell(0, cell);
        int i = 1;
        if (c.has("c")) {
            for (var names = c.get("c").fieldNames(); names.hasNext(); i++) {
                String name = names.next();
                project.columnModel.addColumn(i, new Column(i, name), false);
                Serializable v = read(c.get("c").get(name));
                row.setCell(i, v == null ? null : new Cell(v, null));
            }
        }
        Properties bindings = ExpressionUtils.createBindings(project);
        ExpressionUtils.bind(bindings, row, c.path("n").asInt(0), "it", cell);
        try {
            return write(expression.evaluate(bindings));
        } catch (StackOverflowError | RuntimeException e) {
            return json.textNode("t:" + e);
        }
    }

    static Serializable read(JsonNode v) {
        String text = v == null ? "n" : v.asText();
        String rest = text.length() > 2 ? text.substring(2) : "";
        switch (text.charAt(0)) {
            case 'b': return Boolean.valueOf(rest);
            case 'i': return Long.valueOf(rest);
            case 'j': return Integer.valueOf(rest);
            case 'f': return Double.longBitsToDouble(Long.parseUnsignedLong(rest, 16));
            case 's': return rest;
            case 'd': return OffsetDateTime.parse(rest);
            case 'e': return new EvalError(rest);
            default: return null;
        }
    }

    static JsonNode write(Object o) {
        if (o == null) return json.textNode("n");
        if (o instanceof Boolean) return json.textNode("b:" + o);
        if (o instanceof Long) return json.textNode("i:" + o);
        if (o instanceof Integer) return json.textNode("j:" + o);
        if (o instanceof Double) return json.textNode("f:" + Long.toHexString(Double.doubleToLongBits((Double) o)));
        if (o instanceof String) return json.textNode("s:" + whole((String) o));
        if (o instanceof OffsetDateTime) return json.textNode("d:" + o);
        if (o instanceof EvalError) return json.textNode("e:" + whole(((EvalError) o).message));
        if (o instanceof Object[]) {
            ArrayNode a = json.arrayNode().add(o.getClass().getSimpleName());
            for (Object item : (Object[]) o) a.add(write(item));
            return a;
        }
        if (o instanceof com.google.refine.expr.WrappedCell) return write(((com.google.refine.expr.WrappedCell) o).cell.value);
        return json.textNode("o:" + o.getClass().getSimpleName());
    }

    static String whole(String s) {
        StringBuilder b = new StringBuilder();
        s.codePoints().forEach(c -> b.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c));
        return b.toString();
    }
}
