package org.vexfs.daemon.control;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;

/// The virtual nodes that the kernel knows, each with its number and the count of the kernel's
/// references.
///
/// Numbers are from [#FIRST] on, which no inode of a real file reaches. As with inodes, counting
/// happens inside the atomic update of a node's entry.
final class NodeTable {
  /// The lowest number of a virtual node.
  static final long FIRST = 1L << 62;

  private final ConcurrentHashMap<VirtualNode, Known> byNode = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Known> byId = new ConcurrentHashMap<>();
  private final AtomicLong nextId = new AtomicLong(FIRST);

  private static final class Known {
    final NodeId id;
    final VirtualNode node;
    long lookups;

    Known(NodeId id, VirtualNode node) {
      this.id = id;
      this.node = node;
    }
  }

  /// Counts one reference to `node`.
  NodeId acquire(VirtualNode node) {
    Known acquired =
        byNode.compute(
            node,
            (same, known) -> {
              Known counted = known;
              if (counted == null) {
                counted = new Known(new NodeId(nextId.getAndIncrement()), node);
                byId.put(counted.id.value(), counted);
              }
              counted.lookups++;
              return counted;
            });
    return acquired.id;
  }

  VirtualNode get(NodeId id) throws ErrnoException {
    @Nullable Known known = byId.get(id.value());
    if (known == null) {
      throw ErrnoException.of(Errno.ESTALE);
    }
    return known.node;
  }

  void forget(NodeId id, long lookups) {
    @Nullable Known named = byId.get(id.value());
    if (named != null) {
      byNode.computeIfPresent(
          named.node,
          (node, known) -> {
            known.lookups -= lookups;
            if (known.lookups > 0) {
              return known;
            }
            byId.remove(known.id.value());
            return null;
          });
    }
  }

  int size() {
    return byId.size();
  }
}
