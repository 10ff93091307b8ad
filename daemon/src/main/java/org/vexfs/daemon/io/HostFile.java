package org.vexfs.daemon.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// A file of the host's file system.
///
/// A `FileChannel` closes itself under a thread that is interrupted, and with it under everybody
/// else. Here the channel is opened again and the operation repeated: each is positional, so doing
/// it twice does no harm.
final class HostFile implements StorageFile {
  /// Linux's texts for ENOSPC and EDQUOT, which is all that the JDK tells.
  private static final String NO_SPACE = "No space left on device";

  private static final String NO_QUOTA = "Disk quota exceeded";

  private final Path path;
  private final Optional<Object> key;
  private final ReentrantLock reopening = new ReentrantLock();

  private volatile FileChannel channel;
  private volatile boolean closed;

  private HostFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
    this.key = keyAt(path);
  }

  /// What tells the file at a path from all others.
  private static Optional<Object> keyAt(Path path) {
    try {
      return Optional.ofNullable(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (IOException nothingThere) {
      return Optional.empty();
    }
  }

  static HostFile create(Path path) throws IOException {
    try {
      return new HostFile(
          path,
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw translated(e, path.toString());
    }
  }

  static HostFile open(Path path) throws IOException {
    return new HostFile(path, openExisting(path));
  }

  private static FileChannel openExisting(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// The one place that tells a full disk from the other errors.
  static IOException translated(IOException e, String file) {
    String text = String.valueOf(e.getMessage());
    return text.contains(NO_SPACE) || text.contains(NO_QUOTA)
        ? new StorageFullException(file + ": " + text)
        : e;
  }

  @Override
  public String name() {
    return path.getFileName().toString();
  }

  @Override
  public boolean hasItsName() {
    return key.isPresent() && key.equals(keyAt(path));
  }

  @Override
  public long size() throws IOException {
    return uninterrupted(FileChannel::size);
  }

  @Override
  public Instant modified() throws IOException {
    return Files.getLastModifiedTime(path).toInstant();
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    return uninterrupted(open -> open.write(source, position));
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return uninterrupted(open -> open.read(target, position));
  }

  @Override
  public void truncate(long size) throws IOException {
    uninterrupted(open -> open.truncate(size));
  }

  @Override
  public void extend(long size) throws IOException {
    if (size > size()) {
      uninterrupted(open -> open.write(ByteBuffer.allocate(1), size - 1));
    }
  }

  @Override
  public void sync() throws IOException {
    uninterrupted(open -> {
      open.force(false);
      return true;
    });
  }

  @Override
  public MemorySegment map(long position, long length, Arena arena) throws IOException {
    return uninterrupted(open -> {
      // A mapping beyond the end would make the channel extend the file.
      if (position + length > open.size()) {
        throw new IOException(path + " ends before " + (position + length));
      }
      return open.map(MapMode.READ_ONLY, position, length, arena);
    });
  }

  @Override
  public void close() throws IOException {
    reopening.lock();
    try {
      closed = true;
      channel.close();
    } finally {
      reopening.unlock();
    }
  }

  @FunctionalInterface
  private interface Operation<T> {
    T on(FileChannel open) throws IOException;
  }

  private <T> T uninterrupted(Operation<T> operation) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        FileChannel open = channel;
        try {
          return operation.on(open);
        } catch (ClosedChannelException e) {
          interrupted |= Thread.interrupted();
          reopen(e);
        } catch (IOException e) {
          throw translated(e, path.toString());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void reopen(ClosedChannelException cause) throws IOException {
    reopening.lock();
    try {
      if (closed) {
        throw cause;
      }
      if (!channel.isOpen()) {
        channel = openExisting(path);
      }
    } finally {
      reopening.unlock();
    }
  }
}
