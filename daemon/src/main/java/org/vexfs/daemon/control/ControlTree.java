package org.vexfs.daemon.control;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.bindings.libc.timespec;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.AttributeChange;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.overlay.ControlCall;
import org.vexfs.daemon.overlay.Controlled;
import org.vexfs.daemon.overlay.Created;
import org.vexfs.daemon.overlay.FileTree;
import org.vexfs.daemon.overlay.HandleTable;
import org.vexfs.daemon.overlay.Listing;
import org.vexfs.daemon.overlay.LockOwner;
import org.vexfs.daemon.overlay.Opened;
import org.vexfs.daemon.overlay.Overlay;

/// The virtual files: answers requests about nodes under `.vexfs`.
///
/// The kernel keeps none of it: what a name leads to and how a node looks may change with any
/// vector.
public final class ControlTree implements FileTree {
  private static final int BLOCK_BYTES = 4096;

  private final ControlContext context;
  private final NodeTable nodes = new NodeTable();
  private final HandleTable<VirtualHandle> files = new HandleTable<>();
  private final HandleTable<OpenDirectory> directories = new HandleTable<>();
  private final Instant start = Instant.now();

  /// A listing, fixed when it was opened.
  private record OpenDirectory(NodeId node, Caller caller, List<VirtualNode.Child> children) {}

  /// A tree over `context`.
  public ControlTree(ControlContext context) {
    this.context = context;
  }

  /// Whether `node` is one of this tree's.
  public static boolean owns(NodeId node) {
    return node.value() >= NodeTable.FIRST;
  }

  /// Virtual nodes that the kernel knows.
  public int nodeCount() {
    return nodes.size();
  }

  /// Files and directories that are open.
  public int handleCount() {
    return files.size() + directories.size();
  }

  @Override
  public double entryTimeoutSeconds() {
    return 0;
  }

  @Override
  public double attributeTimeoutSeconds() {
    return 0;
  }

  @Override
  public TreePath pathOf(Host host, NodeId node) throws ErrnoException {
    return nodes.get(node).subject(host);
  }

  /// Finds a name in a virtual directory, or `.vexfs` in a real one.
  @Override
  public NodeId lookup(Host host, Caller caller, NodeId parent, String name, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    Optional<? extends VirtualNode> node =
        owns(parent)
            ? directory(parent).child(host, caller, name)
            : Optional.of(new ControlDirectory(context, parent));
    if (node.isEmpty()) {
      throw ErrnoException.of(Errno.ENOENT);
    }
    return acquire(host, node.get(), stat);
  }

  private NodeId acquire(Host host, VirtualNode node, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    NodeId id = nodes.acquire(node);
    try {
      show(host, id, node, stat);
      return id;
    } catch (ErrnoException | VectorFailure e) {
      nodes.forget(id, 1);
      throw e;
    }
  }

  @Override
  public void forget(Host host, NodeId node, long lookups) {
    nodes.forget(node, lookups);
  }

  @Override
  public void getattr(Host host, NodeId node, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    show(host, node, nodes.get(node), stat);
  }

  /// Sizes and times are what they are: programs that truncate or touch a file before they write it
  /// may. Owner and mode are those of others and cannot be changed here.
  @Override
  public void setattr(
      Host host,
      Caller caller,
      NodeId node,
      HandleId handle,
      AttributeChange change,
      MemorySegment stat)
      throws ErrnoException, VectorFailure {
    if (change.mode().isPresent() || change.uid().isPresent() || change.gid().isPresent()) {
      throw ErrnoException.of(Errno.EPERM);
    }
    getattr(host, node, stat);
  }

  @Override
  public NodeId mkdir(
      Host host, Caller caller, NodeId parent, String name, int mode, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    return acquire(host, directory(parent).makeDirectory(host, name), stat);
  }

  @Override
  public void unlink(Host host, Caller caller, NodeId parent, String name)
      throws ErrnoException, VectorFailure {
    directory(parent).remove(host, caller, name);
  }

  @Override
  public void rmdir(Host host, NodeId parent, String name) throws ErrnoException, VectorFailure {
    directory(parent).removeDirectory(host, name);
  }

  @Override
  public void rename(
      Host host, NodeId parent, String name, NodeId newParent, String newName, int flags)
      throws ErrnoException, VectorFailure {
    directory(parent).rename(host, name, directory(newParent), newName, flags);
  }

  @Override
  public String readlink(Host host, NodeId node) throws ErrnoException {
    if (nodes.get(node) instanceof VirtualNode.Link link) {
      return link.target();
    }
    throw ErrnoException.of(Errno.EINVAL);
  }

  @Override
  public Opened open(Host host, Caller caller, NodeId node, int flags)
      throws ErrnoException, VectorFailure {
    return open(host, caller, file(nodes.get(node)), flags);
  }

  private Opened open(Host host, Caller caller, VirtualNode.File file, int flags)
      throws ErrnoException, VectorFailure {
    boolean writes = (flags & Libc.O_ACCMODE()) != Libc.O_RDONLY();
    if (writes && !file.isWritable()) {
      throw ErrnoException.of(Errno.EACCES);
    }
    VirtualHandle handle = file.open(host, caller, flags);
    return new Opened(files.add(handle), handle.caching());
  }

  @Override
  public Created create(
      Host host, Caller caller, NodeId parent, String name, int mode, int flags, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    VirtualNode node = directory(parent).create(host, caller, name);
    Opened opened = open(host, caller, file(node), flags);
    try {
      return new Created(acquire(host, node, stat), opened);
    } catch (ErrnoException | VectorFailure e) {
      release(host, opened.handle());
      throw e;
    }
  }

  @Override
  public Content read(Host host, HandleId handle, long offset, int size)
      throws ErrnoException, VectorFailure {
    return files.get(handle).read(host, offset, size);
  }

  @Override
  public long write(Host host, Caller caller, HandleId handle, long offset, MemorySegment data)
      throws ErrnoException, VectorFailure {
    files.get(handle).write(host, offset, data.toArray(ValueLayout.JAVA_BYTE));
    return data.byteSize();
  }

  @Override
  public Controlled ioctl(Host host, NodeId node, HandleId handle, ControlCall call)
      throws ErrnoException, VectorFailure {
    if (nodes.get(node) instanceof VirtualNode.File) {
      return files.get(handle).control(host, call);
    }
    throw ErrnoException.of(Errno.ENOTTY);
  }

  @Override
  public void flush(Host host, HandleId handle, LockOwner owner)
      throws ErrnoException, VectorFailure {
    files.get(handle).flush(host);
  }

  @Override
  public void release(Host host, HandleId handle) {
    files.remove(handle, file -> {});
  }

  @Override
  public void fsync(Host host, HandleId handle, boolean dataOnly)
      throws ErrnoException, VectorFailure {
    files.get(handle).flush(host);
    context.search().store().sync();
  }

  @Override
  public HandleId opendir(Host host, Caller caller, NodeId node)
      throws ErrnoException, VectorFailure {
    return directories.add(new OpenDirectory(node, caller, directory(node).children(host, caller)));
  }

  @Override
  public void readdir(Host host, HandleId handle, long offset, Listing listing)
      throws ErrnoException {
    OpenDirectory open = directories.get(handle);
    int dots = 2;
    long next = offset;
    boolean fits = true;
    while (fits && next < open.children().size() + dots) {
      long at = next++;
      fits =
          at < dots
              ? listing.add(at == 0 ? "." : "..", open.node().value(), Libc.__S_IFDIR(), next)
              : list(host, open, open.children().get((int) at - dots), next, listing);
    }
  }

  private boolean list(
      Host host, OpenDirectory open, VirtualNode.Child child, long next, Listing listing) {
    // A number that is shown and leads nowhere: the node has none before it is looked up.
    long shown = open.node().value() + next;
    return listing.withAttributes()
        ? listing.addLookedUp(
            child.name(), shown, child.type(), next, stat -> acquire(host, open, child, stat))
        : listing.add(child.name(), shown, child.type(), next);
  }

  private NodeId acquire(Host host, OpenDirectory open, VirtualNode.Child child, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    return child.node().isPresent()
        ? acquire(host, child.node().get(), stat)
        : lookup(host, open.caller(), open.node(), child.name(), stat);
  }

  @Override
  public void releasedir(Host host, HandleId handle) {
    directories.remove(handle, directory -> {});
  }

  @Override
  public void fsyncdir(Host host, HandleId handle, boolean dataOnly) throws VectorFailure {
    context.search().store().sync();
  }

  @Override
  public void statfs(Host host, MemorySegment statvfs) throws ErrnoException {
    context.overlay().statfs(host, statvfs);
  }

  private VirtualNode.Directory directory(NodeId id) throws ErrnoException {
    if (nodes.get(id) instanceof VirtualNode.Directory directory) {
      return directory;
    }
    throw ErrnoException.of(Errno.ENOTDIR);
  }

  private static VirtualNode.File file(VirtualNode node) throws ErrnoException {
    if (node instanceof VirtualNode.File file) {
      return file;
    }
    throw ErrnoException.of(Errno.EISDIR);
  }

  private void show(Host host, NodeId id, VirtualNode node, MemorySegment into)
      throws ErrnoException, VectorFailure {
    VirtualNode.Appearance appearance = node.appearance(host);
    into.fill((byte) 0);
    stat.st_ino(into, id.value());
    stat.st_mode(into, appearance.mode());
    stat.st_nlink(into, node instanceof VirtualNode.Directory ? 2 : 1);
    stat.st_uid(into, appearance.uid());
    stat.st_gid(into, appearance.gid());
    stat.st_size(into, appearance.size());
    stat.st_blksize(into, BLOCK_BYTES);
    stat.st_blocks(into, Math.ceilDiv(appearance.size(), 512));
    for (MemorySegment time : List.of(stat.st_atim(into), stat.st_mtim(into), stat.st_ctim(into))) {
      timespec.tv_sec(time, start.getEpochSecond());
      timespec.tv_nsec(time, start.getNano());
    }
  }

  /// The name that leads from a real directory into this tree.
  public static boolean isEntrance(NodeId parent, String name) {
    return !owns(parent) && name.equals(Overlay.CONTROL_NAME);
  }
}
