package org.vexfs.daemon.store;

import java.util.Arrays;

/// A set of ids of nodes, in one array of primitives. The root's id, 0, is never in it: nothing
/// that is written down about it ever changes.
///
/// Not safe for concurrent use.
final class NodeIds {
  private static final int FIRST_CAPACITY = 64;
  private static final long FREE = Catalogue.ROOT_ID;

  private long[] table = new long[FIRST_CAPACITY];
  private int size;

  /// Adds an id, which may be in the set already.
  void add(long id) {
    int place = place(id);
    if (table[place] == id) {
      return;
    }
    table[place] = id;
    size++;
    if (size * 3L > table.length * 2L) {
      grow();
    }
  }

  boolean contains(long id) {
    return table[place(id)] == id && id != FREE;
  }

  /// Adds all ids of another set.
  void addAll(NodeIds others) {
    for (long id : others.table) {
      if (id != FREE) {
        add(id);
      }
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// The ids in ascending order.
  long[] sorted() {
    return Arrays.stream(table).filter(id -> id != FREE).sorted().toArray();
  }

  private int place(long id) {
    int mask = table.length - 1;
    int place = (int) ((id * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (table[place] != FREE && table[place] != id) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    long[] old = table;
    table = new long[old.length * 2];
    for (long id : old) {
      if (id != FREE) {
        table[place(id)] = id;
      }
    }
  }
}
