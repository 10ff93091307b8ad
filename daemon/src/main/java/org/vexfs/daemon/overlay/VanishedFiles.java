package org.vexfs.daemon.overlay;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.ThreadEnd;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Fingerprint;
import org.vexfs.daemon.io.Host;

/// Looks after the vectors of files that are not where they were, once a search or a look-up has
/// come upon one: in SOURCE a file may be moved or removed behind the mount, and a disk below it
/// may be out of reach for a while.
///
/// All of SOURCE is searched for the file. Where it is found, its vectors follow it. They are
/// dropped only where it is certain that it was removed: two whole searches did not find it, and
/// another file of the same directory is in its place, so that the disk is there. Else they are
/// kept; searches leave them out, and `vexfs fsck --repair` drops them. A mount that takes no
/// changes keeps them all.
///
/// A thread of its own, because look-ups and searches must not wait for any of this. It rests ten
/// times as long as it worked. What finds no room among those waiting is come upon again.
final class VanishedFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VanishedFiles.class);
  private static final int MAX_WAITING = 4096;
  private static final int REST_FACTOR = 10;

  /// How long a file that was not found is not looked for again.
  private static final Duration KEPT = Duration.ofMinutes(10);

  private static final int MAX_KEPT = 65_536;

  private final Reconciliation reconciliation;
  private final BlockingQueue<TreePath> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread =
      Thread.ofPlatform().name("vanished-files").daemon().unstarted(this::run);

  /// Until when, of `System.nanoTime()`, files that were not found are left alone; of the thread.
  private final Map<TreePath, Long> kept = new LinkedHashMap<>();

  VanishedFiles(Reconciliation reconciliation) {
    this.reconciliation = reconciliation;
    thread.start();
  }

  /// Nothing was found at a path where the store has a file.
  void notice(TreePath path) {
    boolean _ = waiting.offer(path);
  }

  private void run() {
    try (Host host = Host.borrow()) {
      Set<TreePath> batch = new HashSet<>();
      while (!isClosed()) {
        batch.add(waiting.take());
        int _ = waiting.drainTo(batch);
        long start = System.nanoTime();
        if (lookFor(host, batch)) {
          boolean _ = closed.await((System.nanoTime() - start) * REST_FACTOR, TimeUnit.NANOSECONDS);
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /// Looks for files; says whether that was any work.
  private boolean lookFor(Host host, Set<TreePath> paths) {
    long now = System.nanoTime();
    paths.removeIf(path -> kept.getOrDefault(path, now) - now > 0);
    if (isClosed() || paths.isEmpty()) {
      return false;
    }
    try {
      Map<TreePath, Long> missing = missing(host, paths);
      if (reconciliation.isReadOnly()) {
        missing.keySet().forEach(this::keep);
      } else if (!missing.isEmpty()) {
        settle(host, missing);
      }
      return !missing.isEmpty();
    } catch (ErrnoException | VectorFailure | RuntimeException e) {
      LOG.warn("Vectors of files that are gone are kept for now: {}", e.toString());
      return true;
    }
  }

  /// Which of the paths lead nowhere, with the fingerprints of their files.
  private Map<TreePath, Long> missing(Host host, Set<TreePath> paths)
      throws ErrnoException, VectorFailure {
    Map<TreePath, Long> missing = new HashMap<>();
    for (TreePath path : paths) {
      if (reconciliation.isAbsent(host, path)) {
        reconciliation.fingerprintKnownAt(path).ifPresent(known -> missing.put(path, known));
      }
    }
    return missing;
  }

  private void settle(Host host, Map<TreePath, Long> missing) throws ErrnoException, VectorFailure {
    Set<Long> wanted = new HashSet<>(missing.values());
    wanted.removeIf(known -> !Fingerprint.isLasting(known));
    SourceWalk.Found found = search(host, wanted);
    if (isClosed()) {
      return;
    }
    for (Map.Entry<TreePath, Long> each : missing.entrySet()) {
      TreePath path = each.getKey();
      if (found.paths().containsKey(each.getValue())) {
        LOG.info("{} was moved behind the mount, and its vectors with it", path);
      } else if (found.isComplete() && reconciliation.hasWitness(host, path)) {
        reconciliation.vanished(host, path);
        LOG.info("{} was removed behind the mount, and its vectors with it", path);
      } else {
        keep(path);
      }
    }
  }

  /// Searches SOURCE, twice where the first time does not find all: a file that is moved meanwhile
  /// can be missed.
  private SourceWalk.Found search(Host host, Set<Long> wanted)
      throws ErrnoException, VectorFailure {
    Map<Long, TreePath> paths = new HashMap<>();
    boolean isComplete = true;
    for (int attempt = 1; attempt <= 2; attempt++) {
      Set<Long> missing = new HashSet<>(wanted);
      missing.removeAll(paths.keySet());
      SourceWalk.Found found =
          SourceWalk.find(host, reconciliation.source(), missing, this::isClosed);
      isComplete &= found.isComplete();
      for (TreePath path : found.paths().values()) {
        reconciliation.met(host, path);
      }
      paths.putAll(found.paths());
    }
    return new SourceWalk.Found(paths, isComplete);
  }

  private void keep(TreePath path) {
    if (kept.size() >= MAX_KEPT) {
      // The oldest make room; what is forgotten is only looked for sooner.
      kept.remove(kept.keySet().iterator().next());
    }
    if (kept.put(path, System.nanoTime() + KEPT.toNanos()) == null) {
      LOG.info("{} is gone, perhaps with its disk: its vectors are kept", path);
    }
  }

  /// Whether an error says that a path leads nowhere, rather than that it cannot be followed now.
  static boolean isAbsence(ErrnoException e) {
    return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
  }

  @Override
  public void close() {
    closed.countDown();
    waiting.clear();
    // Wakes the thread; to interrupt it could close a file of the store under it.
    boolean _ = waiting.offer(TreePath.ROOT);
    ThreadEnd.await(thread);
  }
}
