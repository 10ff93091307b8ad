package org.vexfs.daemon.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.fuzz.FuzzInput;
import org.vexfs.daemon.fuzz.FuzzTarget;

/// Vectors in any form: the first byte is the collection's dimension, 0 where it has none. What is
/// taken can be stored, and is the same after it was written in the other forms.
public final class VectorValueTarget implements FuzzTarget {
  private static final int DIMENSIONS = 5;

  /// The longest input of which every beginning is looked at.
  private static final int SHORT_BYTES = 300;

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    VectorMatrix matrix = new VectorMatrix(2, 2, new float[] {1, 2.5f, -3e2f, 4});
    for (String text :
        List.of("[[1, 2.5], [-3e2, 4]]", "1,2.5", "[1e-45,-0]", "[NaN]", "[[],[]]")) {
      seeds.add(seed(0, text.getBytes(UTF_8)));
      seeds.add(seed(2, text.getBytes(UTF_8)));
    }
    seeds.add(seed(2, VectorValues.toRaw(matrix)));
    byte[] npy = NpyFormat.encode(matrix, false);
    seeds.add(seed(2, npy));
    seeds.add(seed(0, NpyFormat.encode(VectorMatrix.ofVector(1, 2, 3), true)));
    for (String type : List.of("<f2", "<f8", ">f4", "|i1", "|u1")) {
      seeds.add(seed(0, typed(npy, type)));
    }
    byte[] second = npy.clone();
    second[6] = 2;
    seeds.add(seed(2, second));
    return seeds;
  }

  /// The same header for values of another type.
  private static byte[] typed(byte[] npy, String type) {
    byte[] head = new String(npy, 0, 128, ISO_8859_1).replace("<f4", type).getBytes(ISO_8859_1);
    int bytes = Character.digit(type.charAt(2), 10);
    return ByteBuffer.allocate(head.length + 4 * bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(head)
        .array();
  }

  private static byte[] seed(int dimension, byte[] content) {
    return ByteBuffer.allocate(1 + content.length).put((byte) dimension).put(content).array();
  }

  @Override
  public void test(byte[] bytes) {
    FuzzInput input = new FuzzInput(bytes);
    int known = input.next(DIMENSIONS);
    OptionalInt dimension = known == 0 ? OptionalInt.empty() : OptionalInt.of(known);
    byte[] content = input.rest();
    OptionalLong announced = announced(content);
    try {
      VectorMatrix matrix = VectorValues.parse(content, dimension);
      assertStorable(matrix, dimension);
      if (NpyFormat.isNpy(content, 0, content.length)) {
        assertEquals(OptionalLong.of(content.length), announced);
      }
      assertSame(matrix);
    } catch (VectorFailure refused) {
      assertTrue(String.valueOf(refused.getMessage()).length() > 5);
    }
  }

  /// What the beginnings of a stream say of its length; none says another than a shorter one.
  private static OptionalLong announced(byte[] content) {
    OptionalLong announced = OptionalLong.empty();
    if (NpyFormat.isNpy(content, 0, content.length)) {
      int first = content.length <= SHORT_BYTES ? 0 : content.length;
      for (int length = first; length <= content.length; length++) {
        try {
          OptionalLong now = NpyFormat.totalLength(content, 0, length);
          assertTrue(announced.isEmpty() || announced.equals(now), "changed at " + length);
          announced = now;
        } catch (VectorFailure refused) {
          assertTrue(announced.isEmpty(), "refused late, at " + length);
          return announced;
        }
      }
    }
    return announced;
  }

  private static void assertStorable(VectorMatrix matrix, OptionalInt dimension) {
    assertTrue(matrix.rows() > 0 && matrix.dimension() > 0, matrix::toString);
    assertTrue(matrix.dimension() <= Limits.MAX_DIMENSION, matrix::toString);
    assertEquals(dimension.orElse(matrix.dimension()), matrix.dimension());
    assertEquals(matrix.rows() * matrix.dimension(), matrix.values().length);
    for (float value : matrix.values()) {
      assertTrue(Float.isFinite(value), "not finite");
    }
  }

  private static void assertSame(VectorMatrix matrix) throws VectorFailure {
    OptionalInt dimension = OptionalInt.of(matrix.dimension());
    assertEquals(matrix, VectorValues.parse(NpyFormat.encode(matrix, false), dimension));
    byte[] raw = VectorValues.toRaw(matrix);
    assertEquals(matrix, VectorValues.parseRaw(raw, 0, raw.length, dimension));
  }
}
