package org.vexfs.daemon.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;

/// Reads the JSON of a query token by token, and refuses what is not as it should be with a message
/// that names the key.
final class StrictJson {
  /// Names come from outside: they are not put into the JVM's pool for good. Canonicalisation stays
  /// on, since only with it the parser works on the bytes and knows their offsets. Bytes are UTF-8
  /// and never guessed to be UTF-16 or UTF-32.
  static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .build();

  private static final int MAX_QUOTED_CHARS = 100;

  private final JsonParser tokens;

  private StrictJson(JsonParser tokens) {
    this.tokens = tokens;
  }

  /// Something that is read.
  @FunctionalInterface
  interface Reading<T> {
    T from(StrictJson json) throws IOException, VectorFailure;
  }

  /// Reads one object for each key.
  @FunctionalInterface
  interface KeyReader {
    void read(String key) throws IOException, VectorFailure;
  }

  /// Reads the one object that these bytes are.
  static <T> T readAll(byte[] bytes, int length, Reading<T> reading) throws VectorFailure {
    try (JsonParser tokens = JSON.createParser(bytes, 0, length)) {
      StrictJson json = new StrictJson(tokens);
      tokens.nextToken();
      T read = reading.from(json);
      if (tokens.nextToken() != null) {
        throw new InvalidRequest(
            "query: something stands behind the end of the object, at "
                + place(tokens.currentTokenLocation()));
      }
      return read;
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

  /// Reads the object that begins here: its keys one after another, none of them twice.
  void readObject(KeyReader reader) throws IOException, VectorFailure {
    Set<String> seen = new HashSet<>();
    while (tokens.nextToken() == JsonToken.FIELD_NAME) {
      String key = tokens.currentName();
      if (!seen.add(key)) {
        throw refuse(key, "is given twice");
      }
      tokens.nextToken();
      reader.read(key);
    }
  }

  /// Goes on to the next element of an array; `false` at its end.
  boolean nextElement() throws IOException {
    return tokens.nextToken() != JsonToken.END_ARRAY;
  }

  boolean is(JsonToken token) {
    return tokens.currentToken() == token;
  }

  /// Where the array that begins here lies; what follows it is read next.
  Span skipArray(String key, String what) throws IOException, InvalidRequest {
    require(key, JsonToken.START_ARRAY, what);
    // Right behind the bracket; the token's own location is that of its key.
    int start = (int) tokens.currentLocation().getByteOffset() - 1;
    tokens.skipChildren();
    return new Span(start, (int) tokens.currentLocation().getByteOffset());
  }

  /// Bytes of the query.
  record Span(int start, int end) {}

  void require(String key, JsonToken wanted, String what) throws IOException, InvalidRequest {
    if (!is(wanted)) {
      throw wrongType(key, what);
    }
  }

  String readText(String key) throws IOException, InvalidRequest {
    require(key, JsonToken.VALUE_STRING, "a string");
    return tokens.getText();
  }

  /// A text that says something.
  String readWords(String key) throws IOException, InvalidRequest {
    String value = readText(key);
    if (value.isBlank()) {
      throw refuse(key, "is empty");
    }
    return value;
  }

  int readCount(String key, int least) throws IOException, InvalidRequest {
    require(key, JsonToken.VALUE_NUMBER_INT, "a whole number");
    boolean small = tokens.getNumberType() == JsonParser.NumberType.INT;
    if (!small || tokens.getIntValue() < least || tokens.getIntValue() > Limits.MAX_K) {
      throw refuse(
          key, "is " + shorten(tokens.getText()) + "; it takes " + least + " to " + Limits.MAX_K);
    }
    return tokens.getIntValue();
  }

  boolean readBoolean(String key) throws IOException, InvalidRequest {
    if (!is(JsonToken.VALUE_TRUE) && !is(JsonToken.VALUE_FALSE)) {
      throw wrongType(key, "true or false");
    }
    return is(JsonToken.VALUE_TRUE);
  }

  double readNumber(String key) throws IOException, InvalidRequest {
    if (!is(JsonToken.VALUE_NUMBER_INT) && !is(JsonToken.VALUE_NUMBER_FLOAT)) {
      throw wrongType(key, "a number");
    }
    double number = tokens.getDoubleValue();
    if (!Double.isFinite(number)) {
      throw refuse(key, "is too large");
    }
    return number;
  }

  /// The number that stands here, if it is one.
  Optional<FilterNumber> numberHere() throws IOException {
    return is(JsonToken.VALUE_NUMBER_INT) || is(JsonToken.VALUE_NUMBER_FLOAT)
        ? FilterNumber.parse(tokens.getText())
        : Optional.empty();
  }

  InvalidRequest wrongType(String key, String what) throws IOException {
    JsonToken token = tokens.currentToken();
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

  static InvalidRequest refuse(String key, String what) {
    return new InvalidRequest("query: \"" + shorten(key) + "\" " + what);
  }

  /// What a message quotes of the query, which may be millions of characters.
  static String shorten(String quoted) {
    return quoted.length() <= MAX_QUOTED_CHARS
        ? quoted
        : quoted.substring(0, MAX_QUOTED_CHARS) + "…";
  }
}
