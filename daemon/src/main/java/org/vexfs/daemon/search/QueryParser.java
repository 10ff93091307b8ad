package org.vexfs.daemon.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
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
  /// Names come from outside: they are not put into the JVM's pool for good. Canonicalisation stays
  /// on, since only with it the parser works on the bytes and knows their offsets.
  private static final JsonFactory JSON =
      new JsonFactoryBuilder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private static final int MAX_QUOTED_CHARS = 100;

  private static final String TARGET_KEYS = "\"vector\", \"like\" and \"text\"";

  private final byte[] bytes;
  private final JsonParser json;
  private final Set<String> seen = new HashSet<>();
  private @Nullable Target target;
  private String collection = Query.DEFAULT_COLLECTION;
  private int k = Query.DEFAULT_K;
  private int ef;
  private boolean exact;
  private int offset;
  private OptionalDouble maxDistance = OptionalDouble.empty();
  private Set<Extra> with = Set.of();

  private QueryParser(byte[] bytes, JsonParser json) {
    this.bytes = bytes;
    this.json = json;
  }

  /// The query that all these bytes write.
  ///
  /// @throws InvalidRequest where they cannot be understood
  /// @throws InvalidVector where the vector in them is none
  /// @throws TooLarge where they, or the vectors, are too many
  public static Query parse(byte[] bytes) throws InvalidRequest, InvalidVector, TooLarge {
    QueryInput input = new QueryInput();
    input.append(bytes, 0, bytes.length);
    return input.query();
  }

  /// The query of the first `length` bytes, which have this shape.
  static Query parse(byte[] bytes, int length, QueryShape shape)
      throws InvalidRequest, InvalidVector, TooLarge {
    if (shape.isObject()) {
      return parseObject(bytes, length);
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

  private static Query parseObject(byte[] bytes, int length)
      throws InvalidRequest, InvalidVector, TooLarge {
    try (JsonParser json = JSON.createParser(bytes, 0, length)) {
      return new QueryParser(bytes, json).read();
    } catch (JsonProcessingException malformed) {
      throw new InvalidRequest(
          "query: malformed JSON at "
              + place(malformed.getLocation())
              + ": "
              + malformed.getOriginalMessage());
    } catch (IOException impossible) {
      throw new AssertionError("reading from memory failed", impossible);
    }
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? "an unknown place"
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private Query read() throws IOException, InvalidRequest, InvalidVector, TooLarge {
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (!seen.add(key)) {
        throw refuse(key, "is given twice");
      }
      json.nextToken();
      readValue(key);
    }
    if (json.nextToken() != null) {
      throw new InvalidRequest(
          "query: something stands behind the end of the object, at "
              + place(json.currentTokenLocation()));
    }
    if (target == null) {
      throw new InvalidRequest("query: one of " + TARGET_KEYS + " is needed");
    }
    if ((long) offset + k > Limits.MAX_K) {
      throw refuse("offset", "and \"k\" make " + (offset + k) + "; at most " + Limits.MAX_K);
    }
    return new Query(target, collection, k, ef, exact, offset, maxDistance, with);
  }

  private void readValue(String key) throws IOException, InvalidRequest, InvalidVector, TooLarge {
    switch (key) {
      case "vector" -> setTarget(key, readVector(key));
      case "like" -> setTarget(key, readPath(key));
      case "text" -> setTarget(key, new ByText(readString(key)));
      case "collection" -> collection = readString(key);
      case "k" -> k = readCount(key, 1);
      case "ef" -> ef = readCount(key, 1);
      case "offset" -> offset = readCount(key, 0);
      case "exact" -> exact = readBoolean(key);
      case "max_distance" -> maxDistance = OptionalDouble.of(readDistance(key));
      case "with" -> with = readExtras(key);
      case "filter" -> throw refuse(key, "is not available yet");
      default ->
          throw refuse(
              key,
              "is not known; a query has vector, like, text, k, collection, ef, exact, offset,"
                  + " max_distance, with");
    }
  }

  private void setTarget(String key, Target value) throws InvalidRequest {
    if (target != null) {
      throw refuse(key, "comes besides another; only one of " + TARGET_KEYS + " is possible");
    }
    target = value;
  }

  /// Hands the array's own bytes to the one reader of vectors, once JSON has found its end.
  private Target readVector(String key)
      throws IOException, InvalidRequest, InvalidVector, TooLarge {
    requireToken(key, JsonToken.START_ARRAY, "an array of numbers, or of such arrays");
    // Right behind the bracket; the token's own location is that of its key.
    int start = (int) json.currentLocation().getByteOffset() - 1;
    json.skipChildren();
    int end = (int) json.currentLocation().getByteOffset();
    return new ByVector(VectorValues.parseText(bytes, start, end - start, OptionalInt.empty()));
  }

  private Target readPath(String key) throws IOException, InvalidRequest {
    String text = readString(key);
    try {
      return new LikePath(TreePath.ofText(text));
    } catch (IllegalArgumentException noPath) {
      throw refuse(
          key,
          "is '"
              + shorten(text)
              + "'; it takes the path of a file below the directory, without . or ..");
    }
  }

  private String readString(String key) throws IOException, InvalidRequest {
    requireToken(key, JsonToken.VALUE_STRING, "a string");
    String value = json.getText();
    if (value.isBlank()) {
      throw refuse(key, "is empty");
    }
    return value;
  }

  private int readCount(String key, int least) throws IOException, InvalidRequest {
    requireToken(key, JsonToken.VALUE_NUMBER_INT, "a whole number");
    boolean small = json.getNumberType() == JsonParser.NumberType.INT;
    if (!small || json.getIntValue() < least || json.getIntValue() > Limits.MAX_K) {
      throw refuse(
          key, "is " + shorten(json.getText()) + "; it takes " + least + " to " + Limits.MAX_K);
    }
    return json.getIntValue();
  }

  private boolean readBoolean(String key) throws IOException, InvalidRequest {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw wrongType(key, "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private double readDistance(String key) throws IOException, InvalidRequest {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw wrongType(key, "a number");
    }
    double distance = json.getDoubleValue();
    if (!Double.isFinite(distance)) {
      throw refuse(key, "is too large");
    }
    return distance;
  }

  private Set<Extra> readExtras(String key) throws IOException, InvalidRequest {
    requireToken(key, JsonToken.START_ARRAY, "an array of \"vector\" and \"attributes\"");
    Set<Extra> extras = EnumSet.noneOf(Extra.class);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      requireToken(key, JsonToken.VALUE_STRING, "an array of \"vector\" and \"attributes\"");
      String id = json.getText();
      Optional<Extra> extra =
          Arrays.stream(Extra.values()).filter(known -> known.id().equals(id)).findFirst();
      extras.add(
          extra.orElseThrow(() ->
              refuse(key, "has '" + shorten(id) + "'; it takes \"vector\" and \"attributes\"")));
    }
    return extras;
  }

  private void requireToken(String key, JsonToken wanted, String what)
      throws IOException, InvalidRequest {
    if (json.currentToken() != wanted) {
      throw wrongType(key, what);
    }
  }

  private InvalidRequest wrongType(String key, String what) throws IOException {
    JsonToken token = json.currentToken();
    String found =
        switch (token) {
          case null -> "nothing";
          case START_OBJECT -> "an object";
          case START_ARRAY -> "an array";
          case VALUE_STRING -> "a string";
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
          default -> token.asString() == null ? "something else" : token.asString();
        };
    return refuse(key, "is " + found + "; it takes " + what);
  }

  private static InvalidRequest refuse(String key, String what) {
    return new InvalidRequest("query: \"" + shorten(key) + "\" " + what);
  }

  /// What a message quotes of the query, which may be millions of characters.
  private static String shorten(String quoted) {
    return quoted.length() <= MAX_QUOTED_CHARS
        ? quoted
        : quoted.substring(0, MAX_QUOTED_CHARS) + "…";
  }
}
