package org.vexfs.daemon.search;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.search.Filter.Bound;
import org.vexfs.daemon.search.Filter.Check;
import org.vexfs.daemon.search.Filter.Clauses;
import org.vexfs.daemon.search.Filter.Condition;
import org.vexfs.daemon.search.Filter.Matches;
import org.vexfs.daemon.search.Filter.OneOf;
import org.vexfs.daemon.search.Filter.Relation;
import org.vexfs.daemon.search.Filter.Within;

/// Reads a filter: `{"must":[…], "should":[…], "must_not":[…]}`, whose elements are conditions or
/// filters again, or one condition alone. Refuses what it does not know.
final class FilterParser {
  /// Filters within one another, and conditions of one query: far more than anybody writes, and few
  /// enough to be asked of every file.
  private static final int MAX_DEPTH = 16;

  private static final int MAX_CONDITIONS = 1_000;

  private static final String USER_PREFIX = "user.";
  private static final int OCTAL = 8;
  private static final int MAX_MODE = 07777;

  private static final String CONDITION =
      "a condition {\"key\":…, \"match\":{…}} or {\"key\":…, \"range\":{…}}";

  private final StrictJson json;
  private int depth;
  private int conditions;

  private FilterParser(StrictJson json) {
    this.json = json;
  }

  /// Reads the filter that begins here, the value of `key`.
  static Filter read(StrictJson json, String key) throws IOException, VectorFailure {
    return new FilterParser(json).readFilter(key);
  }

  /// What was read of an object, which is known to be one or the other at its end.
  private static final class Parts {
    final List<Filter> must = new ArrayList<>();
    final List<Filter> should = new ArrayList<>();
    final List<Filter> mustNot = new ArrayList<>();
    boolean hasClauses;
    @Nullable FilterKey key;
    @Nullable RawCheck check;
  }

  private Filter readFilter(String key) throws IOException, VectorFailure {
    json.require(
        key, JsonToken.START_OBJECT, "an object of must, should and must_not, or " + CONDITION);
    if (++depth > MAX_DEPTH) {
      throw StrictJson.refuse(key, "is nested more than " + MAX_DEPTH + " deep");
    }
    Parts parts = new Parts();
    json.readObject(part -> readPart(part, parts));
    depth--;
    return parts.key == null && parts.check == null
        ? new Clauses(parts.must, parts.should, parts.mustNot)
        : condition(parts);
  }

  private void readPart(String part, Parts parts) throws IOException, VectorFailure {
    switch (part) {
      case "must" -> readClause(part, parts, parts.must);
      case "should" -> readClause(part, parts, parts.should);
      case "must_not" -> readClause(part, parts, parts.mustNot);
      case "key" -> parts.key = readKey(part);
      case "match", "range" -> {
        if (parts.check != null) {
          throw StrictJson.refuse(part, "comes besides another; a condition has match or range");
        }
        parts.check = part.equals("match") ? readMatch(part) : readRange(part);
      }
      default ->
          throw StrictJson.refuse(
              part, "is not known; a filter has must, should, must_not, or key and match or range");
    }
  }

  private void readClause(String part, Parts parts, List<Filter> into)
      throws IOException, VectorFailure {
    parts.hasClauses = true;
    if (json.is(JsonToken.START_OBJECT)) {
      into.add(readFilter(part));
      return;
    }
    json.require(part, JsonToken.START_ARRAY, "an array of conditions and filters");
    while (json.nextElement()) {
      into.add(readFilter(part));
    }
  }

  private Filter condition(Parts parts) throws InvalidRequest {
    if (parts.key == null || parts.check == null || parts.hasClauses) {
      throw StrictJson.refuse("filter", "has a part that is neither clauses nor " + CONDITION);
    }
    if (++conditions > MAX_CONDITIONS) {
      throw StrictJson.refuse("filter", "has more than " + MAX_CONDITIONS + " conditions");
    }
    return new Condition(parts.key, parts.check.of(parts.key));
  }

  private FilterKey readKey(String part) throws IOException, InvalidRequest {
    String name = json.readText(part);
    Optional<FilterKey.OfFile> known = FilterKey.ofId(name);
    if (known.isPresent()) {
      return known.get();
    }
    if (!name.startsWith(USER_PREFIX) || name.length() == USER_PREFIX.length()) {
      throw StrictJson.refuse(
          part,
          "is '"
              + StrictJson.shorten(name)
              + "'; it takes path, name, size, mtime, uid, gid, mode, or an attribute user.NAME");
    }
    if (VectorAttribute.isVector(name)) {
      throw StrictJson.refuse(part, "is '" + StrictJson.shorten(name) + "', which is a vector");
    }
    return new FilterKey.Attribute(TreePath.bytesOfText(name));
  }

  /// A check whose key is not known yet: keys of an object come in any order.
  @FunctionalInterface
  private interface RawCheck {
    Check of(FilterKey key) throws InvalidRequest;
  }

  /// A value as it was given.
  private record Value(Optional<String> text, Optional<FilterNumber> number) {}

  private Value readValue(String part) throws IOException, InvalidRequest {
    Optional<FilterNumber> number = json.numberHere();
    if (number.isPresent()) {
      return new Value(Optional.empty(), number);
    }
    if (json.is(JsonToken.VALUE_TRUE) || json.is(JsonToken.VALUE_FALSE)) {
      return new Value(Optional.of(Boolean.toString(json.readBoolean(part))), Optional.empty());
    }
    if (!json.is(JsonToken.VALUE_STRING)) {
      throw json.wrongType(part, "a string, a number, true or false");
    }
    return new Value(Optional.of(json.readText(part)), Optional.empty());
  }

  private RawCheck readMatch(String part) throws IOException, VectorFailure {
    json.require(part, JsonToken.START_OBJECT, "an object with value, any or glob");
    List<RawCheck> checks = new ArrayList<>();
    json.readObject(way -> {
      switch (way) {
        case "value" -> {
          Value value = readValue(way);
          checks.add(key -> oneOf(key, List.of(value)));
        }
        case "any" -> {
          List<Value> values = readValues(way);
          checks.add(key -> oneOf(key, values));
        }
        case "glob" -> {
          Glob glob = new Glob(json.readText(way));
          checks.add(key -> glob(key, glob));
        }
        default -> throw StrictJson.refuse(way, "is not known; a match has value, any or glob");
      }
    });
    if (checks.size() != 1) {
      throw StrictJson.refuse(part, "takes one of value, any and glob");
    }
    return checks.getFirst();
  }

  private List<Value> readValues(String way) throws IOException, InvalidRequest {
    json.require(way, JsonToken.START_ARRAY, "an array of strings and numbers");
    List<Value> values = new ArrayList<>();
    while (json.nextElement()) {
      values.add(readValue(way));
    }
    return values;
  }

  private static Check oneOf(FilterKey key, List<Value> values) throws InvalidRequest {
    Set<String> texts = new HashSet<>();
    Set<FilterNumber> numbers = new HashSet<>();
    for (Value value : values) {
      if (key.isNumber()) {
        numbers.add(numberFor(key, value));
      } else {
        value.text().map(TreePath::bytesOfText).ifPresent(texts::add);
        value.number().ifPresent(numbers::add);
      }
    }
    return new OneOf(texts, numbers);
  }

  private static Check glob(FilterKey key, Glob glob) throws InvalidRequest {
    if (key.isNumber()) {
      throw StrictJson.refuse("glob", "is for text, and " + key + " is a number");
    }
    return new Matches(glob);
  }

  private RawCheck readRange(String part) throws IOException, VectorFailure {
    json.require(part, JsonToken.START_OBJECT, "an object with gt, gte, lt, lte");
    List<Relation> relations = new ArrayList<>();
    List<Value> values = new ArrayList<>();
    json.readObject(way -> {
      switch (way) {
        case "gt", "gte", "lt", "lte" -> {
          relations.add(Relation.valueOf(way.toUpperCase(Locale.ROOT)));
          values.add(readValue(way));
        }
        default -> throw StrictJson.refuse(way, "is not known; a range has gt, gte, lt and lte");
      }
    });
    if (relations.isEmpty()) {
      throw StrictJson.refuse(part, "takes at least one of gt, gte, lt and lte");
    }
    return key -> {
      List<Bound> bounds = new ArrayList<>();
      for (int i = 0; i < relations.size(); i++) {
        bounds.add(bound(key, relations.get(i), values.get(i)));
      }
      return new Within(bounds);
    };
  }

  private static Bound bound(FilterKey key, Relation relation, Value value) throws InvalidRequest {
    if (key.isNumber()) {
      return new Bound(relation, Optional.empty(), Optional.of(numberFor(key, value)));
    }
    return new Bound(
        relation,
        value.text().map(TreePath::bytesOfText),
        value.number().or(() -> value.text().flatMap(FilterNumber::parse)));
  }

  /// The number that is meant where the key has numbers: modes are written in octal as text, and
  /// times as dates.
  private static FilterNumber numberFor(FilterKey key, Value value) throws InvalidRequest {
    if (value.number().isPresent()) {
      return value.number().get();
    }
    String text = value.text().orElse("");
    Optional<FilterNumber> number =
        key == FilterKey.OfFile.MODE
            ? octal(text)
            : FilterNumber.parse(text)
                .or(() -> key == FilterKey.OfFile.MTIME ? seconds(text) : Optional.empty());
    return number.orElseThrow(() ->
        StrictJson.refuse(
            "filter",
            "compares "
                + key
                + " with '"
                + StrictJson.shorten(text)
                + "'; it takes a number"
                + (key == FilterKey.OfFile.MTIME ? " of seconds or a date" : "")
                + (key == FilterKey.OfFile.MODE ? ", in octal where it is a string" : "")));
  }

  private static Optional<FilterNumber> octal(String text) {
    try {
      int mode = Integer.parseUnsignedInt(text, OCTAL);
      return mode >= 0 && mode <= MAX_MODE ? Optional.of(FilterNumber.of(mode)) : Optional.empty();
    } catch (NumberFormatException none) {
      return Optional.empty();
    }
  }

  /// `2025-01-31`, which is its first moment in UTC, or `2025-01-31T10:00:00Z` (RFC 3339).
  private static Optional<FilterNumber> seconds(String text) {
    try {
      Instant instant =
          text.indexOf('T') < 0
              ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
              : OffsetDateTime.parse(text).toInstant();
      return Optional.of(
          FilterNumber.of(FileFacts.seconds(instant.getEpochSecond(), instant.getNano())));
    } catch (DateTimeException none) {
      return Optional.empty();
    }
  }
}
