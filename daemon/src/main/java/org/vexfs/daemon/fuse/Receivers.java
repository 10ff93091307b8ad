package org.vexfs.daemon.fuse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.Carriers;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NativeCallback;
import org.vexfs.daemon.io.Poll;
import org.vexfs.daemon.io.WakeUp;

/// The virtual threads that serve a session. Each waits for a request, receives it and, once
/// libfuse has returned, answers it itself: nobody else has to be woken for it. While it does, at
/// least one other thread stands by for the next request, and where none is left another is started
/// first; so there are as many threads as requests are under way, and some that stand by.
final class Receivers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Receivers.class);

  /// Threads that stand by, at most. Each keeps its carrier, so most carriers are left for requests
  /// that go on after having waited.
  private static final int MOST_STANDING_BY = Math.clamp(Carriers.COUNT / 3, 1, 5);

  private final Receiver receiver;
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());
  private final WakeUp wakeUp;

  /// Where to stand by, one place a thread. Made at once: later there may be no descriptors left.
  private final List<Poll> places = new ArrayList<>();

  /// Those that nobody is at. The last that was left is the next to be taken: so a single client is
  /// served by one thread, and the others sleep.
  private final Deque<Poll> free = new ConcurrentLinkedDeque<>();

  /// Threads that stand by, or are about to.
  private final AtomicInteger standingBy = new AtomicInteger();

  private final CountDownLatch ended = new CountDownLatch(1);

  /// Prepares to serve.
  ///
  /// @param descriptor can be read when there is a request
  Receivers(Receiver receiver, int descriptor) throws ErrnoException {
    this.receiver = receiver;
    this.wakeUp = new WakeUp();
    for (int i = 0; i < MOST_STANDING_BY; i++) {
      Poll place = new Poll(descriptor, wakeUp);
      places.add(place);
      free.add(place);
    }
  }

  /// Begins to serve.
  void start() {
    standingBy.incrementAndGet();
    add();
  }

  /// Starts a thread that was counted as standing by.
  private void add() {
    try {
      executor.execute(() -> NativeCallback.allowing(receiver, this::serve));
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      standingBy.decrementAndGet();
      LOG.error("No thread to stand by; requests wait for those that are under way", e);
    }
  }

  private void serve() {
    try {
      do {
        Optional<Runnable> answering = await();
        if (answering.isEmpty()) {
          end();
          return;
        }
        if (!receiver.hasEnded() && standingBy.compareAndSet(0, 1)) {
          add();
        }
        answer(answering.get());
      } while (standsBy());
    } catch (ErrnoException | RuntimeException | Error e) {
      LOG.error("Receiving failed, so the session ends", e);
      end();
    }
  }

  private static void answer(Runnable answering) {
    try {
      answering.run();
    } catch (RuntimeException | Error e) {
      LOG.error("A request's thread failed", e);
    }
  }

  /// Waits for a request as one that stands by, and does no longer when it has one.
  ///
  /// @return what answers it; nothing where the session has ended
  private Optional<Runnable> await() throws ErrnoException {
    Poll place = free.pop();
    try {
      while (!receiver.hasEnded()) {
        place.await();
        Optional<Runnable> answering = receiver.receive(place);
        if (answering.isPresent()) {
          return answering;
        }
      }
      return Optional.empty();
    } finally {
      free.push(place);
      standingBy.decrementAndGet();
    }
  }

  /// Whether this thread is to stand by again; it counts as one that does then. Never more are
  /// counted than may be: one who looks whether anybody is left must not be told of one who goes.
  private boolean standsBy() {
    int others = standingBy.get();
    while (others < MOST_STANDING_BY) {
      if (standingBy.compareAndSet(others, others + 1)) {
        return true;
      }
      others = standingBy.get();
    }
    return false;
  }

  private void end() {
    receiver.end();
    wakeUp.ring();
    ended.countDown();
  }

  /// Waits until the session has ended.
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /// Waits until the session has ended, but not for longer; whether it has.
  boolean awaitEnd(Duration patience) throws InterruptedException {
    return ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Whether the session has not ended.
  boolean isReceiving() {
    return ended.getCount() > 0;
  }

  /// Receives no more, and waits for the requests that are under way.
  @Override
  public void close() {
    end();
    executor.close();
    receiver.close();
    places.forEach(Poll::close);
    wakeUp.close();
  }
}
