package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.FileInfoBits;
import org.vexfs.bindings.fuse.Fuse;
import org.vexfs.bindings.fuse.flock;
import org.vexfs.bindings.fuse.fuse_buf;
import org.vexfs.bindings.fuse.fuse_bufvec;
import org.vexfs.bindings.fuse.fuse_entry_param;
import org.vexfs.bindings.fuse.fuse_file_info;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.RangeLock;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.overlay.Controlled;
import org.vexfs.daemon.overlay.Opened;

/// The one answer that a request gets. The first answer counts and a second is a defect that
/// throws; closing a reply that was never answered answers EIO, so no caller waits for ever.
final class Reply implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

  /// Room for `struct fuse_bufvec` with one buffer, of any libfuse: 64 bytes up to 3.16, 72 since.
  private static final long BUFFER_VECTOR_BYTES = 72;

  private final MemorySegment request;
  private final FileInfoBits fileInfoBits;
  private final boolean expected;
  private final AtomicBoolean answered = new AtomicBoolean();
  private volatile int errno;

  private Reply(MemorySegment request, FileInfoBits fileInfoBits, boolean expected) {
    this.request = request;
    this.fileInfoBits = fileInfoBits;
    this.expected = expected;
  }

  /// The answer to a request that the kernel waits for.
  static Reply to(MemorySegment request, FileInfoBits fileInfoBits) {
    return new Reply(request, fileInfoBits, true);
  }

  /// The end of a request that the kernel wants no answer to: even a failure tells it nothing.
  static Reply toNobody(MemorySegment request, FileInfoBits fileInfoBits) {
    return new Reply(request, fileInfoBits, false);
  }

  /// Fails the request.
  void error(int newErrno) {
    errno = newErrno;
    if (expected) {
      answer(() -> Fuse.fuse_reply_err(request, newErrno));
    } else {
      none();
    }
  }

  /// The request succeeded and has nothing to tell.
  void done() {
    answer(() -> Fuse.fuse_reply_err(request, 0));
  }

  /// The request expects no answer at all.
  void none() {
    answer(() -> {
      Fuse.fuse_reply_none(request);
      return 0;
    });
  }

  /// A name that was found or made; returns whether the kernel took it, and with it a look-up.
  boolean entry(Entry entry) {
    return answer(() -> Fuse.fuse_reply_entry(request, entry.memory()));
  }

  /// A file that was made and opened; returns whether the kernel took both.
  boolean created(Entry entry, Opened opened) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fileInfo = fileInfo(arena, opened);
      return answer(() -> Fuse.fuse_reply_create(request, entry.memory(), fileInfo));
    }
  }

  /// Attributes, as `struct stat`.
  void attributes(MemorySegment stat, double timeoutSeconds) {
    answer(() -> Fuse.fuse_reply_attr(request, stat, timeoutSeconds));
  }

  /// The target of a symbolic link.
  void link(String target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(target, ISO_8859_1);
      answer(() -> Fuse.fuse_reply_readlink(request, text));
    }
  }

  /// A handle; returns whether the kernel took it.
  boolean opened(Opened opened) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fileInfo = fileInfo(arena, opened);
      return answer(() -> Fuse.fuse_reply_open(request, fileInfo));
    }
  }

  /// Bytes that a write took.
  void written(long bytes) {
    answer(() -> Fuse.fuse_reply_write(request, bytes));
  }

  /// What an `ioctl(2)` brings back.
  void controlled(Controlled outcome) {
    byte[] output = outcome.output();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = copy(output, 0, output.length, arena);
      answer(() -> Fuse.fuse_reply_ioctl(request, outcome.result(), memory, output.length));
    }
  }

  /// Where data or a hole begins.
  void position(long offset) {
    answer(() -> Fuse.fuse_reply_lseek(request, offset));
  }

  /// A lock that is in the way, or an unlocked range.
  void lock(RangeLock found) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lock = flock.allocate(arena);
      flock.l_type(lock, found.type());
      flock.l_whence(lock, (short) Libc.SEEK_SET());
      flock.l_start(lock, found.start());
      flock.l_len(lock, found.length());
      flock.l_pid(lock, found.pid());
      answer(() -> Fuse.fuse_reply_lock(request, lock));
    }
  }

  /// Figures of the file system, as `struct statvfs`.
  void figures(MemorySegment statvfs) {
    answer(() -> Fuse.fuse_reply_statfs(request, statvfs));
  }

  /// Up to `size` bytes of `content`, which a descriptor's are from `offset` on.
  void content(Content content, long offset, int size) {
    switch (content) {
      case Content.OfDescriptor file -> fileContent(file.descriptor(), offset, size);
      case Content.OfBytes bytes -> bytes(bytes.bytes(), bytes.from(), bytes.length());
    }
  }

  /// Bytes from native memory; returns whether the kernel took them.
  boolean bytes(MemorySegment memory, long length) {
    return answer(() -> Fuse.fuse_reply_buf(request, memory, length));
  }

  /// The value of an extended attribute, or the list of their names: its size alone where `size` is
  /// 0.
  void attributeValue(byte[] value, long size) {
    if (size == 0) {
      answer(() -> Fuse.fuse_reply_xattr(request, value.length));
    } else if (size < value.length) {
      error(Errno.ERANGE);
    } else {
      bytes(value, 0, value.length);
    }
  }

  /// The request's handle in libfuse, for calls that want it.
  MemorySegment request() {
    return request;
  }

  /// What the request failed with; 0 where it did not.
  int errno() {
    return errno;
  }

  /// Whether an answer was given.
  boolean isAnswered() {
    return answered.get();
  }

  @Override
  public void close() {
    if (!answered.get()) {
      error(Errno.EIO);
      LOG.error("A request ended without an answer; it got EIO", new IllegalStateException());
    }
  }

  private void bytes(byte[] bytes, int from, int length) {
    try (Arena arena = Arena.ofConfined()) {
      bytes(copy(bytes, from, length, arena), length);
    }
  }

  private static MemorySegment copy(byte[] bytes, int from, int length, Arena arena) {
    MemorySegment memory = arena.allocate(Math.max(length, 1));
    MemorySegment.copy(bytes, from, memory, ValueLayout.JAVA_BYTE, 0, length);
    return memory;
  }

  /// Lets libfuse and the kernel move the bytes from the descriptor.
  private void fileContent(int descriptor, long offset, int size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(BUFFER_VECTOR_BYTES, 8);
      fuse_bufvec.count(vector, 1);
      MemorySegment buffer = fuse_bufvec.buf(vector);
      fuse_buf.size(buffer, size);
      fuse_buf.flags(buffer, Fuse.FUSE_BUF_IS_FD() | Fuse.FUSE_BUF_FD_SEEK());
      fuse_buf.fd(buffer, descriptor);
      fuse_buf.pos(buffer, offset);
      answer(() -> Fuse.fuse_reply_data(request, vector, 0));
    }
  }

  private MemorySegment fileInfo(Arena arena, Opened opened) {
    MemorySegment fileInfo = arena.allocate(FileInfoBits.ALLOCATED_BYTES, 8);
    fuse_file_info.fh(fileInfo, opened.handle().value());
    if (opened.caching() == Opened.Caching.DIRECT) {
      fileInfoBits.setDirectIo(fileInfo);
    }
    return fileInfo;
  }

  /// libfuse reports a negative errno where the kernel did not take the answer: ENOENT when the
  /// caller was killed meanwhile, ENODEV after an unmount. The request is over either way.
  private boolean answer(IntSupplier call) {
    if (!answered.compareAndSet(false, true)) {
      throw new IllegalStateException("a second answer to one request");
    }
    return call.getAsInt() == 0;
  }

  /// A `struct fuse_entry_param` to fill in.
  ///
  /// @param memory the struct
  record Entry(MemorySegment memory) {
    /// Tells the nodes of this mount from those that another before it gave the same numbers: file
    /// handles (`open_by_handle_at(2)`, NFS) outlive a mount, and must not lead to another file.
    private static final int GENERATION = ThreadLocalRandom.current().nextInt();

    static Entry in(Arena arena) {
      return new Entry(fuse_entry_param.allocate(arena));
    }

    /// The `struct stat` inside.
    MemorySegment stat() {
      return fuse_entry_param.attr(memory);
    }

    /// Names the node and says how long the kernel may keep it.
    Entry with(NodeId node, double entrySeconds, double attributeSeconds) {
      fuse_entry_param.ino(memory, node.value());
      fuse_entry_param.generation(memory, Integer.toUnsignedLong(GENERATION));
      fuse_entry_param.entry_timeout(memory, entrySeconds);
      fuse_entry_param.attr_timeout(memory, attributeSeconds);
      return this;
    }
  }
}
