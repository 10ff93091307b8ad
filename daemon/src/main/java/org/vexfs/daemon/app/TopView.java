package org.vexfs.daemon.app;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a mount did between two looks at its `stats`, as lines for a terminal. Rates are of that
/// time; percentiles are of all since the start.
final class TopView {
  private static final double MICROS = 1e6;
  private static final long MEBIBYTE = 1 << 20;

  private final Map<String, Object> before;
  private final Map<String, Object> now;
  private final double seconds;

  /// @param before the earlier `stats`
  /// @param now the later
  TopView(Map<String, Object> before, Map<String, Object> now) {
    this.before = before;
    this.now = now;
    this.seconds = Math.max(1e-3, number(now, "uptime_seconds") - number(before, "uptime_seconds"));
  }

  /// Busiest operations first, then the stages of searches and the rest.
  String text() {
    StringBuilder text = new StringBuilder();
    add(
        text,
        "up %.0f s   requests %.1f/s, %.0f under way, oldest %.1f s, %.0f slow   errors %.1f/s%n",
        number(now, "uptime_seconds"),
        rate("requests"),
        number(now, "requests_under_way"),
        number(now, "oldest_request_seconds"),
        number(now, "slow_requests"),
        rate("request_errors"));
    add(
        text,
        "searches %.1f/s, %.0f waiting   vectors %.0f in %.0f entries   log %.1f MiB%n",
        rate("searches"),
        number(now, "searches_waiting"),
        number(now, "vectors"),
        number(now, "entries"),
        number(now, "log_bytes") / MEBIBYTE);
    add(
        text,
        "memory %.1f MiB (heap %.1f)   processor %.0f %%   descriptors %.0f   stack %.0f bytes at most%n%n",
        number(now, "resident_bytes") / MEBIBYTE,
        number(now, "heap_bytes") / MEBIBYTE,
        100 * rate("processor_seconds"),
        number(now, "descriptors"),
        number(now, "stack_max_bytes"));
    table(text, "operation", "operations");
    text.append('\n');
    table(text, "stage of searches", "search_stages");
    return text.toString();
  }

  @FormatMethod
  private static void add(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments));
  }

  /// A line of a table.
  private record Row(String name, double rate, double errors, Map<?, ?> spread) {}

  private void table(StringBuilder text, String title, String array) {
    add(
        text,
        "%-18s %10s %8s %9s %9s %9s %9s%n",
        title,
        "per second",
        "errors/s",
        "p50",
        "p99",
        "p99.9",
        "max");
    Map<String, Map<?, ?>> earlier = byName(before, array);
    List<Row> rows = new ArrayList<>();
    byName(now, array)
        .forEach((name, values) -> {
          Map<?, ?> spread = within(values, "seconds");
          Map<?, ?> old = earlier.getOrDefault(name, Map.of());
          double added = number(spread, "count") - number(within(old, "seconds"), "count");
          double errors = number(values, "errors") - number(old, "errors");
          rows.add(new Row(name, added / seconds, errors / seconds, spread));
        });
    rows.sort(Comparator.comparingDouble(Row::rate).reversed().thenComparing(Row::name));
    for (Row row : rows) {
      add(
          text,
          "%-18s %10.1f %8s %9s %9s %9s %9s%n",
          row.name(),
          row.rate(),
          String.format(Locale.ROOT, "%.1f", row.errors()),
          time(row.spread(), "p50"),
          time(row.spread(), "p99"),
          time(row.spread(), "p999"),
          time(row.spread(), "max"));
    }
  }

  private static Map<String, Map<?, ?>> byName(Map<String, Object> stats, String array) {
    Map<String, Map<?, ?>> named = new HashMap<>();
    if (stats.get(array) instanceof List<?> list) {
      for (Object element : list) {
        if (element instanceof Map<?, ?> map) {
          named.put(String.valueOf(map.get("name")), map);
        }
      }
    }
    return named;
  }

  private static Map<?, ?> within(Map<?, ?> map, String key) {
    return map.get(key) instanceof Map<?, ?> inner ? inner : Map.of();
  }

  /// Microseconds, milliseconds or seconds, whichever is short.
  private static String time(Map<?, ?> spread, String key) {
    double micros = number(spread, key) * MICROS;
    if (micros < 1000) {
      return String.format(Locale.ROOT, "%.0f us", micros);
    }
    return micros < MICROS
        ? String.format(Locale.ROOT, "%.1f ms", micros / 1000)
        : String.format(Locale.ROOT, "%.1f s", micros / MICROS);
  }

  private double rate(String key) {
    return (number(now, key) - number(before, key)) / seconds;
  }

  private static double number(Map<?, ?> map, String key) {
    return map.get(key) instanceof Number number ? number.doubleValue() : 0;
  }
}
