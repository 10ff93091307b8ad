package org.vexfs.daemon.search;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.vexfs.daemon.base.VectorMatrix;

/// What a store should find: plain maps from paths to files, and files' rows, searched by sorting.
/// Values are small integers, so that every distance is exact.
final class SearchModel {
  static final int DIMENSION = 6;
  private static final int SPREAD = 12;

  /// A file, which several paths may lead to.
  record ModelFile(int number, List<float[]> rows) {
    double distance(float[] query) {
      return rows.stream().mapToDouble(row -> SearchModel.distance(row, query)).min().orElseThrow();
    }
  }

  private final Random random;
  private final TreeMap<String, ModelFile> files = new TreeMap<>();
  private int lastNumber;

  SearchModel(Random random) {
    this.random = random;
  }

  static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return (float) Math.sqrt((float) sum);
  }

  float[] anyVector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextInt(2 * SPREAD + 1) - SPREAD;
    }
    return vector;
  }

  /// Vectors of a file: mostly one, and at times one that another file has.
  VectorMatrix anyMatrix() {
    int rows = random.nextInt(4) == 0 ? 2 + random.nextInt(3) : 1;
    List<float[]> values = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      values.add(
          random.nextInt(10) == 0 && !files.isEmpty() ? anyFile().rows().getFirst() : anyVector());
    }
    return matrix(values);
  }

  static VectorMatrix matrix(List<float[]> rows) {
    float[] values = new float[rows.size() * DIMENSION];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row), 0, values, row * DIMENSION, DIMENSION);
    }
    return new VectorMatrix(rows.size(), DIMENSION, values);
  }

  private ModelFile anyFile() {
    return file(anyPath());
  }

  private ModelFile file(String path) {
    return requireNonNull(files.get(path), path);
  }

  /// The path of a file that there is.
  String anyPath() {
    String start = anyName();
    String found = files.ceilingKey(start);
    return found != null ? found : files.firstKey();
  }

  /// A path at which a file may be.
  String anyName() {
    return anyDirectory() + "/f" + random.nextInt(2_000);
  }

  String anyDirectory() {
    String directory = "d" + random.nextInt(4);
    return random.nextBoolean() ? directory : directory + "/e" + random.nextInt(6);
  }

  boolean has(String path) {
    return files.containsKey(path);
  }

  int size() {
    return files.size();
  }

  void put(String path, VectorMatrix matrix) {
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < matrix.rows(); row++) {
      rows.add(Arrays.copyOfRange(matrix.values(), row * DIMENSION, (row + 1) * DIMENSION));
    }
    ModelFile present = files.get(path);
    int number = present == null ? ++lastNumber : present.number();
    ModelFile replaced = new ModelFile(number, rows);
    files.replaceAll((_, file) -> file.number() == number ? replaced : file);
    files.put(path, replaced);
  }

  /// Takes the vectors of a file away, whatever it is called.
  void detach(String path) {
    int number = file(path).number();
    files.values().removeIf(file -> file.number() == number);
  }

  /// Takes a name away.
  void unlink(String path) {
    files.remove(path);
  }

  void link(String existing, String added) {
    files.put(added, file(existing));
  }

  void renameFile(String from, String to) {
    ModelFile moved = file(from);
    ModelFile replaced = files.get(to);
    if (replaced == null || replaced.number() != moved.number()) {
      files.remove(from);
      files.put(to, moved);
    }
  }

  /// Whether there is anything below a directory.
  boolean hasBelow(String directory) {
    return !below(directory).isEmpty();
  }

  private Map<String, ModelFile> below(String directory) {
    return directory.isEmpty()
        ? files
        : files.subMap(directory + "/", directory + "0"); // '0' follows '/'
  }

  /// Gives a directory the name of another that there is not.
  void renameDirectory(String from, String to) {
    Map<String, ModelFile> moved = new TreeMap<>(below(from));
    below(from).clear();
    moved.forEach((path, file) -> files.put(to + path.substring(from.length()), file));
  }

  /// The file at a path relative to a directory.
  ModelFile file(String directory, String path) {
    ModelFile file = files.get(directory.isEmpty() ? path : directory + "/" + path);
    if (file == null) {
      throw new AssertionError("no file " + path + " below '" + directory + "'");
    }
    return file;
  }

  /// The distances of the files that match, from the nearest on: each file once.
  double[] distances(float[] query, String directory, boolean evenOnly, double maxDistance) {
    DoubleStream distances =
        below(directory).values().stream()
            .distinct()
            .filter(file -> !evenOnly || file.number() % 2 == 0)
            .mapToDouble(file -> file.distance(query));
    return distances.filter(distance -> distance <= maxDistance).sorted().toArray();
  }

  List<float[]> anyQueries() {
    int count = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 1;
    return IntStream.range(0, count).mapToObj(_ -> anyVector()).toList();
  }
}
