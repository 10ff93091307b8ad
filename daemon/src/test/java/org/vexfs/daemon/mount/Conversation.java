package org.vexfs.daemon.mount;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One open `.vexfs/search`: queries are written, answers read, as any program would.
final class Conversation implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final FileChannel channel;

  /// What came back for a query.
  ///
  /// @param lines the hits, each with `query`, `rank`, `path`, `row`, `distance`, `score`
  /// @param closings a line for each vector of the query
  record Answer(List<Map<String, Object>> lines, List<Map<String, Object>> closings) {
    /// The paths of all hits, in the order of their ranks.
    List<String> paths() {
      return lines.stream().map(line -> Json.text(line, "path")).toList();
    }

    /// The distances of all hits.
    List<Double> distances() {
      return lines.stream().map(line -> Json.decimal(line, "distance")).toList();
    }

    /// The one closing line.
    Map<String, Object> closing() {
      if (closings.size() != 1) {
        throw new AssertionError("one closing line expected: " + closings);
      }
      return closings.getFirst();
    }

    private static Answer parse(String text) throws IOException {
      List<Map<String, Object>> hits = new ArrayList<>();
      List<Map<String, Object>> closings = new ArrayList<>();
      for (Map<String, Object> line : Json.lines(text)) {
        (line.containsKey("hits") ? closings : hits).add(line);
      }
      return new Answer(hits, closings);
    }
  }

  /// Opens the `search` of `directory`, which is in the mount.
  Conversation(Path directory) throws IOException {
    channel =
        FileChannel.open(
            directory.resolve(".vexfs/search"), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// Asks one query on a handle of its own.
  static Answer ask(Path directory, String query) throws IOException {
    try (Conversation conversation = new Conversation(directory)) {
      return conversation.ask(query);
    }
  }

  /// Asks and reads the answer.
  Answer ask(String query) throws IOException {
    return ask(query.getBytes(StandardCharsets.UTF_8));
  }

  /// Asks in any form and reads the answer.
  Answer ask(byte[] query) throws IOException {
    write(query);
    return Answer.parse(read(BUFFER_BYTES));
  }

  /// Writes a query, or a part of one.
  void write(byte[] query) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(query);
    while (bytes.hasRemaining()) {
      int _ = channel.write(bytes);
    }
  }

  /// Reads what is there to its end, `bufferBytes` at a time.
  String read(int bufferBytes) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(bufferBytes);
    while (channel.read(buffer) > 0) {
      all.write(buffer.array(), 0, buffer.position());
      buffer.clear();
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  /// Parses what [#read] returned.
  static Answer parse(String text) throws IOException {
    return Answer.parse(text);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
