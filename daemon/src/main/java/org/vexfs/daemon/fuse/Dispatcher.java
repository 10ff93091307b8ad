package org.vexfs.daemon.fuse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.fuse.stat;
import org.vexfs.bindings.fuse.statvfs;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.control.ControlTree;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.overlay.Created;
import org.vexfs.daemon.overlay.FileTree;
import org.vexfs.daemon.overlay.Opened;

/// Answers requests, each on the virtual thread that has received it: finds the tree that it is
/// for, calls the one method that answers it, and turns what that throws into an errno. Whatever a
/// handler throws, the caller gets an answer and the mount lives on.
///
/// Open to be extended by tests, which answer requests in ways that no handler should.
class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

  private final Trees trees;
  private final Interruptions interruptions = new Interruptions();
  private final WriteOrder writes = new WriteOrder();
  private final Admission admission = new Admission();
  private final Instruments instruments;
  private final AtomicLong requests = new AtomicLong();

  Dispatcher(Trees trees, Instruments instruments) {
    this.trees = trees;
    this.instruments = instruments;
  }

  /// What its requests are watched with.
  final Instruments instruments() {
    return instruments;
  }

  /// Adds how long the queues are.
  final void addTo(Figures figures) {
    admission.addTo(figures);
  }

  /// Requests that were received since the start.
  final long requestCount() {
    return requests.get();
  }

  /// Takes a request over, in the order in which requests arrive: by one thread at a time, which
  /// must not be held up.
  ///
  /// @return what answers it, to be run once, on the same thread, when others may take over the
  ///   next
  final Runnable accept(FsRequest request) {
    requests.incrementAndGet();
    UnderWay underWay = instruments.begin(request);
    CompletableFuture<Void> before = before(request);
    CompletableFuture<Void> done = begin(request);
    return () -> {
      before.join();
      run(request, done);
      instruments.end(underWay);
    };
  }

  /// What has to be done before this request is handled.
  private CompletableFuture<Void> before(FsRequest request) {
    return request instanceof FsRequest.Read read && !ControlTree.owns(read.node())
        ? writes.before(read.node())
        : NOTHING;
  }

  /// @return what is to be completed with this request
  private CompletableFuture<Void> begin(FsRequest request) {
    return request instanceof FsRequest.Write write && !ControlTree.owns(write.node())
        ? writes.add(write.node())
        : NOTHING;
  }

  private static void end(FsRequest request, CompletableFuture<Void> done) {
    done.complete(null);
    if (request instanceof FsRequest.Write write) {
      write.data().release();
    }
  }

  /// Requests that wait for a lock wait no longer.
  final void endWaits() {
    interruptions.end();
  }

  private void run(FsRequest request, CompletableFuture<Void> done) {
    Admission.Lane lane = admission.laneOf(request);
    lane.enter();
    try (Reply reply = request.reply();
        Host host = Host.borrow();
        Arena arena = Arena.ofConfined()) {
      try {
        handle(request, host, arena);
      } catch (ErrnoException e) {
        reply.error(forCaller(e.errno()));
      } catch (VectorFailure e) {
        int errno = Failures.errnoOf(e, request);
        trees.note(host, request, errno, e);
        reply.error(errno);
      } catch (RuntimeException | Error e) {
        // Answered first: whatever is wrong may be wrong with the log as well.
        if (!reply.isAnswered()) {
          reply.error(Errno.EIO);
        }
        LOG.error("{} failed", request.getClass().getSimpleName(), e);
      }
    } finally {
      lane.leave();
      end(request, done);
    }
  }

  /// Descriptors that the daemon lacks are none that the caller has too many of.
  private static int forCaller(int errno) {
    return errno == Errno.EMFILE ? Errno.ENFILE : errno;
  }

  /// Answers one request.
  void handle(FsRequest request, Host host, Arena arena) throws ErrnoException, VectorFailure {
    switch (request) {
      case FsRequest.Lookup r -> lookup(r, host, arena);
      case FsRequest.Forget r -> forget(r, host);
      case FsRequest.BatchForget r -> batchForget(r, host);
      case FsRequest.GetAttributes r -> getAttributes(r, host, arena);
      case FsRequest.SetAttributes r -> setAttributes(r, host, arena);
      case FsRequest.ReadLink r -> r.reply().link(trees.of(r.node()).readlink(host, r.node()));
      case FsRequest.MakeNode r -> makeNode(r, host, arena);
      case FsRequest.MakeDirectory r -> makeDirectory(r, host, arena);
      case FsRequest.SymbolicLink r -> symbolicLink(r, host, arena);
      case FsRequest.HardLink r -> hardLink(r, host, arena);
      case FsRequest.Unlink r -> unlink(r, host);
      case FsRequest.RemoveDirectory r -> removeDirectory(r, host);
      case FsRequest.Rename r -> rename(r, host);
      case FsRequest.Open r -> open(r, host);
      case FsRequest.Create r -> create(r, host, arena);
      case FsRequest.CreateNameless r -> createNameless(r, host, arena);
      case FsRequest.Read r -> read(r, host);
      case FsRequest.Write r -> write(r, host);
      case FsRequest.Seek r -> seek(r, host);
      case FsRequest.Allocate r -> allocate(r, host);
      case FsRequest.CopyRange r -> copyRange(r, host);
      case FsRequest.TestLock r -> testLock(r, host);
      case FsRequest.LockRange r -> lockRange(r, host);
      case FsRequest.LockFile r -> lockFile(r, host);
      case FsRequest.Flush r -> flush(r, host);
      case FsRequest.Release r -> release(r, host);
      case FsRequest.Sync r -> sync(r, host);
      case FsRequest.OpenDirectory r -> openDirectory(r, host);
      case FsRequest.ReadDirectory r -> readDirectory(r, host, arena);
      case FsRequest.ReleaseDirectory r -> releaseDirectory(r, host);
      case FsRequest.SyncDirectory r -> syncDirectory(r, host);
      case FsRequest.FileSystemFigures r -> figures(r, host, arena);
      case FsRequest.Access r -> r.reply().done();
      case FsRequest.GetAttribute r -> getAttribute(r, host);
      case FsRequest.ListAttributes r -> listAttributes(r, host);
      case FsRequest.SetAttribute r -> setAttribute(r, host);
      case FsRequest.RemoveAttribute r -> removeAttribute(r, host);
      case FsRequest.Control r ->
          r.reply().controlled(trees.of(r.node()).ioctl(host, r.node(), r.handle(), r.call()));
    }
  }

  private void lookup(FsRequest.Lookup r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.ofChild(r.parent(), r.name());
    Reply.Entry entry = Reply.Entry.in(arena);
    NodeId node = tree.lookup(host, r.caller(), r.parent(), r.name(), entry.stat());
    answerEntry(r.reply(), host, tree, entry, node);
  }

  private void forget(FsRequest.Forget r, Host host) {
    trees.of(r.node()).forget(host, r.node(), r.lookups());
    r.reply().none();
  }

  private void batchForget(FsRequest.BatchForget r, Host host) {
    for (FsRequest.Dropped dropped : r.dropped()) {
      trees.of(dropped.node()).forget(host, dropped.node(), dropped.lookups());
    }
    r.reply().none();
  }

  private void getAttributes(FsRequest.GetAttributes r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.node());
    MemorySegment attributes = stat.allocate(arena);
    tree.getattr(host, r.node(), attributes);
    r.reply().attributes(attributes, tree.attributeTimeoutSeconds());
  }

  private void setAttributes(FsRequest.SetAttributes r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.node());
    MemorySegment attributes = stat.allocate(arena);
    tree.setattr(host, r.caller(), r.node(), r.handle(), r.change(), attributes);
    r.reply().attributes(attributes, tree.attributeTimeoutSeconds());
  }

  private void makeNode(FsRequest.MakeNode r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.parent());
    Reply.Entry entry = Reply.Entry.in(arena);
    NodeId node =
        tree.mknod(host, r.caller(), r.parent(), r.name(), r.mode(), r.device(), entry.stat());
    answerEntry(r.reply(), host, tree, entry, node);
  }

  private void makeDirectory(FsRequest.MakeDirectory r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.parent());
    Reply.Entry entry = Reply.Entry.in(arena);
    NodeId node = tree.mkdir(host, r.caller(), r.parent(), r.name(), r.mode(), entry.stat());
    answerEntry(r.reply(), host, tree, entry, node);
  }

  private void symbolicLink(FsRequest.SymbolicLink r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.parent());
    Reply.Entry entry = Reply.Entry.in(arena);
    NodeId node = tree.symlink(host, r.caller(), r.parent(), r.name(), r.target(), entry.stat());
    answerEntry(r.reply(), host, tree, entry, node);
  }

  private void hardLink(FsRequest.HardLink r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.common(r.node(), r.newParent());
    Reply.Entry entry = Reply.Entry.in(arena);
    NodeId node = tree.link(host, r.node(), r.newParent(), r.newName(), entry.stat());
    answerEntry(r.reply(), host, tree, entry, node);
  }

  private void unlink(FsRequest.Unlink r, Host host) throws ErrnoException, VectorFailure {
    trees.of(r.parent()).unlink(host, r.caller(), r.parent(), r.name());
    r.reply().done();
  }

  private void removeDirectory(FsRequest.RemoveDirectory r, Host host)
      throws ErrnoException, VectorFailure {
    trees.of(r.parent()).rmdir(host, r.parent(), r.name());
    r.reply().done();
  }

  private void rename(FsRequest.Rename r, Host host) throws ErrnoException, VectorFailure {
    trees
        .common(r.parent(), r.newParent())
        .rename(host, r.parent(), r.name(), r.newParent(), r.newName(), r.flags());
    r.reply().done();
  }

  private void open(FsRequest.Open r, Host host) throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.node());
    Opened opened = tree.open(host, r.caller(), r.node(), r.flags());
    if (!r.reply().opened(opened)) {
      tree.release(host, opened.handle());
    }
  }

  private void create(FsRequest.Create r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.parent());
    Reply.Entry entry = Reply.Entry.in(arena);
    Created created =
        tree.create(host, r.caller(), r.parent(), r.name(), r.mode(), r.flags(), entry.stat());
    answerCreated(r.reply(), host, tree, entry, created);
  }

  private void createNameless(FsRequest.CreateNameless r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.parent());
    Reply.Entry entry = Reply.Entry.in(arena);
    Created created =
        tree.createNameless(host, r.caller(), r.parent(), r.mode(), r.flags(), entry.stat());
    answerCreated(r.reply(), host, tree, entry, created);
  }

  private void read(FsRequest.Read r, Host host) throws ErrnoException, VectorFailure {
    Content content = trees.of(r.node()).read(host, r.handle(), r.offset(), r.size());
    r.reply().content(content, r.offset(), r.size());
  }

  private void write(FsRequest.Write r, Host host) throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.node());
    r.reply()
        .written(
            r.appends()
                ? tree.append(host, r.caller(), r.handle(), r.offset(), r.data().bytes)
                : tree.write(host, r.caller(), r.handle(), r.offset(), r.data().bytes));
  }

  private void seek(FsRequest.Seek r, Host host) throws ErrnoException, VectorFailure {
    r.reply().position(trees.of(r.node()).seek(host, r.handle(), r.offset(), r.whence()));
  }

  private void allocate(FsRequest.Allocate r, Host host) throws ErrnoException, VectorFailure {
    trees.of(r.node()).allocate(host, r.caller(), r.handle(), r.mode(), r.offset(), r.length());
    r.reply().done();
  }

  /// From one tree to the other nothing is copied here; the kernel then reads and writes instead.
  private void copyRange(FsRequest.CopyRange r, Host host) throws ErrnoException, VectorFailure {
    FsRequest.Place from = r.from();
    FsRequest.Place to = r.to();
    FileTree tree = trees.of(from.node());
    if (!tree.equals(trees.of(to.node()))) {
      throw ErrnoException.of(Errno.EXDEV);
    }
    r.reply()
        .written(
            tree.copyRange(
                host,
                r.caller(),
                from.handle(),
                from.offset(),
                to.handle(),
                to.offset(),
                r.length()));
  }

  private void testLock(FsRequest.TestLock r, Host host) throws ErrnoException {
    r.reply().lock(trees.of(r.node()).conflictingLock(host, r.handle(), r.owner(), r.wanted()));
  }

  private void lockRange(FsRequest.LockRange r, Host host) throws ErrnoException {
    try (Interruptions.Watch _ = interruptions.watch(r.reply().request())) {
      trees.of(r.node()).lockRange(host, r.handle(), r.owner(), r.wanted(), r.waits());
    }
    r.reply().done();
  }

  private void lockFile(FsRequest.LockFile r, Host host) throws ErrnoException {
    try (Interruptions.Watch _ = interruptions.watch(r.reply().request())) {
      trees.of(r.node()).lockFile(host, r.handle(), r.command());
    }
    r.reply().done();
  }

  private void flush(FsRequest.Flush r, Host host) throws ErrnoException, VectorFailure {
    trees.of(r.node()).flush(host, r.handle(), r.owner());
    r.reply().done();
  }

  private void release(FsRequest.Release r, Host host) {
    trees.of(r.node()).release(host, r.handle());
    r.reply().done();
  }

  private void sync(FsRequest.Sync r, Host host) throws ErrnoException, VectorFailure {
    trees.of(r.node()).fsync(host, r.handle(), r.dataOnly());
    r.reply().done();
  }

  private void openDirectory(FsRequest.OpenDirectory r, Host host)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.node());
    Opened opened = new Opened(tree.opendir(host, r.caller(), r.node()), Opened.Caching.PAGES);
    if (!r.reply().opened(opened)) {
      tree.releasedir(host, opened.handle());
    }
  }

  private void readDirectory(FsRequest.ReadDirectory r, Host host, Arena arena)
      throws ErrnoException, VectorFailure {
    FileTree tree = trees.of(r.node());
    DirectoryReply entries =
        new DirectoryReply(r.reply().request(), tree, r.size(), r.withAttributes(), arena);
    tree.readdir(host, r.handle(), r.offset(), entries);
    entries.send(r.reply(), host);
  }

  private void releaseDirectory(FsRequest.ReleaseDirectory r, Host host) {
    trees.of(r.node()).releasedir(host, r.handle());
    r.reply().done();
  }

  private void syncDirectory(FsRequest.SyncDirectory r, Host host)
      throws ErrnoException, VectorFailure {
    trees.of(r.node()).fsyncdir(host, r.handle(), r.dataOnly());
    r.reply().done();
  }

  private void figures(FsRequest.FileSystemFigures r, Host host, Arena arena)
      throws ErrnoException {
    MemorySegment figures = statvfs.allocate(arena);
    trees.of(r.node()).statfs(host, figures);
    r.reply().figures(figures);
  }

  private void getAttribute(FsRequest.GetAttribute r, Host host)
      throws ErrnoException, VectorFailure {
    r.reply().attributeValue(trees.of(r.node()).getxattr(host, r.node(), r.name()), r.size());
  }

  private void listAttributes(FsRequest.ListAttributes r, Host host)
      throws ErrnoException, VectorFailure {
    r.reply().attributeValue(trees.of(r.node()).listxattr(host, r.caller(), r.node()), r.size());
  }

  private void setAttribute(FsRequest.SetAttribute r, Host host)
      throws ErrnoException, VectorFailure {
    trees.of(r.node()).setxattr(host, r.caller(), r.node(), r.name(), r.value().bytes, r.flags());
    r.reply().done();
  }

  private void removeAttribute(FsRequest.RemoveAttribute r, Host host)
      throws ErrnoException, VectorFailure {
    trees.of(r.node()).removexattr(host, r.node(), r.name());
    r.reply().done();
  }

  private static void answerCreated(
      Reply reply, Host host, FileTree tree, Reply.Entry entry, Created created) {
    entry.with(created.node(), tree.entryTimeoutSeconds(), tree.attributeTimeoutSeconds());
    if (!reply.created(entry, created.opened())) {
      tree.release(host, created.opened().handle());
      tree.forget(host, created.node(), 1);
    }
  }

  /// Tells the kernel of a node; takes the look-up back where it did not listen.
  private static void answerEntry(
      Reply reply, Host host, FileTree tree, Reply.Entry entry, NodeId node) {
    entry.with(node, tree.entryTimeoutSeconds(), tree.attributeTimeoutSeconds());
    if (!reply.entry(entry)) {
      tree.forget(host, node, 1);
    }
  }
}
