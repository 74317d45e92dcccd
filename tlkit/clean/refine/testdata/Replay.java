// Replays operation histories with OpenRefine itself, for histories to be compared with.
//
//	java -cp "$(sh ../../openrefine.sh)" Replay.java <cases.json >replayed.json
//
// In: {"tables": {name: {"columns": [name…], "rows": [[cell…]…]}…}, "cases": [{"name", "table", "history": [operation…]}…]}.
// A cell is null, a text, a whole number, a number with a point, true or false, or {"date": ISO instant}.
// Out: [{"name", "columns", "rows"}…], as they are after the history, or {"name", "error"} where OpenRefine refuses it.
// Numbers that JSON lacks are {"number": "NaN"}; an error is {"error": message}; a cell that is there and has no value
// is {"blank": true}.

import java.io.File;
import java.io.PrintStream;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import com.google.refine.ProjectManager;
import com.google.refine.ProjectMetadata;
import com.google.refine.expr.EvalError;
import com.google.refine.expr.MetaParser;
import com.google.refine.grel.Parser;
import com.google.refine.io.FileProjectManager;
import com.google.refine.model.AbstractOperation;
import com.google.refine.model.Cell;
import com.google.refine.model.Column;
import com.google.refine.model.Project;
import com.google.refine.model.Row;
import com.google.refine.operations.OperationRegistry;
import com.google.refine.operations.UnknownOperation;
import com.google.refine.operations.cell.*;
import com.google.refine.operations.column.*;
import com.google.refine.operations.row.*;
import com.google.refine.util.ParsingUtilities;

import edu.mit.simile.butterfly.ButterflyModule;

public class Replay {

    static final ObjectMapper json = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        File workspace = Files.createTempDirectory("openrefine").toFile();
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err); // OpenRefine prints stack traces of what it goes on after
        FileProjectManager.initialize(workspace);
        register();
        ArrayNode replayed = json.createArrayNode();
        JsonNode input = json.readTree(System.in);
        for (JsonNode c : input.get("cases")) {
            ObjectNode r = replayed.addObject();
            r.set("name", c.get("name"));
            try {
                replay(input.get("tables").get(c.get("table").asText()), c.get("history"), r);
            } catch (Exception e) {
                r.put("error", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            }
        }
        // One case a line, so that a changed case is a changed line.
        out.print("[");
        for (int i = 0; i < replayed.size(); i++) {
            out.print((i == 0 ? "\n" : ",\n") + json.writeValueAsString(replayed.get(i)));
        }
        out.println("\n]");
        out.flush();
        for (File f : workspace.listFiles()) {
            f.delete();
        }
        workspace.delete();
        System.exit(0); // its autosave thread would keep the program alive
    }

    static void register() {
        MetaParser.registerLanguageParser("grel", "General Refine Expression Language (GREL)", Parser.grelParser, "value");
        ButterflyModule core = (ButterflyModule) Proxy.newProxyInstance(Replay.class.getClassLoader(),
                new Class<?>[] { ButterflyModule.class },
                (proxy, method, a) -> method.getName().equals("getName") ? "core" : null);
        register(core, "text-transform", TextTransformOperation.class);
        register(core, "mass-edit", MassEditOperation.class);
        register(core, "multivalued-cell-join", MultiValuedCellJoinOperation.class);
        register(core, "multivalued-cell-split", MultiValuedCellSplitOperation.class);
        register(core, "fill-down", FillDownOperation.class);
        register(core, "blank-down", BlankDownOperation.class);
        register(core, "column-addition", ColumnAdditionOperation.class);
        register(core, "column-removal", ColumnRemovalOperation.class);
        register(core, "column-rename", ColumnRenameOperation.class);
        register(core, "column-move", ColumnMoveOperation.class);
        register(core, "column-split", ColumnSplitOperation.class);
        register(core, "column-reorder", ColumnReorderOperation.class);
        register(core, "row-removal", RowRemovalOperation.class);
        register(core, "row-duplicate-removal", RowDuplicatesRemovalOperation.class);
    }

    static void register(ButterflyModule module, String name, Class<? extends AbstractOperation> operation) {
        OperationRegistry.registerOperation(module, name, operation);
    }

    static void replay(JsonNode table, JsonNode history, ObjectNode result) throws Exception {
        Project project = new Project();
        ProjectManager.singleton.registerProject(project, new ProjectMetadata());
        for (JsonNode name : table.get("columns")) {
            Column column = new Column(project.columnModel.allocateNewCellIndex(), name.asText());
            project.columnModel.addColumn(-1, column, false);
        }
        for (JsonNode values : table.get("rows")) {
            Row row = new Row(values.size());
            for (int i = 0; i < values.size(); i++) {
                Serializable v = value(values.get(i));
                row.setCell(i, v == null ? null : new Cell(v, null));
            }
            project.rows.add(row);
        }
        project.update();

        List<AbstractOperation> operations = ParsingUtilities.mapper.readValue(history.toString(),
                new TypeReference<List<AbstractOperation>>() {
                });
        for (AbstractOperation operation : operations) {
            if (operation instanceof UnknownOperation) {
                throw new IllegalArgumentException("Unknown operation type: " + operation.getOperationId());
            }
            operation.validate();
        }
        for (AbstractOperation operation : operations) {
            operation.createProcess(project, new Properties()).performImmediate();
        }

        ArrayNode columns = result.putArray("columns");
        for (Column column : project.columnModel.columns) {
            columns.add(column.getName());
        }
        ArrayNode rows = result.putArray("rows");
        for (Row row : project.rows) {
            ArrayNode cells = rows.addArray();
            for (Column column : project.columnModel.columns) {
                put(cells, row.getCell(column.getCellIndex()));
            }
        }
    }

    static Serializable value(JsonNode v) {
        if (v.isNull()) {
            return null;
        } else if (v.isTextual()) {
            return v.asText();
        } else if (v.isBoolean()) {
            return v.asBoolean();
        } else if (v.isIntegralNumber()) {
            return v.asLong();
        } else if (v.isNumber()) {
            return v.asDouble();
        } else if (v.has("number")) {
            return Double.parseDouble(v.get("number").asText());
        }
        return OffsetDateTime.parse(v.get("date").asText());
    }

    static void put(ArrayNode cells, Cell cell) {
        Serializable v = cell == null ? null : cell.value;
        if (cell == null) {
            cells.addNull();
        } else if (v == null) {
            cells.addObject().put("blank", true);
        } else if (v instanceof OffsetDateTime) {
            cells.addObject().put("date", ((OffsetDateTime) v).toInstant().toString());
        } else if (v instanceof EvalError) {
            cells.addObject().put("error", whole(String.valueOf(((EvalError) v).message)));
        } else if (v instanceof Double || v instanceof Float) {
            double d = ((Number) v).doubleValue();
            if (Double.isNaN(d) || Double.isInfinite(d)) {
                cells.addObject().put("number", Double.toString(d));
            } else {
                cells.add(d);
            }
        } else if (v instanceof Number) {
            cells.add(((Number) v).longValue());
        } else if (v instanceof Boolean) {
            cells.add((Boolean) v);
        } else {
            cells.add(whole(v.toString()));
        }
    }

    // Halves of characters beyond U+FFFF, which UTF-8 cannot hold, are written as U+FFFD, and not as question marks.
    static String whole(String s) {
        StringBuilder b = new StringBuilder();
        s.codePoints().forEach(c -> b.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c));
        return b.toString();
    }
}
