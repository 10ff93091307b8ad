package org.vexfs.daemon.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;

/// Vectors to search among, and others to search for.
///
/// @param base what files are given
/// @param queries what is searched for
record DataSet(String name, Metric metric, FloatMatrix base, FloatMatrix queries) {
  /// The names that [#of] takes.
  static final List<String> NAMES =
      List.of("mnist", "mnist-20k", "capdocs", "sift", "million", "million-100k");

  private static final int CLUSTERS = 1_000;
  private static final int CLUSTER_DIMENSIONS = 16;
  private static final int CLUSTERED_DIMENSION = 128;
  private static final double NOISE = 0.05;

  /// Reads or makes a data set.
  ///
  /// - `mnist`: images of digits as their pixels, 60,000; the queries are 1,000 other images.
  ///   `mnist-20k`: the first 20,000, and 200 queries
  /// - `capdocs`: passages of text as sentence embeddings; the queries are the last 200
  /// - `sift`: descriptors of images, 4,000 of them and 1,000 queries
  /// - `million`: a million made vectors, see [#clustered]; `million-100k`: a tenth as many
  ///
  /// @param data the folder of the shared data
  static DataSet of(String name, Path data) throws IOException {
    return switch (name) {
      case "mnist" -> mnist("MNIST-784", data, 60_000, 1_000);
      case "mnist-20k" -> mnist("MNIST-784 (20,000)", data, 20_000, 200);
      case "capdocs" -> cut("capdocs-384", Metric.COSINE, data.resolve("capdocs-384.npy"), 200);
      case "sift" -> cut("SIFT-128", Metric.EUCLIDEAN, data.resolve("sift-128.npy"), 1_000);
      case "million" -> clustered("clustered-128 (1,000,000)", 1_000_000, 1_000);
      case "million-100k" -> clustered("clustered-128 (100,000)", 100_000, 1_000);
      default -> throw new IllegalArgumentException("no data set " + name + ", only " + NAMES);
    };
  }

  private static DataSet mnist(String name, Path data, int count, int queries) throws IOException {
    FloatMatrix all = FloatMatrix.read(data.resolve("mnist-784-u8.npy.gz"));
    int firstQuery = 62_000;
    return new DataSet(
        name, Metric.EUCLIDEAN, all.rows(0, count), all.rows(firstQuery, firstQuery + queries));
  }

  private static DataSet cut(String name, Metric metric, Path file, int queries)
      throws IOException {
    FloatMatrix all = FloatMatrix.read(file);
    int count = all.count() - queries;
    return new DataSet(name, metric, all.rows(0, count), all.rows(count, all.count()));
  }

  /// Clustered vectors, the same in each run. A cluster lies about a random centre in a random
  /// subspace of few dimensions, as embeddings do, with a little noise in all others; queries are
  /// drawn as the base is.
  private static DataSet clustered(String name, int count, int queries) {
    Random random = new Random(128);
    float[][] centres = new float[CLUSTERS][];
    float[][][] axes = new float[CLUSTERS][CLUSTER_DIMENSIONS][];
    for (int cluster = 0; cluster < CLUSTERS; cluster++) {
      centres[cluster] = gaussian(random, 1);
      for (int axis = 0; axis < CLUSTER_DIMENSIONS; axis++) {
        axes[cluster][axis] = gaussian(random, 1 / Math.sqrt(CLUSTER_DIMENSIONS));
      }
    }
    FloatMatrix all = FloatMatrix.zeros(count + queries, CLUSTERED_DIMENSION);
    for (int row = 0; row < all.count(); row++) {
      int cluster = random.nextInt(CLUSTERS);
      float[] values = gaussian(random, NOISE);
      add(values, centres[cluster], 1);
      for (float[] axis : axes[cluster]) {
        add(values, axis, (float) random.nextGaussian());
      }
      all.setRow(row, values);
    }
    return new DataSet(
        name, Metric.EUCLIDEAN, all.rows(0, count), all.rows(count, count + queries));
  }

  private static float[] gaussian(Random random, double deviation) {
    float[] values = new float[CLUSTERED_DIMENSION];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  private static void add(float[] to, float[] values, float factor) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * values[i];
    }
  }

  /// The same with only the first vectors of the base.
  DataSet head(int count) {
    return new DataSet(name, metric, base.rows(0, Math.min(count, base.count())), queries);
  }

  int dimension() {
    return base.dimension();
  }

  /// The queries, each as a vector of its own.
  List<VectorMatrix> queryVectors() {
    return IntStream.range(0, queries.count()).mapToObj(queries::vector).toList();
  }

  /// The path of the file that carries a vector of the base.
  static String path(int index) {
    return "file-" + index;
  }

  /// A vector as a query or an attribute's value has it: little-endian float32.
  static ByteBuffer raw(VectorMatrix vector) {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(vector.values().length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector.values());
    return bytes;
  }
}
