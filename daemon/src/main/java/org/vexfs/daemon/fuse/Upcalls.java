package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.bindings.fuse.fuse_lowlevel_ops;
import org.vexfs.daemon.base.NodeId;

/// What libfuse calls: the functions about names and attributes, and, through [HandleUpcalls],
/// those about what is open. Each hands a copy of its arguments to the [Intake] and returns.
final class Upcalls {
  private static final Logger LOG = LoggerFactory.getLogger(Upcalls.class);

  private final Intake intake;
  private final Negotiation negotiation;
  private final boolean knowsTmpfile;

  Upcalls(FuseLibrary library, Negotiation negotiation) {
    this.intake = new Intake(library.fileInfoBits());
    this.negotiation = negotiation;
    this.knowsTmpfile = library.knowsTmpfile();
  }

  /// The table of functions that `fuse_session_new` takes, as long as this libfuse knows it; it and
  /// the functions live as long as `arena`.
  MemorySegment table(Arena arena) {
    long known = fuse_lowlevel_ops.sizeof();
    MemorySegment ops =
        arena.allocate(knowsTmpfile ? known + ValueLayout.ADDRESS.byteSize() : known, 8);
    fuse_lowlevel_ops.init(ops, fuse_lowlevel_ops.init.allocate(this::init, arena));
    addNames(ops, arena);
    HandleUpcalls handles = new HandleUpcalls(intake);
    handles.addTo(ops, arena);
    if (knowsTmpfile) {
      handles.addNameless(ops, arena);
    }
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
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Lookup(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.forget(
        ops,
        fuse_lowlevel_ops.forget.allocate(
            (req, node, lookups) ->
                intake.takeSilently(
                    req, reply -> new FsRequest.Forget(reply, new NodeId(node), lookups)),
            arena));
    fuse_lowlevel_ops.forget_multi(
        ops,
        fuse_lowlevel_ops.forget_multi.allocate(
            (req, count, forgets) ->
                intake.takeSilently(
                    req,
                    reply -> new FsRequest.BatchForget(reply, Arguments.dropped(forgets, count))),
            arena));
    fuse_lowlevel_ops.mknod(
        ops,
        fuse_lowlevel_ops.mknod.allocate(
            (req, parent, name, mode, device) ->
                intake.take(
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
                intake.take(
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
                intake.take(
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
            (req, node) ->
                intake.take(req, reply -> new FsRequest.ReadLink(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.link(
        ops,
        fuse_lowlevel_ops.link.allocate(
            (req, node, parent, name) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.HardLink(
                            reply, new NodeId(node), new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.unlink(
        ops,
        fuse_lowlevel_ops.unlink.allocate(
            (req, parent, name) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.Unlink(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.rmdir(
        ops,
        fuse_lowlevel_ops.rmdir.allocate(
            (req, parent, name) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.RemoveDirectory(
                            reply, new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.rename(
        ops,
        fuse_lowlevel_ops.rename.allocate(
            (req, parent, name, newParent, newName, flags) ->
                intake.take(
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

  private void addAttributes(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.getattr(
        ops,
        fuse_lowlevel_ops.getattr.allocate(
            (req, node, info) ->
                intake.take(req, reply -> new FsRequest.GetAttributes(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.setattr(
        ops,
        fuse_lowlevel_ops.setattr.allocate(
            (req, node, attributes, valid, info) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.SetAttributes(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.handle(info),
                            Arguments.change(attributes, valid))),
            arena));
    fuse_lowlevel_ops.statfs(
        ops,
        fuse_lowlevel_ops.statfs.allocate(
            (req, node) ->
                intake.take(req, reply -> new FsRequest.FileSystemFigures(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.access(
        ops,
        fuse_lowlevel_ops.access.allocate(
            (req, node, mask) ->
                intake.take(req, reply -> new FsRequest.Access(reply, new NodeId(node), mask)),
            arena));
    fuse_lowlevel_ops.getxattr(
        ops,
        fuse_lowlevel_ops.getxattr.allocate(
            (req, node, name, size) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.GetAttribute(
                            reply, new NodeId(node), Arguments.text(name), size)),
            arena));
    fuse_lowlevel_ops.listxattr(
        ops,
        fuse_lowlevel_ops.listxattr.allocate(
            (req, node, size) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.ListAttributes(
                            reply, Arguments.caller(req), new NodeId(node), size)),
            arena));
    fuse_lowlevel_ops.setxattr(
        ops,
        fuse_lowlevel_ops.setxattr.allocate(
            (req, node, name, value, size, flags) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.SetAttribute(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.text(name),
                            new AttributeValue(Arguments.copy(value, size)),
                            flags)),
            arena));
    fuse_lowlevel_ops.removexattr(
        ops,
        fuse_lowlevel_ops.removexattr.allocate(
            (req, node, name) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.RemoveAttribute(
                            reply, new NodeId(node), Arguments.text(name))),
            arena));
  }
}
