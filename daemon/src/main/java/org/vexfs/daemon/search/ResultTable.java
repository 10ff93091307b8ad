package org.vexfs.daemon.search;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.vexfs.daemon.base.TreePath;

/// Writes hits as the table that `near` and `find` show: `rank score path`, a line a hit, without a
/// heading, the columns aligned, so that `cat`, `read`, `awk` and `cut` are all it takes.
///
/// The path comes last and keeps its spaces. What would break the line, the terminal or UTF-8 is
/// escaped so that `printf %b` restores it: a line feed as `\n`, a backslash as `\\`, other control
/// characters and bytes that are not UTF-8 as `\0` and three octal digits.
public final class ResultTable {
  private ResultTable() {}

  /// The table of these hits, in their order; empty for none.
  public static byte[] format(List<Hit> hits) {
    int widest = hits.stream().mapToInt(Hit::rank).max().orElse(0);
    int width = Integer.toString(widest).length();
    StringBuilder table = new StringBuilder();
    for (Hit hit : hits) {
      String rank = Integer.toString(hit.rank());
      table.append(" ".repeat(width - rank.length())).append(rank).append("  ");
      table.append(String.format(Locale.ROOT, "%.4f", hit.score())).append("  ");
      table.append(escape(hit.path())).append('\n');
    }
    return table.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// The path on one line; see the class.
  static String escape(TreePath path) {
    StringBuilder escaped = new StringBuilder();
    String text = path.toText();
    text.codePoints().forEach(c -> appendEscaped(escaped, c));
    return escaped.toString();
  }

  private static void appendEscaped(StringBuilder escaped, int codePoint) {
    if (codePoint == '\\') {
      escaped.append("\\\\");
    } else if (codePoint == '\n') {
      escaped.append("\\n");
    } else if (codePoint < ' ' || codePoint == 0x7F) {
      appendOctal(escaped, codePoint);
    } else if (codePoint >= 0x80 && codePoint < 0xA0) {
      // C1 controls are two bytes in UTF-8, the first always C2; some terminals obey them.
      appendOctal(escaped, 0xC2);
      appendOctal(escaped, codePoint);
    } else if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      appendOctal(escaped, codePoint & 0xFF);
    } else {
      escaped.appendCodePoint(codePoint);
    }
  }

  private static void appendOctal(StringBuilder escaped, int value) {
    escaped.append(String.format(Locale.ROOT, "\\0%03o", value));
  }
}
