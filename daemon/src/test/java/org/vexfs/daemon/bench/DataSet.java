package org.vexfs.daemon.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.store.NpyFormat;

/// Vectors to search among, and to search for.
///
/// @param base what files are given
/// @param queries what is searched for
record DataSet(String name, Metric metric, List<VectorMatrix> base, List<VectorMatrix> queries) {
  private static final int QUERIES = 200;

  private static final int MNIST_BASE_ROWS = 20_000;
  private static final int MNIST_FIRST_QUERY = 62_000;

  /// Passages of text as sentence embeddings; the queries are passages themselves, spread over the
  /// whole.
  static DataSet capdocs(Path data) throws IOException, VectorFailure {
    byte[] file = Files.readAllBytes(data.resolve("capdocs-384.npy"));
    VectorMatrix matrix = NpyFormat.decode(file, 0, file.length);
    List<VectorMatrix> base =
        IntStream.range(0, matrix.rows()).mapToObj(row -> row(matrix, row)).toList();
    int stride = base.size() / QUERIES;
    List<VectorMatrix> queries =
        IntStream.range(0, QUERIES).mapToObj(i -> base.get(i * stride)).toList();
    return new DataSet("capdocs-384", Metric.COSINE, base, queries);
  }

  /// Images of digits as their pixels; the queries are other images.
  static DataSet mnist(Path data) throws IOException {
    byte[] file;
    try (InputStream compressed = Files.newInputStream(data.resolve("mnist-784-u8.npy.gz"));
        InputStream in = new GZIPInputStream(compressed)) {
      file = in.readAllBytes();
    }
    int dimension = 784;
    int start = 10 + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getShort(8);
    return new DataSet(
        "MNIST-784",
        Metric.EUCLIDEAN,
        pixels(file, start, dimension, 0, MNIST_BASE_ROWS),
        pixels(file, start, dimension, MNIST_FIRST_QUERY, QUERIES));
  }

  private static List<VectorMatrix> pixels(
      byte[] file, int start, int dimension, int firstRow, int rows) {
    return IntStream.range(firstRow, firstRow + rows)
        .mapToObj(row -> {
          float[] values = new float[dimension];
          for (int i = 0; i < dimension; i++) {
            values[i] = file[start + row * dimension + i] & 0xFF;
          }
          return VectorMatrix.ofVector(values);
        })
        .toList();
  }

  private static VectorMatrix row(VectorMatrix matrix, int row) {
    float[] values = new float[matrix.dimension()];
    System.arraycopy(matrix.values(), row * values.length, values, 0, values.length);
    return VectorMatrix.ofVector(values);
  }

  int dimension() {
    return base.getFirst().dimension();
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
