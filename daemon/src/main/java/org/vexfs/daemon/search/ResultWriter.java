package org.vexfs.daemon.search;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.vexfs.daemon.base.VectorMatrix;

/// Writes an answer as JSON lines: a line a hit, then a closing line for each vector of the query.
///
/// The output is valid UTF-8 whatever the names of files are: a byte that is not comes as the
/// escape of a lone surrogate, `\udc80` … `\udcff`, from which Python's `os.fsencode` restores the
/// name. Floats are the shortest decimals that read back as the same float32. JSON has no infinity
/// and no NaN: a distance beyond float32 is written as the largest one, NaN as `null`.
///
/// Not safe for threads.
public final class ResultWriter {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder lines = new StringBuilder();

  /// Adds the line of a hit.
  public void write(Hit hit) {
    lines.append("{\"query\":").append(hit.query());
    lines.append(",\"rank\":").append(hit.rank());
    lines.append(",\"path\":");
    appendString(hit.path().toText());
    if (hit.ranks().isEmpty()) {
      lines.append(",\"row\":").append(hit.row());
      lines.append(",\"distance\":");
      appendFloat(hit.distance());
    } else {
      appendRanks(hit.ranks());
    }
    lines.append(",\"score\":");
    appendFloat(hit.score());
    hit.vector().ifPresent(this::appendVector);
    hit.attributes().ifPresent(this::appendAttributes);
    lines.append("}\n");
  }

  /// Adds a closing line.
  public void write(SearchSummary summary) {
    lines.append("{\"query\":").append(summary.query());
    lines.append(",\"hits\":").append(summary.hits());
    lines.append(",\"exact\":").append(summary.exact());
    lines.append(",\"searched\":").append(summary.searched());
    lines.append(",\"took_us\":").append(summary.tookMicros());
    lines.append("}\n");
  }

  /// Everything written so far.
  public byte[] toBytes() {
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void appendRanks(List<Integer> ranks) {
    lines.append(",\"ranks\":[");
    String separator = "";
    for (int rank : ranks) {
      lines.append(separator).append(rank == 0 ? "null" : Integer.toString(rank));
      separator = ",";
    }
    lines.append(']');
  }

  private void appendVector(VectorMatrix vector) {
    lines.append(",\"vector\":[");
    String separator = "";
    for (float value : vector.values()) {
      lines.append(separator);
      appendFloat(value);
      separator = ",";
    }
    lines.append(']');
  }

  private void appendAttributes(Map<String, String> attributes) {
    lines.append(",\"attributes\":{");
    String separator = "";
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      lines.append(separator);
      appendString(attribute.getKey());
      lines.append(':');
      appendString(attribute.getValue());
      separator = ",";
    }
    lines.append('}');
  }

  private void appendFloat(float value) {
    if (Float.isNaN(value)) {
      lines.append("null");
    } else {
      lines.append(Math.clamp(value, -Float.MAX_VALUE, Float.MAX_VALUE));
    }
  }

  private void appendString(String text) {
    lines.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        lines.append('\\').append(c);
      } else if (c == '\n') {
        lines.append("\\n");
      } else if (c < ' ' || c == 0x7F || isLoneSurrogate(text, i)) {
        appendEscape(c);
      } else {
        lines.append(c);
      }
    }
    lines.append('"');
  }

  private static boolean isLoneSurrogate(String text, int index) {
    char c = text.charAt(index);
    boolean low = index > 0 && Character.isSurrogatePair(text.charAt(index - 1), c);
    boolean high =
        index + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(index + 1));
    return Character.isSurrogate(c) && !low && !high;
  }

  private void appendEscape(char c) {
    lines.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      lines.append(HEX.charAt((c >> shift) & 0xF));
    }
  }
}
