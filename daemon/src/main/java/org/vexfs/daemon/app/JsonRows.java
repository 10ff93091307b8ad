package org.vexfs.daemon.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.store.VectorValues;

/// Vectors as JSON lines `{"path":…, "vector":[…]}`, with `collection` where it is another than the
/// one that was asked for; as `.vexfs/import` takes them.
final class JsonRows implements VectorRows {
  private static final JsonFactory JSON = new JsonFactory();

  private final String name;
  private final long bytes;
  private final BufferedReader lines;
  private final String collection;
  private long line;
  private long done;

  /// @param name what messages call the input
  /// @param bytes of the input, 0 where that is not known
  JsonRows(String name, InputStream in, long bytes, String collection) {
    this.name = name;
    this.bytes = bytes;
    this.lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    this.collection = collection;
  }

  @Override
  public long total() {
    return bytes;
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public Optional<Row> next() throws IOException, CommandException {
    String text = lines.readLine();
    while (text != null && text.isBlank()) {
      line++;
      text = lines.readLine();
    }
    if (text == null) {
      done = bytes;
      return Optional.empty();
    }
    line++;
    done += text.length() + 1;
    try {
      return Optional.of(row(text));
    } catch (IOException | VectorFailure | IllegalArgumentException e) {
      throw new CommandException(name + ", line " + line + ": " + e.getMessage());
    }
  }

  private Row row(String text) throws IOException, VectorFailure {
    String path = "";
    String in = collection;
    Optional<VectorMatrix> matrix = Optional.empty();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("no JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        json.nextToken();
        switch (key) {
          case "path" -> path = json.getText();
          case "collection" -> in = json.getText();
          case "vector" -> matrix = Optional.of(matrix(json, text));
          default -> throw new IOException("\"" + key + "\" is not known");
        }
      }
    }
    if (path.isEmpty() || matrix.isEmpty()) {
      throw new IOException("\"path\" and \"vector\" are needed");
    }
    return new Row(path, in, matrix.get());
  }

  private static VectorMatrix matrix(JsonParser json, String text)
      throws IOException, VectorFailure {
    byte[] value;
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      value = Base64.getDecoder().decode(json.getText());
    } else {
      int from = (int) json.currentTokenLocation().getCharOffset();
      json.skipChildren();
      int to = (int) json.currentLocation().getCharOffset();
      value = text.substring(from, to).getBytes(StandardCharsets.UTF_8);
    }
    return VectorValues.parse(value, OptionalInt.empty());
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
