package org.vexfs.daemon.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.VectorValues;

/// A line of an import: a JSON object with the keys
///
/// - `path`: a file, relative to the directory whose `import` it is written to,
/// - `vector`: an array of numbers, an array of such arrays, or a string, which is the Base64 of a
///   value in any other form (`.npy`, raw float32): the quickest to write and to read,
/// - `collection`: where it is not `default`.
///
/// @param path relative to the directory
record ImportLine(TreePath path, String collection, VectorMatrix matrix) {
  /// Bytes are UTF-8, and never guessed to be UTF-16 or UTF-32.
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .build();

  /// How many values a vector of a collection has, where that is settled.
  @FunctionalInterface
  interface Dimensions {
    OptionalInt of(String collection) throws VectorFailure;
  }

  /// The bytes of a value within a line, which can be read once the collection is known.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Value(byte[] bytes, int start, int length, boolean isText) {}

  /// Reads a line.
  static ImportLine parse(byte[] bytes, int start, int length, Dimensions dimensions)
      throws VectorFailure {
    Optional<TreePath> path = Optional.empty();
    Optional<Value> value = Optional.empty();
    String collection = Query.DEFAULT_COLLECTION;
    Set<String> seen = new HashSet<>();
    try (JsonParser json = JSON.createParser(bytes, start, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidRequest("a line is a JSON object with path and vector");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        if (!seen.add(key)) {
          throw new InvalidRequest("\"" + key + "\" is given twice");
        }
        json.nextToken();
        switch (key) {
          case "path" -> path = Optional.of(path(json));
          case "collection" -> collection = TreePath.bytesOfText(text(json, key));
          case "vector" -> value = Optional.of(value(json, bytes, start));
          default ->
              throw new InvalidRequest(
                  "\"" + key + "\" is not known; a line has path, vector, collection");
        }
      }
      if (json.nextToken() != null) {
        throw new InvalidRequest("something follows the object");
      }
    } catch (JsonProcessingException malformed) {
      throw new InvalidRequest("malformed JSON: " + malformed.getOriginalMessage());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    if (path.isEmpty() || value.isEmpty()) {
      throw new InvalidRequest("\"path\" and \"vector\" are needed");
    }
    OptionalInt dimension = dimensions.of(collection);
    return new ImportLine(path.get(), collection, matrix(value.get(), dimension));
  }

  private static String text(JsonParser json, String key) throws IOException, InvalidRequest {
    if (json.currentToken() != JsonToken.VALUE_STRING || json.getTextLength() == 0) {
      throw new InvalidRequest("\"" + key + "\" is a string that is not empty");
    }
    return json.getText();
  }

  private static TreePath path(JsonParser json) throws IOException, InvalidRequest {
    String text = text(json, "path");
    try {
      return TreePath.ofText(text);
    } catch (IllegalArgumentException noPath) {
      throw new InvalidRequest(
          "\"path\" is '" + text + "'; it takes the path of a file below the directory");
    }
  }

  private static Value value(JsonParser json, byte[] bytes, int start)
      throws IOException, InvalidRequest, InvalidVector {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      try {
        byte[] decoded = Base64.getDecoder().decode(json.getText());
        return new Value(decoded, 0, decoded.length, false);
      } catch (IllegalArgumentException e) {
        throw new InvalidVector("\"vector\" is a string, and no Base64: " + e.getMessage());
      }
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new InvalidRequest("\"vector\" is an array of numbers, of such arrays, or Base64");
    }
    // Right behind the bracket; the token's own location is that of its key.
    int from = start + (int) json.currentLocation().getByteOffset() - 1;
    json.skipChildren();
    int to = start + (int) json.currentLocation().getByteOffset();
    return new Value(bytes, from, to - from, true);
  }

  private static VectorMatrix matrix(Value value, OptionalInt dimension) throws VectorFailure {
    return value.isText()
        ? VectorValues.parseText(value.bytes(), value.start(), value.length(), dimension)
        : VectorValues.parse(value.bytes(), value.start(), value.length(), dimension);
  }
}
