package org.vexfs.daemon.store;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Nodes by a number that each of them has: a hash table with linear probing that holds nothing but
/// the references. A `HashMap` with boxed keys would take six times the memory, which counts at a
/// million files.
///
/// A node's number must not change while the table holds it. Not safe for concurrent use.
final class NodeTable<N extends Node> {
  private static final int FIRST_CAPACITY = 64;

  private final ToLongFunction<N> key;
  private @Nullable Node[] table = new @Nullable Node[FIRST_CAPACITY];
  private int size;

  /// A table by the number that `key` tells.
  NodeTable(ToLongFunction<N> key) {
    this.key = key;
  }

  /// The node with this number.
  Optional<N> find(long number) {
    return Optional.ofNullable(at(slotOf(number)));
  }

  /// Adds a node, in place of one with the same number.
  void put(N node) {
    int slot = slotOf(key.applyAsLong(node));
    if (table[slot] == null) {
      size++;
    }
    table[slot] = node;
    if (size * 3L > table.length * 2L) {
      grow();
    }
  }

  /// Removes this node; another with the same number stays.
  void remove(N node) {
    int hole = slotOf(key.applyAsLong(node));
    if (!node.equals(table[hole])) {
      return;
    }
    size--;
    table[hole] = null;
    // Whatever was pushed past the hole by a collision moves back, so that probing finds it.
    for (int slot = next(hole); ; slot = next(slot)) {
      N moved = at(slot);
      if (moved == null) {
        return;
      }
      int home = home(key.applyAsLong(moved));
      boolean between = hole <= slot ? hole < home && home <= slot : hole < home || home <= slot;
      if (!between) {
        table[hole] = moved;
        table[slot] = null;
        hole = slot;
      }
    }
  }

  /// Number of nodes.
  int size() {
    return size;
  }

  /// All nodes, in no order.
  @SuppressWarnings("unchecked") // only put() stores, and it stores an N
  Stream<N> stream() {
    return Arrays.stream(table)
        .filter(Objects::nonNull)
        .map(node -> (N) Objects.requireNonNull(node));
  }

  private int slotOf(long number) {
    int slot = home(number);
    for (N node = at(slot); node != null && key.applyAsLong(node) != number; node = at(slot)) {
      slot = next(slot);
    }
    return slot;
  }

  @SuppressWarnings("unchecked") // only put() stores, and it stores an N
  private @Nullable N at(int slot) {
    return (N) table[slot];
  }

  private int next(int slot) {
    return (slot + 1) & (table.length - 1);
  }

  /// Fibonacci hashing: consecutive numbers, as ids and inodes are, spread over the table.
  private int home(long number) {
    return (int) ((number * 0x9E3779B97F4A7C15L) >>> 32) & (table.length - 1);
  }

  private void grow() {
    @Nullable Node[] old = table;
    table = new @Nullable Node[old.length * 2];
    for (int slot = 0; slot < old.length; slot++) {
      Node node = old[slot];
      if (node != null) {
        @SuppressWarnings("unchecked")
        N known = (N) node;
        table[slotOf(key.applyAsLong(known))] = known;
      }
    }
  }
}
