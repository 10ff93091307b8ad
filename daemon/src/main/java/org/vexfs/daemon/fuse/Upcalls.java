package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.bindings.NativeCalls;
import org.vexfs.bindings.fuse.fuse_conn_info;
import org.vexfs.bindings.fuse.fuse_lowlevel_ops;
import org.vexfs.bindings.fuse.stat;
import org.vexfs.daemon.base.NodeId;

/// What libfuse calls: the functions about names and attributes, and, through [HandleUpcalls],
/// those about what is open. Each leaves its arguments with the [Intake] and returns.
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
    fuse_lowlevel_ops.init(
        ops, NativeCalls.upcall((_, connection, _, _, _, _) -> init(connection), arena));
    addNames(ops, arena);
    HandleUpcalls handles = new HandleUpcalls(intake);
    handles.addTo(ops, arena);
    if (knowsTmpfile) {
      handles.addNameless(ops, arena);
    }
    addAttributes(ops, arena);
    return ops;
  }

  private void init(long connection) {
    try {
      negotiation.negotiate(Arguments.struct(connection, fuse_conn_info.sizeof()));
      Receiver.current().measure(Operation.INIT);
    } catch (Throwable t) {
      LOG.error("Negotiation with the kernel failed", t);
    }
  }

  private void addNames(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.lookup(
        ops,
        NativeCalls.upcall(
            (req, parent, name, _, _, _) ->
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
        NativeCalls.upcall(
            (req, node, lookups, _, _, _) ->
                intake.takeSilently(
                    req, reply -> new FsRequest.Forget(reply, new NodeId(node), lookups)),
            arena));
    fuse_lowlevel_ops.forget_multi(
        ops,
        NativeCalls.upcall(
            (req, count, forgets, _, _, _) ->
                intake.takeSilently(
                    req,
                    reply -> new FsRequest.BatchForget(reply, Arguments.dropped(forgets, count))),
            arena));
    fuse_lowlevel_ops.mknod(
        ops,
        NativeCalls.upcall(
            (req, parent, name, mode, device, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.MakeNode(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            (int) mode,
                            device)),
            arena));
    fuse_lowlevel_ops.mkdir(
        ops,
        NativeCalls.upcall(
            (req, parent, name, mode, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.MakeDirectory(
                            reply,
                            Arguments.caller(req),
                            new NodeId(parent),
                            Arguments.name(name),
                            (int) mode)),
            arena));
    fuse_lowlevel_ops.symlink(
        ops,
        NativeCalls.upcall(
            (req, target, parent, name, _, _) ->
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
        NativeCalls.upcall(
            (req, node, _, _, _, _) ->
                intake.take(req, reply -> new FsRequest.ReadLink(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.link(
        ops,
        NativeCalls.upcall(
            (req, node, parent, name, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.HardLink(
                            reply, new NodeId(node), new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.unlink(
        ops,
        NativeCalls.upcall(
            (req, parent, name, _, _, _) ->
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
        NativeCalls.upcall(
            (req, parent, name, _, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.RemoveDirectory(
                            reply, new NodeId(parent), Arguments.name(name))),
            arena));
    fuse_lowlevel_ops.rename(
        ops,
        NativeCalls.upcall(
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
                            (int) flags)),
            arena));
  }

  private void addAttributes(MemorySegment ops, Arena arena) {
    fuse_lowlevel_ops.getattr(
        ops,
        NativeCalls.upcall(
            (req, node, info, _, _, _) ->
                intake.take(req, reply -> new FsRequest.GetAttributes(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.setattr(
        ops,
        NativeCalls.upcall(
            (req, node, attributes, valid, info, _) ->
                intake.takePair(
                    req,
                    info,
                    attributes,
                    stat.sizeof(),
                    (reply, file, changed) ->
                        new FsRequest.SetAttributes(
                            reply,
                            Arguments.caller(req),
                            new NodeId(node),
                            Arguments.handle(file),
                            Arguments.change(changed, (int) valid))),
            arena));
    fuse_lowlevel_ops.statfs(
        ops,
        NativeCalls.upcall(
            (req, node, _, _, _, _) ->
                intake.take(req, reply -> new FsRequest.FileSystemFigures(reply, new NodeId(node))),
            arena));
    fuse_lowlevel_ops.access(
        ops,
        NativeCalls.upcall(
            (req, node, mask, _, _, _) ->
                intake.take(
                    req, reply -> new FsRequest.Access(reply, new NodeId(node), (int) mask)),
            arena));
    fuse_lowlevel_ops.getxattr(
        ops,
        NativeCalls.upcall(
            (req, node, name, size, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.GetAttribute(
                            reply, new NodeId(node), Arguments.text(name), size)),
            arena));
    fuse_lowlevel_ops.listxattr(
        ops,
        NativeCalls.upcall(
            (req, node, size, _, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.ListAttributes(
                            reply, Arguments.caller(req), new NodeId(node), size)),
            arena));
    fuse_lowlevel_ops.setxattr(
        ops,
        NativeCalls.upcall(
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
                            (int) flags)),
            arena));
    fuse_lowlevel_ops.removexattr(
        ops,
        NativeCalls.upcall(
            (req, node, name, _, _, _) ->
                intake.take(
                    req,
                    reply ->
                        new FsRequest.RemoveAttribute(
                            reply, new NodeId(node), Arguments.text(name))),
            arena));
  }
}
