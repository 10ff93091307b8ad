package org.vexfs.daemon.fuse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FileInfoBits;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.fuse_ctx;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.bindings.fuse.fuse_forget_data;
import org.vexfs.bindings.fuse.fuse_lowlevel_ops;
import org.vexfs.bindings.fuse.stat;
import org.vexfs.bindings.fuse.timespec;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.overlay.AttributeChange;

/// What libfuse calls: one function an operation, each of which copies its arguments into an
/// [FsRequest], leaves that with the [Receiver] whose thread it runs on, and returns. Arguments
/// live only as long as the call, except the data of a write, whose buffer the request keeps.
///
/// An exception that left such a function would end the JVM, so each is caught here and answered
/// with EIO.
final class Upcalls {
  private static final Logger LOG = LoggerFactory.getLogger(Upcalls.class);

  private final FileInfoBits fileInfoBits;
  private final Negotiation negotiation;

  Upcalls(FileInfoBits fileInfoBits, Negotiation negotiation) {
    this.fileInfoBits = fileInfoBits;
    this.negotiation = negotiation;
  }

  /// Copies the arguments of one call.
  @FunctionalInterface
  private interface Copier {
    FsRequest copy(Reply reply);
  }

  /// The table of functions that `fuse_session_new` takes; it and the functions live as long as
  /// `arena`.
  MemorySegment table(Arena arena) {
    MemorySegment ops = fuse_lowlevel_ops.allocate(arena);
    fuse_lowlevel_ops.init(ops, fuse_lowlevel_ops.init.allocate(this::init, arena));
    addNames(ops, arena);
    addFiles(ops, arena);
    addDirectories(ops, arena);
    addAttributes(ops, arena);
    return ops;
  }

  private void init(MemorySegment userdata, MemorySegment connection) {
    try {
      negotiation.negotiate(connection);
    } catch (Throwable t) {
      LOG.error("Negotiation with the kernel failed", t);
    }
  }

  private void addNames(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.lookup(
        ops,
        fuse_lowlevel_ops.lookup.allocate(
            (req, parent, name) ->
                take(req, reply -> new FsRequest.Lookup(reply, new NodeId(parent), text(name))),
            arena));
    fuse_lowlevel_ops.forget(
        ops,
        fuse_lowlevel_ops.forget.allocate(
            (req, node, lookups) ->
                take(req, reply -> new FsRequest.Forget(reply, new NodeId(node), lookups)),
            arena));
    fuse_lowlevel_ops.forget_multi(
        ops,
        fuse_lowlevel_ops.forget_multi.allocate(
            (req, count, forgets) -> take(req, reply -> batchForget(reply, count, forgets)),
            arena));
    fuse_lowlevel_ops.mknod(
        ops,
        fuse_lowlevel_ops.mknod.allocate(
            (req, parent, name, mode, device) ->
                take(
                    req,
                    reply ->
                        new FsRequest.MakeNode(
                            reply, caller(req), new NodeId(parent), text(name), mode, device)),
            arena));
    fuse_lowlevel_ops.mkdir(
        ops,
        fuse_lowlevel_ops.mkdir.allocate(
            (req, parent, name, mode) ->
                take(
                    req,
                    reply ->
                        new FsRequest.MakeDirectory(
                            reply, caller(req), new NodeId(parent), text(name), mode)),
            arena));
    fuse_lowlevel_ops.symlink(
        ops,
        fuse_lowlevel_ops.symlink.allocate(
            (req, target, parent, name) ->
                take(
                    req,
                    reply ->
                        new FsRequest.SymbolicLink(
                            reply, caller(req), new NodeId(parent), text(name), text(target))),
            arena));
    fuse_lowlevel_ops.readlink(
        ops,
        fuse_lowlevel_ops.readlink.allocate(
            (req, node) -> take(req, reply -> new FsRequest.ReadLink(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.link(
        ops,
        fuse_lowlevel_ops.link.allocate(
            (req, node, parent, name) ->
                take(
                    req,
                    reply ->
                        new FsRequest.HardLink(
                            reply, new NodeId(node), new NodeId(parent), text(name))),
            arena));
    fuse_lowlevel_ops.unlink(
        ops,
        fuse_lowlevel_ops.unlink.allocate(
            (req, parent, name) ->
                take(req, reply -> new FsRequest.Unlink(reply, new NodeId(parent), text(name))),
            arena));
    fuse_lowlevel_ops.rmdir(
        ops,
        fuse_lowlevel_ops.rmdir.allocate(
            (req, parent, name) ->
                take(
                    req,
                    reply -> new FsRequest.RemoveDirectory(reply, new NodeId(parent), text(name))),
            arena));
    fuse_lowlevel_ops.rename(
        ops,
        fuse_lowlevel_ops.rename.allocate(
            (req, parent, name, newParent, newName, flags) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Rename(
                            reply,
                            new NodeId(parent),
                            text(name),
                            new NodeId(newParent),
                            text(newName),
                            flags)),
            arena));
  }

  private void addFiles(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.open(
        ops,
        fuse_lowlevel_ops.open.allocate(
            (req, node, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Open(
                            reply, caller(req), new NodeId(node), fuse_file_info.flags(info))),
            arena));
    fuse_lowlevel_ops.create(
        ops,
        fuse_lowlevel_ops.create.allocate(
            (req, parent, name, mode, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Create(
                            reply,
                            caller(req),
                            new NodeId(parent),
                            text(name),
                            mode,
                            fuse_file_info.flags(info))),
            arena));
    fuse_lowlevel_ops.read(
        ops,
        fuse_lowlevel_ops.read.allocate(
            (req, node, size, offset, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Read(
                            reply, new NodeId(node), handle(info), offset, Math.toIntExact(size))),
            arena));
    fuse_lowlevel_ops.write(
        ops,
        fuse_lowlevel_ops.write.allocate(
            (req, node, data, size, offset, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Write(
                            reply,
                            new NodeId(node),
                            handle(info),
                            offset,
                            Receiver.current().keepBuffer(data.reinterpret(size)))),
            arena));
    fuse_lowlevel_ops.flush(
        ops,
        fuse_lowlevel_ops.flush.allocate(
            (req, node, info) ->
                take(req, reply -> new FsRequest.Flush(reply, new NodeId(node), handle(info))),
            arena));
    fuse_lowlevel_ops.release(
        ops,
        fuse_lowlevel_ops.release.allocate(
            (req, node, info) ->
                take(req, reply -> new FsRequest.Release(reply, new NodeId(node), handle(info))),
            arena));
    fuse_lowlevel_ops.fsync(
        ops,
        fuse_lowlevel_ops.fsync.allocate(
            (req, node, dataOnly, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Sync(reply, new NodeId(node), handle(info), dataOnly != 0)),
            arena));
  }

  private void addDirectories(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.opendir(
        ops,
        fuse_lowlevel_ops.opendir.allocate(
            (req, node, info) ->
                take(req, reply -> new FsRequest.OpenDirectory(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.readdir(
        ops,
        fuse_lowlevel_ops.readdir.allocate(
            (req, node, size, offset, info) ->
                take(req, reply -> readDirectory(reply, node, size, offset, info, false)),
            arena));
    fuse_lowlevel_ops.readdirplus(
        ops,
        fuse_lowlevel_ops.readdirplus.allocate(
            (req, node, size, offset, info) ->
                take(req, reply -> readDirectory(reply, node, size, offset, info, true)),
            arena));
    fuse_lowlevel_ops.releasedir(
        ops,
        fuse_lowlevel_ops.releasedir.allocate(
            (req, node, info) ->
                take(
                    req,
                    reply -> new FsRequest.ReleaseDirectory(reply, new NodeId(node), handle(info))),
            arena));
    fuse_lowlevel_ops.fsyncdir(
        ops,
        fuse_lowlevel_ops.fsyncdir.allocate(
            (req, node, dataOnly, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.SyncDirectory(
                            reply, new NodeId(node), handle(info), dataOnly != 0)),
            arena));
  }

  private void addAttributes(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.getattr(
        ops,
        fuse_lowlevel_ops.getattr.allocate(
            (req, node, info) ->
                take(req, reply -> new FsRequest.GetAttributes(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.setattr(
        ops,
        fuse_lowlevel_ops.setattr.allocate(
            (req, node, attributes, valid, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.SetAttributes(
                            reply, new NodeId(node), handle(info), change(attributes, valid))),
            arena));
    fuse_lowlevel_ops.statfs(
        ops,
        fuse_lowlevel_ops.statfs.allocate(
            (req, node) ->
                take(req, reply -> new FsRequest.FileSystemFigures(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.access(
        ops,
        fuse_lowlevel_ops.access.allocate(
            (req, node, mask) ->
                take(req, reply -> new FsRequest.Access(reply, new NodeId(node), mask)),
            arena));
    fuse_lowlevel_ops.getxattr(
        ops,
        fuse_lowlevel_ops.getxattr.allocate(
            (req, node, name, size) ->
                take(
                    req,
                    reply -> new FsRequest.GetAttribute(reply, new NodeId(node), text(name), size)),
            arena));
    fuse_lowlevel_ops.listxattr(
        ops,
        fuse_lowlevel_ops.listxattr.allocate(
            (req, node, size) ->
                take(req, reply -> new FsRequest.ListAttributes(reply, new NodeId(node), size)),
            arena));
    fuse_lowlevel_ops.setxattr(
        ops,
        fuse_lowlevel_ops.setxattr.allocate(
            (req, node, name, value, size, flags) ->
                take(
                    req,
                    reply ->
                        new FsRequest.SetAttribute(
                            reply,
                            new NodeId(node),
                            text(name),
                            new AttributeValue(value.reinterpret(size).toArray(JAVA_BYTE)),
                            flags)),
            arena));
    fuse_lowlevel_ops.removexattr(
        ops,
        fuse_lowlevel_ops.removexattr.allocate(
            (req, node, name) ->
                take(
                    req,
                    reply -> new FsRequest.RemoveAttribute(reply, new NodeId(node), text(name))),
            arena));
  }

  private void take(MemorySegment request, Copier copier) {
    Reply reply = new Reply(request, fileInfoBits);
    try {
      Receiver.current().deliver(copier.copy(reply));
    } catch (Throwable t) {
      LOG.error("A request could not be taken over", t);
      reply.close();
    }
  }

  private static FsRequest batchForget(Reply reply, long count, MemorySegment forgets) {
    MemorySegment array = forgets.reinterpret(fuse_forget_data.sizeof() * count);
    List<FsRequest.Dropped> dropped = new ArrayList<>(Math.toIntExact(count));
    for (long i = 0; i < count; i++) {
      MemorySegment forget = fuse_forget_data.asSlice(array, i);
      dropped.add(
          new FsRequest.Dropped(
              new NodeId(fuse_forget_data.ino(forget)), fuse_forget_data.nlookup(forget)));
    }
    return new FsRequest.BatchForget(reply, dropped);
  }

  private static FsRequest readDirectory(
      Reply reply, long node, long size, long offset, MemorySegment info, boolean withAttributes) {
    return new FsRequest.ReadDirectory(
        reply, new NodeId(node), handle(info), offset, Math.toIntExact(size), withAttributes);
  }

  private static AttributeChange change(MemorySegment attributes, int valid) {
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

  private static HandleId handle(MemorySegment info) {
    return info.address() == 0 ? HandleId.NONE : new HandleId(fuse_file_info.fh(info));
  }

  /// Who made a request that was not answered yet.
  static Caller caller(MemorySegment request) {
    MemorySegment context = Fuse.fuse_req_ctx(request);
    return new Caller(
        fuse_ctx.uid(context),
        fuse_ctx.gid(context),
        fuse_ctx.pid(context),
        fuse_ctx.umask(context));
  }

  private static String text(MemorySegment name) {
    return name.getString(0, ISO_8859_1);
  }
}
