package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FuseLibrary;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.fuse_args;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.control.ErrorLog;
import org.vexfs.daemon.control.Figures;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.FileTree;
import org.vexfs.daemon.overlay.KernelCache;

/// One session with the kernel: from mounting to the last answered request.
///
/// Order: [#open], [#mount], [#start], [#awaitContact]; then [#awaitEnd], which returns once the
/// file system was unmounted by whomever, and [#close].
public final class FuseSession implements KernelCache, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FuseSession.class);

  /// How often a start that waits for the kernel looks whether it waits in vain.
  private static final Duration CONTACT_CHECK = Duration.ofMillis(50);

  /// How long it may take to notice that the mount is gone.
  private static final Duration UNMOUNT_PATIENCE = Duration.ofSeconds(5);

  private final MemorySegment session;
  private final Negotiation negotiation;
  private final ReceiveBuffers buffers = new ReceiveBuffers();
  private final Dispatcher dispatcher;

  private @Nullable Receivers receivers;

  private boolean mounted;

  private FuseSession(MemorySegment session, Negotiation negotiation, Dispatcher dispatcher) {
    this.session = session;
    this.negotiation = negotiation;
    this.dispatcher = dispatcher;
  }

  /// The session could not be opened or mounted; libfuse has printed the cause.
  public static final class SessionException extends Exception {
    private static final long serialVersionUID = 1L;

    SessionException(String message) {
      super(message);
    }
  }

  /// Prepares a session.
  ///
  /// @param files the real files
  /// @param control the virtual files
  /// @param errors where the causes of failures are kept
  /// @param options as after `-o`, for libfuse and the kernel
  /// @param maxReadBytes the value of the option `max_read`, where given
  /// @param instruments what the session is watched with
  public static FuseSession open(
      FuseLibrary library,
      FileTree files,
      FileTree control,
      ErrorLog errors,
      List<String> options,
      OptionalInt maxReadBytes,
      Instruments instruments)
      throws SessionException {
    Dispatcher dispatcher = new Dispatcher(new Trees(files, control, errors), instruments);
    return open(library, dispatcher, options, maxReadBytes);
  }

  /// Prepares a session whose requests `dispatcher` answers; it is closed with the session.
  static FuseSession open(
      FuseLibrary library, Dispatcher dispatcher, List<String> options, OptionalInt maxReadBytes)
      throws SessionException {
    Negotiation negotiation = new Negotiation(maxReadBytes);
    // The kernel may call as long as the process lives, so the functions do too.
    MemorySegment table = new Upcalls(library, negotiation).table(Arena.global());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment session =
          Fuse.fuse_session_new(
              arguments(arena, options), table, table.byteSize(), MemorySegment.NULL);
      if (session.address() == 0) {
        throw new SessionException(
            "libfuse refused the mount options " + String.join(",", options));
      }
      return new FuseSession(session, negotiation, dispatcher);
    }
  }

  private static MemorySegment arguments(Arena arena, List<String> options) {
    List<String> words = new ArrayList<>(List.of("vexfs"));
    if (!options.isEmpty()) {
      words.addAll(List.of("-o", String.join(",", options)));
    }
    MemorySegment argv = arena.allocate(ValueLayout.ADDRESS, words.size() + 1);
    for (int i = 0; i < words.size(); i++) {
      argv.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(words.get(i), ISO_8859_1));
    }
    MemorySegment arguments = fuse_args.allocate(arena);
    fuse_args.argc(arguments, words.size());
    fuse_args.argv(arguments, argv);
    return arguments;
  }

  /// Mounts at `mountpoint` (bytes, one char a byte); `/dev/fd/N` takes an open connection instead.
  public void mount(String mountpoint) throws SessionException {
    try (Arena arena = Arena.ofConfined()) {
      if (Fuse.fuse_session_mount(session, arena.allocateFrom(mountpoint, ISO_8859_1)) != 0) {
        throw new SessionException("could not mount at " + mountpoint);
      }
    }
    mounted = true;
  }

  /// Starts receiving.
  ///
  /// @throws SessionException where the process has no descriptors left
  public void start() throws SessionException {
    int descriptor = Fuse.fuse_session_fd(session);
    try (Host host = Host.borrow()) {
      // A socket is written to as well, in messages that may have to wait: only reading may not.
      boolean isBlocking = host.isSocket(descriptor);
      if (!isBlocking) {
        host.setNonBlocking(descriptor);
      }
      Receiver receiver =
          new Receiver(
              session, isBlocking, buffers, dispatcher::accept, dispatcher.instruments().stack());
      receivers = new Receivers(receiver, descriptor);
    } catch (ErrnoException e) {
      throw new SessionException("could not wait for requests: " + e.getMessage());
    }
    receivers.start();
    dispatcher.instruments().start();
  }

  /// Waits until the kernel has made contact and the mount answers.
  ///
  /// @throws SessionException where the session ended before that
  public void awaitContact() throws InterruptedException, SessionException {
    while (!negotiation.await(CONTACT_CHECK)) {
      if (!isReceiving()) {
        throw new SessionException("the session ended before the kernel made contact");
      }
    }
  }

  /// Waits until the session is over: unmounted, or told to exit.
  public void awaitEnd() throws InterruptedException {
    if (receivers != null) {
      receivers.awaitEnd();
    }
  }

  @Override
  public void drop(NodeId parent, String name) {
    try (Arena arena = Arena.ofConfined()) {
      // The kernel says ENOENT where it does not know the name, which is as well.
      int _ =
          Fuse.fuse_lowlevel_notify_inval_entry(
              session, parent.value(), arena.allocateFrom(name, ISO_8859_1), name.length());
    }
  }

  @Override
  public void dropContent(NodeId node) {
    // The kernel says ENOENT where it does not know the node any more, which is as well.
    int _ = Fuse.fuse_lowlevel_notify_inval_inode(session, node.value(), 0, 0);
  }

  @Override
  public void dropAttributes(NodeId node) {
    // A negative offset leaves the pages alone.
    int _ = Fuse.fuse_lowlevel_notify_inval_inode(session, node.value(), -1, 0);
  }

  /// Requests that were received since the start.
  public long requestCount() {
    return dispatcher.requestCount();
  }

  /// Adds what was measured of this session.
  public void addTo(Figures figures) {
    dispatcher.instruments().addTo(figures);
    dispatcher.addTo(figures);
    figures.gauge(
        "write_buffers", "Buffers that hold the data of writes under way.", buffers.inUse());
  }

  /// Answers what is under way, unmounts if that has not happened yet, and frees the session.
  ///
  /// Where the session is not over, because starting failed half-way, it is unmounted first, so
  /// that what programs have asked by then is answered. A busy mount does not end by that, and is
  /// left without answers.
  @Override
  public void close() {
    if (isReceiving()) {
      unmount();
      awaitUnmounted();
    }
    dispatcher.endWaits();
    if (receivers != null) {
      receivers.close();
    }
    dispatcher.instruments().close();
    unmount();
    Fuse.fuse_session_destroy(session);
    buffers.close();
  }

  private boolean isReceiving() {
    return receivers != null && receivers.isReceiving();
  }

  private void unmount() {
    if (mounted) {
      Fuse.fuse_session_unmount(session);
      mounted = false;
    }
  }

  private void awaitUnmounted() {
    try {
      boolean ended = receivers == null || receivers.awaitEnd(UNMOUNT_PATIENCE);
      if (!ended) {
        LOG.warn("The mount is still busy; it answers no longer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
