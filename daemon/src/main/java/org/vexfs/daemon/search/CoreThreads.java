package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.vexfs.daemon.index.GraphWork;
import org.vexfs.daemon.io.ProcessCalls;

/// Threads that help others to do one piece of work on all cores: one fewer than there are cores,
/// whoever asks. They come when there is much to do and go when there is not.
final class CoreThreads implements GraphWork, AutoCloseable {
  /// Below this, waking another thread costs more than it saves.
  private static final int LEAST_SHARE = 4;

  private static final long IDLE_SECONDS = 5;

  private static final int NICE_IN_BACKGROUND = 5;
  private static final int MOST_NICE = 19;

  private final int helpers = Runtime.getRuntime().availableProcessors() - 1;
  private final ThreadPoolExecutor executor;

  /// Threads that are called `name` and numbered.
  CoreThreads(String name) {
    this(name, () -> {});
  }

  private CoreThreads(String name, Runnable first) {
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
                    .name(name + "-" + number.incrementAndGet())
                    .daemon()
                    .unstarted(() -> {
                      first.run();
                      task.run();
                    }));
    executor.allowCoreThreadTimeOut(true);
  }

  /// The same, for work that is to wait where others want the processor.
  static CoreThreads inBackground(String name) {
    return new CoreThreads(name, CoreThreads::letOthersGoFirst);
  }

  /// From now on the calling thread gets about a third of what another gets, where both want the
  /// same processor.
  static void letOthersGoFirst() {
    int nice = Math.min(MOST_NICE, ProcessCalls.threadNice() + NICE_IN_BACKGROUND);
    boolean _ = ProcessCalls.setThreadNice(nice);
  }

  /// On the caller's thread and others.
  @Override
  public void forEach(int from, int to, IntConsumer action) {
    AtomicInteger next = new AtomicInteger(from);
    Runnable share =
        () -> {
          try {
            for (int i = next.getAndIncrement(); i < to; i = next.getAndIncrement()) {
              action.accept(i);
            }
          } finally {
            next.set(to);
          }
        };
    share(share, (to - from) / LEAST_SHARE);
  }

  /// Runs `share`, which takes its work from what all of them share, on the caller's thread and on
  /// others that are free, at most `most` in all; returns when each that began has ended. One that
  /// did not begin before the caller's own had ended does not begin any more.
  void share(Runnable share, int most) {
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < Math.min(helpers, most - 1); i++) {
      Share other = new Share(share);
      shares.add(other);
      executor.execute(other);
    }
    try {
      share.run();
    } finally {
      for (Share other : shares) {
        if (other.begun.compareAndSet(false, true)) {
          boolean _ = executor.remove(other);
        } else {
          other.await();
        }
      }
    }
  }

  /// What another thread is to run, unless whoever asked for it was faster.
  private static final class Share implements Runnable {
    final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Runnable work;

    Share(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      if (begun.compareAndSet(false, true)) {
        try {
          work.run();
          done.complete(null);
        } catch (RuntimeException | Error e) {
          done.completeExceptionally(e);
        }
      }
    }

    /// Without heed to interruption: the others work on what the caller has pinned.
    void await() {
      try {
        done.join();
      } catch (CompletionException e) {
        throw new IllegalStateException("a thread that helped failed", e.getCause());
      }
    }
  }

  @Override
  public void close() {
    executor.close();
  }
}
