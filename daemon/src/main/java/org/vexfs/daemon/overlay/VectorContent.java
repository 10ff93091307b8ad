package org.vexfs.daemon.overlay;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;

/// Files named `*.vec`, whose content is their vector in the collection `default`, in any of the
/// forms that values have.
///
/// The vector is taken from the content when a descriptor is closed through which it was changed,
/// at `fsync`, at `truncate(2)`, and when a file gets such a name. Content that is no vector leaves
/// the file without one: what it had before it is not any more. Nobody else's content is ever read.
final class VectorContent {
  private static final Logger LOG = LoggerFactory.getLogger(VectorContent.class);
  private static final String SUFFIX = ".vec";

  /// A header and the longest text form of a value, besides the largest entry.
  private static final long MAX_BYTES = 3 * Limits.MAX_ENTRY_BYTES;

  private final Inode root;
  private final Namespace namespace;
  private final Reconciliation reconciliation;
  private final VectorAttributes vectors;

  VectorContent(
      Inode root, Namespace namespace, Reconciliation reconciliation, VectorAttributes vectors) {
    this.root = root;
    this.namespace = namespace;
    this.reconciliation = reconciliation;
    this.vectors = vectors;
  }

  /// Whether a file of this name is its own vector.
  static boolean isNamed(String name) {
    return name.endsWith(SUFFIX) && name.length() > SUFFIX.length();
  }

  /// A descriptor was closed: takes the vector of a file that was changed through it. An empty file
  /// waits for the last close, since shells close one before they write.
  ///
  /// @throws VectorFailure where the content is no vector, at this close and those after it
  void closed(Host host, OpenFile file) throws ErrnoException, VectorFailure {
    file.requireNotRefused();
    if (file.isChanged()) {
      host.fstat(file.descriptor, host.scratchStat());
      if (stat.st_size(host.scratchStat()) > 0) {
        settle(host, file);
      }
    }
  }

  /// The last descriptor was closed, perhaps after pages of a mapping came. There is nobody left to
  /// be told what is wrong.
  void released(Host host, OpenFile file) {
    if (file.isChanged()) {
      try {
        settle(host, file);
      } catch (ErrnoException | VectorFailure e) {
        LOG.debug("Node {} is no vector: {}", file.inode.id, e.toString());
      }
    }
  }

  private void settle(Host host, OpenFile file) throws ErrnoException, VectorFailure {
    file.settled();
    try {
      TreePath path = namespace.pathOf(host, file.inode);
      if (isNamed(path.name())) {
        take(host, path);
      }
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      // With its last name a file has lost its vector.
    } catch (VectorFailure.InvalidVector | VectorFailure.TooLarge e) {
      file.refused(e);
      throw e;
    }
  }

  /// A file was changed without a descriptor.
  void changed(Host host, Inode inode) {
    try {
      changed(host, namespace.pathOf(host, inode));
    } catch (ErrnoException nameless) {
      LOG.debug("Node {} has no name to be a vector by", inode.id);
    }
  }

  /// A file was changed without a descriptor, or has got a name: takes its vector if the name is
  /// one of these. What is wrong with it does not undo what has happened.
  void changed(Host host, TreePath path) {
    if (isNamed(path.name())) {
      try {
        take(host, path);
      } catch (ErrnoException | VectorFailure e) {
        LOG.debug("{} is no vector: {}", path, e.toString());
      }
    }
  }

  private void take(Host host, TreePath path) throws ErrnoException, VectorFailure {
    byte[] content;
    try {
      content = read(host, path);
      if (content.length > 0) {
        long fingerprint = reconciliation.fingerprintAt(host, path);
        namespace.attaching(() -> vectors.put(path, fingerprint, content));
        return;
      }
    } catch (VectorFailure.InvalidVector | VectorFailure.TooLarge e) {
      drop(host, path);
      throw e;
    }
    drop(host, path);
  }

  private void drop(Host host, TreePath path) throws ErrnoException, VectorFailure {
    if (!vectors.hasNone()) {
      long fingerprint = reconciliation.fingerprintAt(host, path);
      namespace.attaching(() -> vectors.removeContent(path, fingerprint));
    }
  }

  private byte[] read(Host host, TreePath path) throws ErrnoException, VectorFailure {
    int flags = Libc.O_RDONLY() | Libc.O_NOFOLLOW() | Libc.O_NONBLOCK();
    int descriptor = host.openat(root.descriptor, path.bytes(), flags, 0);
    try {
      MemorySegment attributes = host.scratchStat();
      host.fstat(descriptor, attributes);
      long size = stat.st_size(attributes);
      if ((stat.st_mode(attributes) & Libc.__S_IFMT()) != Libc.__S_IFREG()) {
        throw ErrnoException.of(Errno.ENOENT);
      }
      if (size > MAX_BYTES) {
        throw new VectorFailure.TooLarge(
            path + ": a file that is a vector has at most " + MAX_BYTES + " bytes");
      }
      return read(descriptor, (int) size);
    } finally {
      host.closeDescriptor(descriptor);
    }
  }

  private static byte[] read(int descriptor, int size) throws ErrnoException {
    ByteBuffer content = ByteBuffer.allocate(size);
    Path file = Path.of("/proc/self/fd/" + descriptor);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int read = 0;
      while (content.hasRemaining() && read >= 0) {
        read = channel.read(content);
      }
    } catch (IOException e) {
      throw ErrnoException.of(Errno.EIO);
    }
    return Arrays.copyOf(content.array(), content.position());
  }
}
