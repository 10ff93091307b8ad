package org.vexfs.daemon.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.base.VectorMatrix;

/// NumPy's `.npy` format: read in all its versions, written as `numpy.save` writes it.
///
/// Writing is always version 1.0, little-endian float32 in C order. The layout is NumPy's to the
/// byte, padding included: `numpy.load(…, mmap_mode="r")` maps it, and a file that was written with
/// `numpy.save` reads back identical. A matrix of one row may be written *flat*, with shape `(d,)`
/// in place of `(1, d)`; which of the two an entry was given as is not kept.
public final class NpyFormat {
  /// The data begins at a multiple of this, so that it can be mapped.
  private static final int ALIGNMENT_BYTES = 64;

  /// NumPy leaves room for the first extent to grow to this many digits in place.
  private static final int GROWTH_DIGITS = 21;

  private static final int PREAMBLE_BYTES = 10;

  private NpyFormat() {}

  /// Whether the bytes are an `.npy` stream, going by the magic at its start.
  public static boolean isNpy(byte[] bytes, int offset, int length) {
    return length >= NpyHeader.MAGIC.length && NpyHeader.mayBegin(bytes, offset, length);
  }

  /// Whether the bytes may become an `.npy` stream: they agree with the magic as far as they go.
  public static boolean mayBeNpy(byte[] bytes, int offset, int length) {
    return NpyHeader.mayBegin(bytes, offset, length);
  }

  /// Bytes of the `.npy` stream of which these are the first `length`; empty where the header is
  /// not complete yet. Tells whether a stream that arrives in pieces is whole.
  ///
  /// @throws InvalidVector where nothing that follows could make this a stream that VexFS takes
  /// @throws TooLarge where the array is larger than a file may have
  public static OptionalLong totalLength(byte[] bytes, int offset, int length)
      throws InvalidVector, TooLarge {
    return NpyHeader.parseOfFile(bytes, offset, length)
        .map(header -> OptionalLong.of(header.totalBytes()))
        .orElse(OptionalLong.empty());
  }

  /// The vectors of a whole `.npy` stream of `length` bytes.
  ///
  /// @throws InvalidVector where it is no such stream, or holds no vectors
  /// @throws TooLarge where the array is larger than a file may have
  public static VectorMatrix decode(byte[] bytes, int offset, int length)
      throws InvalidVector, TooLarge {
    NpyHeader header =
        NpyHeader.parseOfFile(bytes, offset, length)
            .orElseThrow(
                () -> new InvalidVector("npy: " + length + " bytes end within the header"));
    if (length != header.totalBytes()) {
      throw new InvalidVector(
          "npy: the header announces "
              + header.rows()
              + " x "
              + header.dimension()
              + " values, "
              + header.totalBytes()
              + " bytes in all; there are "
              + length);
    }
    ByteBuffer data =
        ByteBuffer.wrap(bytes, offset + header.dataOffset(), (int) header.dataBytes())
            .slice()
            .order(header.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    float[] values = decodeValues(header, data);
    VectorValues.requireFinite(values, header.dimension(), "npy: ");
    return new VectorMatrix((int) header.rows(), header.dimension(), values);
  }

  private static float[] decodeValues(NpyHeader header, ByteBuffer data) {
    int rows = (int) header.rows();
    int dimension = header.dimension();
    float[] values = new float[rows * dimension];
    if (header.element() == NpyHeader.Element.F4 && !header.fortran()) {
      data.asFloatBuffer().get(values);
      return values;
    }
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < dimension; column++) {
        int stored = header.fortran() ? column * rows + row : row * dimension + column;
        values[row * dimension + column] = header.element().read(data, stored);
      }
    }
    return values;
  }

  /// Bytes that [#encode] makes of a matrix of this shape.
  public static long encodedLength(int rows, int dimension, boolean flat) {
    return header(rows, dimension, flat).length + (long) rows * dimension * Float.BYTES;
  }

  /// The whole stream. Where `flat`, a matrix of one row is written with shape `(d,)`; more rows
  /// always have shape `(n, d)`.
  public static byte[] encode(VectorMatrix matrix, boolean flat) {
    long length = encodedLength(matrix.rows(), matrix.dimension(), flat);
    ByteBuffer target = ByteBuffer.allocate(Math.toIntExact(length));
    encodeRange(matrix, flat, 0, target);
    return target.array();
  }

  /// Writes the part of the stream that begins at `offset` into `target`, as much as it has room
  /// for and as there is, without making the whole; returns the bytes written, 0 from the end on.
  public static int encodeRange(VectorMatrix matrix, boolean flat, long offset, ByteBuffer target) {
    if (offset < 0) {
      throw new IllegalArgumentException("offset " + offset);
    }
    byte[] header = header(matrix.rows(), matrix.dimension(), flat);
    int start = target.position();
    long position = offset;
    if (position < header.length) {
      int count = (int) Math.min(header.length - position, target.remaining());
      target.put(header, (int) position, count);
      position += count;
    }
    encodeValues(matrix.values(), position - header.length, target);
    return target.position() - start;
  }

  /// Writes little-endian float32 from byte `offset` of the values on. Whole values go in bulk, the
  /// cut ones at both ends byte by byte.
  private static void encodeValues(float[] values, long offset, ByteBuffer target) {
    long end = Math.min((long) values.length * Float.BYTES, offset + target.remaining());
    long position = offset;
    while (position < end && position % Float.BYTES != 0) {
      target.put(valueByte(values, position++));
    }
    int whole = (int) (Math.max(end - position, 0) / Float.BYTES);
    if (whole > 0) {
      ByteBuffer aligned = target.slice().order(ByteOrder.LITTLE_ENDIAN);
      aligned.asFloatBuffer().put(values, (int) (position / Float.BYTES), whole);
      target.position(target.position() + whole * Float.BYTES);
      position += (long) whole * Float.BYTES;
    }
    while (position < end) {
      target.put(valueByte(values, position++));
    }
  }

  private static byte valueByte(float[] values, long position) {
    int bits = Float.floatToRawIntBits(values[(int) (position / Float.BYTES)]);
    return (byte) (bits >>> (Byte.SIZE * (int) (position % Float.BYTES)));
  }

  /// What comes before the values of a matrix of shape `(rows, dimension)`, written row by row. It
  /// is as long for any number of rows, so one that is known at the end is written over another.
  public static byte[] header(long rows, int dimension) {
    return header("(" + rows + ", " + dimension + ")", rows);
  }

  private static byte[] header(int rows, int dimension, boolean flat) {
    return flat && rows == 1 ? header("(" + dimension + ",)", dimension) : header(rows, dimension);
  }

  private static byte[] header(String shape, long firstExtent) {
    String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
    int growth = GROWTH_DIGITS - Long.toString(firstExtent).length();
    int unpadded = PREAMBLE_BYTES + dictionary.length() + growth + 1;
    // A header that ends at the boundary by itself gets a whole unit of padding, as NumPy has it.
    int padding = ALIGNMENT_BYTES - unpadded % ALIGNMENT_BYTES;
    String text = dictionary + " ".repeat(growth + padding) + "\n";
    return ByteBuffer.allocate(PREAMBLE_BYTES + text.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NpyHeader.MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length())
        .put(text.getBytes(StandardCharsets.ISO_8859_1))
        .array();
  }
}
