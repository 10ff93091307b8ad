package org.vexfs.daemon.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.store.NpyFormat;

/// Times loading a data set into an empty store until its graph is complete: in process, by `vexfs
/// import` of an array, and by JSON lines with decimals written to `.vexfs/import`.
///
/// Arguments: the name of the data set, the folder of the data, an empty directory to work in, the
/// `vexfs` to run. `daemon/bench/import.sh` provides them.
final class ImportBenchmark {
  private static final long POLL_NANOS = 20_000_000;
  private static final double NANOS = 1e9;

  private final DataSet data;
  private final Path work;
  private final String vexfs;

  private ImportBenchmark(DataSet data, Path work, String vexfs) {
    this.data = data;
    this.work = work;
    this.vexfs = vexfs;
  }

  /// How long a load took.
  ///
  /// @param storedSeconds until every vector was stored
  /// @param seconds until the graph was complete as well
  private record Load(double storedSeconds, double seconds) {}

  /// Brings the vectors into a mount.
  @FunctionalInterface
  private interface Loading {
    void into(Path mountpoint) throws IOException, InterruptedException;
  }

  public static void main(String[] args) throws Exception {
    DataSet data = DataSet.of(args[0], Path.of(args[1]));
    new ImportBenchmark(data, Path.of(args[2]), args[3]).run();
  }

  private void run() throws IOException, VectorFailure, InterruptedException {
    System.out.printf(
        "%n| %s, %d vectors | stored | graph complete | against in process |%n|---|---|---|---|%n",
        data.name(), data.base().count());
    Load inProcess = inProcess();
    print("in process", inProcess, inProcess);
    Path array = work.resolve("base.npy");
    Path list = work.resolve("base.paths");
    writeArray(array, list);
    print(
        "`vexfs import` of an array",
        mounted(
            "array",
            mountpoint ->
                vexfs(
                    "import", mountpoint.toString(), array.toString(), "--paths", list.toString())),
        inProcess);
    Path lines = work.resolve("base.jsonl");
    writeLines(lines);
    print(
        "decimals to `.vexfs/import`",
        mounted("lines", mountpoint -> copy(lines, mountpoint.resolve(".vexfs/import"))),
        inProcess);
  }

  private static void print(String way, Load load, Load inProcess) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f s | %.1f s | %.2f |%n",
        way,
        load.storedSeconds(),
        load.seconds(),
        load.seconds() / inProcess.seconds());
  }

  private Load inProcess() throws IOException, VectorFailure {
    try (EngineSubject engine =
        new EngineSubject(data, Files.createDirectory(work.resolve("in-process")))) {
      long start = System.nanoTime();
      for (int i = 0; i < data.base().count(); i++) {
        engine.insert(i);
      }
      long stored = System.nanoTime();
      engine.awaitGraph();
      return new Load((stored - start) / NANOS, (System.nanoTime() - start) / NANOS);
    }
  }

  private Load mounted(String name, Loading loading) throws IOException, InterruptedException {
    Path source = Files.createDirectories(work.resolve(name).resolve("source"));
    Path mountpoint = Files.createDirectories(work.resolve(name).resolve("mount"));
    for (int i = 0; i < data.base().count(); i++) {
      Files.createFile(source.resolve(DataSet.path(i)));
    }
    vexfs("mount", source.toString(), mountpoint.toString());
    try {
      long start = System.nanoTime();
      loading.into(mountpoint);
      long stored = System.nanoTime();
      Path stats = mountpoint.resolve(".vexfs/collections/default/stats");
      while (!Files.readString(stats).contains("\"pending_rows\":0,")) {
        LockSupport.parkNanos(POLL_NANOS);
      }
      return new Load((stored - start) / NANOS, (System.nanoTime() - start) / NANOS);
    } finally {
      vexfs("umount", mountpoint.toString());
    }
  }

  /// As `cp` does, a mebibyte at a time.
  private static void copy(Path from, Path to) throws IOException {
    byte[] part = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(from);
        OutputStream out = Files.newOutputStream(to, StandardOpenOption.WRITE)) {
      for (int read = in.read(part); read > 0; read = in.read(part)) {
        out.write(part, 0, read);
      }
    }
  }

  private void vexfs(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(vexfs));
    words.addAll(List.of(arguments));
    int status =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("output").toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException(words + ": " + Files.readString(work.resolve("output")));
    }
  }

  private void writeArray(Path array, Path list) throws IOException {
    int count = data.base().count();
    float[] values = new float[count * data.dimension()];
    for (int i = 0; i < count; i++) {
      System.arraycopy(data.base().row(i), 0, values, i * data.dimension(), data.dimension());
    }
    Files.write(array, NpyFormat.encode(new VectorMatrix(count, data.dimension(), values), false));
    Files.write(list, IntStream.range(0, count).mapToObj(DataSet::path).toList());
  }

  private void writeLines(Path lines) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(lines, StandardCharsets.US_ASCII)) {
      for (int i = 0; i < data.base().count(); i++) {
        out.write("{\"path\":\"" + DataSet.path(i) + "\",\"vector\":[");
        float[] row = data.base().row(i);
        for (int j = 0; j < row.length; j++) {
          out.write((j == 0 ? "" : ",") + row[j]);
        }
        out.write("]}\n");
      }
    }
  }
}
