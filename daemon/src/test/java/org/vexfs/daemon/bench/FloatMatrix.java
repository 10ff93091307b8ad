package org.vexfs.daemon.bench;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.index.Vectors;

/// Vectors as the rows of one float32 matrix outside the heap.
record FloatMatrix(MemorySegment memory, int count, int dimension) implements Vectors {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+)\\)");
  private static final int CACHE_LINE = 64;

  /// Zeros, to be written to.
  static FloatMatrix zeros(int count, int dimension) {
    long bytes = (long) Float.BYTES * count * dimension;
    return new FloatMatrix(Arena.ofAuto().allocate(bytes, CACHE_LINE), count, dimension);
  }

  /// Reads a `.npy` file of float32 or uint8, perhaps compressed (`.gz`).
  static FloatMatrix read(Path path) throws IOException {
    byte[] file = contents(path);
    // NPY format 1.0: magic and version, 8 bytes; length of the header, 2; the header.
    int headerLength =
        Short.toUnsignedInt(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getShort(8));
    String header = new String(file, 10, headerLength, StandardCharsets.ISO_8859_1);
    Matcher shape = SHAPE.matcher(header);
    boolean bytes = header.contains("'|u1'");
    if (!(bytes || header.contains("'<f4'")) || header.contains("True") || !shape.find()) {
      throw new IOException(path + ": not a matrix of float32 or uint8 in C order: " + header);
    }
    FloatMatrix matrix = zeros(Integer.parseInt(shape.group(1)), Integer.parseInt(shape.group(2)));
    MemorySegment values = MemorySegment.ofArray(file).asSlice(10L + headerLength);
    for (long i = 0; i < (long) matrix.count * matrix.dimension; i++) {
      float value =
          bytes
              ? Byte.toUnsignedInt(values.get(ValueLayout.JAVA_BYTE, i))
              : values.get(FLOAT, Float.BYTES * i);
      matrix.memory.set(FLOAT, Float.BYTES * i, value);
    }
    return matrix;
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

  /// Writes the matrix as a `.npy` file.
  void write(Path path) throws IOException {
    String description =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + count + ", " + dimension + "), }";
    // So that the values begin at a multiple of 64.
    int headerLength =
        (description.length() + 1 + 10 + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE - 10;
    String header = description + " ".repeat(headerLength - description.length() - 1) + "\n";
    ByteBuffer start = ByteBuffer.allocate(10 + headerLength).order(ByteOrder.LITTLE_ENDIAN);
    start.put("\u0093NUMPY\u0001\u0000".getBytes(StandardCharsets.ISO_8859_1));
    start.putShort((short) headerLength).put(header.getBytes(StandardCharsets.ISO_8859_1)).flip();
    try (FileChannel out = FileChannel.open(path, CREATE, TRUNCATE_EXISTING, WRITE)) {
      out.write(start);
      long piece = 1 << 26;
      for (long at = 0; at < memory.byteSize(); at += piece) {
        ByteBuffer bytes =
            memory.asSlice(at, Math.min(piece, memory.byteSize() - at)).asByteBuffer();
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    }
  }

  /// The rows `from` … `to` - 1, in the same memory.
  FloatMatrix rows(int from, int to) {
    long rowBytes = (long) Float.BYTES * dimension;
    return new FloatMatrix(
        memory.asSlice(from * rowBytes, (to - from) * rowBytes), to - from, dimension);
  }

  /// A row, copied.
  float[] row(int index) {
    float[] values = new float[dimension];
    MemorySegment.copy(memory, FLOAT, offset(index), values, 0, dimension);
    return values;
  }

  void setRow(int index, float[] values) {
    MemorySegment.copy(values, 0, memory, FLOAT, offset(index), dimension);
  }

  /// A row as what a file is given.
  VectorMatrix vector(int index) {
    return VectorMatrix.ofVector(row(index));
  }

  @Override
  public MemorySegment segment(int slot) {
    return memory;
  }

  @Override
  public long offset(int slot) {
    return (long) Float.BYTES * slot * dimension;
  }
}
