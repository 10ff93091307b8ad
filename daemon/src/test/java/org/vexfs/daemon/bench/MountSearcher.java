package org.vexfs.daemon.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.vexfs.daemon.base.VectorMatrix;

/// Asks through the mount: a write and a read of one open `search` file.
final class MountSearcher implements Searcher, AutoCloseable {
  private static final Pattern DISTANCE = Pattern.compile("\"distance\":([^,}]+)");
  private static final int ANSWER_BYTES = 64 << 10;

  private final String name;
  private final FileChannel channel;
  private final List<ByteBuffer> queries;
  private final ByteBuffer answer = ByteBuffer.allocateDirect(ANSWER_BYTES);

  private MountSearcher(String name, Path mountpoint, List<ByteBuffer> queries) throws IOException {
    this.name = "mount, " + name;
    this.channel =
        FileChannel.open(
            mountpoint.resolve(".vexfs", "search"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    this.queries = queries;
  }

  /// Asks with the bare vector, which takes the default breadth.
  static MountSearcher raw(Path mountpoint, DataSet data) throws IOException {
    List<ByteBuffer> queries = data.queryVectors().stream().map(DataSet::raw).toList();
    return new MountSearcher("raw float32 (ef 100)", mountpoint, queries);
  }

  /// Asks with a JSON object.
  ///
  /// @param ef breadth of the search; 0 for an exact one
  static MountSearcher json(Path mountpoint, DataSet data, int ef) throws IOException {
    String how = ef == 0 ? "\"exact\":true" : "\"ef\":" + ef;
    List<ByteBuffer> queries =
        data.queryVectors().stream()
            .map(vector -> direct(json(vector, how).getBytes(UTF_8)))
            .toList();
    return new MountSearcher(ef == 0 ? "JSON, exact" : "JSON, ef " + ef, mountpoint, queries);
  }

  private static String json(VectorMatrix vector, String how) {
    return "{\"vector\":" + Arrays.toString(vector.values()) + ",\"k\":10," + how + "}";
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void ask(int query) throws IOException {
    ByteBuffer question = queries.get(query).rewind();
    int length = question.remaining();
    int written = channel.write(question, 0);
    if (written != length) {
      throw new IOException("only " + written + " of " + length + " bytes were taken");
    }
    answer.clear();
    channel.read(answer, 0);
  }

  @Override
  public double[] distances() {
    String lines = UTF_8.decode(answer.duplicate().flip()).toString();
    return DISTANCE
        .matcher(lines)
        .results()
        .mapToDouble(hit -> Double.parseDouble(hit.group(1)))
        .toArray();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
