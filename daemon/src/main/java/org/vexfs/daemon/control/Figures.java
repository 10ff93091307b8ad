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
import org.vexfs.daemon.base.Histogram;
import org.vexfs.daemon.base.TreePath;

/// Figures of a mount at one moment, gathered once and shown as JSON (`stats`) and as Prometheus's
/// text format (`metrics`).
///
/// | figure | in `stats` | in `metrics` |
/// |---|---|---|
/// | gauge `log_bytes` | `log_bytes` | `vexfs_log_bytes` |
/// | counter `searches` | `searches` | `vexfs_searches_total` |
/// | gauge `rows` of a collection | `rows` in an object of the array `collections` | `vexfs_collection_rows{collection="default"}` |
/// | counters `errors_by` of an operation | an object | `vexfs_operation_errors_by_total{operation="stat",errno="EIO"}` |
/// | spread `seconds` of an operation | an object `seconds` with `count`, `sum`, `p50`, `p90`, `p99`, `p999`, `max` | a histogram `vexfs_operation_seconds{operation="stat"}` and, with each share, a gauge `vexfs_operation_seconds_quantile{operation="stat",quantile="0.99"}` |
public final class Figures {
  private static final String PREFIX = "vexfs_";
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private final Subject mount = new Subject("");
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /// Figures of nothing yet; each array is there even if it stays empty.
  public Figures() {
    Group _ = group("collections", "collection");
    Group _ = group("components", "component");
    Group _ = group("operations", "operation");
    Group _ = group("search_stages", "search_stage");
  }

  /// Adds a figure that comes and goes.
  public void gauge(String name, String help, Number value) {
    mount.gauge(name, help, value);
  }

  /// Adds a figure that only grows.
  public void counter(String name, String help, Number value) {
    mount.counter(name, help, value);
  }

  /// Adds a collection, of which the result takes the figures.
  ///
  /// @param metric how it measures
  Subject collection(String name, String metric) {
    Subject added = group("collections", "collection").subject(TreePath.textOfBytes(name));
    added.metric = metric;
    return added;
  }

  /// What is said of a part that comes up behind the mount.
  public Subject component(String name) {
    return group("components", "component").subject(name);
  }

  /// What is said of an operation of the file system.
  public Subject operation(String name) {
    return group("operations", "operation").subject(name);
  }

  /// What is said of a stage of searches.
  public Subject searchStage(String name) {
    return group("search_stages", "search_stage").subject(name);
  }

  private Group group(String array, String label) {
    return groups.computeIfAbsent(array, _ -> new Group(label, new LinkedHashMap<>()));
  }

  /// Things of a kind, of each of which the same is said.
  ///
  /// @param label what kind, in the singular
  private record Group(String label, Map<String, Subject> subjects) {
    Subject subject(String name) {
      return subjects.computeIfAbsent(name, Subject::new);
    }
  }

  /// Something of which figures are said.
  public static final class Subject {
    private final String name;
    private String metric = "";
    private final List<Figure> figures = new ArrayList<>();

    private Subject(String name) {
      this.name = name;
    }

    /// Adds a figure that comes and goes.
    public void gauge(String figure, String help, Number value) {
      figures.add(new Single(figure, false, help, value));
    }

    /// Adds a figure that only grows.
    public void counter(String figure, String help, Number value) {
      figures.add(new Single(figure, true, help, value));
    }

    /// Adds figures that only grow, of which each is of something else.
    ///
    /// @param label what they are told apart by
    public void counters(
        String figure, String label, String help, Map<String, ? extends Number> values) {
      figures.add(new Several(figure, label, help, values));
    }

    /// Adds how values are spread.
    public void spread(String figure, String help, Histogram.Snapshot values, Spread shown) {
      figures.add(new Many(figure, help, values, shown));
    }
  }

  /// How the values of a histogram are shown.
  ///
  /// @param perUnit how much of what was recorded is one of what is shown
  /// @param limits of the histogram for Prometheus, in what was recorded
  public record Spread(double perUnit, List<Long> limits) {
    private static final long MICRO = 1000;
    private static final long MILLI = 1000 * MICRO;
    private static final long SECOND = 1000 * MILLI;

    /// Recorded in nanoseconds, shown in seconds.
    public static final Spread SECONDS =
        new Spread(
            SECOND,
            List.of(
                10 * MICRO,
                20 * MICRO,
                50 * MICRO,
                100 * MICRO,
                200 * MICRO,
                500 * MICRO,
                MILLI,
                2 * MILLI,
                5 * MILLI,
                10 * MILLI,
                20 * MILLI,
                50 * MILLI,
                100 * MILLI,
                200 * MILLI,
                500 * MILLI,
                SECOND,
                10 * SECOND));

    /// Bytes of a stack.
    public static final Spread BYTES =
        new Spread(
            1, List.of(512L, 1024L, 2048L, 3072L, 4096L, 5120L, 6144L, 7168L, 8192L, 16_384L));

    private Number of(long recorded) {
      // Not a conditional, which would make every number a floating-point one.
      if (perUnit == 1) {
        return recorded;
      }
      return recorded / perUnit;
    }
  }

  /// A share of the values that are at most some value.
  private record Share(String key, double share) {
    static final List<Share> SHOWN =
        List.of(
            new Share("p50", 0.5),
            new Share("p90", 0.9),
            new Share("p99", 0.99),
            new Share("p999", 0.999),
            new Share("max", 1));
  }

  /// Where samples of one metric are gathered, below its head.
  private static final class Metrics {
    private final Map<String, StringBuilder> texts = new LinkedHashMap<>();

    StringBuilder of(String metric, String type, String help) {
      return texts.computeIfAbsent(
          metric,
          _ ->
              new StringBuilder(
                  "# HELP %s %s\n# TYPE %s %s\n".formatted(metric, help, metric, type)));
    }
  }

  /// One figure, or how many are spread.
  private sealed interface Figure {
    void write(JsonGenerator json) throws IOException;

    /// @param prefix of the metric's name
    /// @param labels such as `collection="default"`; empty for the mount's own
    void write(Metrics metrics, String prefix, String labels);
  }

  /// @param grows whether it never falls
  /// @param help what it is, for people
  private record Single(String name, boolean grows, String help, Number value) implements Figure {
    @Override
    public void write(JsonGenerator json) throws IOException {
      json.writeFieldName(name);
      json.writeNumber(value.toString());
    }

    @Override
    public void write(Metrics metrics, String prefix, String labels) {
      String metric = prefix + name + (grows ? "_total" : "");
      sample(metrics.of(metric, grows ? "counter" : "gauge", help), metric, labels, "", value);
    }
  }

  /// @param label what they are told apart by
  /// @param help what they are, for people
  private record Several(
      String name, String label, String help, Map<String, ? extends Number> values)
      implements Figure {
    @Override
    public void write(JsonGenerator json) throws IOException {
      json.writeObjectFieldStart(name);
      for (Map.Entry<String, ? extends Number> value : values.entrySet()) {
        json.writeFieldName(value.getKey());
        json.writeNumber(value.getValue().toString());
      }
      json.writeEndObject();
    }

    @Override
    public void write(Metrics metrics, String prefix, String labels) {
      String metric = prefix + name + "_total";
      values.forEach((key, value) ->
          sample(
              metrics.of(metric, "counter", help),
              metric,
              labels,
              label + "=\"" + escape(key) + '"',
              value));
    }
  }

  /// @param help what the values are, for people
  private record Many(String name, String help, Histogram.Snapshot values, Spread shown)
      implements Figure {
    @Override
    public void write(JsonGenerator json) throws IOException {
      json.writeObjectFieldStart(name);
      json.writeNumberField("count", values.count());
      writeNumber(json, "sum", values.sum());
      for (Share share : Share.SHOWN) {
        writeNumber(json, share.key(), valueAt(share));
      }
      json.writeEndObject();
    }

    private void writeNumber(JsonGenerator json, String key, long recorded) throws IOException {
      json.writeFieldName(key);
      json.writeNumber(shown.of(recorded).toString());
    }

    private long valueAt(Share share) {
      return share.share() == 1 ? values.max() : values.percentile(share.share());
    }

    @Override
    public void write(Metrics metrics, String prefix, String labels) {
      String metric = prefix + name;
      StringBuilder text = metrics.of(metric, "histogram", help);
      for (long limit : shown.limits()) {
        String limited = "le=\"" + shown.of(limit) + '"';
        sample(text, metric + "_bucket", labels, limited, values.countUpTo(limit));
      }
      sample(text, metric + "_bucket", labels, "le=\"+Inf\"", values.count());
      sample(text, metric + "_sum", labels, "", shown.of(values.sum()));
      sample(text, metric + "_count", labels, "", values.count());
      String quantile = metric + "_quantile";
      StringBuilder quantiles = metrics.of(quantile, "gauge", help);
      for (Share share : Share.SHOWN) {
        String labelled = "quantile=\"" + share.share() + '"';
        sample(quantiles, quantile, labels, labelled, shown.of(valueAt(share)));
      }
    }
  }

  private static void sample(
      StringBuilder text, String metric, String labels, String further, Number value) {
    text.append(metric);
    if (!labels.isEmpty() || !further.isEmpty()) {
      String between = labels.isEmpty() || further.isEmpty() ? "" : ",";
      text.append('{').append(labels).append(between).append(further).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  /// One JSON object, with an array for each kind of things.
  byte[] toJson() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      write(json, mount.figures);
      for (Map.Entry<String, Group> group : groups.entrySet()) {
        json.writeArrayFieldStart(group.getKey());
        for (Subject subject : group.getValue().subjects().values()) {
          write(json, subject);
        }
        json.writeEndArray();
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// The JSON object of one thing alone.
  static byte[] toJson(Subject subject) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      write(json, subject);
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Subject subject) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", subject.name);
    if (!subject.metric.isEmpty()) {
      json.writeStringField("metric", subject.metric);
    }
    write(json, subject.figures);
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, List<Figure> figures) throws IOException {
    for (Figure figure : figures) {
      figure.write(json);
    }
  }

  /// Prometheus's text format, version 0.0.4: all samples of a metric follow its `HELP` and `TYPE`.
  public byte[] toPrometheus() {
    Metrics metrics = new Metrics();
    for (Figure figure : mount.figures) {
      figure.write(metrics, PREFIX, "");
    }
    for (Group group : groups.values()) {
      String prefix = PREFIX + group.label() + '_';
      for (Subject subject : group.subjects().values()) {
        String label = group.label() + "=\"" + escape(subject.name) + '"';
        for (Figure figure : subject.figures) {
          figure.write(metrics, prefix, label);
        }
      }
    }
    StringBuilder text = new StringBuilder();
    metrics.texts.values().forEach(text::append);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String escape(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
