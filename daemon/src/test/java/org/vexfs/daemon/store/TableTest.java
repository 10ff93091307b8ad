package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// Tables and names that were written down and are read in place.
final class TableTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 257, 3000})
  void table_ofAnyNumbers_readsBack(int rows) throws StoreBroken {
    Random random = new Random(rows);
    long[][] written = new long[rows][];
    try (TableWriter writer = new TableWriter(4)) {
      for (int row = 0; row < rows; row++) {
        int bits = random.nextInt(65);
        long wide = bits == 0 ? 0 : random.nextLong() >>> (Long.SIZE - bits);
        written[row] = new long[] {row * 700L, wide, random.nextLong(), -5};
        writer.add(written[row]);
      }
      Table table = Table.of(writer.finish().bytes(), 4);
      assertEquals(rows, table.rows());
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < 4; column++) {
          assertEquals(written[row][column], table.get(row, column), row + ", " + column);
        }
        assertEquals(row, table.firstNotBelow(0, row * 700L));
        assertEquals(row + 1, table.firstNotBelow(0, row * 700L + 1));
      }
    }
  }

  @Test
  void table_ofAlikeNumbers_isSmall() {
    try (TableWriter writer = new TableWriter(2)) {
      for (int row = 0; row < 10_000; row++) {
        writer.add(1L << 40, (1L << 50) + row);
      }
      long bytes = writer.finish().bytes().byteSize();
      assertTrue(bytes < 10_000 * 12 / 10, bytes + " bytes");
    }
  }

  @Test
  void table_ofOtherColumnsOrTooShort_isRefused() {
    try (TableWriter writer = new TableWriter(2)) {
      writer.add(1, 2);
      GrowingBytes bytes = writer.finish();
      assertThrows(StoreBroken.class, () -> Table.of(bytes.bytes(), 3));
      assertThrows(StoreBroken.class, () -> Table.of(bytes.bytes().asSlice(0, 8), 2));
    }
  }

  @Test
  void names_ofAnyLength_readBack() throws StoreBroken {
    Random random = new Random(7);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      String start = "x".repeat(random.nextInt(20) == 0 ? 200 + random.nextInt(400) : 3);
      names.add(start + (char) random.nextInt(256) + i);
    }
    names.sort(null);
    try (NameTexts.Writer writer = new NameTexts.Writer()) {
      names.forEach(writer::add);
      NameTexts texts = new NameTexts(writer.texts().bytes(), Table.of(writer.groups().bytes(), 1));
      NameTexts.Cursor cursor = texts.all();
      for (int i = 0; i < names.size(); i++) {
        assertEquals(names.get(i), texts.get(i));
        assertEquals(names.get(i), cursor.next());
      }
    }
  }
}
