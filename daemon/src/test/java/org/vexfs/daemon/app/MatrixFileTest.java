package org.vexfs.daemon.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.store.NpyFormat;

final class MatrixFileTest {
  private static final double[] VALUES = {1, -2, 3.5, 4, 0, 6};

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"<f2", "<f4", "<f8", "|i1"})
  void npy_ofEveryElement_isReadRowByRow(String type) throws Exception {
    double[] values = type.equals("|i1") ? new double[] {1, -2, 3, 4, 0, 6} : VALUES;
    assertRows(write("m.npy", npy(type, "False", values)), values);
  }

  @Test
  void npy_ofUnsignedBytes_isReadUpTo255() throws Exception {
    double[] values = {1, 255, 3, 128, 0, 6};
    assertRows(write("m.npy", npy("|u1", "False", values)), values);
  }

  @Test
  void npy_ofNoRows_hasNone() throws Exception {
    Path file = write("m.npy", NpyFormat.header(0, 3));
    try (Arena arena = Arena.ofConfined()) {
      MatrixFile matrix = MatrixFile.open(file, arena);
      assertEquals(0, matrix.rows());
      assertEquals(3, matrix.dimension());
    }
  }

  @ParameterizedTest
  @CsvSource({">f4,False", "<f4,True", "<c8,False"})
  void npy_ofAnotherLayout_isRefused(String type, String fortran) throws Exception {
    assertRefused(write("m.npy", npy(type, fortran, VALUES)), "is not what its name says: npy: ");
  }

  @Test
  void npy_ofMoreRowsThanThereAre_isRefused() throws Exception {
    byte[] whole = npy("<f4", "False", VALUES);
    for (int length : new int[] {0, 7, 100, 128, whole.length - 1}) {
      assertRefused(
          write("m.npy", Arrays.copyOf(whole, length)), "is shorter than its header says");
    }
    byte[] huge = NpyFormat.header(Long.MAX_VALUE / 10, 65_536);
    assertRefused(write("m.npy", huge), "is shorter than its header says");
  }

  @ParameterizedTest
  @CsvSource({
    "m.fvecs,-1,0,its dimension is -1",
    "m.fvecs,0,0,its dimension is 0",
    "m.fvecs,2,0,no multiple of a row's",
    "m.bvecs,65537,0,its dimension is 65537",
    "m.fbin,-3,2,it has -3 rows",
    "m.fbin,3,-2,its dimension is -2",
    "m.fbin,3,2,is shorter than its header says"
  })
  void counts_thatCannotBe_areRefused(String name, int first, int second, String cause)
      throws Exception {
    byte[] counts =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(first).putInt(second).array();
    assertRefused(write(name, counts), cause);
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  /// Three rows of two values.
  private static byte[] npy(String type, String fortran, double... values) {
    String head =
        new String(NpyFormat.header(3, 2), StandardCharsets.ISO_8859_1)
            .replace("<f4", type)
            .replace("False, ", fortran.equals("True") ? "True,  " : "False, ");
    ByteBuffer stream = ByteBuffer.allocate(head.length() + 8 * values.length);
    stream.order(ByteOrder.LITTLE_ENDIAN).put(head.getBytes(StandardCharsets.ISO_8859_1));
    for (double value : values) {
      switch (type) {
        case "<f2" -> stream.putShort(Float.floatToFloat16((float) value));
        case "<f8" -> stream.putDouble(value);
        case "|i1", "|u1" -> stream.put((byte) value);
        default -> stream.putFloat((float) value);
      }
    }
    return Arrays.copyOf(stream.array(), stream.position());
  }

  private static void assertRows(Path file, double[] values) throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MatrixFile matrix = MatrixFile.open(file, arena);
      assertEquals(3, matrix.rows());
      assertEquals(2, matrix.dimension());
      float[] read = new float[7];
      for (int row = 0; row < 3; row++) {
        matrix.read(row, read, 1 + 2 * row);
      }
      float[] expected = new float[7];
      for (int i = 0; i < values.length; i++) {
        expected[1 + i] = (float) values[i];
      }
      assertArrayEquals(expected, read);
    }
  }

  private static void assertRefused(Path file, String cause) {
    try (Arena arena = Arena.ofConfined()) {
      CommandException refused =
          assertThrows(CommandException.class, () -> MatrixFile.open(file, arena));
      assertTrue(String.valueOf(refused.getMessage()).contains(cause), refused::getMessage);
    }
  }
}
