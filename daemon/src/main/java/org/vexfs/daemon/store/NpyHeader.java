package org.vexfs.daemon.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;

/// What the head of an `.npy` stream says about the data behind it, none of which has to be there
/// to read it.
///
/// Source: NumPy Enhancement Proposal 1 and the documentation of `numpy.lib.format`.
///
/// @param element type of one value
/// @param bigEndian whether values of several bytes are stored highest byte first
/// @param fortran whether values are stored column by column
/// @param rows vectors, ≥ 0
/// @param dimension values a vector, 0 … [Limits#MAX_DIMENSION]
/// @param dataOffset bytes before the first value
public record NpyHeader(
    Element element, boolean bigEndian, boolean fortran, long rows, int dimension, int dataOffset) {

  /// What every `.npy` stream begins with.
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /// Magic, major and minor version.
  private static final int VERSIONED_BYTES = 8;

  /// A header of one plain array takes about 100 bytes; NumPy itself refuses more than 10,000.
  private static final int MAX_TEXT_BYTES = 10_000;

  /// Bytes within which every header ends that is read.
  public static final int MAX_BYTES = VERSIONED_BYTES + Integer.BYTES + MAX_TEXT_BYTES;

  /// The value types that become float32.
  public enum Element {
    /// IEEE 754 binary16.
    F2("f2", 2),
    /// IEEE 754 binary32.
    F4("f4", 4),
    /// IEEE 754 binary64, rounded.
    F8("f8", 8),
    /// Signed bytes.
    I1("i1", 1),
    /// Unsigned bytes.
    U1("u1", 1);

    private final String code;
    private final int bytes;

    Element(String code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /// Bytes of one value.
    public int bytes() {
      return bytes;
    }

    /// The value at `index`, counted in values from byte 0 of `data`, whose order is that of the
    /// bytes.
    public float read(ByteBuffer data, int index) {
      return switch (this) {
        case F2 -> Float.float16ToFloat(data.getShort(Short.BYTES * index));
        case F4 -> data.getFloat(Float.BYTES * index);
        case F8 -> (float) data.getDouble(Double.BYTES * index);
        case I1 -> data.get(index);
        case U1 -> data.get(index) & 0xFF;
      };
    }
  }

  /// Whether the bytes begin as an `.npy` stream does, as far as they go.
  static boolean mayBegin(byte[] bytes, int offset, int length) {
    for (int i = 0; i < Math.min(length, MAGIC.length); i++) {
      if (bytes[offset + i] != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }

  /// The header of a value of a file, checked against every limit: whoever holds one may allocate
  /// what it asks for. As [#parse] else.
  ///
  /// @throws TooLarge where the array is larger than a file may have
  static Optional<NpyHeader> parseOfFile(byte[] bytes, int offset, int length)
      throws InvalidVector, TooLarge {
    Optional<NpyHeader> header = parse(bytes, offset, length);
    if (header.isPresent()) {
      VectorValues.requireShape(header.get().rows, header.get().dimension, "npy: ");
    }
    return header;
  }

  /// The header of the stream that begins at `offset`, of any number of rows; empty where more
  /// bytes are needed to tell.
  ///
  /// @throws InvalidVector where no further byte could make this a header that VexFS takes
  public static Optional<NpyHeader> parse(byte[] bytes, int offset, int length)
      throws InvalidVector {
    if (!mayBegin(bytes, offset, length)) {
      throw new InvalidVector("npy: does not begin with the bytes 93 4E 55 4D 50 59");
    }
    if (length < VERSIONED_BYTES) {
      return Optional.empty();
    }
    int major = bytes[offset + 6] & 0xFF;
    int minor = bytes[offset + 7] & 0xFF;
    if (major < 1 || major > 3 || minor != 0) {
      throw new InvalidVector(
          "npy: version " + major + "." + minor + " is not known; 1.0, 2.0 and 3.0 are");
    }
    int countBytes = major == 1 ? 2 : 4;
    int textStart = VERSIONED_BYTES + countBytes;
    if (length < textStart) {
      return Optional.empty();
    }
    long textBytes = 0;
    for (int i = countBytes - 1; i >= 0; i--) {
      textBytes = (textBytes << 8) | (bytes[offset + VERSIONED_BYTES + i] & 0xFF);
    }
    if (textBytes > MAX_TEXT_BYTES) {
      throw new InvalidVector(
          "npy: a header of " + textBytes + " bytes; at most " + MAX_TEXT_BYTES + " are read");
    }
    if (length < textStart + textBytes) {
      return Optional.empty();
    }
    String text =
        new String(bytes, offset + textStart, (int) textBytes, StandardCharsets.ISO_8859_1);
    return Optional.of(of(new NpyHeaderText(text), textStart + (int) textBytes));
  }

  private static NpyHeader of(NpyHeaderText text, int dataOffset) throws InvalidVector {
    text.read();
    String descr = text.descr();
    String code = descr.isEmpty() ? "" : descr.substring(1);
    for (Element element : Element.values()) {
      boolean ordered = descr.startsWith("<") || descr.startsWith(">");
      if (element.code.equals(code) && (ordered || (element.bytes == 1 && descr.startsWith("|")))) {
        return ofShape(element, descr.startsWith(">"), text, dataOffset);
      }
    }
    throw new InvalidVector(
        "npy: dtype '" + descr + "'; a vector is one of f4, f2, f8, i1, u1 (astype converts)");
  }

  private static NpyHeader ofShape(
      Element element, boolean bigEndian, NpyHeaderText text, int dataOffset) throws InvalidVector {
    long[] shape = text.shape();
    if (shape.length < 1 || shape.length > 2) {
      throw new InvalidVector(
          "npy: an array of " + shape.length + " dimensions; the shape must be (d,) or (n, d)");
    }
    long rows = shape.length == 1 ? 1 : shape[0];
    long dimension = shape[shape.length - 1];
    VectorValues.requireDimension(dimension, "npy: ");
    return new NpyHeader(element, bigEndian, text.fortran(), rows, (int) dimension, dataOffset);
  }

  /// Bytes of the data behind the header of a file's value.
  long dataBytes() {
    return rows * dimension * element.bytes;
  }

  /// Bytes of the whole stream of a file's value.
  long totalBytes() {
    return dataOffset + dataBytes();
  }
}
