package org.vexfs.daemon.store;

/// Puts a [Table] together, row by row, in native memory. Owns the memory, until [#close].
final class TableWriter implements AutoCloseable {
  private final int columns;
  private final long[][] block;
  private final GrowingBytes bytes = new GrowingBytes();
  private final GrowingBytes directory = new GrowingBytes();
  private int rows;

  /// A table of so many columns.
  TableWriter(int columns) {
    this.columns = columns;
    this.block = new long[columns][Table.BLOCK_ROWS];
  }

  int rows() {
    return rows;
  }

  void add(long... row) {
    int place = rows & (Table.BLOCK_ROWS - 1);
    for (int column = 0; column < columns; column++) {
      block[column][place] = row[column];
    }
    rows++;
    if (place == Table.BLOCK_ROWS - 1) {
      writeBlock(Table.BLOCK_ROWS);
    }
  }

  private void writeBlock(int count) {
    long start = bytes.size();
    directory.putLong(start);
    int dataAt = columns * Table.COLUMN_BYTES;
    for (int column = 0; column < columns; column++) {
      long least = least(block[column], count);
      int width = width(block[column], count, least);
      bytes.putLong(least).putInt(dataAt).putInt(width);
      dataAt += (count * width + Byte.SIZE - 1) / Byte.SIZE;
    }
    for (int column = 0; column < columns; column++) {
      pack(column, count);
    }
  }

  private static long least(long[] values, int count) {
    long least = values[0];
    for (int i = 1; i < count; i++) {
      least = Math.min(least, values[i]);
    }
    return least;
  }

  private static int width(long[] values, int count, long least) {
    long bits = 0;
    for (int i = 0; i < count; i++) {
      bits |= values[i] - least;
    }
    int width = Long.SIZE - Long.numberOfLeadingZeros(bits);
    return width > Table.MOST_PACKED_BITS ? Long.SIZE : width;
  }

  private void pack(int column, int count) {
    long[] values = block[column];
    long least = least(values, count);
    int width = width(values, count, least);
    long waiting = 0;
    int bits = 0;
    for (int i = 0; i < count && width > 0; i++) {
      if (width == Long.SIZE) {
        bytes.putLong(values[i] - least);
        continue;
      }
      waiting |= (values[i] - least) << bits;
      bits += width;
      while (bits >= Byte.SIZE) {
        bytes.putByte((byte) waiting);
        waiting >>>= Byte.SIZE;
        bits -= Byte.SIZE;
      }
    }
    if (bits > 0) {
      bytes.putByte((byte) waiting);
    }
  }

  /// The table, complete.
  GrowingBytes finish() {
    int rest = rows & (Table.BLOCK_ROWS - 1);
    if (rest > 0) {
      writeBlock(rest);
    }
    // A number is read with the eight bytes from its first one on: the directory, or the foot,
    // always follows the last.
    bytes.putAll(directory.bytes());
    bytes.putLong(rows).putInt(columns).putInt(0);
    return bytes;
  }

  @Override
  public void close() {
    bytes.close();
    directory.close();
  }
}
