package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A host whose calls fail now and then, at any place of the daemon: clients work on, get the
/// host's error or what they asked for, and what was acknowledged is there when the host is well
/// again. strace(1) makes the daemon's calls fail.
final class FaultsScenario {
  private static final long SEED = 52;
  private static final int WORKERS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// What works on names and files, which are SOURCE's and the store's. Calls by which requests are
  /// received and answered are none of them.
  private static final String CALLS =
      "openat,mkdirat,unlinkat,renameat2,linkat,pwrite64,ftruncate,fallocate,fsync,"
          + "fdatasync,fsetxattr,newfstatat,copy_file_range";

  @ParameterizedTest
  @CsvSource({"ENOSPC, No space left", "EIO, Input/output error", "EACCES, denied"})
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void faults(String error, String message) throws Exception {
    ScenarioReport report = new ScenarioReport("faults, " + error);
    try (NativeMount mount = NativeMount.start("-o", ScenarioReport.MEASURED)) {
      // What the daemon is made of is read from the same disk when it is first needed.
      Command.python(EveryOperation.program(), mount.mountPoint(), 1).output();
      Attributes.attach(mount.file("first", "text"), 0, -1);
      List<Worker> workers = new ArrayList<>();
      for (int i = 0; i < WORKERS; i++) {
        workers.add(new Worker(mount, i, message));
      }
      int rounds = ScenarioReport.choose(1, 40);
      for (int round = 0; round < rounds; round++) {
        long faults = workUnderFaults(mount, workers, error, 5 + 2 * round);
        report.noteDefects(mount);
        report.noteStacks(mount);
        if (mount.status().containsKey("read_only_cause")) {
          // An error that leaves the log's end uncertain has the store take no more until then.
          mount.unmount();
          mount.mount();
        }
        for (Worker worker : workers) {
          worker.check();
        }
        checkSearch(mount, workers);
        report.say(
            "round %d: %d calls failed, %d operations were refused, %d succeeded",
            round + 1,
            faults,
            workers.stream().mapToInt(Worker::takeRefused).sum(),
            workers.stream().mapToInt(Worker::takeDone).sum());
        assertTrue(faults > 0, "no call failed");
      }
      mount.unmount();
      Command.of(NativeMount.launcher(), "fsck", "--repair", mount.source()).run();
      assertEquals(0, Command.of(NativeMount.launcher(), "fsck", mount.source()).run().exitCode());
    }
    report.verdict();
  }

  /// Lets the workers work while calls fail; returns how many calls did.
  private static long workUnderFaults(
      NativeMount mount, List<Worker> workers, String error, int every) throws Exception {
    Path log = mount.beside("strace").resolve("log");
    String daemon = mount.daemons().getFirst().toString();
    Process strace =
        new ProcessBuilder(
                "strace",
                "-f",
                "-qq",
                "-p",
                daemon,
                "-o",
                log.toString(),
                "-e",
                "trace=" + CALLS,
                "-e",
                "inject=%s:error=%s:when=%d+%d".formatted(CALLS, error, every, every))
            .redirectErrorStream(true)
            .redirectOutput(log.resolveSibling("messages").toFile())
            .start();
    try (ExecutorService threads = Executors.newFixedThreadPool(WORKERS)) {
      Deadline.await(
          PATIENCE,
          () -> strace.isAlive() && isTraced(daemon),
          () -> "strace does not attach: " + messages(log));
      List<Future<?>> work = new ArrayList<>();
      for (Worker worker : workers) {
        work.add(
            threads.submit(() -> {
              worker.work(ScenarioReport.choose(60, 400));
              return null;
            }));
      }
      for (Future<?> each : work) {
        Object _ = each.get();
      }
    } finally {
      strace.destroy();
      assertTrue(strace.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "strace goes on");
    }
    Deadline.await(PATIENCE, () -> !isTraced(daemon), () -> "the daemon is still traced");
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("(INJECTED)")).count();
    }
  }

  private static String messages(Path log) {
    try {
      return Files.readString(log.resolveSibling("messages"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static boolean isTraced(String process) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("status")).contains("TracerPid:\t0\n")) {
          return false;
        }
      }
      return true;
    }
  }

  /// A search finds every vector that was acknowledged, and nothing but what was tried.
  private static void checkSearch(NativeMount mount, List<Worker> workers) throws IOException {
    Set<String> certain = new TreeSet<>(Set.of("first"));
    Set<String> possible = new HashSet<>(certain);
    for (Worker worker : workers) {
      certain.addAll(worker.vectors.keySet());
      possible.addAll(worker.vectors.keySet());
      possible.addAll(worker.uncertain);
    }
    String query = "{\"vector\":[0,0],\"exact\":true,\"k\":10000}";
    Set<String> found = new TreeSet<>(Conversation.ask(mount.mountPoint(), query).paths());
    assertTrue(possible.containsAll(found), () -> "made up: " + found);
    certain.removeAll(found);
    assertEquals(Set.of(), certain, "lost");
  }

  /// One that makes, changes and removes files in a directory of its own, and gives them vectors.
  private static final class Worker {
    private final NativeMount mount;
    private final int number;
    private final String message;
    private final Random random;
    private final Map<String, String> contents = new TreeMap<>();
    private final Map<String, Float> vectors = new TreeMap<>();

    /// Files of which an operation was refused half-way.
    private final Set<String> uncertain = new TreeSet<>();

    private int last;
    private int refused;
    private int done;

    Worker(NativeMount mount, int number, String message) throws IOException {
      this.mount = mount;
      this.number = number;
      this.message = message;
      random = new Random(SEED + number);
      mount.directory("w" + number);
    }

    void work(int operations) {
      for (int i = 0; i < operations; i++) {
        String name =
            "w" + number + "/f" + (random.nextInt(4) == 0 ? ++last : random.nextInt(last + 1));
        try {
          step(name);
          done++;
        } catch (IOException e) {
          String text = String.valueOf(e.getMessage()) + e;
          boolean isTheHosts = text.contains(message) || text.contains("AccessDenied");
          // The store's own disk in trouble is EIO, whatever the trouble is, and EROFS after that.
          boolean isTheStores = text.contains("Input/output") || text.contains("Read-only");
          assertTrue(isTheHosts || isTheStores, () -> name + ": " + e);
          contents.remove(name);
          vectors.remove(name);
          uncertain.add(name);
          refused++;
        }
      }
    }

    private void step(String name) throws IOException {
      Path file = mount.path(name);
      if (uncertain.contains(name)) {
        mount.status();
        return;
      }
      if (!contents.containsKey(name)) {
        String content = name + " " + random.nextInt();
        Files.writeString(file, content);
        contents.put(name, content);
        return;
      }
      switch (random.nextInt(5)) {
        case 0 -> {
          Files.delete(file);
          contents.remove(name);
          vectors.remove(name);
        }
        case 1 -> assertEquals(contents.get(name), Files.readString(file));
        case 2 -> {
          String query = "{\"vector\":[1,%d],\"k\":3}".formatted(number);
          Conversation.Answer _ = Conversation.ask(mount.mountPoint(), query);
        }
        default -> {
          float value = random.nextInt(1_000);
          Attributes.attach(file, value, number);
          vectors.put(name, value);
        }
      }
    }

    /// What was acknowledged is there.
    void check() throws IOException {
      for (Map.Entry<String, String> file : contents.entrySet()) {
        assertEquals(file.getValue(), Files.readString(mount.path(file.getKey())));
      }
      for (Map.Entry<String, Float> file : vectors.entrySet()) {
        assertEquals(
            List.of(file.getValue(), (float) number),
            Attributes.vector(mount.path(file.getKey())),
            file.getKey());
      }
    }

    int takeRefused() {
      int taken = refused;
      refused = 0;
      return taken;
    }

    int takeDone() {
      int taken = done;
      done = 0;
      return taken;
    }
  }
}
