package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.bindings.fuse.fuse_lowlevel_ops;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.NodeId;

/// What libfuse calls about open files and directories: the part of [Upcalls] that opens them, and
/// that works on handles.
final class HandleUpcalls {
  private final Intake intake;

  HandleUpcalls(Intake intake) {
    this.intake = intake;
  }

  /// Fills in these functions of the table; they live as long as `arena`.
  void addTo(MemorySegment ops, Arena arena) {
    addContent(ops, arena);
    addRanges(ops, arena);
    addLocks(ops, arena);
    addDirectories(ops, arena);
    addControl(ops, arena);
  }

  private void addContent(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.open(
        ops,
        fuse_lowlevel_ops.open.allocate(
            (req, node, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Open(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            fuse_file_info.flags(info))),
            arena));
    fuse_lowlevel_ops.create(
        ops,
        fuse_lowlevel_ops.create.allocate(
            (req, parent, name, mode, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Create(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            mode,
                            fuse_file_info.flags(info))),
            arena));
    fuse_lowlevel_ops.read(
        ops,
        fuse_lowlevel_ops.read.allocate(
            (req, node, size, offset, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Read(
                            reply,
                            new NodeId(node),
                            Arguments.handle(info),
                            offset,
                            Arguments.replySize(size))),
            arena));
    fuse_lowlevel_ops.write(
        ops,
        fuse_lowlevel_ops.write.allocate(
            (req, node, data, size, offset, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Write(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.handle(info),
                            offset,
                            Arguments.writeData(data, size),
                            appends(info))),
            arena));
    fuse_lowlevel_ops.flush(
        ops,
        fuse_lowlevel_ops.flush.allocate(
            (req, node, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Flush(
                            reply,
                            new NodeId(node),
                            Arguments.handle(info),
                            Arguments.lockOwner(info))),
            arena));
    fuse_lowlevel_ops.release(
        ops,
        fuse_lowlevel_ops.release.allocate(
            (req, node, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Release(reply, new NodeId(node), Arguments.handle(info))),
            arena));
    fuse_lowlevel_ops.fsync(
        ops,
        fuse_lowlevel_ops.fsync.allocate(
            (req, node, dataOnly, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Sync(
                            reply, new NodeId(node), Arguments.handle(info), dataOnly != 0)),
            arena));
  }

  /// Whether the caller's description has `O_APPEND`, now rather than when it was opened. Pages of
  /// the cache have their place whatever the handle that brings them.
  private boolean appends(MemorySegment info) {
    return (fuse_file_info.flags(info) & Libc.O_APPEND()) != 0
        && !intake.fileInfoBits().isWritePage(info);
  }

  private void addRanges(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.lseek(
        ops,
        fuse_lowlevel_ops.lseek.allocate(
            (req, node, offset, whence, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Seek(
                            reply, new NodeId(node), Arguments.handle(info), offset, whence)),
            arena));
    fuse_lowlevel_ops.fallocate(
        ops,
        fuse_lowlevel_ops.fallocate.allocate(
            (req, node, mode, offset, length, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Allocate(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.handle(info),
                            mode,
                            offset,
                            length)),
            arena));
    fuse_lowlevel_ops.copy_file_range(
        ops,
        fuse_lowlevel_ops.copy_file_range.allocate(
            (req, from, fromOffset, fromInfo, to, toOffset, toInfo, length, flags) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.CopyRange(
                            reply,
                            Arguments.caller(req),
                            Arguments.place(from, fromOffset, fromInfo),
                            Arguments.place(to, toOffset, toInfo),
                            length)),
            arena));
  }

  /// `tmpfile`, a function that the bindings do not know: they are made of the headers of an older
  /// libfuse, whose table ends before it. To C it is of the same shape as `fsync`.
  void addNameless(MemorySegment ops, Arena arena) {
    MemorySegment function =
        fuse_lowlevel_ops.fsync.allocate(
            (req, parent, mode, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.CreateNameless(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            mode,
                            fuse_file_info.flags(info))),
            arena);
    ops.set(ValueLayout.ADDRESS, fuse_lowlevel_ops.sizeof(), function);
  }

  private void addControl(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.ioctl(
        ops,
        fuse_lowlevel_ops.ioctl.allocate(
            (req, node, command, argument, info, flags, input, inputSize, outputSize) ->
                intake.take(req, reply -> new FsRequest.Control(reply, new NodeId(node), command)),
            arena));
  }

  private void addLocks(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.getlk(
        ops,
        fuse_lowlevel_ops.getlk.allocate(
            (req, node, info, lock) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.TestLock(
                            reply,
                            new NodeId(node),
                            Arguments.handle(info),
                            Arguments.lockOwner(info),
                            Arguments.lock(lock))),
            arena));
    fuse_lowlevel_ops.setlk(
        ops,
        fuse_lowlevel_ops.setlk.allocate(
            (req, node, info, lock, waits) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.LockRange(
                            reply,
                            new NodeId(node),
                            Arguments.handle(info),
                            Arguments.lockOwner(info),
                            Arguments.lock(lock),
                            waits != 0)),
            arena));
    fuse_lowlevel_ops.flock(
        ops,
        fuse_lowlevel_ops.flock.allocate(
            (req, node, info, operation) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.LockFile(
                            reply, new NodeId(node), Arguments.handle(info), operation)),
            arena));
  }

  private void addDirectories(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.opendir(
        ops,
        fuse_lowlevel_ops.opendir.allocate(
            (req, node, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.OpenDirectory(
                            reply, Arguments.caller(req), new NodeId(node))),
            arena));
    fuse_lowlevel_ops.readdir(
        ops,
        fuse_lowlevel_ops.readdir.allocate(
            (req, node, size, offset, info) ->
                intake.take(req, reply -> readDirectory(reply, node, size, offset, info, false)),
            arena));
    fuse_lowlevel_ops.readdirplus(
        ops,
        fuse_lowlevel_ops.readdirplus.allocate(
            (req, node, size, offset, info) ->
                intake.take(req, reply -> readDirectory(reply, node, size, offset, info, true)),
            arena));
    fuse_lowlevel_ops.releasedir(
        ops,
        fuse_lowlevel_ops.releasedir.allocate(
            (req, node, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.ReleaseDirectory(
                            reply, new NodeId(node), Arguments.handle(info))),
            arena));
    fuse_lowlevel_ops.fsyncdir(
        ops,
        fuse_lowlevel_ops.fsyncdir.allocate(
            (req, node, dataOnly, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.SyncDirectory(
                            reply, new NodeId(node), Arguments.handle(info), dataOnly != 0)),
            arena));
  }

  private static FsRequest readDirectory(
      Reply reply, long node, long size, long offset, MemorySegment info, boolean withAttributes) {
    return new FsRequest.ReadDirectory(
        reply,
        new NodeId(node),
        Arguments.handle(info),
        offset,
        Arguments.replySize(size),
        withAttributes);
  }
}
