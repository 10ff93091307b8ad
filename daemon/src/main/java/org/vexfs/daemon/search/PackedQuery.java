package org.vexfs.daemon.search;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorMatrix;

/// A query of one vector as `struct vexfs_query` of `native-headers/vexfs.h` has it, for
/// `ioctl(2)`; `daemon/docs/QUERIES.md` describes it. All of it is in the bytes, which are believed
/// nothing.
public final class PackedQuery {
  /// What the bytes begin with: `VXQ1`.
  static final int MAGIC = 0x3151_5856;

  /// Bytes before the vector.
  static final int HEADER_BYTES = 32;

  private static final int EXACT = 1;
  private static final int HAS_MAX_DISTANCE = 2;

  private PackedQuery() {}

  /// The query at the start of these bytes; what follows it is not looked at.
  ///
  /// @throws InvalidRequest where a field is out of range, or the bytes end too soon
  /// @throws InvalidVector where a value is not finite
  public static Query parse(byte[] bytes) throws VectorFailure {
    if (bytes.length < HEADER_BYTES) {
      throw refuse("has " + bytes.length + " bytes; its header alone has " + HEADER_BYTES);
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != MAGIC) {
      throw refuse("does not begin with VXQ1");
    }
    int flags = Short.toUnsignedInt(in.getShort());
    int collectionBytes = Short.toUnsignedInt(in.getShort());
    long k = Integer.toUnsignedLong(in.getInt());
    long ef = Integer.toUnsignedLong(in.getInt());
    long offset = Integer.toUnsignedLong(in.getInt());
    float maxDistance = in.getFloat();
    long dimension = Integer.toUnsignedLong(in.getInt());
    long filterBytes = Integer.toUnsignedLong(in.getInt());
    if ((flags & ~(EXACT | HAS_MAX_DISTANCE)) != 0) {
      throw refuse("has unknown flags 0x" + Integer.toHexString(flags));
    }
    requireRange("k", k, 1);
    requireRange("ef", ef, 0);
    requireRange("offset", offset, 0);
    requireRange("offset and k", offset + k, 1);
    boolean isBounded = (flags & HAS_MAX_DISTANCE) != 0;
    if (isBounded && !Float.isFinite(maxDistance)) {
      throw refuse("has a max_distance that is not finite");
    }
    if (dimension < 1 || dimension > Limits.MAX_DIMENSION) {
      throw refuse("has a vector of " + dimension + " values");
    }
    long needed = HEADER_BYTES + dimension * Float.BYTES + collectionBytes + filterBytes;
    if (needed > bytes.length) {
      throw refuse("says that it has " + needed + " bytes, and has " + bytes.length);
    }
    VectorMatrix vector = vector(in, (int) dimension);
    String collection = TreePath.textOfBytes(text(in, collectionBytes));
    return new Query(
        new Query.ByVector(vector),
        collection.isEmpty() ? Query.DEFAULT_COLLECTION : collection,
        (int) k,
        (int) ef,
        (flags & EXACT) != 0,
        (int) offset,
        isBounded ? OptionalDouble.of(maxDistance) : OptionalDouble.empty(),
        filter(bytes, in.position(), (int) filterBytes),
        Set.of());
  }

  private static VectorMatrix vector(ByteBuffer in, int dimension) throws InvalidVector {
    float[] values = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      values[i] = in.getFloat();
      if (!Float.isFinite(values[i])) {
        throw new InvalidVector("packed query: position " + i + " (counted from 0) is not finite");
      }
    }
    return VectorMatrix.ofVector(values);
  }

  private static String text(ByteBuffer in, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append((char) (in.get() & 0xFF));
    }
    return text.toString();
  }

  private static Optional<Filter> filter(byte[] bytes, int from, int length) throws VectorFailure {
    if (length == 0) {
      return Optional.empty();
    }
    byte[] json = Arrays.copyOfRange(bytes, from, from + length);
    return Optional.of(
        StrictJson.readAll(json, length, tokens -> FilterParser.read(tokens, "filter")));
  }

  private static void requireRange(String field, long value, int least) throws InvalidRequest {
    if (value < least || value > Limits.MAX_K) {
      throw refuse("has " + field + " " + value + "; it takes " + least + " to " + Limits.MAX_K);
    }
  }

  private static InvalidRequest refuse(String what) {
    return new InvalidRequest("packed query: it " + what);
  }
}
