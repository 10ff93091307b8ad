package org.vexfs.daemon.overlay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.bindings.libc.timespec;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.FactSource;
import org.vexfs.daemon.search.FileFacts;
import org.vexfs.daemon.search.HostState;
import org.vexfs.daemon.store.FileNode;

/// What filters were told of files, kept in bounded memory.
///
/// To ask the host takes some microseconds a file, which a search that puts its filter to each of
/// ten thousand cannot spend. What is kept may be used while the file's stamp ([ChangeStamps]) is
/// the same, which tells of changes through the mount; and as long as the kernel may keep
/// attributes, after which the file's time of change is looked at, which tells of those behind it.
///
/// Two generations: once the younger is half of what may be kept, the older is dropped, and what is
/// used of the older becomes part of the younger.
final class KnownFacts implements FactSource {
  /// Bytes, estimated, that both generations may take.
  private static final long MAX_BYTES = 32 << 20;

  /// What an entry takes besides its attributes' names and values, and each of those.
  private static final long ENTRY_BYTES = 200;

  private static final long ATTRIBUTE_BYTES = 100;

  /// A file that was changed so shortly before it was looked at may be changed again without
  /// getting another time.
  private static final double UNSETTLED_SECONDS = 0.1;

  private static final int PERMISSION_BITS = 07777;
  private static final double NANOS = 1e9;

  private final Inode root;
  private final ChangeStamps stamps;
  private final long trustNanos;
  private final Consumer<TreePath> vanished;

  private volatile Map<Long, Known> young = new ConcurrentHashMap<>();
  private volatile Map<Long, Known> old = Map.of();

  @GuardedBy("this")
  private long youngBytes;

  /// What is known of a file.
  ///
  /// @param inode its number in the host's file system
  /// @param changed when its inode was last changed
  /// @param settled whether another change would have got another time
  /// @param stamp its stamp before this was read
  /// @param readNanos when it was known to be true, by `System.nanoTime()`
  /// @param asked which attributes were asked for
  private record Known(
      FileFacts facts,
      long inode,
      double changed,
      boolean settled,
      long stamp,
      long readNanos,
      Set<String> asked) {
    Known asOf(long nanos) {
      return new Known(facts, inode, changed, settled, stamp, nanos, asked);
    }
  }

  /// Facts of files below `root`.
  ///
  /// @param trustSeconds for how long changes behind the mount may go unseen
  /// @param vanished hears of files that are not there any more
  KnownFacts(Inode root, ChangeStamps stamps, double trustSeconds, Consumer<TreePath> vanished) {
    this.root = root;
    this.stamps = stamps;
    this.trustNanos = (long) (trustSeconds * NANOS);
    this.vanished = vanished;
  }

  /// What answers for somebody depend on now.
  HostState stateFor(int uid, Set<Integer> groups) {
    return new HostState(uid, groups, stamps.names(), stamps.contents(), trustNanos);
  }

  @Override
  public Optional<FileFacts> kept(FileNode file, Set<String> attributes) {
    @Nullable Known known = find(file);
    return known != null
            && isCurrent(known, attributes)
            && System.nanoTime() - known.readNanos() < trustNanos
        ? Optional.of(known.facts())
        : Optional.empty();
  }

  @Override
  public Optional<FileFacts> of(FileNode file, TreePath path, Set<String> attributes) {
    Optional<FileFacts> kept = kept(file, attributes);
    return kept.isPresent() ? kept : now(file, path, attributes);
  }

  @Override
  public Optional<FileFacts> now(FileNode file, TreePath path, Set<String> attributes) {
    try (Host host = Host.borrow()) {
      @Nullable Known known = find(file);
      Known current =
          known != null && isSame(host, known, path, attributes)
              ? known.asOf(System.nanoTime())
              : read(host, path, wanted(known, attributes));
      keep(file, current);
      return Optional.of(current.facts());
    } catch (ErrnoException e) {
      if (VanishedFiles.isAbsence(e)) {
        vanished.accept(path);
      }
      return Optional.empty();
    }
  }

  private @Nullable Known find(FileNode file) {
    Long key = file.id();
    @Nullable Known known = young.get(key);
    if (known == null) {
      known = old.get(key);
      if (known != null) {
        keep(file, known);
      }
    }
    return known;
  }

  /// Whether the file was not changed through the mount since, and these attributes are known.
  private boolean isCurrent(Known known, Set<String> attributes) {
    return stamps.of(known.inode()) == known.stamp() && known.asked().containsAll(attributes);
  }

  /// Whether what is known is true of the file at this path.
  private boolean isSame(Host host, Known known, TreePath path, Set<String> attributes)
      throws ErrnoException {
    if (!known.settled() || !isCurrent(known, attributes)) {
      return false;
    }
    MemorySegment found = host.scratchStat();
    host.fstatat(root.descriptor, path.bytes(), found);
    return known.inode() == stat.st_ino(found) && known.changed() == changed(found);
  }

  /// Asks for those attributes again that others want.
  private static Set<String> wanted(@Nullable Known known, Set<String> attributes) {
    if (known == null || attributes.containsAll(known.asked())) {
      return attributes;
    }
    Set<String> all = new HashSet<>(known.asked());
    all.addAll(attributes);
    return all;
  }

  private Known read(Host host, TreePath path, Set<String> attributes) throws ErrnoException {
    MemorySegment found = host.scratchStat();
    int descriptor =
        host.openat(root.descriptor, path.bytes(), Libc.O_PATH() | Libc.O_NOFOLLOW(), 0);
    try {
      host.fstat(descriptor, found);
      long inode = stat.st_ino(found);
      // The stamp first, then what it is to stand for.
      long stamp = stamps.of(inode);
      host.fstat(descriptor, found);
      double changed = changed(found);
      Instant now = Instant.now();
      boolean settled =
          FileFacts.seconds(now.getEpochSecond(), now.getNano()) - changed > UNSETTLED_SECONDS;
      FileFacts facts =
          new FileFacts(
              stat.st_size(found),
              seconds(stat.st_mtim(found)),
              stat.st_uid(found),
              stat.st_gid(found),
              stat.st_mode(found) & PERMISSION_BITS,
              values(host, descriptor, attributes));
      return new Known(
          facts, inode, changed, settled, stamp, System.nanoTime(), Set.copyOf(attributes));
    } finally {
      host.closeDescriptor(descriptor);
    }
  }

  private static Map<String, String> values(Host host, int descriptor, Set<String> attributes)
      throws ErrnoException {
    Map<String, String> values = new HashMap<>();
    for (String name : attributes) {
      try {
        values.put(name, new String(host.attributes().get(descriptor, name), ISO_8859_1));
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENODATA && e.errno() != Errno.EOPNOTSUPP) {
          throw e;
        }
      }
    }
    return values;
  }

  private static double changed(MemorySegment found) {
    return seconds(stat.st_ctim(found));
  }

  private static double seconds(MemorySegment time) {
    return FileFacts.seconds(timespec.tv_sec(time), timespec.tv_nsec(time));
  }

  private void keep(FileNode file, Known known) {
    if (young.put(file.id(), known) == null) {
      grow(bytesOf(known));
    }
  }

  private synchronized void grow(long bytes) {
    youngBytes += bytes;
    if (youngBytes > MAX_BYTES / 2) {
      old = young;
      young = new ConcurrentHashMap<>();
      youngBytes = 0;
    }
  }

  private static long bytesOf(Known known) {
    long bytes = ENTRY_BYTES;
    for (Map.Entry<String, String> attribute : known.facts().attributes().entrySet()) {
      bytes += ATTRIBUTE_BYTES + attribute.getKey().length() + attribute.getValue().length();
    }
    return bytes;
  }
}
