package org.vexfs.daemon.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.search.Answer;
import org.vexfs.daemon.search.Hit;

/// Shows what a query found as symbolic links `RANK-SCORE-NAME`, such as `01-0.9321-a.md`.
///
/// Ranks are padded with zeros, so that the order of names is that of hits. Where a query has
/// several vectors, the number of the vector, from 0, comes first: `0-01-0.9321-a.md`. A name that
/// would be too long is cut off at its end.
final class HitLinks {
  /// Links that a directory shows; the answers themselves have the rest.
  static final int MAX_LINKS = 10_000;

  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_TARGET_BYTES = 4095;
  private static final int LEAST_DIGITS = 2;
  private static final String UP = "../";

  private HitLinks() {}

  /// The links of an answer.
  ///
  /// @param directory the directory that was searched
  /// @param depth how many directories the links lie below it
  static List<VirtualNode.Child> of(
      ControlContext context, NodeId directory, Answer answer, int depth) {
    List<VirtualNode.Child> links = new ArrayList<>();
    boolean isBatch = answer.results().size() > 1;
    int digits =
        Math.max(
            LEAST_DIGITS,
            answer.results().stream()
                .flatMap(result -> result.hits().stream())
                .mapToInt(hit -> Integer.toString(hit.rank()).length())
                .max()
                .orElse(0));
    for (Answer.Result result : answer.results()) {
      for (Hit hit : result.hits()) {
        String target = UP.repeat(depth) + hit.path().bytes();
        if (links.size() < MAX_LINKS && target.length() <= MAX_TARGET_BYTES) {
          String prefix = isBatch ? hit.query() + "-" : "";
          HitLink link = new HitLink(context, directory, target);
          links.add(VirtualNode.Child.link(prefix + name(hit, digits), link));
        }
      }
    }
    return links;
  }

  private static String name(Hit hit, int digits) {
    String place = String.format(Locale.ROOT, "%0" + digits + "d-%.4f-", hit.rank(), hit.score());
    return place + cut(hit.path().name(), MAX_NAME_BYTES - place.length() - digits);
  }

  /// The first bytes of a name, without half a character at the end.
  private static String cut(String name, int bytes) {
    if (name.length() <= bytes) {
      return name;
    }
    int end = bytes;
    while (end > 0 && isContinuation(name.charAt(end))) {
      end--;
    }
    return name.substring(0, end);
  }

  /// Whether a byte goes on with a character of UTF-8.
  private static boolean isContinuation(char b) {
    return (b & 0xC0) == 0x80;
  }
}
