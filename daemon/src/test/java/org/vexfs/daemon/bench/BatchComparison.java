package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.NpyFormat;

/// All queries of a data set at once: as one call in this process, and as one matrix written to a
/// mount's `search`, its answer read. Each round asks both, and their ratio is that of the round.
final class BatchComparison {
  private static final int ROOM_BYTES = 32 << 20;

  private final KnnSearchEngine engine;
  private final Path mountpoint;
  private final VectorMatrix questions;
  private final ByteBuffer written;
  private final ByteBuffer answer = ByteBuffer.allocateDirect(ROOM_BYTES);

  BatchComparison(KnnSearchEngine engine, Path mountpoint, DataSet data) {
    this.engine = engine;
    this.mountpoint = mountpoint;
    int dimension = data.queries().vector(0).dimension();
    float[] values = new float[data.queries().count() * dimension];
    for (int i = 0; i < data.queries().count(); i++) {
      System.arraycopy(data.queries().vector(i).values(), 0, values, i * dimension, dimension);
    }
    this.questions = new VectorMatrix(data.queries().count(), dimension, values);
    byte[] npy = NpyFormat.encode(questions, false);
    this.written = ByteBuffer.allocateDirect(npy.length).put(npy);
  }

  /// Prints the medians of `rounds`, after as many again to warm up.
  void run(int rounds) throws IOException, VectorFailure {
    double[] own = new double[rounds];
    double[] mounted = new double[rounds];
    double[] ratios = new double[rounds];
    for (int round = -rounds; round < rounds; round++) {
      double inProcess = rate(this::askEngine);
      double throughMount = rate(this::askMount);
      if (round >= 0) {
        own[round] = inProcess;
        mounted[round] = throughMount;
        ratios[round] = throughMount / inProcess;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n- batch of %,d, queries a second: in process %.0f, through the mount %.0f; median of the"
            + " rounds' ratios %.3f%n",
        questions.rows(),
        median(own),
        median(mounted),
        median(ratios));
  }

  @FunctionalInterface
  private interface Asking {
    void ask() throws IOException, VectorFailure;
  }

  private double rate(Asking asking) throws IOException, VectorFailure {
    long start = System.nanoTime();
    asking.ask();
    return questions.rows() / ((System.nanoTime() - start) / 1e9);
  }

  private void askEngine() throws VectorFailure {
    Query query = Query.of(new Query.ByVector(questions));
    if (engine.search(query, TreePath.ROOT, EngineSearcher.OPEN).results().size()
        != questions.rows()) {
      throw new AssertionError("not all were answered");
    }
  }

  private void askMount() throws IOException {
    try (FileChannel search =
        FileChannel.open(
            mountpoint.resolve(".vexfs/search"),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      written.flip();
      while (written.hasRemaining()) {
        int _ = search.write(written);
      }
      answer.clear();
      while (search.read(answer, answer.position()) > 0) {}
      if (answer.position() == 0) {
        throw new IOException("no answer");
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
