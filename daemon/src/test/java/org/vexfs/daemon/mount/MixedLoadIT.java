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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many threads that work on files, attach vectors and search, all at once: no wrong byte, no
/// error, and nothing held afterwards.
///
/// `-Dvexfs.mixed.seconds=N` says for how long, 30 by default.
final class MixedLoadIT {
  private static final long SEED = 32;
  private static final int THREADS = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// What the kernel may still hold when it was asked to drop its caches: the root, and what this
  /// test's own look-ups of `status` bring back.
  private static final int FEW_NODES = 16;

  @Test
  @Timeout(900)
  void threads_workSideBySide_andNothingStaysHeld() throws Exception {
    Duration duration = Duration.ofSeconds(Long.getLong("vexfs.mixed.seconds", 30));
    try (var mount = NativeMount.start()) {
      Path shared = mount.directory("shared");
      for (int i = 0; i < THREADS; i++) {
        Attributes.attach(mount.file("shared/fixed-" + i, "fixed " + i), i, 0, 0, 0);
      }
      long before = Json.number(mount.status(), "inodes");
      AtomicLong steps = new AtomicLong();

      run(mount, duration, steps);

      assertTrue(steps.get() > THREADS, steps + " steps");
      for (int i = 0; i < THREADS; i++) {
        assertEquals("fixed " + i, Files.readString(shared.resolve("fixed-" + i)));
        assertEquals(
            List.of((float) i, 0f, 0f, 0f), Attributes.vector(shared.resolve("fixed-" + i)));
      }
      assertTrue(before > FEW_NODES, before + " inodes");
      assertNothingHeld(mount);
    }
  }

  private static void run(NativeMount mount, Duration duration, AtomicLong steps) throws Exception {
    long end = System.nanoTime() + duration.toNanos();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int number = i;
        work.add(
            threads.submit(() -> {
              try (MixedWorker worker = new MixedWorker(mount, number, SEED + number)) {
                while (System.nanoTime() < end) {
                  worker.step();
                  steps.incrementAndGet();
                }
                worker.check();
              }
              return null;
            }));
      }
      for (Future<?> each : work) {
        Object _ = each.get();
      }
    }
  }

  /// Handles are counted by the daemon; the one that reads `status` is one of them. Inodes are the
  /// kernel's to let go of, which it does when asked to drop its caches.
  private static void assertNothingHeld(NativeMount mount) throws IOException {
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
