package org.vexfs.daemon.app;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tells lines of a log that repeat others too often. Lines are alike where they come from the same
/// place at the same level and differ in numbers only. Of those that are, [#MOST] are written in
/// [#WINDOW], and the first after it says how many were left out.
final class RepeatedLines {
  /// Lines alike in a window.
  static final int MOST = 20;

  /// From the first of them on.
  static final Duration WINDOW = Duration.ofMinutes(1);

  /// Kinds of lines that are remembered; of more, the one that came first is forgotten.
  private static final int KINDS = 256;

  /// How much of a line tells its kind.
  private static final int KEY_CHARS = 120;

  private static final Pattern NUMBER = Pattern.compile("(?:0x)?\\d[\\da-f]*");

  private final LongSupplier nanoTime;

  @GuardedBy("this")
  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  /// What came of one kind since a window began.
  private static final class Kind {
    private final long startNanos;
    private int written;
    private long leftOut;

    Kind(long startNanos) {
      this.startNanos = startNanos;
    }
  }

  /// What to do with a line.
  ///
  /// @param isWritten whether it is written
  /// @param leftOut how many like it were not, in the window that has ended
  record Verdict(boolean isWritten, long leftOut) {}

  RepeatedLines() {
    this(System::nanoTime);
  }

  /// By another clock.
  RepeatedLines(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Looks at a line.
  ///
  /// @param origin level and place
  synchronized Verdict look(String origin, String message) {
    String start = message.length() > KEY_CHARS ? message.substring(0, KEY_CHARS) : message;
    String key = origin + ": " + NUMBER.matcher(start).replaceAll("#");
    long now = nanoTime.getAsLong();
    @Nullable Kind known = kinds.get(key);
    if (known != null && now - known.startNanos < WINDOW.toNanos()) {
      if (known.written < MOST) {
        known.written++;
        return new Verdict(true, 0);
      }
      known.leftOut++;
      return new Verdict(false, 0);
    }
    Kind begun = new Kind(now);
    begun.written = 1;
    kinds.remove(key);
    kinds.put(key, begun);
    if (kinds.size() > KINDS) {
      kinds.remove(kinds.keySet().iterator().next());
    }
    return new Verdict(true, known == null ? 0 : known.leftOut);
  }
}
