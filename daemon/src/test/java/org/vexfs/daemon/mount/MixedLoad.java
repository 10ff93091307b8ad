package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Threads that work on files, attach vectors and search, all at once, each a [MixedWorker].
final class MixedLoad {
  private static final long SEED = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// Files that all search for and nobody changes.
  static final int SHARED = 32;

  /// What the kernel may still hold when it was asked to drop its caches: the root, and what a
  /// test's own look-ups of `status` bring back.
  private static final int FEW_NODES = 16;

  private final NativeMount mount;
  private final int threads;
  private final Path shared;

  /// Prepares the files that all threads share.
  MixedLoad(NativeMount mount, int threads) throws IOException {
    this.mount = mount;
    this.threads = threads;
    shared = mount.directory("shared");
    for (int i = 0; i < SHARED; i++) {
      Attributes.attach(mount.file("shared/fixed-" + i, "fixed " + i), i, 0, 0, 0);
    }
    long before = Json.number(mount.status(), "inodes");
    assertTrue(before > FEW_NODES, before + " inodes");
  }

  /// Lets them work; returns how many steps they have done, at least one each.
  long run(Duration duration) throws Exception {
    AtomicLong steps = new AtomicLong();
    long end = System.nanoTime() + duration.toNanos();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int number = i;
        work.add(
            executor.submit(() -> {
              try (MixedWorker worker = new MixedWorker(mount, number, SEED + number)) {
                do {
                  worker.step();
                  steps.incrementAndGet();
                } while (System.nanoTime() < end);
                worker.check();
              }
              return null;
            }));
      }
      for (Future<?> each : work) {
        Object _ = each.get();
      }
    }
    return steps.get();
  }

  /// The shared files are as they were.
  void checkShared() throws IOException {
    for (int i = 0; i < SHARED; i++) {
      assertEquals("fixed " + i, Files.readString(shared.resolve("fixed-" + i)));
      assertEquals(List.of((float) i, 0f, 0f, 0f), Attributes.vector(shared.resolve("fixed-" + i)));
    }
  }

  /// Handles are counted by the daemon; the one that reads `status` is one of them. Inodes are the
  /// kernel's to let go of, which it does when asked to drop its caches.
  void assertNothingHeld() throws IOException {
    Deadline.await(
        PATIENCE,
        () -> Json.number(mount.status(), "handles") <= 1,
        () -> "open handles in " + statusOf(mount));
    Deadline.await(
        PATIENCE,
        () -> {
          Command.of("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches").output();
          Map<String, Object> status = mount.status();
          return Json.number(status, "inodes") <= FEW_NODES
              && Json.number(status, "virtual_nodes") <= FEW_NODES;
        },
        () -> "inodes in " + statusOf(mount));
  }

  private static String statusOf(NativeMount mount) {
    try {
      return mount.status().toString();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
