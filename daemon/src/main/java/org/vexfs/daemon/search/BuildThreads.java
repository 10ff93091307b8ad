package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.vexfs.daemon.index.GraphWork;

/// The threads that help indexers to build graphs on all cores; all collections share them. They
/// come when there is much to do and go when there is not.
final class BuildThreads implements GraphWork, AutoCloseable {
  /// Below this, waking another thread costs more than it saves.
  private static final int LEAST_SHARE = 4;

  private static final long IDLE_SECONDS = 5;

  private final int helpers = Runtime.getRuntime().availableProcessors() - 1;
  private final ThreadPoolExecutor executor;

  BuildThreads() {
    AtomicInteger number = new AtomicInteger();
    int threads = Math.max(1, helpers);
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .name("index-builder-" + number.incrementAndGet())
                    .daemon()
                    .unstarted(task));
    executor.allowCoreThreadTimeOut(true);
  }

  /// On the caller's thread and others.
  @Override
  public void forEach(int from, int to, IntConsumer action) {
    AtomicInteger next = new AtomicInteger(from);
    Runnable share =
        () -> {
          for (int i = next.getAndIncrement(); i < to; i = next.getAndIncrement()) {
            action.accept(i);
          }
        };
    List<Future<?>> shares = new ArrayList<>();
    for (int i = 0; i < Math.min(helpers, (to - from) / LEAST_SHARE - 1); i++) {
      shares.add(executor.submit(share));
    }
    try {
      share.run();
    } finally {
      next.set(to);
      shares.forEach(BuildThreads::await);
    }
  }

  /// Without heed to interruption: the others work on what the caller has pinned.
  private static void await(Future<?> share) {
    boolean interrupted = false;
    while (true) {
      try {
        share.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new IllegalStateException("a build thread failed", e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    executor.close();
  }
}
