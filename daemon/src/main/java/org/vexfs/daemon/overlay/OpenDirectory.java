package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
final class OpenDirectory {
  /// Bits by which `d_type` is shifted to become the file type of `st_mode` (`DTTOIF`).
  private static final int TYPE_SHIFT = 12;

  final Inode inode;
  final int descriptor;

  private final ReentrantLock lock = new ReentrantLock();

  OpenDirectory(Inode inode, int descriptor) {
    this.inode = inode;
    this.descriptor = descriptor;
  }

  /// Decides about one entry.
  interface Visitor {
    /// Takes an entry; `false` ends the listing before it.
    boolean visit(String name, long inode, int mode, long nextOffset);
  }

  /// All names but the dots and that of the virtual tree.
  List<String> names(Host host) throws ErrnoException {
    List<String> names = new ArrayList<>();
    list(
        host,
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
    list(
        host,
        offset,
        batch.asSlice(0, batchBytes),
        (name, hostInode, mode, next) -> show(host, inodes, listing, name, hostInode, mode, next));
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
  void list(Host host, long offset, MemorySegment batch, Visitor visitor) throws ErrnoException {
    lock.lock();
    try {
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
    } finally {
      lock.unlock();
    }
  }
}
