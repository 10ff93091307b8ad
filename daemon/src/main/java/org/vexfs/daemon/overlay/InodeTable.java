package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.bindings.libc.stat;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.FileIdentity;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.ProcessCalls;

/// The inodes that the kernel knows, by its number for them and by the host's file; the owner of
/// their descriptors.
///
/// A host file has one inode here however many names lead to it. Counting and removal happen inside
/// the map's atomic update of that file's entry, so a look-up that races with the last forget
/// either finds the inode alive or makes a new one. While a request names an inode the kernel holds
/// a reference to it, hence [#get] needs no lock.
final class InodeTable {
  /// Names of a hard-linked file that are kept in mind besides the first; older ones make room.
  private static final int MAX_OTHER_NAMES = 16;

  /// Inodes known at most, but for those that the kernel cannot do without.
  private static final int MAX_INODES = 100_000;

  /// How often, and how long after one another, a look-up that finds no descriptor free is tried
  /// while the kernel is made to forget others.
  private static final int MAX_ATTEMPTS = 100;

  private static final Duration ATTEMPT_INTERVAL = Duration.ofMillis(10);

  /// Where the budget is passed by one in so many, files are let in slowly.
  private static final int PASSED_SHARE = 20;

  private static final Duration ARRIVAL_INTERVAL = Duration.ofNanos(200_000);

  private final ConcurrentHashMap<FileIdentity, Inode> byFile = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Inode> byId = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong(NodeId.ROOT.value());
  private final Inode root;

  /// Inodes beyond which the kernel is asked to forget some.
  private final int budget = budget();

  /// Whom to tell that there are too many.
  private volatile Runnable crowdedListener = () -> {};

  private volatile ArrivalListener arrivalListener = (host, inode) -> {};

  /// Hears of every look-up that found a file.
  @FunctionalInterface
  interface ArrivalListener {
    /// The kernel has come to know `inode`, perhaps by one name more.
    void arrived(Host host, Inode inode);
  }

  /// Takes over `rootDescriptor`, an `O_PATH` descriptor of SOURCE.
  InodeTable(Host host, int rootDescriptor) throws ErrnoException {
    MemorySegment stat = host.scratchStat();
    host.fstat(rootDescriptor, stat);
    root = new Inode(NodeId.ROOT, Host.fileOf(stat), rootDescriptor);
    byFile.put(root.file, root);
    byId.put(root.id.value(), root);
  }

  Inode root() {
    return root;
  }

  int size() {
    return byId.size();
  }

  Inode get(NodeId id) throws ErrnoException {
    @Nullable Inode inode = byId.get(id.value());
    if (inode == null) {
      throw ErrnoException.of(Errno.ESTALE);
    }
    return inode;
  }

  /// Half of the descriptors that the process may have: open files and the store need some too. Not
  /// more than [#MAX_INODES], for the memory that they take.
  private static int budget() {
    return ProcessCalls.descriptorLimit()
        .map(limit -> (int) Math.min(MAX_INODES, limit.current() / 2))
        .orElse(MAX_INODES);
  }

  /// Has `listener` told whenever there are too many inodes; it must not wait.
  void onCrowded(Runnable listener) {
    crowdedListener = listener;
  }

  /// Has `listener` told of every look-up.
  void onArrival(ArrivalListener listener) {
    arrivalListener = listener;
  }

  /// Whether the kernel is to forget some more: until a quarter of the budget is free.
  boolean isCrowded() {
    return byId.size() > budget / 4 * 3;
  }

  /// The inodes of this moment and of the moments while they are gone through; the root among them.
  Iterable<Inode> known() {
    return byId.values();
  }

  /// The number of a host's file, where the kernel knows it.
  Optional<NodeId> find(FileIdentity file) {
    return Optional.ofNullable(byFile.get(file)).map(inode -> inode.id);
  }

  /// Looks `name` up in a directory, fills `stat`, and counts one reference.
  Inode acquire(Host host, int directory, String name, MemorySegment stat) throws ErrnoException {
    int flags = Libc.O_PATH() | Libc.O_NOFOLLOW();
    for (int attempt = 1; ; attempt++) {
      try {
        return adopt(host, host.openat(directory, name, flags, 0), stat);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EMFILE || attempt == MAX_ATTEMPTS) {
          throw e;
        }
        crowdedListener.run();
        LockSupport.parkNanos(ATTEMPT_INTERVAL.toNanos());
      }
    }
  }

  /// Counts one reference to what `descriptor` refers to, an `O_PATH` descriptor that is taken
  /// over.
  Inode adopt(Host host, int descriptor, MemorySegment attributes) throws ErrnoException {
    try {
      host.fstat(descriptor, attributes);
    } catch (ErrnoException e) {
      host.closeDescriptor(descriptor);
      throw e;
    }
    boolean isDirectory = (stat.st_mode(attributes) & Libc.__S_IFMT()) == Libc.__S_IFDIR();
    if (byId.size() > budget) {
      crowdedListener.run();
      if (byId.size() > budget + budget / PASSED_SHARE) {
        // Those that come wait a little, so that forgetting keeps up with them.
        LockSupport.parkNanos(ARRIVAL_INTERVAL.toNanos());
      }
    }
    Inode adopted =
        byFile.compute(
            Host.fileOf(attributes),
            (file, known) -> {
              if (known != null) {
                known.lookups++;
                if (isDirectory || !keepsName(host, known, descriptor)) {
                  host.closeDescriptor(descriptor);
                }
                return known;
              }
              Inode added = new Inode(new NodeId(lastId.incrementAndGet()), file, descriptor);
              byId.put(added.id.value(), added);
              return added;
            });
    arrivalListener.arrived(host, adopted);
    adopted.awaitWrites();
    return adopted;
  }

  /// Takes `descriptor` over if the name that it was opened by is new to `inode`.
  private static boolean keepsName(Host host, Inode inode, int descriptor) {
    int[] others = inode.otherNames;
    try {
      String path = host.pathOf(descriptor);
      if (host.pathOf(inode.descriptor).equals(path)) {
        return false;
      }
      for (int other : others) {
        if (host.pathOf(other).equals(path)) {
          return false;
        }
      }
    } catch (ErrnoException unknown) {
      return false;
    }
    boolean isFull = others.length == MAX_OTHER_NAMES;
    int[] kept = Arrays.copyOfRange(others, isFull ? 1 : 0, others.length + 1);
    kept[kept.length - 1] = descriptor;
    inode.otherNames = kept;
    if (isFull) {
      host.closeDescriptor(others[0]);
    }
    return true;
  }

  private static void close(Host host, Inode inode) {
    host.closeDescriptor(inode.descriptor);
    for (int other : inode.otherNames) {
      host.closeDescriptor(other);
    }
  }

  /// Drops references; the last one closes the descriptor. The root stays.
  void forget(Host host, NodeId id, long lookups) {
    @Nullable Inode named = byId.get(id.value());
    if (named == null || named == root) {
      return;
    }
    byFile.computeIfPresent(
        named.file,
        (file, inode) -> {
          inode.lookups -= lookups;
          if (inode.lookups > 0) {
            return inode;
          }
          byId.remove(inode.id.value());
          close(host, inode);
          return null;
        });
  }

  /// Closes every descriptor; nothing may be asked afterwards.
  void close(Host host) {
    byId.values().forEach(inode -> close(host, inode));
    byId.clear();
    byFile.clear();
  }
}
