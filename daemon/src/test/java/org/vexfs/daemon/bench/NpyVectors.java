package org.vexfs.daemon.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.vexfs.daemon.index.Vectors;

/// Rows of a matrix of the shared data, as float32 in one block of memory: a `.npy` file of float32
/// or uint8, perhaps compressed (`.gz`).
record NpyVectors(MemorySegment memory, int count, int dimension) implements Vectors {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+)\\)");

  /// Reads the rows `from` … `to` - 1.
  static NpyVectors read(String name, int from, int to) throws IOException {
    byte[] file = contents(sharedData().resolve(name));
    // NPY format 1.0: magic and version, 8 bytes; length of the header, 2; the header.
    int headerLength =
        Short.toUnsignedInt(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getShort(8));
    String header = new String(file, 10, headerLength, StandardCharsets.ISO_8859_1);
    Matcher shape = SHAPE.matcher(header);
    boolean bytes = header.contains("'|u1'");
    if (!(bytes || header.contains("'<f4'")) || header.contains("True") || !shape.find()) {
      throw new IOException(name + ": not a matrix of float32 or uint8 in C order: " + header);
    }
    int rows = Integer.parseInt(shape.group(1));
    int dimension = Integer.parseInt(shape.group(2));
    if (from < 0 || from >= to || to > rows) {
      throw new IOException(name + ": has " + rows + " rows, asked for " + from + " to " + to);
    }
    MemorySegment values = MemorySegment.ofArray(file).asSlice(10 + headerLength);
    MemorySegment memory = Arena.ofAuto().allocate(4L * (to - from) * dimension, 64);
    long first = (long) from * dimension;
    for (long i = 0; i < (long) (to - from) * dimension; i++) {
      float value =
          bytes
              ? Byte.toUnsignedInt(values.get(ValueLayout.JAVA_BYTE, first + i))
              : values.get(FLOAT, 4 * (first + i));
      memory.set(FLOAT, 4 * i, value);
    }
    return new NpyVectors(memory, to - from, dimension);
  }

  private static byte[] contents(Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    if (!path.toString().endsWith(".gz")) {
      return file;
    }
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return plain.readAllBytes();
    }
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

  @Override
  public MemorySegment segment(int slot) {
    return memory;
  }

  @Override
  public long offset(int slot) {
    return 4L * slot * dimension;
  }
}
