package org.vexfs.daemon.search;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;

/// What files have to be in order to be hits: conditions, joined. Filters are values, equal where
/// they say the same; `daemon/docs/QUERIES.md` tells users what each means.
///
/// Text is compared byte by byte, one char a byte here, as names and values of attributes are
/// bytes.
sealed interface Filter {
  /// Lets all files through.
  Filter NONE = new Clauses(List.of(), List.of(), List.of());

  /// Whether a file passes.
  ///
  /// @param path relative to the directory that is searched
  /// @param facts what the host knows of it, as far as [#addKeys] asks for it
  boolean test(TreePath path, FileFacts facts);

  /// Adds what has to be known of a file.
  void addKeys(Set<FilterKey> keys);

  /// Filters joined: all of `must`, at least one of `should`, unless that is empty, and none of
  /// `mustNot`.
  record Clauses(List<Filter> must, List<Filter> should, List<Filter> mustNot) implements Filter {
    /// Makes the lists immutable.
    public Clauses {
      must = List.copyOf(must);
      should = List.copyOf(should);
      mustNot = List.copyOf(mustNot);
    }

    @Override
    public boolean test(TreePath path, FileFacts facts) {
      for (Filter filter : must) {
        if (!filter.test(path, facts)) {
          return false;
        }
      }
      for (Filter filter : mustNot) {
        if (filter.test(path, facts)) {
          return false;
        }
      }
      boolean passes = should.isEmpty();
      for (int i = 0; i < should.size() && !passes; i++) {
        passes = should.get(i).test(path, facts);
      }
      return passes;
    }

    @Override
    public void addKeys(Set<FilterKey> keys) {
      must.forEach(filter -> filter.addKeys(keys));
      should.forEach(filter -> filter.addKeys(keys));
      mustNot.forEach(filter -> filter.addKeys(keys));
    }
  }

  /// One condition. What a file does not have meets none.
  record Condition(FilterKey key, Check check) implements Filter {
    @Override
    public boolean test(TreePath path, FileFacts facts) {
      return switch (key) {
        case FilterKey.OfFile known -> testKnown(known, path, facts);
        case FilterKey.Attribute attribute -> {
          String value = facts.attributes().get(attribute.name());
          yield value != null && check.test(value);
        }
      };
    }

    private boolean testKnown(FilterKey.OfFile known, TreePath path, FileFacts facts) {
      return switch (known) {
        case PATH -> check.test(path.bytes());
        case NAME -> check.test(path.name());
        case SIZE -> check.test(FilterNumber.of(facts.size()));
        case MTIME -> check.test(FilterNumber.of(facts.mtime()));
        case UID -> check.test(FilterNumber.of(Integer.toUnsignedLong(facts.uid())));
        case GID -> check.test(FilterNumber.of(Integer.toUnsignedLong(facts.gid())));
        case MODE -> check.test(FilterNumber.of(facts.mode()));
      };
    }

    @Override
    public void addKeys(Set<FilterKey> keys) {
      keys.add(key);
    }
  }

  /// What a condition asks of a value.
  sealed interface Check {
    /// Of a text, which may look like a number.
    boolean test(String text);

    /// Of a number.
    boolean test(FilterNumber number);
  }

  /// The value is one of these: as text, byte by byte, or as a number.
  record OneOf(Set<String> texts, Set<FilterNumber> numbers) implements Check {
    /// Makes the sets immutable.
    public OneOf {
      texts = Set.copyOf(texts);
      numbers = Set.copyOf(numbers);
    }

    @Override
    public boolean test(String text) {
      return texts.contains(text)
          || (!numbers.isEmpty() && FilterNumber.parse(text).filter(numbers::contains).isPresent());
    }

    @Override
    public boolean test(FilterNumber number) {
      return numbers.contains(number);
    }
  }

  /// The value is as a pattern has it.
  record Matches(Glob glob) implements Check {
    @Override
    public boolean test(String text) {
      return glob.matches(TreePath.textOfBytes(text));
    }

    @Override
    public boolean test(FilterNumber number) {
      return false;
    }
  }

  /// The value is within all these bounds.
  record Within(List<Bound> bounds) implements Check {
    /// Makes the list immutable.
    public Within {
      bounds = List.copyOf(bounds);
    }

    @Override
    public boolean test(String text) {
      Optional<FilterNumber> number = FilterNumber.parse(text);
      return bounds.stream().allMatch(bound -> bound.test(text, number));
    }

    @Override
    public boolean test(FilterNumber number) {
      return bounds.stream().allMatch(bound -> bound.test(number));
    }
  }

  /// A bound. Where the value and the bound look like numbers they are compared as such; a bound
  /// that is a text is compared as text with all others, one that is a number lets none through.
  ///
  /// @param relation how a value stands to it
  /// @param text what was given, where that was a text
  /// @param number what it is as a number, where it looks like one
  record Bound(Relation relation, Optional<String> text, Optional<FilterNumber> number) {
    boolean test(String value, Optional<FilterNumber> asNumber) {
      if (number.isPresent() && asNumber.isPresent()) {
        return test(asNumber.get());
      }
      return text.isPresent() && relation.holds(value.compareTo(text.get()));
    }

    boolean test(FilterNumber value) {
      return number.isPresent() && relation.holds(value.compareTo(number.get()));
    }
  }

  /// How a value stands to a bound.
  enum Relation {
    /// Greater.
    GT,
    /// Greater or equal.
    GTE,
    /// Less.
    LT,
    /// Less or equal.
    LTE;

    /// Whether it holds for a value that compares with the bound like this.
    boolean holds(int order) {
      return switch (this) {
        case GT -> order > 0;
        case GTE -> order >= 0;
        case LT -> order < 0;
        case LTE -> order <= 0;
      };
    }
  }
}
