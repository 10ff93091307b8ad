package org.vexfs.daemon.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.vexfs.daemon.base.TreePath;

/// A query that was given a name in a directory.
///
/// As a file of the store it is a line of JSON, `{"format":1,"directory":…,"fingerprint":…,
/// "name":…}`, and after it the query as it was written.
///
/// @param id its number among all
/// @param directory whose files it searches
/// @param fingerprint of the directory, by which it is found wherever it was moved
/// @param name as bytes, one char a byte
/// @param query in any form that a query has; empty before the first was written. Written to by
///   nobody
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SavedQuery(long id, TreePath directory, long fingerprint, String name, byte[] query) {
  private static final long FORMAT = 1;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  SavedQuery in(TreePath newDirectory, long newFingerprint) {
    return new SavedQuery(id, newDirectory, newFingerprint, name, query);
  }

  SavedQuery named(String newName) {
    return new SavedQuery(id, directory, fingerprint, newName, query);
  }

  SavedQuery asking(byte[] newQuery) {
    return new SavedQuery(id, directory, fingerprint, name, newQuery);
  }

  /// The content of its file.
  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("format", FORMAT);
      json.writeStringField("directory", directory.toText());
      json.writeNumberField("fingerprint", fingerprint);
      json.writeStringField("name", TreePath.textOfBytes(name));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    bytes.writeBytes(query);
    return bytes.toByteArray();
  }

  /// The query that a file holds.
  ///
  /// @throws IOException where it is none, or one of a newer version
  static SavedQuery parse(long id, byte[] content) throws IOException {
    int end = 0;
    while (end < content.length && content[end] != '\n') {
      end++;
    }
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(content, 0, end)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("no saved query");
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = json.currentName();
        json.nextToken();
        fields.put(key, json.getText());
      }
    }
    if (!Long.toString(FORMAT).equals(fields.get("format"))) {
      throw new IOException("a saved query of format " + fields.get("format"));
    }
    try {
      return new SavedQuery(
          id,
          TreePath.ofText(Objects.requireNonNullElse(fields.get("directory"), "")),
          Long.parseLong(Objects.requireNonNullElse(fields.get("fingerprint"), "0")),
          TreePath.bytesOfText(Objects.requireNonNullElse(fields.get("name"), "")),
          Arrays.copyOfRange(content, Math.min(end + 1, content.length), content.length));
    } catch (IllegalArgumentException e) {
      throw new IOException("a saved query of no directory", e);
    }
  }
}
