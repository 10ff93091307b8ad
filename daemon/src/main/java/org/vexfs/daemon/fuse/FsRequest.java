package org.vexfs.daemon.fuse;

import java.util.List;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.overlay.AttributeChange;

/// A request of the kernel, copied out of libfuse's memory. Names are byte strings (one char a
/// byte).
sealed interface FsRequest {
  /// Where the answer goes.
  Reply reply();

  record Lookup(Reply reply, NodeId parent, String name) implements FsRequest {}

  record Forget(Reply reply, NodeId node, long lookups) implements FsRequest {}

  record BatchForget(Reply reply, List<Dropped> dropped) implements FsRequest {}

  /// References that the kernel dropped.
  record Dropped(NodeId node, long lookups) {}

  record GetAttributes(Reply reply, NodeId node) implements FsRequest {}

  record SetAttributes(Reply reply, NodeId node, HandleId handle, AttributeChange change)
      implements FsRequest {}

  record ReadLink(Reply reply, NodeId node) implements FsRequest {}

  record MakeNode(Reply reply, Caller caller, NodeId parent, String name, int mode, long device)
      implements FsRequest {}

  record MakeDirectory(Reply reply, Caller caller, NodeId parent, String name, int mode)
      implements FsRequest {}

  record SymbolicLink(Reply reply, Caller caller, NodeId parent, String name, String target)
      implements FsRequest {}

  record HardLink(Reply reply, NodeId node, NodeId newParent, String newName)
      implements FsRequest {}

  record Unlink(Reply reply, NodeId parent, String name) implements FsRequest {}

  record RemoveDirectory(Reply reply, NodeId parent, String name) implements FsRequest {}

  record Rename(
      Reply reply, NodeId parent, String name, NodeId newParent, String newName, int flags)
      implements FsRequest {}

  record Open(Reply reply, Caller caller, NodeId node, int flags) implements FsRequest {}

  record Create(Reply reply, Caller caller, NodeId parent, String name, int mode, int flags)
      implements FsRequest {}

  record Read(Reply reply, NodeId node, HandleId handle, long offset, int size)
      implements FsRequest {}

  /// `data` lies in a receive buffer that goes back to its pool once the request was handled.
  record Write(Reply reply, NodeId node, HandleId handle, long offset, WriteData data)
      implements FsRequest {}

  record Flush(Reply reply, NodeId node, HandleId handle) implements FsRequest {}

  record Release(Reply reply, NodeId node, HandleId handle) implements FsRequest {}

  record Sync(Reply reply, NodeId node, HandleId handle, boolean dataOnly) implements FsRequest {}

  record OpenDirectory(Reply reply, NodeId node) implements FsRequest {}

  record ReadDirectory(
      Reply reply, NodeId node, HandleId handle, long offset, int size, boolean withAttributes)
      implements FsRequest {}

  record ReleaseDirectory(Reply reply, NodeId node, HandleId handle) implements FsRequest {}

  record SyncDirectory(Reply reply, NodeId node, HandleId handle, boolean dataOnly)
      implements FsRequest {}

  record FileSystemFigures(Reply reply, NodeId node) implements FsRequest {}

  record Access(Reply reply, NodeId node, int mask) implements FsRequest {}

  record GetAttribute(Reply reply, NodeId node, String name, long size) implements FsRequest {}

  record ListAttributes(Reply reply, NodeId node, long size) implements FsRequest {}

  record SetAttribute(Reply reply, NodeId node, String name, AttributeValue value, int flags)
      implements FsRequest {}

  record RemoveAttribute(Reply reply, NodeId node, String name) implements FsRequest {}
}
