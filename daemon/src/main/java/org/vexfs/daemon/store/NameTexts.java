package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Names in the order of a table's rows, in groups of [#GROUP]: each says how much of the one
/// before it begins with, and the rest; FORMAT.md, "Names". Any thread may read.
final class NameTexts {
  static final int GROUP = 16;

  private static final int ESCAPE = 255;

  /// The only column of the table that says where each group begins.
  static final int START = 0;

  private final MemorySegment texts;
  private final Table groups;

  NameTexts(MemorySegment texts, Table groups) {
    this.texts = texts;
    this.groups = groups;
  }

  /// The name at a row, one char a byte.
  String get(int row) {
    Cursor cursor = new Cursor(row / GROUP * GROUP);
    for (int i = row % GROUP; i > 0; i--) {
      cursor.skip();
    }
    return cursor.next();
  }

  /// All names, one after another.
  Cursor all() {
    return new Cursor(0);
  }

  /// Goes through the names from the first of a group on. One thread at a time.
  final class Cursor {
    private int row;
    private long at;
    private byte[] name = new byte[0];

    private Cursor(int row) {
      this.row = row;
    }

    /// The next name.
    String next() {
      skip();
      return new String(name, StandardCharsets.ISO_8859_1);
    }

    private void skip() {
      if (row % GROUP == 0) {
        at = groups.get(row / GROUP, START);
      }
      row++;
      int shared = count(at);
      at += countBytes(shared);
      int length = count(at);
      at += countBytes(length);
      byte[] next = Arrays.copyOf(name, shared + length);
      MemorySegment.copy(texts, ValueLayout.JAVA_BYTE, at, next, shared, length);
      at += length;
      name = next;
    }
  }

  /// A number of bytes: one byte, or where that is not enough [#ESCAPE] and two.
  private int count(long at) {
    int count = Byte.toUnsignedInt(texts.get(ValueLayout.JAVA_BYTE, at));
    return count < ESCAPE ? count : Short.toUnsignedInt(texts.get(RecordHeader.SHORT, at + 1));
  }

  private static int countBytes(int count) {
    return count < ESCAPE ? 1 : 1 + Short.BYTES;
  }

  /// Writes names down.
  static final class Writer implements AutoCloseable {
    private final GrowingBytes texts = new GrowingBytes();
    private final TableWriter groups = new TableWriter(1);
    private int count;
    private String before = "";

    void add(String name) {
      if (count % GROUP == 0) {
        groups.add(texts.size());
        before = "";
      }
      int shared = 0;
      while (shared < Math.min(before.length(), name.length())
          && before.charAt(shared) == name.charAt(shared)) {
        shared++;
      }
      putCount(shared);
      putCount(name.length() - shared);
      texts.putText(name.substring(shared));
      before = name;
      count++;
    }

    private void putCount(int count) {
      if (count < ESCAPE) {
        texts.putByte((byte) count);
      } else {
        texts.putByte((byte) ESCAPE).putShort((short) count);
      }
    }

    GrowingBytes texts() {
      return texts;
    }

    GrowingBytes groups() {
      return groups.finish();
    }

    @Override
    public void close() {
      texts.close();
      groups.close();
    }
  }
}
