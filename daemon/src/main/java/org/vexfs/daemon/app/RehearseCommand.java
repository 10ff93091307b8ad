package org.vexfs.daemon.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.fuse.StandInKernel;
import org.vexfs.daemon.search.VectorAttribute;
import org.vexfs.daemon.store.StoreOptions;
import picocli.CommandLine.Command;

/// `vexfs rehearse`: a daemon's whole life without a mount, for the JVM to learn from.
///
/// Run with `-XX:AOTCacheOutput`, it leaves what later starts take from `-XX:AOTCache`: classes
/// loaded and linked, and profiles of what runs often. The kernel's part is played by the process
/// itself, so it works wherever libfuse is.
@Command(
    name = "rehearse",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Goes through a mount's work without mounting, for the JVM to learn from.")
final class RehearseCommand implements Callable<Integer> {
  private static final int FILES = 40;
  private static final int ROUNDS = 25;
  private static final int DIMENSION = 16;

  /// One without codes, which take the vector unit.
  private static final byte[] METRIC = "{\"metric\":\"manhattan\"}".getBytes(UTF_8);

  private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("vexfs-rehearsal");
    try (StandInKernel kernel = new StandInKernel()) {
      FutureTask<@Nullable Void> users =
          new FutureTask<>(() -> {
            try {
              use(kernel);
            } finally {
              kernel.hangUp();
            }
            return null;
          });
      Thread.ofPlatform().name("rehearsal").start(users);
      new Daemon(settings(directory, kernel)).run();
      users.get();
    } finally {
      delete(directory);
    }
    return 0;
  }

  private static Daemon.Settings settings(Path directory, StandInKernel kernel) throws IOException {
    return new Daemon.Settings(
        Files.createDirectory(directory.resolve("source")),
        Files.createDirectory(directory.resolve("mount")),
        List.of(),
        Optional.of(directory.resolve("store")),
        StoreOptions.Durability.PROCESS,
        READY_TIMEOUT,
        Optional.of(directory.resolve("log")),
        Optional.empty(),
        false,
        Optional.of(kernel.mountpoint()));
  }

  private static void use(StandInKernel kernel) {
    kernel.begin();
    kernel.write(".vexfs/collections/default/config", METRIC);
    for (int round = 0; round < ROUNDS; round++) {
      kernel.lookAround();
      for (int i = 0; i < FILES; i++) {
        String name = "file-" + i;
        kernel.create(name, ("content " + i).getBytes(UTF_8));
        kernel.attach(name, VectorAttribute.NAME, vector(round, i));
        byte[] _ = kernel.read(name);
      }
      kernel.list();
      byte[] _ = kernel.search(".vexfs/search", query(round, 10, true));
      byte[] _ = kernel.search(".vexfs/search", query(round, 5, false));
      byte[] _ = kernel.read(".vexfs/near/file-" + round);
      byte[] _ = kernel.read(".vexfs/status");
      for (int i = 0; i < FILES; i++) {
        kernel.unlink("file-" + i);
      }
    }
  }

  private static byte[] vector(int round, int file) {
    return array(round, file).getBytes(UTF_8);
  }

  private static byte[] query(int round, int k, boolean exact) {
    return String.format(
            Locale.ROOT, "{\"vector\":%s,\"k\":%d,\"exact\":%b}", array(round, k), k, exact)
        .getBytes(UTF_8);
  }

  private static String array(int round, int seed) {
    StringBuilder json = new StringBuilder("[");
    for (int i = 0; i < DIMENSION; i++) {
      json.append(i == 0 ? "" : ",").append((seed * 31 + i * 7 + round) % 97 / 8.0);
    }
    return json.append(']').toString();
  }

  private static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
