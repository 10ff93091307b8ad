package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.stat;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.FileTree;
import org.vexfs.daemon.overlay.Listing;

/// The entries of one reply to `readdir` or `readdirplus`, packed as the kernel reads them.
final class DirectoryReply implements Listing {
  private static final int MAX_NAME_BYTES = 255;

  private final MemorySegment request;
  private final FileTree tree;
  private final int capacity;
  private final boolean withAttributes;
  private final MemorySegment buffer;
  private final MemorySegment name;
  private final Reply.Entry entry;
  private final List<NodeId> nodes = new ArrayList<>();
  private long used;

  /// A listing of at most `capacity` bytes; memory comes from `arena`.
  DirectoryReply(
      MemorySegment request, FileTree tree, int capacity, boolean withAttributes, Arena arena) {
    this.request = request;
    this.tree = tree;
    this.capacity = capacity;
    this.withAttributes = withAttributes;
    this.buffer = arena.allocate(capacity, 8);
    this.name = arena.allocate(MAX_NAME_BYTES + 1);
    this.entry = Reply.Entry.in(arena);
  }

  @Override
  public boolean withAttributes() {
    return withAttributes;
  }

  @Override
  public int capacityBytes() {
    return capacity;
  }

  @Override
  public boolean add(String name, long inode, int mode, long nextOffset) {
    showType(inode, mode);
    return append(name, nextOffset);
  }

  /// Appends the entry before it looks the name up, so that a name that does not fit is not looked
  /// up at all. A node number of 0 tells the kernel that there are no attributes.
  @Override
  public boolean addLookedUp(String name, long inode, int mode, long nextOffset, Lookup lookup) {
    long before = used;
    if (!add(name, inode, mode, nextOffset)) {
      return false;
    }
    @Nullable NodeId node = find(lookup);
    if (node != null) {
      used = before;
      entry.with(node, tree.entryTimeoutSeconds(), tree.attributeTimeoutSeconds());
      append(name, nextOffset);
      nodes.add(node);
    }
    return true;
  }

  private void showType(long inode, int mode) {
    entry.memory().fill((byte) 0);
    stat.st_ino(entry.stat(), inode);
    stat.st_mode(entry.stat(), mode);
  }

  /// Answers with what was collected; takes the look-ups back where the kernel did not listen.
  void send(Reply reply, Host host) {
    if (!reply.bytes(buffer, used)) {
      nodes.forEach(node -> tree.forget(host, node, 1));
    }
  }

  private @Nullable NodeId find(Lookup lookup) {
    try {
      return lookup.lookup(entry.stat());
    } catch (ErrnoException | VectorFailure unavailable) {
      return null;
    }
  }

  private boolean append(String text, long nextOffset) {
    name.setString(0, text, ISO_8859_1);
    MemorySegment at = buffer.asSlice(used);
    long room = capacity - used;
    long size =
        withAttributes
            ? Fuse.fuse_add_direntry_plus(request, at, room, name, entry.memory(), nextOffset)
            : Fuse.fuse_add_direntry(request, at, room, name, entry.stat(), nextOffset);
    if (size > room) {
      return false;
    }
    used += size;
    return true;
  }
}
