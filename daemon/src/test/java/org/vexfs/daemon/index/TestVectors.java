package org.vexfs.daemon.index;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Vectors in one block of memory, made up or read from a `.npy` file of the shared data.
record TestVectors(MemorySegment memory, int count, int dimension) implements Vectors {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+)\\)");

  static TestVectors allocate(int count, int dimension) {
    return new TestVectors(Arena.ofAuto().allocate(4L * count * dimension, 64), count, dimension);
  }

  /// Every value drawn anew, from a normal distribution.
  static TestVectors gaussian(Random random, int count, int dimension) {
    return generate(count, dimension, _ -> random.nextGaussian());
  }

  /// Value by value, slot after slot, from the value's index in its vector.
  static TestVectors generate(int count, int dimension, IntToDoubleFunction value) {
    TestVectors vectors = allocate(count, dimension);
    for (int slot = 0; slot < count; slot++) {
      for (int i = 0; i < dimension; i++) {
        vectors.set(slot, i, (float) value.applyAsDouble(i));
      }
    }
    return vectors;
  }

  /// The rows `from` … `to` - 1 of a matrix of float32 in the shared data.
  static TestVectors shared(String name, int from, int to) throws IOException {
    byte[] file = Files.readAllBytes(sharedData().resolve(name));
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    // NPY format 1.0: magic and version, 8 bytes; length of the header, 2; the header.
    int headerLength = Short.toUnsignedInt(bytes.getShort(8));
    String header = new String(file, 10, headerLength, StandardCharsets.ISO_8859_1);
    Matcher shape = SHAPE.matcher(header);
    if (!header.contains("'descr': '<f4'") || header.contains("True") || !shape.find()) {
      throw new IOException(name + ": not a matrix of float32 in C order: " + header);
    }
    int rows = Integer.parseInt(shape.group(1));
    int dimension = Integer.parseInt(shape.group(2));
    if (to > rows) {
      throw new IOException(name + ": has " + rows + " rows, asked for " + to);
    }
    TestVectors vectors = allocate(to - from, dimension);
    long start = 10 + headerLength + 4L * from * dimension;
    MemorySegment.copy(
        MemorySegment.ofArray(file), start, vectors.memory, 0, vectors.memory.byteSize());
    return vectors;
  }

  private static Path sharedData() throws IOException {
    Path start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      Path data = at.resolveSibling("shared").resolve("data");
      if (Files.isDirectory(data)) {
        return data;
      }
    }
    throw new IOException("no directory shared/data beside " + start + " or a directory above it");
  }

  void set(int slot, int index, float value) {
    memory.set(FLOAT, offset(slot) + 4L * index, value);
  }

  float get(int slot, int index) {
    return memory.get(FLOAT, offset(slot) + 4L * index);
  }

  void copy(int fromSlot, int toSlot) {
    MemorySegment.copy(memory, offset(fromSlot), memory, offset(toSlot), 4L * dimension);
  }

  @Override
  public MemorySegment segment(int slot) {
    return memory;
  }

  @Override
  public long offset(int slot) {
    return 4L * slot * dimension;
  }
}
