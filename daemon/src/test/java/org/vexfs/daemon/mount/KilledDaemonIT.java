package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The daemon is killed in the middle of work, again and again: what it acknowledged is there when
/// it is back, nothing else is, and searches say the same.
///
/// A round is: writers work side by side, SIGKILL at a moment chosen at random, a new mount, and
/// everything compared with what the writers know. `-Dvexfs.kill.rounds=N` says how many, 12 by
/// default; `-Dvexfs.kill.seed=N` has the writers choose the same again, though not the same
/// moment. Several mounts go through their rounds side by side.
final class KilledDaemonIT {
  private static final int MOUNTS = 3;
  private static final int WRITERS = 4;
  private static final Duration FSCK_PATIENCE = Duration.ofMinutes(2);

  /// Operations of a round, at most: those of many rounds come to several checkpoints.
  private static final int MAX_OPERATIONS = 200;

  @Test
  @Timeout(3_600)
  void killedDaemon_losesNothingThatItAcknowledged() throws Exception {
    int rounds = Integer.getInteger("vexfs.kill.rounds", 12);
    long seed = Long.getLong("vexfs.kill.seed", ThreadLocalRandom.current().nextInt(1 << 30));
    System.out.println("KilledDaemonIT: seed " + seed);
    long start = System.nanoTime();
    AtomicLong operations = new AtomicLong();
    try (ExecutorService threads = Executors.newFixedThreadPool(MOUNTS)) {
      List<Future<?>> lanes = new ArrayList<>();
      for (int lane = 0; lane < MOUNTS; lane++) {
        int share = rounds / MOUNTS + (lane < rounds % MOUNTS ? 1 : 0);
        long laneSeed = seed + lane;
        lanes.add(
            threads.submit(() -> {
              operations.addAndGet(goThrough(share, laneSeed));
              return null;
            }));
      }
      for (Future<?> lane : lanes) {
        Object _ = lane.get();
      }
    }
    System.out.printf(
        "KilledDaemonIT: %d rounds, %d acknowledged operations, %d s%n",
        rounds, operations.get(), (System.nanoTime() - start) / 1_000_000_000);
  }

  /// Goes through the rounds of one mount; returns how many operations were acknowledged.
  private static long goThrough(int rounds, long seed) throws Exception {
    Random random = new Random(seed);
    // Every other mount flushes each change, which lets the daemon die in other places.
    String durability = random.nextBoolean() ? "always" : "process";
    long operations = 0;
    try (var mount = NativeMount.prepare("--durability=" + durability);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      mount.startQuickly();
      mount.mount();
      List<InterruptedWriter> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(new InterruptedWriter(mount, i, random.nextLong()));
      }
      for (int round = 1; round <= rounds; round++) {
        operations += workUntilKilled(mount, writers, threads, random);
        mount.mount();
        check(mount, writers, "round " + round + ", seed " + seed);
      }
      mount.unmount();
      int repaired = fsck(mount, "--repair");
      assertTrue(repaired == 0 || repaired == 1, "fsck --repair ended with " + repaired);
      assertEquals(0, fsck(mount), "fsck after repairing");
      mount.mount();
      check(mount, writers, "after fsck, seed " + seed);
    }
    return operations;
  }

  private static long workUntilKilled(
      NativeMount mount, List<InterruptedWriter> writers, ExecutorService threads, Random random)
      throws Exception {
    AtomicLong operations = new AtomicLong();
    long last = 1L + random.nextInt(MAX_OPERATIONS);
    InterruptedWriter.End end = new InterruptedWriter.End();
    List<Future<?>> work = new ArrayList<>();
    for (InterruptedWriter writer : writers) {
      work.add(
          threads.submit(() -> {
            while (writer.step(end)) {
              if (operations.incrementAndGet() == last) {
                end.come();
              }
            }
            return null;
          }));
    }
    end.await();
    mount.kill();
    for (Future<?> each : work) {
      Object _ = each.get();
    }
    return operations.get();
  }

  private static void check(NativeMount mount, List<InterruptedWriter> writers, String when)
      throws IOException {
    Map<String, Double> expected = new TreeMap<>();
    for (InterruptedWriter writer : writers) {
      writer.settle(when);
      expected.putAll(writer.distances());
    }
    assertEquals(expected, distances(mount), when);
  }

  /// What an exact search for everything finds, with distances from the origin.
  private static Map<String, Double> distances(NativeMount mount) throws IOException {
    String query = "{\"vector\":[0,0,0],\"k\":10000,\"exact\":true}";
    Conversation.Answer answer = Conversation.ask(mount.mountPoint(), query);
    Map<String, Double> distances = new TreeMap<>();
    answer
        .lines()
        .forEach(line ->
            distances.put(
                Json.text(line, "path"), (double) Math.round(Json.decimal(line, "distance"))));
    return distances;
  }

  private static int fsck(NativeMount mount, String... options) {
    List<Object> words = new ArrayList<>(List.of(NativeMount.launcher(), "fsck", mount.source()));
    words.addAll(List.of(options));
    return Command.of(words.toArray()).within(FSCK_PATIENCE).run().exitCode();
  }
}
