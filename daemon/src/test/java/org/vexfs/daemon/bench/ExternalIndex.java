package org.vexfs.daemon.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// An index of another program, which is told what to do by lines and answers by lines. The program
/// is started by the shell as `COMMAND BASE QUERIES METRIC`: two `.npy` files of float32, and
/// `euclidean`, or `cosine` for vectors of unit length. It is told, and answers:
///
/// - `build THREADS M EF_CONSTRUCTION`: the seconds it took and the bytes a vector that a search
///   walks through
/// - `find EF K`: for each query a line with the indices of what is found
/// - `speed EF K THREADS SECONDS`: how many searches a second it ran, going through the queries in
///   turn for so long
///
/// Numbers are separated by spaces. At the end of its input the program ends.
final class ExternalIndex implements AnnIndex {
  private final String name;
  private final int queries;
  private final Path directory;
  private final Process process;
  private final BufferedWriter to;
  private final BufferedReader from;
  private long bytesPerVector;

  ExternalIndex(String name, String command, DataSet data) throws IOException {
    this.name = name;
    this.queries = data.queries().count();
    this.directory = Files.createTempDirectory("external-index-");
    Path base = directory.resolve("base.npy");
    Path questions = directory.resolve("queries.npy");
    data.base().write(base);
    data.queries().write(questions);
    String line = command + ' ' + base + ' ' + questions + ' ' + data.metric().id();
    this.process =
        new ProcessBuilder("sh", "-c", "exec " + line)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    this.to = process.outputWriter(StandardCharsets.US_ASCII);
    this.from = process.inputReader(StandardCharsets.US_ASCII);
  }

  @Override
  public String name() {
    return name;
  }

  private void tell(String line) throws IOException {
    to.write(line);
    to.newLine();
    to.flush();
  }

  private List<String> answer() throws IOException {
    String line = from.readLine();
    if (line == null) {
      throw new IOException(name + " ended without an answer");
    }
    return Arrays.asList(line.strip().split(" "));
  }

  @Override
  public double build(int threads) throws IOException {
    tell("build " + threads + ' ' + M + ' ' + EF_CONSTRUCTION);
    List<String> answer = answer();
    bytesPerVector = Long.parseLong(answer.get(1));
    return Double.parseDouble(answer.getFirst());
  }

  @Override
  public long bytesPerVector() {
    return bytesPerVector;
  }

  @Override
  public int[][] find(int ef) throws IOException {
    tell("find " + ef + ' ' + Truth.K);
    int[][] found = new int[queries][];
    for (int query = 0; query < queries; query++) {
      found[query] = answer().stream().mapToInt(Integer::parseInt).toArray();
    }
    return found;
  }

  @Override
  public double speed(int ef, int threads, double seconds) throws IOException {
    tell("speed " + ef + ' ' + Truth.K + ' ' + threads + ' ' + seconds);
    return Double.parseDouble(answer().getFirst());
  }

  /// Waits until the program has ended: it has read to the end of its input.
  @Override
  public void close() throws IOException {
    to.close();
    from.close();
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(name + " ended with " + status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    for (String file : List.of("base.npy", "queries.npy")) {
      Files.delete(directory.resolve(file));
    }
    Files.delete(directory);
  }
}
