package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.HandleId;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.RangeLock;
import org.vexfs.daemon.search.SearchView;
import org.vexfs.daemon.store.VectorStore;

/// The real files: SOURCE, shown with every behaviour of the host's file system, plus vectors as
/// extended attributes.
///
/// Everything goes through descriptors, never through paths, so nothing that moves in SOURCE
/// meanwhile can lead astray. The kernel has checked permissions before a request arrives
/// (`default_permissions`); what is created is handed to the caller right after its exclusive
/// creation.
public final class Overlay implements FileTree, AutoCloseable {
  /// The name that every directory has and none lists.
  public static final String CONTROL_NAME = ".vexfs";

  /// What `open(2)` is told that is not for the descriptor kept here: creation was decided by the
  /// kernel, the link was followed by it, and direct I/O would demand aligned buffers. The kernel
  /// keeps direct I/O out of its own page cache.
  private static final int FLAGS_DECIDED_ALREADY =
      Libc.O_CREAT() | Libc.O_EXCL() | Libc.O_NOFOLLOW() | Libc.O_DIRECT();

  private static final int PERMISSION_BITS = 07777;

  private final InodeTable inodes;
  private final HandleTable<OpenFile> files = new HandleTable<>();
  private final HandleTable<OpenDirectory> directories = new HandleTable<>();
  private final Namespace namespace;
  private final Reconciliation reconciliation;
  private final Creation creation;
  private final ExtendedAttributes attributes;
  private final VectorAttributes vectors;
  private final VectorContent contents;
  private final FileLocks locks = new FileLocks();
  private final CacheTimes cacheTimes;
  private final VanishedFiles vanished;
  private final ChangeStamps stamps = new ChangeStamps();
  private final KnownFacts facts;

  /// Present where SOURCE is shared with others who change it.
  private volatile Optional<SourceChanges> changes = Optional.empty();

  /// Present where somebody wants to know where directories go.
  private volatile Optional<DirectoryObserver> observer = Optional.empty();

  /// Present once there is a kernel that keeps something.
  private volatile Optional<KernelCache> kernel = Optional.empty();

  private volatile boolean keepsAccessTimes;

  /// How long the kernel may keep what it was told.
  ///
  /// @param entrySeconds names
  /// @param attributeSeconds attributes
  public record CacheTimes(double entrySeconds, double attributeSeconds) {}

  /// Shows the directory behind `rootDescriptor`, an `O_PATH` descriptor that is taken over.
  public Overlay(Host host, int rootDescriptor, VectorAttributes vectors, CacheTimes cacheTimes)
      throws ErrnoException {
    this.inodes = new InodeTable(host, rootDescriptor);
    this.vectors = vectors;
    this.namespace = new Namespace(inodes.root(), vectors);
    this.creation = new Creation(inodes);
    this.reconciliation = new Reconciliation(inodes.root(), namespace, vectors);
    this.attributes = new ExtendedAttributes(namespace, reconciliation, vectors);
    this.contents = new VectorContent(inodes.root(), namespace, reconciliation, vectors);
    this.cacheTimes = cacheTimes;
    this.vanished = new VanishedFiles(reconciliation);
    this.facts =
        new KnownFacts(inodes.root(), stamps, cacheTimes.attributeSeconds(), vanished::notice);
    inodes.onArrival(reconciliation::arrived);
  }

  /// Has `kernel` told when a request changes attributes of which its answer says nothing.
  public void tell(KernelCache kernel) {
    this.kernel = Optional.of(kernel);
  }

  /// Has `observer` told of the names of directories that change.
  public void observeBy(DirectoryObserver observer) {
    this.observer = Optional.of(observer);
  }

  private Optional<DirectoryObserver> interested() {
    return observer.filter(DirectoryObserver::isInterested);
  }

  /// Keeps the number of files that the kernel knows within bounds, by having it forget some, until
  /// the result is closed.
  public InodeTrimmer trimThrough(KernelCache kernel) {
    return new InodeTrimmer(inodes, namespace, kernel);
  }

  /// Has the kernel drop what it keeps of files that were changed behind the mount, as soon as that
  /// is seen, until the result is closed.
  public SourceChanges watchThrough(KernelCache kernel) {
    SourceChanges watching = new SourceChanges(kernel);
    changes = Optional.of(watching);
    return watching;
  }

  /// Lets `question` say whether the mount takes no changes now: the store, too, is left as it is
  /// then, whatever is seen of SOURCE.
  public void onlyReadsWhile(BooleanSupplier question) {
    reconciliation.onlyReadsWhile(question);
  }

  /// Has reading leave the access times of SOURCE alone, as `noatime` demands: the kernel leaves
  /// access times to the file system.
  public void keepAccessTimes() {
    keepsAccessTimes = true;
  }

  /// Files that the kernel knows, the root included.
  public int inodeCount() {
    return inodes.size();
  }

  /// Files and directories that are open.
  public int handleCount() {
    return files.size() + directories.size();
  }

  /// What `caller` may see of the files in a search. Serves the thread that `host` serves.
  public SearchView viewOf(Host host, Caller caller) {
    return new CallerView(host, inodes.root(), caller, facts, vanished::notice);
  }

  /// Refuses a caller who may not write the file at `path`.
  public void requireWritable(Host host, Caller caller, TreePath path) throws ErrnoException {
    new CallerView(host, inodes.root(), caller, facts, vanished::notice).requireWritable(path);
  }

  /// What `node` is found again by, see [org.vexfs.daemon.io.Fingerprint].
  public long fingerprintOf(Host host, NodeId node) throws ErrnoException {
    return inodes.get(node).fingerprint(host);
  }

  /// Where `node` lies now.
  @Override
  public TreePath pathOf(Host host, NodeId node) throws ErrnoException {
    return namespace.pathOf(host, inodes.get(node));
  }

  /// Whether the host may have something at `path` that the mount never shows: the store, which is
  /// no part of the tree, or what hides behind a virtual directory.
  static boolean isHidden(TreePath path) {
    return path.bytes().contains(CONTROL_NAME) && path.names().contains(CONTROL_NAME);
  }

  /// Attributes of the file at `path`, a symbolic link's own.
  public void stat(Host host, TreePath path, MemorySegment stat) throws ErrnoException {
    if (isHidden(path)) {
      throw ErrnoException.of(Errno.ENOENT);
    }
    if (path.isRoot()) {
      host.fstat(inodes.root().descriptor, stat);
    } else {
      host.fstatat(inodes.root().descriptor, path.bytes(), stat);
    }
  }

  /// The names in the directory at `path`, in the host's order.
  public List<String> names(Host host, TreePath path) throws ErrnoException {
    String below = path.isRoot() ? "." : path.bytes();
    int flags = Libc.O_RDONLY() | Libc.O_DIRECTORY() | Libc.O_NOFOLLOW();
    int descriptor = host.openat(inodes.root().descriptor, below, flags, 0);
    try {
      return OpenDirectory.names(host, descriptor);
    } finally {
      host.closeDescriptor(descriptor);
    }
  }

  /// Gives the file at `path` vectors in a collection.
  public void attach(Host host, TreePath path, String collection, VectorMatrix matrix)
      throws ErrnoException, VectorFailure {
    namespace.attaching(() -> vectors.put(path, regularFile(host, path), collection, matrix));
  }

  /// Gives many files vectors while no name changes, each of which `caller` must be allowed to
  /// write. What one of them cannot have is told to `refusals`, and the others go on; a store that
  /// takes nothing ends it.
  public void attachAll(
      Host host, Caller caller, List<Attachment> attachments, Attachment.Refusals refusals)
      throws ErrnoException, VectorFailure {
    CallerView view = new CallerView(host, inodes.root(), caller, facts, vanished::notice);
    // Closed, and so made durable where it is to be, when names may change again.
    try (VectorStore.Batch batch = vectors.batch()) {
      namespace.attaching(() -> {
        for (Attachment attachment : attachments) {
          try {
            view.requireWritable(attachment.path());
            attach(host, attachment, batch);
          } catch (ErrnoException e) {
            refusals.refused(attachment, e);
          } catch (VectorFailure.InvalidVector
              | VectorFailure.InvalidRequest
              | VectorFailure.TooLarge e) {
            refusals.refused(attachment, e);
          }
        }
      });
    }
  }

  private void attach(Host host, Attachment attachment, VectorStore.Batch batch)
      throws ErrnoException, VectorFailure {
    TreePath path = attachment.path();
    batch.put(path, regularFile(host, path), attachment.collection(), attachment.matrix());
  }

  /// Takes the file at `path` out of a collection.
  public void detach(Host host, TreePath path, String collection)
      throws ErrnoException, VectorFailure {
    namespace.attaching(() -> vectors.remove(path, regularFile(host, path), collection));
  }

  private long regularFile(Host host, TreePath path) throws ErrnoException {
    MemorySegment found = host.scratchStat();
    stat(host, path, found);
    ExtendedAttributes.requireRegular(found);
    return reconciliation.fingerprintAt(host, path);
  }

  /// The file at `path` is about to be asked for its vectors by that name: if the store knows it by
  /// others only, it learns this one.
  public void meet(Host host, TreePath path) throws ErrnoException, VectorFailure {
    reconciliation.met(host, path);
  }

  @Override
  public double entryTimeoutSeconds() {
    return cacheTimes.entrySeconds();
  }

  @Override
  public double attributeTimeoutSeconds() {
    return cacheTimes.attributeSeconds();
  }

  @Override
  public NodeId lookup(Host host, Caller caller, NodeId parent, String name, MemorySegment stat)
      throws ErrnoException {
    Inode directory = inodes.get(parent);
    try {
      Inode inode = inodes.acquire(host, directory.descriptor, name, stat);
      noteContent(inode, stat);
      return inode.id;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT && reconciliation.isRemembered(host, directory, name)) {
        vanished.notice(namespace.pathOf(host, directory).child(name));
      }
      throw e;
    }
  }

  @Override
  public void forget(Host host, NodeId node, long lookups) {
    inodes.forget(host, node, lookups);
  }

  @Override
  public void getattr(Host host, NodeId node, MemorySegment stat) throws ErrnoException {
    Inode inode = inodes.get(node);
    host.fstat(inode.descriptor, stat);
    noteContent(inode, stat);
    inode.awaitWrites();
  }

  /// At `open(2)`. The kernel then drops the pages it has by itself; those that are mapped go too.
  private void noteContentOf(Host host, Inode inode) throws ErrnoException {
    if (changes.isPresent()) {
      host.fstat(inode.descriptor, host.scratchStat());
      noteContent(inode, host.scratchStat());
    }
  }

  private void noteContent(Inode inode, MemorySegment stat) {
    Optional<SourceChanges> watching = changes;
    if (watching.isPresent()) {
      watching.get().seen(inode, stat);
    }
  }

  @Override
  public void setattr(
      Host host,
      Caller caller,
      NodeId node,
      HandleId handle,
      AttributeChange change,
      MemorySegment stat)
      throws ErrnoException {
    Inode inode = inodes.get(node);
    boolean isOfAccess =
        change.mode().isPresent() || change.uid().isPresent() || change.gid().isPresent();
    try (ChangeStamps.Change _ = stamps.changing(inode);
        ChangeStamps.Change _ = stamps.changingNamesIf(isOfAccess)) {
      apply(host, caller, inode, handle, change);
    }
    host.fstat(inode.descriptor, stat);
    inode.awaitWrites();
  }

  private void apply(Host host, Caller caller, Inode inode, HandleId handle, AttributeChange change)
      throws ErrnoException {
    if (change.uid().isPresent() || change.gid().isPresent()) {
      host.chown(inode.descriptor, change.uid().orElse(-1), change.gid().orElse(-1));
    }
    // After the owner: a change of owner clears the set-id bits.
    if (change.mode().isPresent()) {
      host.chmod(inode.descriptor, change.mode().getAsInt() & PERMISSION_BITS);
    }
    if (change.size().isPresent()) {
      if (handle.isPresent()) {
        OpenFile file = files.get(handle);
        host.ftruncate(file.descriptor, change.size().getAsLong());
        file.changed();
      } else {
        host.truncate(inode.descriptor, change.size().getAsLong());
        contents.changed(host, inode);
      }
      boolean _ = SetIdBits.contentChanged(host, caller, inode);
    }
    if (change.setsTimes()) {
      host.utimens(
          inode.descriptor,
          change.accessTime().seconds(),
          change.accessTime().nanos(),
          change.modificationTime().seconds(),
          change.modificationTime().nanos());
    }
  }

  @Override
  public String readlink(Host host, NodeId node) throws ErrnoException {
    return host.readlink(inodes.get(node).descriptor);
  }

  @Override
  public NodeId mknod(
      Host host,
      Caller caller,
      NodeId parent,
      String name,
      int mode,
      long device,
      MemorySegment stat)
      throws ErrnoException {
    Inode directory = inodes.get(checkedParent(parent, name));
    reconciliation.creating(host, directory, name, false);
    return creation.mknod(host, caller, directory, name, mode, device, stat).id;
  }

  @Override
  public NodeId mkdir(
      Host host, Caller caller, NodeId parent, String name, int mode, MemorySegment stat)
      throws ErrnoException {
    Inode directory = inodes.get(checkedParent(parent, name));
    reconciliation.creating(host, directory, name, true);
    return creation.mkdir(host, caller, directory, name, mode, stat).id;
  }

  @Override
  public NodeId symlink(
      Host host, Caller caller, NodeId parent, String name, String target, MemorySegment stat)
      throws ErrnoException {
    Inode directory = inodes.get(checkedParent(parent, name));
    reconciliation.creating(host, directory, name, false);
    return creation.symlink(host, caller, directory, name, target, stat).id;
  }

  @Override
  public NodeId link(Host host, NodeId node, NodeId newParent, String newName, MemorySegment stat)
      throws ErrnoException, VectorFailure {
    Inode inode = inodes.get(node);
    Inode directory = inodes.get(checkedParent(newParent, newName));
    try (ChangeStamps.Change _ = stamps.changingNames()) {
      namespace.link(host, inode, directory, newName);
    }
    if (VectorContent.isNamed(newName)) {
      contents.changed(host, namespace.pathOf(host, directory).child(newName));
    }
    return inodes.acquire(host, directory.descriptor, newName, stat).id;
  }

  @Override
  public void unlink(Host host, Caller caller, NodeId parent, String name)
      throws ErrnoException, VectorFailure {
    try (ChangeStamps.Change _ = stamps.changingNames()) {
      namespace.unlink(host, inodes.get(checkedParent(parent, name)), name, false);
    }
  }

  @Override
  public void rmdir(Host host, NodeId parent, String name) throws ErrnoException, VectorFailure {
    Inode directory = inodes.get(checkedParent(parent, name));
    try (ChangeStamps.Change _ = stamps.changingNames()) {
      namespace.unlink(host, directory, name, true);
    }
    Optional<DirectoryObserver> told = interested();
    if (told.isPresent()) {
      told.get().removed(namespace.pathOf(host, directory).child(name));
    }
  }

  @Override
  public void rename(
      Host host, NodeId parent, String name, NodeId newParent, String newName, int flags)
      throws ErrnoException, VectorFailure {
    Inode from = inodes.get(checkedParent(parent, name));
    Inode to = inodes.get(checkedParent(newParent, newName));
    try (ChangeStamps.Change _ = stamps.changingNames()) {
      namespace.rename(host, from, name, to, newName, flags);
    }
    if (VectorContent.isNamed(newName) != VectorContent.isNamed(name)) {
      contents.changed(host, namespace.pathOf(host, to).child(newName));
      contents.changed(host, namespace.pathOf(host, from).child(name));
    }
    Optional<DirectoryObserver> told = interested();
    if (told.isPresent()) {
      TreePath path = namespace.pathOf(host, from).child(name);
      TreePath newPath = namespace.pathOf(host, to).child(newName);
      if ((flags & Libc.RENAME_EXCHANGE()) != 0) {
        told.get().exchanged(path, newPath);
      } else {
        told.get().renamed(path, newPath);
      }
    }
  }

  @Override
  public Opened open(Host host, Caller caller, NodeId node, int flags) throws ErrnoException {
    Inode inode = inodes.get(node);
    noteContentOf(host, inode);
    int descriptor = inode.reopen(host, flags & ~FLAGS_DECIDED_ALREADY, keepsAccessTimes);
    if ((flags & Libc.O_TRUNC()) != 0) {
      try (ChangeStamps.Change _ = stamps.changing(inode)) {
        contentChanged(host, caller, inode);
      } catch (ErrnoException e) {
        host.closeDescriptor(descriptor);
        throw e;
      }
    }
    return opened(inode, descriptor, flags);
  }

  @Override
  public Created create(
      Host host, Caller caller, NodeId parent, String name, int mode, int flags, MemorySegment stat)
      throws ErrnoException {
    Inode directory = inodes.get(checkedParent(parent, name));
    int kept = flags & ~FLAGS_DECIDED_ALREADY;
    boolean mayExist = (flags & Libc.O_EXCL()) == 0;
    reconciliation.creating(host, directory, name, false);
    Creation.NewFile file =
        creation.file(host, caller, directory, name, mode, kept, mayExist, stat);
    if (!file.isNew()) {
      stamps.changing(file.inode()).close();
    }
    return new Created(file.inode().id, opened(file.inode(), file.descriptor(), flags));
  }

  @Override
  public Created createNameless(
      Host host, Caller caller, NodeId parent, int mode, int flags, MemorySegment stat)
      throws ErrnoException {
    // An exclusive one can never be linked; that much of the flags is for the host to know.
    int kept = (flags & ~FLAGS_DECIDED_ALREADY) | (flags & Libc.O_EXCL());
    Creation.NewFile file = creation.nameless(host, caller, inodes.get(parent), mode, kept, stat);
    return new Created(file.inode().id, opened(file.inode(), file.descriptor(), flags));
  }

  @Override
  public Content read(Host host, HandleId handle, long offset, int size) throws ErrnoException {
    return new Content.OfDescriptor(files.get(handle).descriptor);
  }

  @Override
  public long write(Host host, Caller caller, HandleId handle, long offset, MemorySegment data)
      throws ErrnoException {
    OpenFile file = files.get(handle);
    try (ChangeStamps.Change _ = stamps.changing(file.inode)) {
      long written = file.write(host, offset, data);
      file.changed();
      contentChanged(host, caller, file.inode);
      return written;
    }
  }

  @Override
  public long append(Host host, Caller caller, HandleId handle, long offset, MemorySegment data)
      throws ErrnoException {
    OpenFile file = files.get(handle);
    try (ChangeStamps.Change _ = stamps.changing(file.inode)) {
      long written = file.append(host, offset, data);
      file.changed();
      contentChanged(host, caller, file.inode);
      return written;
    }
  }

  @Override
  public long seek(Host host, HandleId handle, long offset, int whence) throws ErrnoException {
    return files.get(handle).seek(host, offset, whence);
  }

  @Override
  public void allocate(
      Host host, Caller caller, HandleId handle, int mode, long offset, long length)
      throws ErrnoException {
    OpenFile file = files.get(handle);
    try (ChangeStamps.Change _ = stamps.changing(file.inode)) {
      host.fallocate(file.descriptor, mode, offset, length);
      file.changed();
      contentChanged(host, caller, file.inode);
    }
  }

  @Override
  public long copyRange(
      Host host,
      Caller caller,
      HandleId from,
      long fromOffset,
      HandleId to,
      long toOffset,
      long length)
      throws ErrnoException {
    OpenFile target = files.get(to);
    try (ChangeStamps.Change _ = stamps.changing(target.inode)) {
      long copied = files.get(from).copy(host, fromOffset, target, toOffset, length);
      target.changed();
      contentChanged(host, caller, target.inode);
      return copied;
    }
  }

  /// Takes set-id bits away from a file that `caller` changed, and tells the kernel: no answer to
  /// such a request carries a mode.
  private void contentChanged(Host host, Caller caller, Inode inode) throws ErrnoException {
    if (SetIdBits.contentChanged(host, caller, inode)) {
      kernel.ifPresent(cache -> cache.dropAttributes(inode.id));
    }
  }

  @Override
  public RangeLock conflictingLock(Host host, HandleId handle, LockOwner owner, RangeLock wanted)
      throws ErrnoException {
    return locks.conflict(host, files.get(handle), owner, wanted);
  }

  @Override
  public void lockRange(
      Host host, HandleId handle, LockOwner owner, RangeLock wanted, boolean waits)
      throws ErrnoException {
    locks.lock(host, files.get(handle), owner, wanted, waits);
  }

  @Override
  public void lockFile(Host host, HandleId handle, int operation) throws ErrnoException {
    locks.flock(host, files.get(handle), operation);
  }

  @Override
  public void flush(Host host, HandleId handle, LockOwner owner)
      throws ErrnoException, VectorFailure {
    OpenFile file = files.get(handle);
    locks.drop(host, file, owner);
    host.flush(file.descriptor);
    contents.closed(host, file);
  }

  @Override
  public void release(Host host, HandleId handle) {
    files.remove(
        handle,
        file -> {
          contents.released(host, file);
          host.closeDescriptor(file.descriptor);
          locks.closed(host, file);
        });
  }

  @Override
  public void fsync(Host host, HandleId handle, boolean dataOnly)
      throws ErrnoException, VectorFailure {
    OpenFile file = files.get(handle);
    host.fsync(file.descriptor, dataOnly);
    contents.closed(host, file);
    vectors.sync();
  }

  @Override
  public HandleId opendir(Host host, Caller caller, NodeId node) throws ErrnoException {
    return directories.add(new OpenDirectory(inodes.get(node), keepsAccessTimes));
  }

  @Override
  public void readdir(Host host, HandleId handle, long offset, Listing listing)
      throws ErrnoException {
    directories.get(handle).list(host, inodes, offset, listing);
  }

  @Override
  public void releasedir(Host host, HandleId handle) {
    directories.remove(handle, directory -> directory.close(host));
  }

  @Override
  public void fsyncdir(Host host, HandleId handle, boolean dataOnly)
      throws ErrnoException, VectorFailure {
    directories.get(handle).sync(host, dataOnly);
    vectors.sync();
  }

  @Override
  public void statfs(Host host, MemorySegment statvfs) throws ErrnoException {
    host.fstatvfs(inodes.root().descriptor, statvfs);
  }

  @Override
  public byte[] getxattr(Host host, NodeId node, String name) throws ErrnoException, VectorFailure {
    return attributes.get(host, inodes.get(node), name);
  }

  @Override
  public byte[] listxattr(Host host, Caller caller, NodeId node)
      throws ErrnoException, VectorFailure {
    return attributes.list(host, caller, inodes.get(node));
  }

  @Override
  public void setxattr(Host host, Caller caller, NodeId node, String name, byte[] value, int flags)
      throws ErrnoException, VectorFailure {
    Inode inode = inodes.get(node);
    try (ChangeStamps.Change _ = stamps.changing(inode);
        ChangeStamps.Change _ = stamps.changingNamesIf(AccessList.isAttribute(name))) {
      attributes.set(host, caller, inode, name, value, flags);
    }
  }

  @Override
  public void removexattr(Host host, NodeId node, String name)
      throws ErrnoException, VectorFailure {
    Inode inode = inodes.get(node);
    try (ChangeStamps.Change _ = stamps.changing(inode);
        ChangeStamps.Change _ = stamps.changingNamesIf(AccessList.isAttribute(name))) {
      attributes.remove(host, inode, name);
    }
  }

  /// Closes whatever the kernel left open; it asks nothing any more.
  @Override
  public void close() {
    vanished.close();
    try (Host host = Host.borrow()) {
      locks.clear(host);
      files.clear(file -> host.closeDescriptor(file.descriptor));
      directories.clear(directory -> directory.close(host));
      inodes.close(host);
    }
  }

  /// Always with pages, whatever the flags say: a file that is open for direct I/O can be mapped.
  private Opened opened(Inode inode, int descriptor, int flags) {
    boolean appends = (flags & Libc.O_APPEND()) != 0;
    OpenFile file = new OpenFile(inode, descriptor, appends);
    if ((flags & Libc.O_TRUNC()) != 0) {
      file.changed();
    }
    return new Opened(files.add(file), Opened.Caching.PAGES);
  }

  /// Refuses the name that belongs to the virtual tree.
  private static NodeId checkedParent(NodeId parent, String name) throws ErrnoException {
    if (name.equals(CONTROL_NAME)) {
      throw ErrnoException.of(Errno.EPERM);
    }
    return parent;
  }
}
