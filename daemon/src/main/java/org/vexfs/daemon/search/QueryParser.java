package org.vexfs.daemon.search;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.search.Query.ByRaw;
import org.vexfs.daemon.search.Query.ByText;
import org.vexfs.daemon.search.Query.ByVector;
import org.vexfs.daemon.search.Query.Extra;
import org.vexfs.daemon.search.Query.LikePath;
import org.vexfs.daemon.search.Query.Target;
import org.vexfs.daemon.store.VectorValues;

/// Reads a query: one JSON object, or a vector (several make a batch) in any form that
/// [VectorValues] knows.
///
/// Nothing is guessed: an unknown key, a key given twice, a number out of range or of the wrong
/// type is refused with a message that names the key. Printable bytes are never taken for raw
/// values here, since a mistyped query is far likelier.
public final class QueryParser {
  private static final String TARGET_KEYS = "\"vector\", \"like\" and \"text\"";

  private final byte[] bytes;
  private final StrictJson json;
  private final boolean isPart;
  private final List<QueryParser> parts = new ArrayList<>();
  private @Nullable Target target;
  private Optional<String> collection = Optional.empty();
  private OptionalInt k = OptionalInt.empty();
  private OptionalInt ef = OptionalInt.empty();
  private Optional<Boolean> exact = Optional.empty();
  private int offset;
  private OptionalDouble maxDistance = OptionalDouble.empty();
  private Optional<Filter> filter = Optional.empty();
  private Set<Extra> with = Set.of();
  private boolean seenFusion;

  /// @param isPart whether this is one of several queries that are made one
  private QueryParser(byte[] bytes, StrictJson json, boolean isPart) {
    this.bytes = bytes;
    this.json = json;
    this.isPart = isPart;
  }

  /// The query that all these bytes write.
  ///
  /// @throws InvalidRequest where they cannot be understood
  /// @throws InvalidVector where the vector in them is none
  /// @throws TooLarge where they, or the vectors, are too many
  public static Query parse(byte[] bytes) throws VectorFailure {
    QueryInput input = new QueryInput();
    input.append(bytes, 0, bytes.length);
    return input.query();
  }

  /// The query of the first `length` bytes, which have this shape.
  static Query parse(byte[] bytes, int length, QueryShape shape) throws VectorFailure {
    if (shape.isObject()) {
      return StrictJson.readAll(bytes, length, json -> new QueryParser(bytes, json, false).read());
    }
    if (!VectorValues.isRaw(bytes, 0, length)) {
      return Query.of(new ByVector(VectorValues.parse(bytes, 0, length, OptionalInt.empty())));
    }
    if (length % Float.BYTES != 0) {
      throw new InvalidRequest(
          "query: "
              + length
              + " bytes are neither a JSON object, nor a vector as npy, text or raw float32");
    }
    return Query.of(new ByRaw(Arrays.copyOf(bytes, length)));
  }

  private Query read() throws IOException, VectorFailure {
    json.readObject(this::readValue);
    if (!parts.isEmpty()) {
      return fused();
    }
    if (seenFusion) {
      throw StrictJson.refuse("fusion", "is for \"queries\", which are missing");
    }
    return query(
        Query.DEFAULT_COLLECTION, k.orElse(Query.DEFAULT_K), ef.orElse(0), exact.orElse(false));
  }

  /// The query, with these where it says nothing.
  private Query query(String otherCollection, int otherK, int otherEf, boolean otherExact)
      throws InvalidRequest {
    if (target == null) {
      throw new InvalidRequest("query: one of " + TARGET_KEYS + " is needed");
    }
    return new Query(
        target,
        collection.orElse(otherCollection),
        checkedCount(k.orElse(otherK)),
        ef.orElse(otherEf),
        exact.orElse(otherExact),
        offset,
        maxDistance,
        filter,
        with);
  }

  private int checkedCount(int count) throws InvalidRequest {
    if ((long) offset + count > Limits.MAX_K) {
      throw StrictJson.refuse(
          "offset", "and \"k\" make " + (offset + count) + "; at most " + Limits.MAX_K);
    }
    return count;
  }

  private Query fused() throws InvalidRequest {
    if (target != null) {
      throw StrictJson.refuse("queries", "come besides another target");
    }
    if (maxDistance.isPresent()) {
      throw StrictJson.refuse("max_distance", "belongs into each of \"queries\"");
    }
    if (with.contains(Extra.VECTOR)) {
      throw StrictJson.refuse("with", "has 'vector', which hits of several queries do not have");
    }
    int count = checkedCount(k.orElse(Query.DEFAULT_K));
    int ofEach = Math.max(Query.FUSED_K, offset + count);
    String named = collection.orElse(Query.DEFAULT_COLLECTION);
    List<Query> queries = new ArrayList<>();
    for (QueryParser part : parts) {
      queries.add(part.query(named, ofEach, ef.orElse(0), exact.orElse(false)));
    }
    return new Query(
        new Query.Fused(queries),
        named,
        count,
        ef.orElse(0),
        exact.orElse(false),
        offset,
        OptionalDouble.empty(),
        filter,
        with);
  }

  private void readValue(String key) throws IOException, VectorFailure {
    switch (key) {
      case "vector" -> setTarget(key, readVector(key));
      case "like" -> setTarget(key, readPath(key));
      case "text" -> setTarget(key, new ByText(json.readWords(key)));
      case "collection" -> collection = Optional.of(json.readWords(key));
      case "k" -> k = OptionalInt.of(json.readCount(key, 1));
      case "ef" -> ef = OptionalInt.of(json.readCount(key, 1));
      case "exact" -> exact = Optional.of(json.readBoolean(key));
      case "max_distance" -> maxDistance = OptionalDouble.of(json.readNumber(key));
      case "filter" -> filter = Optional.of(FilterParser.read(json, key));
      case "offset", "with", "queries", "fusion" -> readValueOfWhole(key);
      default ->
          throw StrictJson.refuse(
              key,
              "is not known; a query has vector, like, text or queries, and k, collection, ef,"
                  + " exact, filter, offset, max_distance, with, fusion");
    }
  }

  /// What only the whole query has.
  private void readValueOfWhole(String key) throws IOException, VectorFailure {
    if (isPart) {
      throw StrictJson.refuse(key, "belongs beside \"queries\", not into one of them");
    }
    switch (key) {
      case "offset" -> offset = json.readCount(key, 0);
      case "with" -> with = readExtras(key);
      case "fusion" -> {
        if (!json.readText(key).equals("rrf")) {
          throw StrictJson.refuse(key, "takes \"rrf\" (reciprocal rank fusion)");
        }
        seenFusion = true;
      }
      default -> readParts(key);
    }
  }

  private void readParts(String key) throws IOException, VectorFailure {
    json.require(key, JsonToken.START_ARRAY, "an array of queries");
    while (json.nextElement()) {
      json.require(key, JsonToken.START_OBJECT, "an array of queries");
      if (parts.size() == Query.MAX_FUSED) {
        throw StrictJson.refuse(key, "has more than " + Query.MAX_FUSED);
      }
      QueryParser part = new QueryParser(bytes, json, true);
      json.readObject(part::readValue);
      parts.add(part);
    }
    if (parts.isEmpty()) {
      throw StrictJson.refuse(key, "is empty");
    }
  }

  private void setTarget(String key, Target value) throws InvalidRequest {
    if (target != null) {
      throw StrictJson.refuse(
          key, "comes besides another; only one of " + TARGET_KEYS + " is possible");
    }
    target = value;
  }

  /// Hands the array's own bytes to the one reader of vectors, once JSON has found its end.
  private Target readVector(String key)
      throws IOException, InvalidRequest, InvalidVector, TooLarge {
    StrictJson.Span array = json.skipArray(key, "an array of numbers, or of such arrays");
    return new ByVector(
        VectorValues.parseText(
            bytes, array.start(), array.end() - array.start(), OptionalInt.empty()));
  }

  private Target readPath(String key) throws IOException, InvalidRequest {
    String text = json.readWords(key);
    try {
      return new LikePath(TreePath.ofText(text));
    } catch (IllegalArgumentException noPath) {
      throw StrictJson.refuse(
          key,
          "is '"
              + StrictJson.shorten(text)
              + "'; it takes the path of a file below the directory, without . or ..");
    }
  }

  private Set<Extra> readExtras(String key) throws IOException, InvalidRequest {
    json.require(key, JsonToken.START_ARRAY, "an array of \"vector\" and \"attributes\"");
    Set<Extra> extras = EnumSet.noneOf(Extra.class);
    while (json.nextElement()) {
      json.require(key, JsonToken.VALUE_STRING, "an array of \"vector\" and \"attributes\"");
      String id = json.readText(key);
      Optional<Extra> extra =
          Arrays.stream(Extra.values()).filter(known -> known.id().equals(id)).findFirst();
      extras.add(
          extra.orElseThrow(() ->
              StrictJson.refuse(
                  key,
                  "has '" + StrictJson.shorten(id) + "'; it takes \"vector\" and \"attributes\"")));
    }
    return extras;
  }
}
