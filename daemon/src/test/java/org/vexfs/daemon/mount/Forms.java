package org.vexfs.daemon.mount;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Vectors in the forms in which users write them.
final class Forms {
  private static final int NPY_ALIGNMENT = 64;
  private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  private Forms() {}

  /// Raw little-endian float32.
  static byte[] raw(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /// What raw little-endian float32 bytes hold.
  static List<Float> floats(byte[] raw) {
    ByteBuffer bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    List<Float> values = new ArrayList<>();
    while (bytes.hasRemaining()) {
      values.add(bytes.getFloat());
    }
    return values;
  }

  /// A `.npy` stream.
  ///
  /// @param type as NumPy writes it, `<f4` for instance
  /// @param shape as Python writes it, `(3,)` for instance
  /// @param data the values
  static byte[] npy(String type, String shape, byte[] data) {
    String header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
    int unpadded = NPY_MAGIC.length + Short.BYTES + header.length() + 1;
    int padding = (NPY_ALIGNMENT - unpadded % NPY_ALIGNMENT) % NPY_ALIGNMENT;
    String padded = header + " ".repeat(padding) + "\n";
    return ByteBuffer.allocate(unpadded + padding + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(NPY_MAGIC)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .put(data)
        .array();
  }

  /// A JSON array.
  static String json(float... values) {
    StringBuilder text = new StringBuilder();
    for (float value : values) {
      text.append(text.isEmpty() ? "[" : ",").append(value);
    }
    return text.append(']').toString();
  }
}
