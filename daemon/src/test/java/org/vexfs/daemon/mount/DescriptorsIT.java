package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A tree larger than the daemon may have descriptors.
@Timeout(1_200)
final class DescriptorsIT {
  private static final int FILES = 5_000;
  private static final int LIMIT = 600;

  private static final int MANY_LIMIT = 20_000;

  /// Inodes that the kernel may know before it is asked to forget some; a few more come while it
  /// does.
  private static final int MANY_BUDGET = MANY_LIMIT / 2;

  private static final int FEW_INODES = 16;
  private static final Duration MOUNT_PATIENCE = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long WATCH_NANOS = Duration.ofMillis(50).toNanos();

  /// Makes files, 1,000 a directory; their sizes tell them apart.
  private static final String MAKE =
      """
      import os, sys
      os.chdir(sys.argv[1])
      os.umask(0)
      for i in range(int(sys.argv[2])):
          if i % 1000 == 0:
              os.makedirs(f"{i // 100_000}/{i // 1000}")
          file = os.open(f"{i // 100_000}/{i // 1000}/{i}", os.O_CREAT | os.O_WRONLY, 0o600 | i % 8)
          os.ftruncate(file, i)
          os.close(file)
      """;

  private static final String WALK =
      """
      import os, stat, sys
      seen = 0
      for directory, _, files, at in os.fwalk(sys.argv[1]):
          with os.scandir(at) as entries:
              for entry in entries:
                  if entry.is_file(follow_symlinks=False):
                      i, found = int(entry.name), entry.stat(follow_symlinks=False)
                      assert found.st_size == i and stat.S_IMODE(found.st_mode) == 0o600 | i % 8, (i, found)
                      assert directory.endswith(f"/{i // 100_000}/{i // 1000}"), (directory, i)
                      seen += 1
      assert seen == int(sys.argv[2]), seen
      print("all right")
      """;

  @Test
  void treeLargerThanTheLimitOfDescriptors_isWalkedReadAndChanged() throws Exception {
    try (var mount = NativeMount.prepare()) {
      for (int i = 0; i < FILES; i++) {
        Path directory = Files.createDirectories(mount.source().resolve("d" + i / 100));
        Files.writeString(directory.resolve("f" + i), "text " + i);
      }
      mountWithLimit(mount, LIMIT);

      try (Stream<Path> walk = Files.walk(mount.mountPoint())) {
        assertEquals(FILES, walk.filter(Files::isRegularFile).count());
      }
      for (int i = 0; i < FILES; i++) {
        Path file = mount.path("d" + i / 100 + "/f" + i);
        assertEquals("text " + i, Files.readString(file));
      }
      Object inodes = mount.status().get("inodes");
      assertTrue(inodes instanceof Long known && known <= LIMIT, () -> inodes + " inodes");
    }
  }

  /// It is the daemon that has too many, not the caller; and closing must help, not fail as well.
  @Test
  void moreOpenFilesThanTheLimit_areRefusedWithENFILE_andEachCloses() throws Exception {
    try (var mount = NativeMount.prepare()) {
      mountWithLimit(mount, LIMIT);

      String outcome =
          Command.python(
                  """
                  import errno, os, sys
                  os.chdir(sys.argv[1])
                  opened = []
                  try:
                      for i in range(int(sys.argv[2])):
                          opened.append(os.open(str(i), os.O_CREAT | os.O_WRONLY))
                  except OSError as failure:
                      print(errno.errorcode[failure.errno])
                  for descriptor in opened:
                      os.close(descriptor)
                  os.close(os.open("after", os.O_CREAT | os.O_WRONLY))
                  """,
                  mount.mountPoint(),
                  LIMIT)
              .output();

      assertEquals("ENFILE\n", outcome);
    }
  }

  /// Walked as `find -ls` does it, by `readdirplus` and `stat`, while another thread watches what
  /// the daemon holds. `-Dvexfs.descriptors.files=N` says how many files, 200,000 by default.
  @Test
  void inodesAndDescriptors_stayWithinBounds_howeverManyFilesAreLookedUp() throws Exception {
    long files = Long.getLong("vexfs.descriptors.files", 200_000);
    Duration patience = Duration.ofMinutes(1).plusMillis(files);
    try (var mount = NativeMount.prepare()) {
      Command.of("mount", "-t", "tmpfs", "-o", "nr_inodes=0,size=4g", "tmpfs", mount.source())
          .output();
      Command.python(MAKE, mount.source(), files).within(patience).output();
      mountWithLimit(mount, MANY_LIMIT);

      AtomicBoolean isWalked = new AtomicBoolean();
      try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
        Future<Held> watch = threads.submit(() -> watch(mount, isWalked));
        String walked;
        try {
          walked = Command.python(WALK, mount.mountPoint(), files).within(patience).output();
        } finally {
          isWalked.set(true);
        }
        assertEquals("all right\n", walked);
        Held most = watch.get();
        System.out.println("DescriptorsIT: " + files + " files, at most " + most);
        assertTrue(most.inodes() > MANY_BUDGET / 2, () -> most + " is no test of bounds");
        assertTrue(most.inodes() <= MANY_BUDGET + MANY_BUDGET / 10, most::toString);
        assertTrue(most.descriptors() <= MANY_LIMIT, most::toString);
      }
      Deadline.await(
          PATIENCE,
          () -> {
            Command.of("sh", "-c", "echo 2 > /proc/sys/vm/drop_caches").output();
            return Json.number(mount.status(), "inodes") <= FEW_INODES;
          },
          () -> "the kernel forgot its files, the daemon did not");
    }
  }

  /// What the daemon held at most.
  ///
  /// @param inodes that the kernel knew
  /// @param descriptors that were open
  private record Held(long inodes, long descriptors) {}

  private static Held watch(NativeMount mount, AtomicBoolean isWalked) throws IOException {
    Path open = Path.of("/proc", Long.toString(mount.daemons().getFirst()), "fd");
    Held most = new Held(0, 0);
    while (!isWalked.get()) {
      long descriptors;
      try (Stream<Path> entries = Files.list(open)) {
        descriptors = entries.count();
      }
      long inodes = Json.number(mount.status(), "inodes");
      most = new Held(Math.max(most.inodes, inodes), Math.max(most.descriptors, descriptors));
      LockSupport.parkNanos(WATCH_NANOS);
    }
    return most;
  }

  /// Without the capability by which root would raise the limit again.
  private static void mountWithLimit(NativeMount mount, int limit) {
    Command.script(
            "ulimit -n "
                + limit
                + "; exec setpriv --bounding-set -sys_resource \"$1\" mount \"$2\" \"$3\"",
            NativeMount.launcher(),
            mount.source(),
            mount.mountPoint())
        .within(MOUNT_PATIENCE)
        .output();
  }
}
