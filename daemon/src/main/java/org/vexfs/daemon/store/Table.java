package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// Rows of numbers that are read where they lie, in a part of a checkpoint; FORMAT.md, "Tables".
///
/// Rows lie in blocks. In a block each column has the bits that the largest distance from its least
/// number needs, so numbers near one another take little, and any of them is found by arithmetic.
/// Any thread may read.
final class Table {
  /// Rows of a block, but for the last.
  static final int BLOCK_ROWS = 1 << 8;

  static final int BLOCK_BITS = 8;

  /// Of each column at the start of a block: the least number, where its bits begin, how many they
  /// are.
  static final int COLUMN_BYTES = 16;

  /// At the end of a table: rows, columns.
  static final int FOOT_BYTES = 16;

  /// Numbers with more bits have all 64: then each lies in the eight bytes from its first bit on.
  static final int MOST_PACKED_BITS = 56;

  private final MemorySegment part;
  private final int rows;
  private final long directory;

  private Table(MemorySegment part, int rows, long directory) {
    this.part = part;
    this.rows = rows;
    this.directory = directory;
  }

  /// The table in a part, which has so many columns.
  static Table of(MemorySegment part, int columns) throws StoreBroken {
    long foot = part.byteSize() - FOOT_BYTES;
    if (foot < 0) {
      throw new StoreBroken("a table of a checkpoint is too short");
    }
    long rows = part.get(RecordHeader.LONG, foot);
    long directory = foot - (rows + BLOCK_ROWS - 1) / BLOCK_ROWS * Long.BYTES;
    if (rows < 0
        || rows >= Integer.MAX_VALUE
        || directory < 0
        || part.get(RecordHeader.INT, foot + Long.BYTES) != columns) {
      throw new StoreBroken("a table of a checkpoint is none of " + columns + " columns");
    }
    return new Table(part, (int) rows, directory);
  }

  int rows() {
    return rows;
  }

  long get(int row, int column) {
    long block = part.get(RecordHeader.LONG, directory + (long) (row >>> BLOCK_BITS) * Long.BYTES);
    long head = block + (long) column * COLUMN_BYTES;
    long least = part.get(RecordHeader.LONG, head);
    int width = part.get(RecordHeader.INT, head + 12);
    if (width == 0) {
      return least;
    }
    long bit = (long) (row & (BLOCK_ROWS - 1)) * width;
    long at = block + part.get(RecordHeader.INT, head + 8) + (bit >>> 3);
    long bits = part.get(RecordHeader.LONG, at) >>> (bit & 7);
    return least + (width > MOST_PACKED_BITS ? bits : bits & ((1L << width) - 1));
  }

  /// What no number of a column in the block of `row` is below.
  long least(int row, int column) {
    return part.get(RecordHeader.LONG, head(row, column));
  }

  /// What no number of a column in the block of `row` is above.
  long most(int row, int column) {
    long head = head(row, column);
    int width = part.get(RecordHeader.INT, head + 12);
    return width > MOST_PACKED_BITS
        ? Long.MAX_VALUE
        : part.get(RecordHeader.LONG, head) + (1L << width) - 1;
  }

  private long head(int row, int column) {
    return part.get(RecordHeader.LONG, directory + (long) (row >>> BLOCK_BITS) * Long.BYTES)
        + (long) column * COLUMN_BYTES;
  }

  int getInt(int row, int column) {
    return (int) get(row, column);
  }

  /// The first row whose number in a column, which ascends, is not below `number`.
  int firstNotBelow(int column, long number) {
    int low = 0;
    int high = rows;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle, column) < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
