package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vexfs.bindings.NativeCalls;
import org.vexfs.bindings.fuse.flock;
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
        NativeCalls.upcall(
            (req, node, info, _, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Open(
                            reply, Arguments.caller(req), new NodeId(node), Arguments.flags(file))),
            arena));
    fuse_lowlevel_ops.create(
        ops,
        NativeCalls.upcall(
            (req, parent, name, mode, info, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Create(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            (int) mode,
                            Arguments.flags(file))),
            arena));
    fuse_lowlevel_ops.read(
        ops,
        NativeCalls.upcall(
            (req, node, size, offset, info, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Read(
                            reply,
                            new NodeId(node),
                            Arguments.handle(file),
                            offset,
                            Arguments.replySize(size))),
            arena));
    fuse_lowlevel_ops.write(
        ops,
        NativeCalls.upcall(
            (req, node, data, size, offset, info) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Write(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.handle(file),
                            offset,
                            Arguments.writeData(data, size),
                            appends(file))),
            arena));
    fuse_lowlevel_ops.flush(
        ops,
        NativeCalls.upcall(
            (req, node, info, _, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Flush(
                            reply,
                            new NodeId(node),
                            Arguments.handle(file),
                            Arguments.lockOwner(file))),
            arena));
    fuse_lowlevel_ops.release(
        ops,
        NativeCalls.upcall(
            (req, node, info, _, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Release(reply, new NodeId(node), Arguments.handle(file))),
            arena));
    fuse_lowlevel_ops.fsync(
        ops,
        NativeCalls.upcall(
            (req, node, dataOnly, info, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Sync(
                            reply, new NodeId(node), Arguments.handle(file), (int) dataOnly != 0)),
            arena));
  }

  /// Whether the caller's description has `O_APPEND`, now rather than when it was opened. Pages of
  /// the cache have their place whatever the handle that brings them.
  private boolean appends(long info) {
    return (Arguments.flags(info) & Libc.O_APPEND()) != 0
        && !intake.fileInfoBits().isWritePage(Arguments.info(info));
  }

  private void addRanges(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.lseek(
        ops,
        NativeCalls.upcall(
            (req, node, offset, whence, info, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Seek(
                            reply, new NodeId(node), Arguments.handle(file), offset, (int) whence)),
            arena));
    fuse_lowlevel_ops.fallocate(
        ops,
        NativeCalls.upcall(
            (req, node, mode, offset, length, info) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Allocate(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.handle(file),
                            (int) mode,
                            offset,
                            length)),
            arena));
    fuse_lowlevel_ops.copy_file_range(
        ops,
        NativeCalls.upcall(
            (req, from, fromOffset, fromInfo, to, toOffset, toInfo, length, _) ->
                intake.takePair(
                    req,
                    fromInfo,
                    toInfo,
                    fuse_file_info.sizeof(),
                    (reply, source, target) ->
                        new FsRequest.CopyRange(
                            reply,
                            Arguments.caller(req),
                            Arguments.place(from, fromOffset, source),
                            Arguments.place(to, toOffset, target),
                            length)),
            arena));
  }

  /// `tmpfile`, a function that the bindings do not know: they are made of the headers of an older
  /// libfuse, whose table ends before it.
  void addNameless(MemorySegment ops, Arena arena) {
    MemorySegment function =
        NativeCalls.upcall(
            (req, parent, mode, info, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.CreateNameless(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            (int) mode,
                            Arguments.flags(file))),
            arena);
    ops.set(ValueLayout.ADDRESS, fuse_lowlevel_ops.sizeof(), function);
  }

  private void addControl(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.ioctl(
        ops,
        NativeCalls.upcall(
            (req, node, command, _, info, _, input, inputSize, outputSize) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.Control(
                            reply,
                            new NodeId(node),
                            Arguments.handle(file),
                            Arguments.controlCall(command, input, inputSize, outputSize))),
            arena));
  }

  private void addLocks(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.getlk(
        ops,
        NativeCalls.upcall(
            (req, node, info, lock, _, _) ->
                intake.takePair(
                    req,
                    info,
                    lock,
                    flock.sizeof(),
                    (reply, file, range) ->
                        new FsRequest.TestLock(
                            reply,
                            new NodeId(node),
                            Arguments.handle(file),
                            Arguments.lockOwner(file),
                            Arguments.lock(range))),
            arena));
    fuse_lowlevel_ops.setlk(
        ops,
        NativeCalls.upcall(
            (req, node, info, lock, waits, _) ->
                intake.takePair(
                    req,
                    info,
                    lock,
                    flock.sizeof(),
                    (reply, file, range) ->
                        new FsRequest.LockRange(
                            reply,
                            new NodeId(node),
                            Arguments.handle(file),
                            Arguments.lockOwner(file),
                            Arguments.lock(range),
                            (int) waits != 0)),
            arena));
    fuse_lowlevel_ops.flock(
        ops,
        NativeCalls.upcall(
            (req, node, info, operation, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.LockFile(
                            reply, new NodeId(node), Arguments.handle(file), (int) operation)),
            arena));
  }

  private void addDirectories(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.opendir(
        ops,
        NativeCalls.upcall(
            (req, node, info, _, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.OpenDirectory(
                            reply, Arguments.caller(req), new NodeId(node))),
            arena));
    fuse_lowlevel_ops.readdir(
        ops,
        NativeCalls.upcall(
            (req, node, size, offset, info, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) -> readDirectory(reply, node, size, offset, file, false)),
            arena));
    fuse_lowlevel_ops.readdirplus(
        ops,
        NativeCalls.upcall(
            (req, node, size, offset, info, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) -> readDirectory(reply, node, size, offset, file, true)),
            arena));
    fuse_lowlevel_ops.releasedir(
        ops,
        NativeCalls.upcall(
            (req, node, info, _, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.ReleaseDirectory(
                            reply, new NodeId(node), Arguments.handle(file))),
            arena));
    fuse_lowlevel_ops.fsyncdir(
        ops,
        NativeCalls.upcall(
            (req, node, dataOnly, info, _, _) ->
                intake.takeFile(
                    req,
                    info,
                    (reply, file) ->
                        new FsRequest.SyncDirectory(
                            reply, new NodeId(node), Arguments.handle(file), (int) dataOnly != 0)),
            arena));
  }

  private static FsRequest readDirectory(
      Reply reply, long node, long size, long offset, long info, boolean withAttributes) {
    return new FsRequest.ReadDirectory(
        reply,
        new NodeId(node),
        Arguments.handle(info),
        offset,
        Arguments.replySize(size),
        withAttributes);
  }
}
