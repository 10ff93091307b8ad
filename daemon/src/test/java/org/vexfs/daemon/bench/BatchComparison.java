package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.search.KnnSearchEngine;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.store.NpyFormat;

/// A thousand queries, those of a data set over and over: one after another in this process, all in
/// one call in this process, and as one matrix written to a mount's `search`, its answer read. Each
/// round asks in all ways, and the ratios are those of the round.
final class BatchComparison {
  private static final int QUESTIONS = 1_000;

  private static final int ROOM_BYTES = 32 << 20;

  private final KnnSearchEngine engine;
  private final Path mountpoint;
  private final VectorMatrix questions;
  private final List<Query> single = new ArrayList<>();
  private final ByteBuffer written;
  private final ByteBuffer answer = ByteBuffer.allocateDirect(ROOM_BYTES);

  BatchComparison(KnnSearchEngine engine, Path mountpoint, DataSet data) {
    this.engine = engine;
    this.mountpoint = mountpoint;
    int dimension = data.dimension();
    float[] values = new float[QUESTIONS * dimension];
    for (int i = 0; i < QUESTIONS; i++) {
      float[] vector = data.queries().vector(i % data.queries().count()).values();
      System.arraycopy(vector, 0, values, i * dimension, dimension);
      single.add(Query.of(new Query.ByVector(VectorMatrix.ofVector(vector))));
    }
    this.questions = new VectorMatrix(QUESTIONS, dimension, values);
    byte[] npy = NpyFormat.encode(questions, false);
    this.written = ByteBuffer.allocateDirect(npy.length).put(npy);
  }

  /// Prints the medians of `rounds`, after as many again to warm up.
  void run(int rounds) throws IOException, VectorFailure {
    double[] alone = new double[rounds];
    double[] own = new double[rounds];
    double[] mounted = new double[rounds];
    double[] toAlone = new double[rounds];
    double[] toOwn = new double[rounds];
    for (int round = -rounds; round < rounds; round++) {
      double oneByOne = rate(this::askOneByOne);
      double inProcess = rate(this::askEngine);
      double throughMount = rate(this::askMount);
      if (round >= 0) {
        alone[round] = oneByOne;
        own[round] = inProcess;
        mounted[round] = throughMount;
        toAlone[round] = throughMount / oneByOne;
        toOwn[round] = throughMount / inProcess;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%n- %,d queries, a second: in process one by one %.0f, in process as a batch %.0f, through"
            + " the mount as a batch %.0f; medians of the rounds' ratios: %.2f of one by one, %.2f"
            + " of the batch in process%n",
        QUESTIONS,
        median(alone),
        median(own),
        median(mounted),
        median(toAlone),
        median(toOwn));
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

  private void askOneByOne() throws VectorFailure {
    for (Query query : single) {
      if (engine.search(query, TreePath.ROOT, EngineSearcher.OPEN).results().size() != 1) {
        throw new AssertionError("one was not answered");
      }
    }
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
