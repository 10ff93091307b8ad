package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FileInfoBits;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.bindings.fuse.fuse_lowlevel_ops;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.NodeId;

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
                take(
                    req,
                    reply -> new FsRequest.Lookup(reply, new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.forget(
        ops,
        fuse_lowlevel_ops.forget.allocate(
            (req, node, lookups) ->
                takeSilently(req, reply -> new FsRequest.Forget(reply, new NodeId(node), lookups)),
            arena));
    fuse_lowlevel_ops.forget_multi(
        ops,
        fuse_lowlevel_ops.forget_multi.allocate(
            (req, count, forgets) ->
                takeSilently(
                    req,
                    reply -> new FsRequest.BatchForget(reply, Arguments.dropped(forgets, count))),
            arena));
    fuse_lowlevel_ops.mknod(
        ops,
        fuse_lowlevel_ops.mknod.allocate(
            (req, parent, name, mode, device) ->
                take(
                    req,
                    reply ->
                        new FsRequest.MakeNode(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            mode,
                            device)),
            arena));
    fuse_lowlevel_ops.mkdir(
        ops,
        fuse_lowlevel_ops.mkdir.allocate(
            (req, parent, name, mode) ->
                take(
                    req,
                    reply ->
                        new FsRequest.MakeDirectory(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            mode)),
            arena));
    fuse_lowlevel_ops.symlink(
        ops,
        fuse_lowlevel_ops.symlink.allocate(
            (req, target, parent, name) ->
                take(
                    req,
                    reply ->
                        new FsRequest.SymbolicLink(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            Arguments.text(target))),
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
                            reply, new NodeId(node), new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.unlink(
        ops,
        fuse_lowlevel_ops.unlink.allocate(
            (req, parent, name) ->
                take(
                    req,
                    reply -> new FsRequest.Unlink(reply, new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.rmdir(
        ops,
        fuse_lowlevel_ops.rmdir.allocate(
            (req, parent, name) ->
                take(
                    req,
                    reply ->
                        new FsRequest.RemoveDirectory(
                            reply, new NodeId(parent), Arguments.name(name))),
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
                            Arguments.name(name),
                            new NodeId(newParent),
                            Arguments.name(newName),
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
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            fuse_file_info.flags(info))),
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
                take(
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
                take(
                    req,
                    reply ->
                        new FsRequest.Write(
                            reply,
                            new NodeId(node),
                            Arguments.handle(info),
                            offset,
                            Arguments.writeData(data, size))),
            arena));
    fuse_lowlevel_ops.flush(
        ops,
        fuse_lowlevel_ops.flush.allocate(
            (req, node, info) ->
                take(
                    req,
                    reply -> new FsRequest.Flush(reply, new NodeId(node), Arguments.handle(info))),
            arena));
    fuse_lowlevel_ops.release(
        ops,
        fuse_lowlevel_ops.release.allocate(
            (req, node, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Release(reply, new NodeId(node), Arguments.handle(info))),
            arena));
    fuse_lowlevel_ops.fsync(
        ops,
        fuse_lowlevel_ops.fsync.allocate(
            (req, node, dataOnly, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.Sync(
                            reply, new NodeId(node), Arguments.handle(info), dataOnly != 0)),
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
                    reply ->
                        new FsRequest.ReleaseDirectory(
                            reply, new NodeId(node), Arguments.handle(info))),
            arena));
    fuse_lowlevel_ops.fsyncdir(
        ops,
        fuse_lowlevel_ops.fsyncdir.allocate(
            (req, node, dataOnly, info) ->
                take(
                    req,
                    reply ->
                        new FsRequest.SyncDirectory(
                            reply, new NodeId(node), Arguments.handle(info), dataOnly != 0)),
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
                            reply,
                            new NodeId(node),
                            Arguments.handle(info),
                            Arguments.change(attributes, valid))),
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
                    reply ->
                        new FsRequest.GetAttribute(
                            reply, new NodeId(node), Arguments.text(name), size)),
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
                            Arguments.text(name),
                            new AttributeValue(Arguments.copy(value, size)),
                            flags)),
            arena));
    fuse_lowlevel_ops.removexattr(
        ops,
        fuse_lowlevel_ops.removexattr.allocate(
            (req, node, name) ->
                take(
                    req,
                    reply ->
                        new FsRequest.RemoveAttribute(
                            reply, new NodeId(node), Arguments.text(name))),
            arena));
  }

  private void take(MemorySegment request, Copier copier) {
    take(Reply.to(request, fileInfoBits), copier);
  }

  private void takeSilently(MemorySegment request, Copier copier) {
    take(Reply.toNobody(request, fileInfoBits), copier);
  }

  private static void take(Reply reply, Copier copier) {
    try {
      Receiver.current().deliver(copier.copy(reply));
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException malformed) {
      LOG.warn("A malformed request was refused: {}", malformed.toString());
      reply.error(Errno.EIO);
    } catch (Throwable t) {
      LOG.error("A request could not be taken over", t);
      reply.error(Errno.EIO);
    }
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
