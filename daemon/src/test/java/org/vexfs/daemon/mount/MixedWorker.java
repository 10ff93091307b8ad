package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One thread of [MixedLoadIT]. It works in a directory of its own, of which a map says what must
/// be there, and searches what all threads share. Used by one thread.
final class MixedWorker implements AutoCloseable {
  private static final int MAX_FILES = 30;
  private static final int MAX_BYTES = 300_000;

  private final Path directory;
  private final Path shared;
  private final int number;
  private final long seed;
  private final Random random;
  private final Conversation search;
  private final Map<String, Expected> files = new TreeMap<>();
  private int lastName;

  /// What a file must be.
  private static final class Expected {
    private final byte[] content;
    private final List<Float> vector;

    Expected(byte[] content, List<Float> vector) {
      this.content = content;
      this.vector = vector;
    }

    byte[] content() {
      return content;
    }

    List<Float> vector() {
      return vector;
    }
  }

  MixedWorker(NativeMount mount, int number, long seed) throws IOException {
    this.directory = mount.directory("worker-" + number + "/sub");
    this.shared = mount.path("shared");
    this.number = number;
    this.seed = seed;
    this.random = new Random(seed);
    this.search = new Conversation(shared);
  }

  /// Does one thing, chosen at random, and checks its outcome.
  void step() throws IOException {
    if (files.isEmpty()) {
      create();
      return;
    }
    switch (random.nextInt(12)) {
      case 0, 1 -> create();
      case 2 -> overwritePart();
      case 3, 4 -> read();
      case 5 -> rename();
      case 6 -> unlink();
      case 7 -> stat();
      case 8 -> list();
      case 9 -> attach();
      case 10 -> searchShared();
      default -> searchOwn();
    }
  }

  /// Checks everything.
  void check() throws IOException {
    list();
    for (Map.Entry<String, Expected> file : files.entrySet()) {
      check(file.getKey(), file.getValue());
    }
  }

  private void create() throws IOException {
    if (files.size() >= MAX_FILES) {
      unlink();
    }
    String name = "file-" + ++lastName;
    byte[] content = new byte[random.nextInt(random.nextBoolean() ? 5_000 : MAX_BYTES)];
    random.nextBytes(content);
    Files.write(directory.resolve(name), content, StandardOpenOption.CREATE_NEW);
    files.put(name, new Expected(content, List.of()));
  }

  private void overwritePart() throws IOException {
    String name = any();
    byte[] content = expected(name).content();
    byte[] part = new byte[random.nextInt(10_000)];
    random.nextBytes(part);
    int from = random.nextInt(content.length + 1);
    byte[] changed = Arrays.copyOf(content, Math.max(content.length, from + part.length));
    System.arraycopy(part, 0, changed, from, part.length);
    try (FileChannel channel =
        FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE)) {
      assertEquals(part.length, channel.write(ByteBuffer.wrap(part), from), this::where);
      if (random.nextInt(10) == 0) {
        channel.force(true);
      }
    }
    files.put(name, new Expected(changed, expected(name).vector()));
  }

  private void read() throws IOException {
    String name = any();
    check(name, expected(name));
  }

  private void check(String name, Expected expected) throws IOException {
    Path file = directory.resolve(name);
    assertArrayEquals(expected.content(), Files.readAllBytes(file), this::where);
    List<String> attributes = expected.vector().isEmpty() ? List.of() : List.of(Attributes.VECTOR);
    assertEquals(attributes, Attributes.names(file), this::where);
    if (!expected.vector().isEmpty()) {
      assertEquals(expected.vector(), Attributes.vector(file), this::where);
    }
  }

  /// Moves a file to a new name or over another file.
  private void rename() throws IOException {
    String from = any();
    String to = random.nextInt(3) == 0 ? any() : "renamed-" + ++lastName;
    if (!from.equals(to)) {
      Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
      files.put(to, files.remove(from));
      assertFalse(Files.exists(directory.resolve(from)), this::where);
    }
  }

  private void unlink() throws IOException {
    String name = any();
    Files.delete(directory.resolve(name));
    files.remove(name);
  }

  private void stat() throws IOException {
    String name = any();
    assertEquals(expected(name).content().length, Files.size(directory.resolve(name)), this::where);
    assertFalse(Files.exists(directory.resolve("no-such-file")), this::where);
  }

  private void list() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      TreeSet<String> names = new TreeSet<>();
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
      assertEquals(files.keySet(), names, this::where);
    }
  }

  private void attach() throws IOException {
    String name = any();
    float[] vector = {random.nextFloat(), 100 + number, random.nextFloat(), 1};
    Attributes.attach(directory.resolve(name), vector);
    files.put(name, new Expected(expected(name).content(), Forms.floats(Forms.raw(vector))));
  }

  /// The shared files do not change: what is nearest to one is known.
  private void searchShared() throws IOException {
    int wanted = random.nextInt(32);
    String query = "{\"vector\":[%d,0,0,0],\"k\":1}".formatted(wanted);
    assertEquals(List.of("fixed-" + wanted), search.ask(query).paths(), this::where);
  }

  /// A search in the own directory finds every file with a vector, and no other.
  private void searchOwn() throws IOException {
    List<String> expected = new ArrayList<>();
    files.forEach((name, file) -> {
      if (!file.vector().isEmpty()) {
        expected.add(name);
      }
    });
    String query = "{\"vector\":[0,0,0,1],\"k\":%d}".formatted(2 * MAX_FILES);
    List<String> found = Conversation.ask(directory, query).paths().stream().sorted().toList();
    assertEquals(expected, found, this::where);
  }

  private Expected expected(String name) {
    return Objects.requireNonNull(files.get(name), name);
  }

  private String any() {
    return List.copyOf(files.keySet()).get(random.nextInt(files.size()));
  }

  private String where() {
    return "worker " + number + ", seed " + seed;
  }

  @Override
  public void close() throws IOException {
    search.close();
  }
}
