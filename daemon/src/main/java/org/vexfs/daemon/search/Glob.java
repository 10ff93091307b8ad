package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A pattern as shells have it, for a whole text: `*` stands for any characters, `/` among them,
/// `?` for one, `[a-z]` for one of these and `[!a-z]` for one that is none of them; `\` takes the
/// next for itself. At the start, and after a `/`, `**/` also stands for nothing, so `docs/**/*.md`
/// has `docs/a.md`. A `[` that nothing closes is itself.
///
/// All ways to match are followed at once, so no pattern takes longer than its length times the
/// text's.
final class Glob {
  private final String pattern;
  private final List<Step> steps = new ArrayList<>();

  /// What one place of the pattern takes.
  private sealed interface Step {}

  /// One character.
  private record One(int character) implements Step {}

  /// Any one character.
  private record AnyOne() implements Step {}

  /// One character of a set.
  ///
  /// @param ranges first and last, by turns
  private record OneOf(List<Integer> ranges, boolean negated) implements Step {
    boolean has(int character) {
      boolean found = false;
      for (int i = 0; i < ranges.size() && !found; i += 2) {
        found = ranges.get(i) <= character && character <= ranges.get(i + 1);
      }
      return found != negated;
    }
  }

  /// Any characters, or none.
  private record Run() implements Step {}

  /// Nothing, or what the next step takes, which is [UpToSlash].
  private record Fork() implements Step {}

  /// Any characters, the last of them `/`.
  private record UpToSlash() implements Step {}

  Glob(String pattern) {
    this.pattern = pattern;
    int[] characters = pattern.codePoints().toArray();
    int at = 0;
    while (at < characters.length) {
      at = addStep(characters, at);
    }
  }

  /// Adds what begins at a place of the pattern; returns where the next begins.
  private int addStep(int[] characters, int at) {
    switch (characters[at]) {
      case '*' -> {
        return addStars(characters, at);
      }
      case '?' -> steps.add(new AnyOne());
      case '[' -> {
        int end = setEnd(characters, at);
        if (end >= 0) {
          steps.add(set(characters, at + 1, end));
          return end + 1;
        }
        steps.add(new One('['));
      }
      case '\\' -> {
        int taken = Math.min(at + 1, characters.length - 1);
        steps.add(new One(characters[taken]));
        return taken + 1;
      }
      default -> steps.add(new One(characters[at]));
    }
    return at + 1;
  }

  private int addStars(int[] characters, int at) {
    int end = at;
    while (end < characters.length && characters[end] == '*') {
      end++;
    }
    boolean begins = at == 0 || characters[at - 1] == '/';
    if (begins && end - at == 2 && end < characters.length && characters[end] == '/') {
      steps.add(new Fork());
      steps.add(new UpToSlash());
      return end + 1;
    }
    steps.add(new Run());
    return end;
  }

  /// Where the set that begins at `at` is closed; -1 where it is not. A `]` that comes first is one
  /// of its characters.
  private static int setEnd(int[] characters, int at) {
    int from = at + 1;
    if (from < characters.length && isNegation(characters[from])) {
      from++;
    }
    for (int i = from + 1; i < characters.length; i++) {
      if (characters[i] == ']') {
        return i;
      }
    }
    return -1;
  }

  private static boolean isNegation(int character) {
    return character == '!' || character == '^';
  }

  private static OneOf set(int[] characters, int from, int to) {
    boolean negated = isNegation(characters[from]);
    List<Integer> ranges = new ArrayList<>();
    int at = negated ? from + 1 : from;
    while (at < to) {
      boolean isRange = at + 2 < to && characters[at + 1] == '-';
      ranges.add(characters[at]);
      ranges.add(isRange ? characters[at + 2] : characters[at]);
      at += isRange ? 3 : 1;
    }
    return new OneOf(ranges, negated);
  }

  /// Whether the whole text is as the pattern has it.
  boolean matches(String text) {
    BitSet present = new BitSet(steps.size() + 1);
    reach(present, 0);
    for (int at = 0; at < text.length() && !present.isEmpty(); ) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      BitSet next = new BitSet(steps.size() + 1);
      for (int i = present.nextSetBit(0);
          i >= 0 && i < steps.size();
          i = present.nextSetBit(i + 1)) {
        take(steps.get(i), i, character, next);
      }
      present = next;
    }
    return present.get(steps.size());
  }

  private void take(Step step, int at, int character, BitSet next) {
    switch (step) {
      case One one -> advanceIf(one.character() == character, at, next);
      case AnyOne _ -> advanceIf(true, at, next);
      case OneOf set -> advanceIf(set.has(character), at, next);
      case Run _ -> reach(next, at);
      case Fork _ -> {}
      case UpToSlash _ -> {
        next.set(at);
        advanceIf(character == '/', at, next);
      }
    }
  }

  private void advanceIf(boolean takes, int at, BitSet next) {
    if (takes) {
      reach(next, at + 1);
    }
  }

  /// Notes a place, and those that are reached from it by taking nothing.
  private void reach(BitSet places, int place) {
    places.set(place);
    if (place < steps.size()) {
      switch (steps.get(place)) {
        case Run _ -> reach(places, place + 1);
        case Fork _ -> {
          reach(places, place + 1);
          reach(places, place + 2);
        }
        case One _, AnyOne _, OneOf _, UpToSlash _ -> {}
      }
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Glob that && pattern.equals(that.pattern);
  }

  @Override
  public int hashCode() {
    return pattern.hashCode();
  }

  @Override
  public String toString() {
    return pattern;
  }
}
