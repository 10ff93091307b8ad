package org.vexfs.daemon.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// A directory of the host's file system.
public final class HostDirectory implements StorageDirectory {
  /// Locks that this process holds. POSIX drops a process's lock on a file as soon as *any*
  /// descriptor of that file is closed, so a lock held here must be refused before the file is
  /// opened a second time.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path realPath;

  private HostDirectory(Path path, Path realPath) {
    this.path = path;
    this.realPath = realPath;
  }

  /// The directory at `path`, made (with its parents) where it is missing, for its owner alone:
  /// vectors tell of the files that they are made from. The path is used as given, so that one
  /// through a descriptor (`/proc/self/fd/…`) still leads there when something is mounted over it.
  public static HostDirectory at(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return new HostDirectory(path, path.toRealPath());
  }

  @Override
  public String describe() {
    return realPath.toString();
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public StorageFile create(String name) throws IOException {
    return HostFile.create(path.resolve(name));
  }

  @Override
  public StorageFile open(String name) throws IOException {
    return HostFile.open(path.resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(path.resolve(from), path.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(path.resolve(name));
  }

  @Override
  public void sync() throws IOException {
    try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public Closeable lock(String name) throws IOException {
    Path file = realPath.resolve(name);
    if (!HELD.add(file)) {
      throw new StorageBusyException(
          file + " is held by this process, " + ProcessHandle.current().pid());
    }
    boolean locked = false;
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        FileLock lock = tryLock(channel, file);
        writeHolder(channel);
        locked = true;
        return () -> release(lock, channel, file);
      } finally {
        if (!locked) {
          channel.close();
        }
      }
    } finally {
      if (!locked) {
        HELD.remove(file);
      }
    }
  }

  private static FileLock tryLock(FileChannel channel, Path file) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new StorageBusyException(file + " is held by this process");
    }
    if (lock == null) {
      String holder = readHolder(channel);
      throw new StorageBusyException(
          file + " is held by " + (holder.isEmpty() ? "another process" : "process " + holder));
    }
    return lock;
  }

  private static String readHolder(FileChannel channel) throws IOException {
    ByteBuffer holder = ByteBuffer.allocate(20);
    channel.read(holder, 0);
    return StandardCharsets.US_ASCII.decode(holder.flip()).toString().strip();
  }

  private static void writeHolder(FileChannel channel) throws IOException {
    channel.truncate(0);
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    try {
      channel.write(ByteBuffer.wrap(pid), 0);
    } catch (IOException e) {
      // The pid only makes a refusal friendlier: a full disk must not keep the store from opening.
      if (!(HostFile.translated(e, "lock") instanceof StorageFullException)) {
        throw e;
      }
    }
  }

  private static void release(FileLock lock, FileChannel channel, Path file) throws IOException {
    try (channel) {
      lock.release();
    } finally {
      HELD.remove(file);
    }
  }
}
