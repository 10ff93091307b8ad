package org.vexfs.daemon.app;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.store.NpyHeader;
import org.vexfs.daemon.store.NpyHeader.Element;

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

  private final MemorySegment data;
  private final Element element;
  private final long start;
  private final long stride;
  private final long rows;
  private final int dimension;

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
      Optional<MatrixFile> matrix =
          switch (suffix(file)) {
            case "npy" -> npy(data);
            case "fvecs" -> Optional.of(rowByRow(data, Element.F4));
            case "bvecs" -> Optional.of(rowByRow(data, Element.U1));
            default -> Optional.of(fbin(data));
          };
      return matrix
          .filter(MatrixFile::isWhole)
          .orElseThrow(() -> new CommandException(file + " is shorter than its header says"));
    } catch (IndexOutOfBoundsException | IllegalArgumentException | InvalidVector e) {
      throw new CommandException(file + " is not what its name says: " + e.getMessage());
    }
  }

  /// Empty where the file ends within the header.
  private static Optional<MatrixFile> npy(MemorySegment data) throws InvalidVector {
    byte[] head =
        data.asSlice(0, Math.min(data.byteSize(), NpyHeader.MAX_BYTES))
            .toArray(ValueLayout.JAVA_BYTE);
    Optional<NpyHeader> header = NpyHeader.parse(head, 0, head.length);
    if (header.isPresent() && (header.get().bigEndian() || header.get().fortran())) {
      throw new InvalidVector(
          "npy: the values are big-endian or in Fortran order;"
              + " numpy.ascontiguousarray(…, dtype='<f4') converts");
    }
    return header.map(known ->
        new MatrixFile(
            data,
            known.element(),
            known.dataOffset(),
            (long) known.dimension() * known.element().bytes(),
            known.rows(),
            requireDimension(known.dimension())));
  }

  private static MatrixFile rowByRow(MemorySegment data, Element element) {
    int dimension = requireDimension(data.get(INT, 0));
    long stride = Integer.BYTES + (long) dimension * element.bytes();
    if (data.byteSize() % stride != 0) {
      throw new IllegalArgumentException("its length is no multiple of a row's, " + stride);
    }
    return new MatrixFile(
        data, element, Integer.BYTES, stride, data.byteSize() / stride, dimension);
  }

  private static MatrixFile fbin(MemorySegment data) {
    int rows = data.get(INT, 0);
    int dimension = requireDimension(data.get(INT, Integer.BYTES));
    if (rows < 0) {
      throw new IllegalArgumentException("it has " + rows + " rows");
    }
    return new MatrixFile(
        data, Element.F4, 2L * Integer.BYTES, (long) dimension * Float.BYTES, rows, dimension);
  }

  private static int requireDimension(int dimension) {
    if (dimension < 1 || dimension > Limits.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "its dimension is " + dimension + "; 1 to " + Limits.MAX_DIMENSION + " are possible");
    }
    return dimension;
  }

  /// Whether the last row ends within the file.
  private boolean isWhole() {
    long beforeLast = data.byteSize() - start - rowBytes();
    return rows == 0 || (beforeLast >= 0 && rows - 1 <= beforeLast / stride);
  }

  private long rowBytes() {
    return (long) dimension * element.bytes();
  }

  long rows() {
    return rows;
  }

  int dimension() {
    return dimension;
  }

  /// Copies a row into `values` from `at` on.
  void read(long row, float[] values, int at) {
    ByteBuffer stored =
        data.asSlice(start + row * stride, rowBytes())
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
    if (element == Element.F4) {
      stored.asFloatBuffer().get(values, at, dimension);
      return;
    }
    for (int i = 0; i < dimension; i++) {
      values[at + i] = element.read(stored, i);
    }
  }
}
