package org.vexfs.daemon.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of vectors of one dimension, mapped and read row by row, in one of the formats
///
/// - `.npy`: NumPy's, of shape (n, d) or (d,), float16, float32, float64, int8 or uint8;
/// - `.fvecs`, `.bvecs`: each row its dimension as int32, then float32 or uint8 values (the format
///   of the TEXMEX corpora);
/// - `.fbin`: rows and dimension as int32, then float32 values (that of the Big ANN benchmarks).
///
/// Numbers are little-endian. The mapping ends with the arena that the file was opened in.
final class MatrixFile {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final Pattern NPY_TYPE = Pattern.compile("'descr': '[<|]([fiu][1248])'");
  private static final Pattern NPY_SHAPE = Pattern.compile("'shape': \\((\\d+),(?: (\\d+))?,?\\)");

  private final MemorySegment data;
  private final Element element;
  private final long start;
  private final long stride;
  private final long rows;
  private final int dimension;

  /// How a value is kept.
  private enum Element {
    F2(2),
    F4(4),
    F8(8),
    I1(1),
    U1(1);

    final int bytes;

    Element(int bytes) {
      this.bytes = bytes;
    }

    static Optional<Element> ofName(String name) {
      for (Element element : values()) {
        if (element.name().equalsIgnoreCase(name)) {
          return Optional.of(element);
        }
      }
      return Optional.empty();
    }

    float read(MemorySegment data, long offset) {
      return switch (this) {
        case F2 -> Float.float16ToFloat(data.get(SHORT, offset));
        case F4 -> data.get(FLOAT, offset);
        case F8 -> (float) data.get(DOUBLE, offset);
        case I1 -> data.get(ValueLayout.JAVA_BYTE, offset);
        case U1 -> data.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
      };
    }
  }

  private MatrixFile(
      MemorySegment data, Element element, long start, long stride, long rows, int dimension) {
    this.data = data;
    this.element = element;
    this.start = start;
    this.stride = stride;
    this.rows = rows;
    this.dimension = dimension;
  }

  /// Whether the name is that of such a file.
  static boolean isNamed(Path file) {
    return switch (suffix(file)) {
      case "npy", "fvecs", "bvecs", "fbin" -> true;
      default -> false;
    };
  }

  private static String suffix(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /// Maps a file, whose format its name tells.
  ///
  /// @throws CommandException where the content is not what the name says
  static MatrixFile open(Path file, Arena arena) throws IOException, CommandException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      MatrixFile matrix =
          switch (suffix(file)) {
            case "npy" -> npy(data);
            case "fvecs" -> rowByRow(data, Element.F4);
            case "bvecs" -> rowByRow(data, Element.U1);
            default -> fbin(data);
          };
      if (matrix.dimension < 1 || matrix.end() > data.byteSize()) {
        throw new CommandException(file + " is shorter than its header says");
      }
      return matrix;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new CommandException(file + " is not what its name says: " + e.getMessage());
    }
  }

  private static MatrixFile npy(MemorySegment data) {
    int major = data.get(ValueLayout.JAVA_BYTE, 6);
    int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
    int headerBytes = major == 1 ? data.get(SHORT, 8) & 0xFFFF : data.get(INT, 8);
    byte[] text = data.asSlice(8L + lengthBytes, headerBytes).toArray(ValueLayout.JAVA_BYTE);
    String header = new String(text, StandardCharsets.ISO_8859_1);
    Matcher type = NPY_TYPE.matcher(header);
    Matcher shape = NPY_SHAPE.matcher(header);
    Optional<Element> element = type.find() ? Element.ofName(type.group(1)) : Optional.empty();
    if (element.isEmpty() || !shape.find() || header.contains("'fortran_order': True")) {
      throw new IllegalArgumentException(
          "an array (n, d) in C order of f2, f4, f8, i1 or u1 is wanted, not " + header.strip());
    }
    boolean isFlat = shape.group(2) == null;
    long rows = isFlat ? 1 : Long.parseLong(shape.group(1));
    int dimension = Integer.parseInt(shape.group(isFlat ? 1 : 2));
    long stride = (long) dimension * element.get().bytes;
    return new MatrixFile(
        data, element.get(), 8L + lengthBytes + headerBytes, stride, rows, dimension);
  }

  private static MatrixFile rowByRow(MemorySegment data, Element element) {
    int dimension = data.get(INT, 0);
    long stride = Integer.BYTES + (long) dimension * element.bytes;
    if (data.byteSize() % stride != 0) {
      throw new IllegalArgumentException("its length is no multiple of a row's, " + stride);
    }
    return new MatrixFile(
        data, element, Integer.BYTES, stride, data.byteSize() / stride, dimension);
  }

  private static MatrixFile fbin(MemorySegment data) {
    int dimension = data.get(INT, Integer.BYTES);
    return new MatrixFile(
        data,
        Element.F4,
        2L * Integer.BYTES,
        (long) dimension * Float.BYTES,
        data.get(INT, 0),
        dimension);
  }

  /// Where the last row ends.
  private long end() {
    long rowBytes = (long) dimension * element.bytes;
    return rows == 0 ? start : start + (rows - 1) * stride + rowBytes;
  }

  long rows() {
    return rows;
  }

  int dimension() {
    return dimension;
  }

  /// Copies a row into `values` from `at` on.
  void read(long row, float[] values, int at) {
    long offset = start + row * stride;
    for (int i = 0; i < dimension; i++) {
      values[at + i] = element.read(data, offset + (long) i * element.bytes);
    }
  }
}
