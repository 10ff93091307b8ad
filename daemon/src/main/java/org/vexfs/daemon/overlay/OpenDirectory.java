package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.dirent64;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.io.Host;

/// A directory of the host, open for listing.
///
/// Offsets are the host's own cookies (`d_off`), so a listing is as stable under concurrent changes
/// as the host's. Nothing is kept between requests but the descriptor's position; requests on one
/// handle take turns for it. The lock is held across `getdents64`, which blocks nobody but readers
/// of this same handle.
///
/// The host's directory is opened when it is first listed or synced: many are opened only to be
/// changed into or to be named by a descriptor, and descriptors are scarce.
final class OpenDirectory {
  /// Bits by which `d_type` is shifted to become the file type of `st_mode` (`DTTOIF`).
  private static final int TYPE_SHIFT = 12;

  private static final int NOT_OPEN = -1;

  final Inode inode;

  private final boolean keepsAccessTime;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private int descriptor = NOT_OPEN;

  /// Listing leaves the access time of the host's directory alone where `keepsAccessTime`.
  OpenDirectory(Inode inode, boolean keepsAccessTime) {
    this.inode = inode;
    this.keepsAccessTime = keepsAccessTime;
  }

  @GuardedBy("lock")
  private int opened(Host host) throws ErrnoException {
    if (descriptor == NOT_OPEN) {
      descriptor = inode.reopen(host, Libc.O_RDONLY() | Libc.O_DIRECTORY(), keepsAccessTime);
    }
    return descriptor;
  }

  /// `fsync(2)`.
  void sync(Host host, boolean dataOnly) throws ErrnoException {
    lock.lock();
    try {
      host.fsync(opened(host), dataOnly);
    } finally {
      lock.unlock();
    }
  }

  /// Gives the host's directory back; nothing is listed afterwards.
  void close(Host host) {
    lock.lock();
    try {
      if (descriptor != NOT_OPEN) {
        host.closeDescriptor(descriptor);
        descriptor = NOT_OPEN;
      }
    } finally {
      lock.unlock();
    }
  }

  /// Decides about one entry.
  interface Visitor {
    /// Takes an entry; `false` ends the listing before it.
    boolean visit(String name, long inode, int mode, long nextOffset);
  }

  /// All names in the directory behind `descriptor` but the dots and that of the virtual tree.
  static List<String> names(Host host, int descriptor) throws ErrnoException {
    List<String> names = new ArrayList<>();
    list(
        host,
        descriptor,
        0,
        host.scratchEntries(),
        (name, hostInode, mode, next) -> {
          if (!name.equals(".") && !name.equals("..") && !name.equals(Overlay.CONTROL_NAME)) {
            names.add(name);
          }
          return true;
        });
    return names;
  }

  /// Lists the entries from `offset` on until `listing` is full, without the name of the virtual
  /// tree. Those that are wanted with attributes are looked up in `inodes`.
  void list(Host host, InodeTable inodes, long offset, Listing listing) throws ErrnoException {
    // An entry with its attributes takes about four times the room that it has in the host's
    // format.
    int wanted = listing.withAttributes() ? listing.capacityBytes() / 4 : listing.capacityBytes();
    MemorySegment batch = host.scratchEntries();
    long batchBytes = Math.clamp(wanted, 4096, batch.byteSize());
    lock.lock();
    try {
      list(
          host,
          opened(host),
          offset,
          batch.asSlice(0, batchBytes),
          (name, hostInode, mode, next) ->
              show(host, inodes, listing, name, hostInode, mode, next));
    } finally {
      lock.unlock();
    }
  }

  private boolean show(
      Host host,
      InodeTable inodes,
      Listing listing,
      String name,
      long hostInode,
      int mode,
      long next) {
    if (name.equals(Overlay.CONTROL_NAME)) {
      return true;
    }
    boolean isRootsParent = name.equals("..") && inode == inodes.root();
    if (!listing.withAttributes() || name.equals(".") || name.equals("..")) {
      return listing.add(name, isRootsParent ? inode.file.inode() : hostInode, mode, next);
    }
    return listing.addLookedUp(
        name, hostInode, mode, next, stat -> inodes.acquire(host, inode.descriptor, name, stat).id);
  }

  /// Hands the entries from `offset` on to `visitor`, until it has enough or none is left. `batch`
  /// is the memory to read them into, which bounds how many are read in vain when the visitor
  /// stops.
  private static void list(
      Host host, int descriptor, long offset, MemorySegment batch, Visitor visitor)
      throws ErrnoException {
    host.lseek(descriptor, offset, Libc.SEEK_SET());
    long filled;
    while ((filled = host.getdents(descriptor, batch)) > 0) {
      for (long at = 0; at < filled; ) {
        MemorySegment entry = batch.asSlice(at);
        String name = entry.getString(dirent64.d_name$offset(), ISO_8859_1);
        int mode = Byte.toUnsignedInt(dirent64.d_type(entry)) << TYPE_SHIFT;
        if (!visitor.visit(name, dirent64.d_ino(entry), mode, dirent64.d_off(entry))) {
          return;
        }
        at += Short.toUnsignedInt(dirent64.d_reclen(entry));
      }
    }
  }
}
