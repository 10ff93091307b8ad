package org.vexfs.daemon.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.flock;
import org.vexfs.bindings.fuse.fuse_ctx;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.bindings.fuse.fuse_forget_data;
import org.vexfs.bindings.fuse.stat;
import org.vexfs.bindings.fuse.timespec;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.RangeLock;
import org.vexfs.daemon.overlay.AttributeChange;
import org.vexfs.daemon.overlay.LockOwner;

/// Copies of what libfuse passes to [Upcalls].
///
/// libfuse takes the kernel at its word: it does not compare the sizes that a message states with
/// the message's own. So whatever lies in the message is looked for there and nowhere else, and a
/// message that states more than it holds, or names no name, fails with an unchecked exception
/// instead of reading memory that is not its own.
final class Arguments {
  /// The most that one reply carries: what the kernel's largest request asks for
  /// (`FUSE_MAX_MAX_PAGES`).
  private static final long MAX_REPLY_BYTES = 256 * 4096;

  private Arguments() {}

  /// Bytes of the message from `at` on; they live as long as the call.
  private static MemorySegment bytes(long at, long size) {
    return Receiver.current().message(at).asSlice(0, size);
  }

  /// A copy of bytes of the message.
  static byte[] copy(long at, long size) {
    return bytes(at, size).toArray(JAVA_BYTE);
  }

  /// The bytes of a write, which stay where they are.
  static WriteData writeData(long at, long size) {
    return Receiver.current().keepBuffer(bytes(at, size));
  }

  /// A text that ends with NUL (bytes, one char a byte).
  static String text(long at) {
    return Receiver.current().message(at).getString(0, ISO_8859_1);
  }

  /// The name of an entry of a directory. The kernel resolves paths and dots itself; to pass one on
  /// would lead out of SOURCE.
  static String name(long at) {
    String name = text(at);
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not the name of a directory's entry");
    }
    return name;
  }

  /// How much a request asks for.
  static int replySize(long size) {
    if (Long.compareUnsigned(size, MAX_REPLY_BYTES) > 0) {
      throw new IllegalArgumentException(
          Long.toUnsignedString(size) + " bytes are more than a reply carries");
    }
    return (int) size;
  }

  /// A struct of libfuse's own, which lives as long as the call.
  static MemorySegment struct(long at, long size) {
    return MemorySegment.ofAddress(at).reinterpret(size);
  }

  /// The `struct fuse_file_info` of a call.
  static MemorySegment info(long at) {
    return struct(at, fuse_file_info.sizeof());
  }

  static int flags(long info) {
    return fuse_file_info.flags(info(info));
  }

  static HandleId handle(long info) {
    return info == 0 ? HandleId.NONE : new HandleId(fuse_file_info.fh(info(info)));
  }

  static LockOwner lockOwner(long info) {
    return new LockOwner(fuse_file_info.lock_owner(info(info)));
  }

  static RangeLock lock(long at) {
    MemorySegment lock = struct(at, flock.sizeof());
    return new RangeLock(
        flock.l_type(lock), flock.l_start(lock), flock.l_len(lock), flock.l_pid(lock));
  }

  static FsRequest.Place place(long node, long offset, long info) {
    return new FsRequest.Place(new NodeId(node), handle(info), offset);
  }

  /// Who made a request, which was not answered yet.
  static Caller caller(long request) {
    MemorySegment context = Fuse.fuse_req_ctx(MemorySegment.ofAddress(request));
    return new Caller(
        fuse_ctx.uid(context),
        fuse_ctx.gid(context),
        fuse_ctx.pid(context),
        fuse_ctx.umask(context));
  }

  static List<FsRequest.Dropped> dropped(long forgets, long count) {
    MemorySegment array = bytes(forgets, Math.multiplyExact(fuse_forget_data.sizeof(), count));
    List<FsRequest.Dropped> dropped = new ArrayList<>(Math.toIntExact(count));
    for (long i = 0; i < count; i++) {
      MemorySegment forget = fuse_forget_data.asSlice(array, i);
      dropped.add(
          new FsRequest.Dropped(
              new NodeId(fuse_forget_data.ino(forget)), fuse_forget_data.nlookup(forget)));
    }
    return dropped;
  }

  static AttributeChange change(long at, int valid) {
    MemorySegment attributes = struct(at, stat.sizeof());
    return new AttributeChange(
        has(valid, Fuse.FUSE_SET_ATTR_MODE())
            ? OptionalInt.of(stat.st_mode(attributes))
            : OptionalInt.empty(),
        has(valid, Fuse.FUSE_SET_ATTR_UID())
            ? OptionalInt.of(stat.st_uid(attributes))
            : OptionalInt.empty(),
        has(valid, Fuse.FUSE_SET_ATTR_GID())
            ? OptionalInt.of(stat.st_gid(attributes))
            : OptionalInt.empty(),
        has(valid, Fuse.FUSE_SET_ATTR_SIZE())
            ? OptionalLong.of(stat.st_size(attributes))
            : OptionalLong.empty(),
        time(
            valid,
            Fuse.FUSE_SET_ATTR_ATIME(),
            Fuse.FUSE_SET_ATTR_ATIME_NOW(),
            stat.st_atim(attributes)),
        time(
            valid,
            Fuse.FUSE_SET_ATTR_MTIME(),
            Fuse.FUSE_SET_ATTR_MTIME_NOW(),
            stat.st_mtim(attributes)));
  }

  private static AttributeChange.Time time(int valid, int set, int now, MemorySegment time) {
    if (has(valid, now)) {
      return AttributeChange.Time.NOW;
    }
    return has(valid, set)
        ? new AttributeChange.Time(timespec.tv_sec(time), timespec.tv_nsec(time))
        : AttributeChange.Time.OMIT;
  }

  private static boolean has(int valid, int flag) {
    return (valid & flag) != 0;
  }
}
