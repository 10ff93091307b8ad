package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One writer of [KilledDaemonIT]: it works in a directory of its own, and knows what must be there
/// once the daemon was killed: what was acknowledged, with or without the operation that was under
/// way. Used by one thread at a time.
final class InterruptedWriter {
  private static final int NAMES = 5;
  private static final int MAX_WRITERS = 8;
  private static final String OTHER = Attributes.VECTOR + ".other";

  private final NativeMount mount;
  private final String directory;
  private final int number;
  private final Random random;

  /// What must be there: attributes of each file, by paths relative to the directory.
  private Map<String, Map<String, List<Float>>> files = new TreeMap<>();

  /// What is there as well if the operation took place that was under way in the end.
  private @Nullable Map<String, Map<String, List<Float>>> underWay;

  private int values;

  /// The moment at which the daemon is killed.
  static final class End {
    private final CountDownLatch coming = new CountDownLatch(1);

    void come() {
      coming.countDown();
    }

    void await() throws InterruptedException {
      coming.await();
    }

    boolean isComing() {
      return coming.getCount() == 0;
    }
  }

  /// An operation on the mount.
  @FunctionalInterface
  private interface Operation {
    void run() throws IOException;
  }

  InterruptedWriter(NativeMount mount, int number, long seed) throws IOException {
    this.mount = mount;
    this.number = number;
    this.random = new Random(seed);
    this.directory = "writer-" + number;
    mount.directory(directory + "/a");
    mount.directory(directory + "/b");
  }

  /// Does one thing, and says whether it was acknowledged; it fails otherwise only because the end
  /// has come.
  boolean step(End end) throws IOException {
    Map<String, Map<String, List<Float>>> after = copy(files);
    Operation operation = choose(after);
    underWay = after;
    try {
      operation.run();
    } catch (IOException e) {
      if (end.isComing()) {
        return false;
      }
      throw e;
    }
    files = after;
    underWay = null;
    return true;
  }

  private static Map<String, Map<String, List<Float>>> copy(
      Map<String, Map<String, List<Float>>> files) {
    Map<String, Map<String, List<Float>>> copy = new TreeMap<>();
    files.forEach((name, attributes) -> copy.put(name, new TreeMap<>(attributes)));
    return copy;
  }

  /// Chooses an operation, and lets `after` be what is there after it.
  private Operation choose(Map<String, Map<String, List<Float>>> after) {
    Optional<String> any = any(after);
    if (any.isEmpty()) {
      return create(after, anyName());
    }
    String file = any.get();
    return switch (random.nextInt(16)) {
      case 0, 1 -> create(after, anyName());
      case 2, 3, 4 -> attach(after, file, Attributes.VECTOR);
      case 5, 6 -> attachByVectorFile(after, file);
      case 7 -> attach(after, file, OTHER);
      case 8 -> detach(after, file);
      case 9 -> attachAndSync(after, file);
      case 10, 11, 12 -> rename(after, file, anyName());
      case 13 -> delete(after, file);
      case 14 -> saveByRename(after, file);
      default -> exchangeDirectories(after);
    };
  }

  private Operation create(Map<String, Map<String, List<Float>>> after, String name) {
    after.putIfAbsent(name, new TreeMap<>());
    return () -> Files.writeString(path(name), name);
  }

  private Operation attach(
      Map<String, Map<String, List<Float>>> after, String name, String attribute) {
    float[] vector = nextVector();
    attributes(after, name).put(attribute, Forms.floats(Forms.raw(vector)));
    return () -> Attributes.set(path(name), attribute, Forms.raw(vector));
  }

  private Operation attachByVectorFile(Map<String, Map<String, List<Float>>> after, String name) {
    float[] vector = nextVector();
    attributes(after, name).put(Attributes.VECTOR, Forms.floats(Forms.raw(vector)));
    byte[] npy = Forms.npy("<f4", "(3,)", Forms.raw(vector));
    Path file = mount.path(directory + "/.vexfs/vectors/" + name + ".npy");
    return () -> Files.write(file, npy);
  }

  private Operation attachAndSync(Map<String, Map<String, List<Float>>> after, String name) {
    Operation attaching = attach(after, name, Attributes.VECTOR);
    return () -> {
      attaching.run();
      try (FileChannel file = FileChannel.open(path(name), StandardOpenOption.WRITE)) {
        file.force(true);
      }
    };
  }

  private Operation detach(Map<String, Map<String, List<Float>>> after, String name) {
    Map<String, List<Float>> attributes = attributes(after, name);
    if (attributes.isEmpty()) {
      return attach(after, name, Attributes.VECTOR);
    }
    String attribute = List.copyOf(attributes.keySet()).getFirst();
    attributes.remove(attribute);
    return () -> Attributes.remove(path(name), attribute);
  }

  private Operation rename(Map<String, Map<String, List<Float>>> after, String from, String to) {
    Map<String, List<Float>> moved = attributes(after, from);
    after.remove(from);
    after.put(to, moved);
    return () -> Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
  }

  private Operation delete(Map<String, Map<String, List<Float>>> after, String name) {
    after.remove(name);
    return () -> Files.delete(path(name));
  }

  /// As editors save: the vectors of the file that is replaced go.
  private Operation saveByRename(Map<String, Map<String, List<Float>>> after, String name) {
    String fresh = "fresh";
    if (after.containsKey(fresh)) {
      return rename(after, fresh, name);
    }
    after.put(fresh, new TreeMap<>());
    return () -> Files.writeString(path(fresh), "saved");
  }

  /// The two directories change places, step by step over as many operations.
  private Operation exchangeDirectories(Map<String, Map<String, List<Float>>> after) {
    String from = after.keySet().stream().anyMatch(name -> name.startsWith("c/")) ? "c" : "a";
    String to = from.equals("a") ? "c" : "a";
    boolean isTaken = after.keySet().stream().anyMatch(name -> name.startsWith(to + "/"));
    if (isTaken || after.keySet().stream().noneMatch(name -> name.startsWith(from + "/"))) {
      return create(after, anyName());
    }
    for (String name : List.copyOf(after.keySet())) {
      if (name.startsWith(from + "/")) {
        Map<String, List<Float>> moved = attributes(after, name);
        after.remove(name);
        after.put(to + name.substring(from.length()), moved);
      }
    }
    return () -> {
      Files.deleteIfExists(path(to));
      Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
      Files.createDirectories(path(from));
    };
  }

  private static Map<String, List<Float>> attributes(
      Map<String, Map<String, List<Float>>> files, String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  private Optional<String> any(Map<String, ?> names) {
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(List.copyOf(names.keySet()).get(random.nextInt(names.size())));
  }

  private String anyName() {
    String parent = random.nextBoolean() ? "" : random.nextBoolean() ? "a/" : "b/";
    return parent + "file-" + random.nextInt(NAMES);
  }

  /// Whose distance from the origin no other vector has.
  private float[] nextVector() {
    values++;
    return new float[] {0, MAX_WRITERS * values + number, 0};
  }

  private Path path(String name) {
    return mount.path(directory + "/" + name);
  }

  /// Compares what is there with what must be; what was under way either happened or did not.
  void settle(String when) throws IOException {
    Map<String, Map<String, List<Float>>> found = found();
    boolean happened = found.equals(underWay);
    assertTrue(
        happened || found.equals(files),
        () ->
            "%s, writer %d: found%n%s%nacknowledged%n%s%nunder way%n%s"
                .formatted(when, number, found, files, underWay));
    files = found;
    underWay = null;
    Files.createDirectories(path("a"));
    Files.createDirectories(path("b"));
  }

  private Map<String, Map<String, List<Float>>> found() throws IOException {
    Map<String, Map<String, List<Float>>> found = new TreeMap<>();
    List<Path> present = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(mount.path(directory))) {
      paths.filter(Files::isRegularFile).forEach(present::add);
    }
    for (Path file : present) {
      Map<String, List<Float>> attributes = new TreeMap<>();
      for (String name : Attributes.names(file)) {
        attributes.put(name, Forms.floats(Attributes.get(file, name)));
      }
      found.put(mount.path(directory).relativize(file).toString(), attributes);
    }
    return found;
  }

  /// Distances from the origin of the vectors in the collection `default`, by path.
  Map<String, Double> distances() {
    Map<String, Double> distances = new TreeMap<>();
    files.forEach((name, attributes) -> {
      List<Float> vector = attributes.get(Attributes.VECTOR);
      if (vector != null) {
        distances.put(directory + "/" + name, (double) vector.get(1));
      }
    });
    return distances;
  }
}
