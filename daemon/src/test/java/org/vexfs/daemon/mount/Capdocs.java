package org.vexfs.daemon.mount;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The data set of texts, each with its sentence embedding of unit length, that lies beside the
/// project.
///
/// @param texts in the order of the vectors
/// @param vectors one for each text
record Capdocs(List<String> texts, List<float[]> vectors) {
  private static final int NPY_LENGTH_OFFSET = 8;
  private static final int NPY_HEADER_OFFSET = 10;

  /// A text and how far it is from what was asked for.
  ///
  /// @param index of the text
  /// @param distance 1 − cosine
  record Neighbour(int index, double distance) {}

  /// Reads all of it.
  static Capdocs load() throws IOException {
    List<String> texts = new ArrayList<>();
    for (var line : Json.lines(Files.readString(file("capdocs.jsonl")))) {
      texts.add(Json.text(line, "text"));
    }
    ByteBuffer npy =
        ByteBuffer.wrap(Files.readAllBytes(file("capdocs-384.npy"))).order(ByteOrder.LITTLE_ENDIAN);
    npy.position(NPY_HEADER_OFFSET + npy.getShort(NPY_LENGTH_OFFSET));
    int dimension = npy.remaining() / Float.BYTES / texts.size();
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      float[] vector = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        vector[j] = npy.getFloat();
      }
      vectors.add(vector);
    }
    if (npy.hasRemaining()) {
      throw new AssertionError(npy.remaining() + " bytes of capdocs-384.npy belong to no text");
    }
    return new Capdocs(texts, vectors);
  }

  /// The `k` texts nearest to `query`, by comparing it with every vector.
  List<Neighbour> nearest(float[] query, int k) {
    Neighbour[] all = new Neighbour[vectors.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = new Neighbour(i, cosineDistance(query, vectors.get(i)));
    }
    Arrays.sort(all, Comparator.comparingDouble(Neighbour::distance));
    return List.of(all).subList(0, k);
  }

  private static double cosineDistance(float[] a, float[] b) {
    double dot = 0;
    double aSquared = 0;
    double bSquared = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aSquared += (double) a[i] * a[i];
      bSquared += (double) b[i] * b[i];
    }
    return 1 - dot / Math.sqrt(aSquared * bSquared);
  }

  private static Path file(String name) {
    Path start = Path.of("").toAbsolutePath();
    for (Path directory = start; directory != null; directory = directory.getParent()) {
      Path file = directory.resolve("shared").resolve("data").resolve(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new AssertionError("no shared/data/" + name + " beside or above " + start);
  }
}
