package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Attachment;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.store.VectorCollection;

/// One open `import`: a stream of lines, wherever it is cut into writes.
///
/// A line counts once the write that ends it has returned, as if its vectors had been attached one
/// by one. A line that cannot be taken is passed over, the others are stored: one file that is gone
/// must not stop the load of a million. Each of the first such lines is noted in `errors` with its
/// number and cause, and every close (and `fsync`) fails, so that nobody takes the load for
/// complete. A store that takes nothing (full, broken, not up) fails the write itself.
///
/// A last line may come without its line feed. As long as it is no whole object, a close fails, and
/// what is written after that goes on with it.
final class ImportHandle implements VirtualHandle {
  /// Bytes of vectors that are attached at a time, so that names wait for no longer.
  private static final long BATCH_BYTES = 1 << 20;

  private static final int MAX_LINE_BYTES = Limits.MAX_QUERY_BYTES;

  /// Lines of one import that `errors` tells of: it has to keep those of others, too.
  private static final int MAX_NOTES = 100;

  private final ControlContext context;
  private final NodeId directory;
  private final Caller caller;

  private final ReentrantLock lock = new ReentrantLock();

  /// What was written of a line that has not ended.
  @GuardedBy("lock")
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

  /// Whether the rest of a line that is too long is being passed over.
  @GuardedBy("lock")
  private boolean passesOver;

  /// Lines that have ended.
  @GuardedBy("lock")
  private long lines;

  @GuardedBy("lock")
  private long refused;

  @GuardedBy("lock")
  private String firstCause = "";

  /// Lines that were read and are not attached yet.
  @GuardedBy("lock")
  private final List<Attachment> batch = new ArrayList<>();

  @GuardedBy("lock")
  private long batchBytes;

  ImportHandle(ControlContext context, NodeId directory, Caller caller) {
    this.context = context;
    this.directory = directory;
    this.caller = caller;
  }

  @Override
  public Content read(Host host, long offset, int size) {
    return Content.OfBytes.range(new byte[0], offset, size);
  }

  /// Bytes count in the order in which they come, whatever their offset.
  @Override
  public void write(Host host, long offset, byte[] data) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      TreePath scope = context.pathOf(host, directory);
      int start = 0;
      for (int i = 0; i < data.length; i++) {
        if (data[i] == '\n') {
          endLine(host, scope, data, start, i - start);
          start = i + 1;
        }
      }
      attach(host);
      begin(data, start, data.length - start, scope);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void begin(byte[] data, int start, int length, TreePath scope) {
    if (!passesOver && begun.size() + length > MAX_LINE_BYTES) {
      refuse(lines + 1, scope, new TooLarge("a line has at most " + MAX_LINE_BYTES + " bytes"));
      passesOver = true;
      begun.reset();
    }
    if (!passesOver) {
      begun.write(data, start, length);
    }
  }

  @GuardedBy("lock")
  private void endLine(Host host, TreePath scope, byte[] data, int start, int length)
      throws ErrnoException, VectorFailure {
    lines++;
    if (passesOver) {
      passesOver = false;
      return;
    }
    if (begun.size() > 0) {
      begun.write(data, start, length);
      byte[] line = begun.toByteArray();
      begun.reset();
      take(host, scope, line, 0, line.length);
    } else {
      take(host, scope, data, start, length);
    }
  }

  @GuardedBy("lock")
  private void take(Host host, TreePath scope, byte[] bytes, int start, int length)
      throws ErrnoException, VectorFailure {
    if (isBlank(bytes, start, length)) {
      return;
    }
    try {
      add(host, scope, ImportLine.parse(bytes, start, length, this::dimension));
    } catch (InvalidRequest | InvalidVector | TooLarge e) {
      refuse(lines, scope, e);
    }
  }

  @GuardedBy("lock")
  private void add(Host host, TreePath scope, ImportLine line)
      throws ErrnoException, VectorFailure {
    batch.add(new Attachment(lines, scope.resolve(line.path()), line.collection(), line.matrix()));
    batchBytes += (long) line.matrix().values().length * Float.BYTES;
    // A first vector settles how those after it are read.
    if (batchBytes >= BATCH_BYTES || dimension(line.collection()).isEmpty()) {
      attach(host);
    }
  }

  private OptionalInt dimension(String collection) throws VectorFailure {
    return context
        .search()
        .store()
        .collection(collection)
        .map(VectorCollection::dimension)
        .filter(dimension -> dimension != 0)
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  @GuardedBy("lock")
  private void attach(Host host) throws ErrnoException, VectorFailure {
    if (batch.isEmpty()) {
      return;
    }
    List<Attachment> attached = List.copyOf(batch);
    batch.clear();
    batchBytes = 0;
    context
        .overlay()
        .attachAll(
            host,
            caller,
            attached,
            (attachment, cause) -> refuse(attachment.number(), attachment.path(), cause));
  }

  /// Only called, and only calls back, while the lock is held.
  @SuppressWarnings("GuardedBy")
  private void refuse(long line, TreePath path, Exception cause) {
    refused++;
    String text = "import, line " + line + ": " + cause(cause);
    if (refused == 1) {
      firstCause = text;
    }
    if (refused <= MAX_NOTES) {
      int errno = cause instanceof ErrnoException e ? e.errno() : Errno.EINVAL;
      context.errors().add(caller, "import", path, errno, text);
    }
  }

  private static String cause(Exception cause) {
    if (cause instanceof ErrnoException e) {
      return switch (e.errno()) {
        case Errno.ENOENT, Errno.ENOTDIR -> "there is no such file";
        case Errno.EACCES -> "the file may not be written by this user";
        case Errno.EPERM -> "only regular files have vectors";
        default -> Errno.nameOf(e.errno());
      };
    }
    return String.valueOf(cause.getMessage());
  }

  @Override
  public void flush(Host host) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      takeUnended(host);
      if (refused > 0) {
        throw new InvalidRequest(
            refused + " of " + lines + " lines were refused, the others are stored; " + firstCause);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void takeUnended(Host host) throws ErrnoException, VectorFailure {
    byte[] bytes = begun.toByteArray();
    if (isBlank(bytes, 0, bytes.length)) {
      return;
    }
    ImportLine line;
    try {
      line = ImportLine.parse(bytes, 0, bytes.length, this::dimension);
    } catch (InvalidRequest | InvalidVector e) {
      throw new InvalidRequest(
          "import, line " + (lines + 1) + ", which has no end yet: " + e.getMessage());
    }
    lines++;
    begun.reset();
    add(host, context.pathOf(host, directory), line);
    attach(host);
  }

  private static boolean isBlank(byte[] bytes, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (bytes[i] > ' ' || bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }
}
