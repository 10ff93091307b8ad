package org.vexfs.daemon.fuse;

import java.util.List;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.RangeLock;
import org.vexfs.daemon.overlay.AttributeChange;
import org.vexfs.daemon.overlay.ControlCall;
import org.vexfs.daemon.overlay.LockOwner;

/// A request of the kernel, copied out of libfuse's memory. Names are byte strings (one char a
/// byte).
sealed interface FsRequest {
  /// Where the answer goes.
  Reply reply();

  record Lookup(Reply reply, Caller caller, NodeId parent, String name) implements FsRequest {}

  record Forget(Reply reply, NodeId node, long lookups) implements FsRequest {}

  record BatchForget(Reply reply, List<Dropped> dropped) implements FsRequest {}

  /// References that the kernel dropped.
  record Dropped(NodeId node, long lookups) {}

  record GetAttributes(Reply reply, NodeId node) implements FsRequest {}

  record SetAttributes(
      Reply reply, Caller caller, NodeId node, HandleId handle, AttributeChange change)
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

  record Unlink(Reply reply, Caller caller, NodeId parent, String name) implements FsRequest {}

  record RemoveDirectory(Reply reply, NodeId parent, String name) implements FsRequest {}

  record Rename(
      Reply reply, NodeId parent, String name, NodeId newParent, String newName, int flags)
      implements FsRequest {}

  record Open(Reply reply, Caller caller, NodeId node, int flags) implements FsRequest {}

  record Create(Reply reply, Caller caller, NodeId parent, String name, int mode, int flags)
      implements FsRequest {}

  record CreateNameless(Reply reply, Caller caller, NodeId parent, int mode, int flags)
      implements FsRequest {}

  record Read(Reply reply, NodeId node, HandleId handle, long offset, int size)
      implements FsRequest {}

  /// `data` lies in a receive buffer that goes back to its pool once the request was handled.
  record Write(
      Reply reply,
      Caller caller,
      NodeId node,
      HandleId handle,
      long offset,
      WriteData data,
      boolean appends)
      implements FsRequest {}

  record Seek(Reply reply, NodeId node, HandleId handle, long offset, int whence)
      implements FsRequest {}

  record Allocate(
      Reply reply, Caller caller, NodeId node, HandleId handle, int mode, long offset, long length)
      implements FsRequest {}

  record CopyRange(Reply reply, Caller caller, Place from, Place to, long length)
      implements FsRequest {}

  /// Where a copied range begins.
  record Place(NodeId node, HandleId handle, long offset) {}

  record TestLock(Reply reply, NodeId node, HandleId handle, LockOwner owner, RangeLock wanted)
      implements FsRequest {}

  record LockRange(
      Reply reply, NodeId node, HandleId handle, LockOwner owner, RangeLock wanted, boolean waits)
      implements FsRequest {}

  /// `command` as `flock(2)` calls its operation.
  record LockFile(Reply reply, NodeId node, HandleId handle, int command) implements FsRequest {}

  record Flush(Reply reply, NodeId node, HandleId handle, LockOwner owner) implements FsRequest {}

  record Release(Reply reply, NodeId node, HandleId handle) implements FsRequest {}

  record Sync(Reply reply, NodeId node, HandleId handle, boolean dataOnly) implements FsRequest {}

  record OpenDirectory(Reply reply, Caller caller, NodeId node) implements FsRequest {}

  record ReadDirectory(
      Reply reply, NodeId node, HandleId handle, long offset, int size, boolean withAttributes)
      implements FsRequest {}

  record ReleaseDirectory(Reply reply, NodeId node, HandleId handle) implements FsRequest {}

  record SyncDirectory(Reply reply, NodeId node, HandleId handle, boolean dataOnly)
      implements FsRequest {}

  record FileSystemFigures(Reply reply, NodeId node) implements FsRequest {}

  record Access(Reply reply, NodeId node, int mask) implements FsRequest {}

  record GetAttribute(Reply reply, NodeId node, String name, long size) implements FsRequest {}

  record ListAttributes(Reply reply, Caller caller, NodeId node, long size) implements FsRequest {}

  record SetAttribute(
      Reply reply, Caller caller, NodeId node, String name, AttributeValue value, int flags)
      implements FsRequest {}

  record RemoveAttribute(Reply reply, NodeId node, String name) implements FsRequest {}

  record Control(Reply reply, NodeId node, HandleId handle, ControlCall call)
      implements FsRequest {}

  /// Which of the closed set of operations it is.
  default Operation operation() {
    return switch (this) {
      case Lookup _ -> Operation.LOOKUP;
      case Forget _ -> Operation.FORGET;
      case BatchForget _ -> Operation.FORGET_MULTI;
      case GetAttributes _ -> Operation.STAT;
      case SetAttributes _ -> Operation.SETATTR;
      case ReadLink _ -> Operation.READLINK;
      case MakeNode _ -> Operation.MKNOD;
      case MakeDirectory _ -> Operation.MKDIR;
      case SymbolicLink _ -> Operation.SYMLINK;
      case HardLink _ -> Operation.LINK;
      case Unlink _ -> Operation.UNLINK;
      case RemoveDirectory _ -> Operation.RMDIR;
      case Rename _ -> Operation.RENAME;
      case Open _ -> Operation.OPEN;
      case Create _ -> Operation.CREATE;
      case CreateNameless _ -> Operation.TMPFILE;
      case Read _ -> Operation.READ;
      case Write _ -> Operation.WRITE;
      case Seek _ -> Operation.LSEEK;
      case Allocate _ -> Operation.FALLOCATE;
      case CopyRange _ -> Operation.COPY_FILE_RANGE;
      case TestLock _ -> Operation.GETLK;
      case LockRange _ -> Operation.SETLK;
      case LockFile _ -> Operation.FLOCK;
      case Flush _ -> Operation.CLOSE;
      case Release _ -> Operation.RELEASE;
      case Sync _ -> Operation.FSYNC;
      case OpenDirectory _ -> Operation.OPENDIR;
      case ReadDirectory r -> r.withAttributes() ? Operation.READDIRPLUS : Operation.READDIR;
      case ReleaseDirectory _ -> Operation.RELEASEDIR;
      case SyncDirectory _ -> Operation.FSYNCDIR;
      case FileSystemFigures _ -> Operation.STATFS;
      case Access _ -> Operation.ACCESS;
      case GetAttribute _ -> Operation.GETXATTR;
      case ListAttributes _ -> Operation.LISTXATTR;
      case SetAttribute _ -> Operation.SETXATTR;
      case RemoveAttribute _ -> Operation.REMOVEXATTR;
      case Control _ -> Operation.IOCTL;
    };
  }

  /// The node that it is about: for one that names an entry of a directory, the directory.
  default NodeId subject() {
    return switch (this) {
      case Lookup r -> r.parent();
      case Forget r -> r.node();
      case BatchForget _ -> NodeId.ROOT;
      case GetAttributes r -> r.node();
      case SetAttributes r -> r.node();
      case ReadLink r -> r.node();
      case MakeNode r -> r.parent();
      case MakeDirectory r -> r.parent();
      case SymbolicLink r -> r.parent();
      case HardLink r -> r.node();
      case Unlink r -> r.parent();
      case RemoveDirectory r -> r.parent();
      case Rename r -> r.parent();
      case Open r -> r.node();
      case Create r -> r.parent();
      case CreateNameless r -> r.parent();
      case Read r -> r.node();
      case Write r -> r.node();
      case Seek r -> r.node();
      case Allocate r -> r.node();
      case CopyRange r -> r.from().node();
      case TestLock r -> r.node();
      case LockRange r -> r.node();
      case LockFile r -> r.node();
      case Flush r -> r.node();
      case Release r -> r.node();
      case Sync r -> r.node();
      case OpenDirectory r -> r.node();
      case ReadDirectory r -> r.node();
      case ReleaseDirectory r -> r.node();
      case SyncDirectory r -> r.node();
      case FileSystemFigures r -> r.node();
      case Access r -> r.node();
      case GetAttribute r -> r.node();
      case ListAttributes r -> r.node();
      case SetAttribute r -> r.node();
      case RemoveAttribute r -> r.node();
      case Control r -> r.node();
    };
  }
}
