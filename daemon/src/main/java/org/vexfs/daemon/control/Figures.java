package org.vexfs.daemon.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vexfs.daemon.base.TreePath;

/// Figures of a mount at one moment, gathered once and shown as JSON (`stats`) and as Prometheus's
/// text format (`metrics`). A figure `log_bytes` is `log_bytes` in the one and `vexfs_log_bytes` in
/// the other, a counter `searches` is `vexfs_searches_total`, and what is said of a collection is
/// `vexfs_collection_rows{collection="default"}`.
public final class Figures {
  private static final String PREFIX = "vexfs_";
  private static final String COLLECTION_PREFIX = PREFIX + "collection_";
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final List<Figure> ofMount = new ArrayList<>();
  private final Map<String, OfCollection> collections = new LinkedHashMap<>();

  /// What a figure does over time.
  private enum Kind {
    /// It only grows.
    COUNTER,
    /// It comes and goes.
    GAUGE
  }

  /// @param help what it is, for people
  private record Figure(String name, Kind kind, String help, Number value) {
    String metric(String prefix) {
      return prefix + name + (kind == Kind.COUNTER ? "_total" : "");
    }
  }

  /// What is said of one collection.
  public static final class OfCollection {
    private final String metric;
    private final List<Figure> figures = new ArrayList<>();

    /// Figures of a collection alone.
    ///
    /// @param metric how it measures
    OfCollection(String metric) {
      this.metric = metric;
    }

    /// Adds a figure that comes and goes.
    void gauge(String name, String help, Number value) {
      figures.add(new Figure(name, Kind.GAUGE, help, value));
    }
  }

  /// Adds a figure that comes and goes.
  public void gauge(String name, String help, Number value) {
    ofMount.add(new Figure(name, Kind.GAUGE, help, value));
  }

  /// Adds a figure that only grows.
  public void counter(String name, String help, Number value) {
    ofMount.add(new Figure(name, Kind.COUNTER, help, value));
  }

  /// Adds a collection, of which the result takes the figures.
  ///
  /// @param metric how it measures
  OfCollection collection(String name, String metric) {
    OfCollection added = new OfCollection(metric);
    collections.put(TreePath.textOfBytes(name), added);
    return added;
  }

  /// One JSON object, with the collections in an array.
  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      write(json, ofMount);
      json.writeArrayFieldStart("collections");
      for (Map.Entry<String, OfCollection> collection : collections.entrySet()) {
        write(json, collection.getKey(), collection.getValue());
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// The JSON object of a collection alone.
  static byte[] toJson(String name, OfCollection collection) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      write(json, TreePath.textOfBytes(name), collection);
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, String name, OfCollection collection)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("metric", collection.metric);
    write(json, collection.figures);
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, List<Figure> figures) throws IOException {
    for (Figure figure : figures) {
      json.writeFieldName(figure.name());
      json.writeNumber(figure.value().toString());
    }
  }

  /// Prometheus's text format, version 0.0.4: all samples of a metric follow its `HELP` and `TYPE`.
  byte[] toPrometheus() {
    StringBuilder text = new StringBuilder();
    for (Figure figure : ofMount) {
      head(text, figure, PREFIX);
      text.append(figure.metric(PREFIX)).append(' ').append(figure.value()).append('\n');
    }
    Map<String, StringBuilder> metrics = new LinkedHashMap<>();
    collections.forEach((name, collection) -> {
      for (Figure figure : collection.figures) {
        StringBuilder samples =
            metrics.computeIfAbsent(
                figure.name(), _ -> head(new StringBuilder(), figure, COLLECTION_PREFIX));
        samples
            .append(figure.metric(COLLECTION_PREFIX))
            .append("{collection=\"")
            .append(escape(name))
            .append("\"} ")
            .append(figure.value())
            .append('\n');
      }
    });
    metrics.values().forEach(text::append);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static StringBuilder head(StringBuilder text, Figure figure, String prefix) {
    String metric = figure.metric(prefix);
    String type = figure.kind() == Kind.COUNTER ? "counter" : "gauge";
    return text.append(
        "# HELP %s %s\n# TYPE %s %s\n".formatted(metric, figure.help(), metric, type));
  }

  private static String escape(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
