package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs top`.
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = {
      "Shows what a mount does: requests, searches, memory, drawn anew until interrupted.",
      "Where nobody looks, as in a pipe, it prints one view after the other."
    })
final class TopCommand implements Callable<Integer> {
  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";

  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @Option(
      names = {"-d", "--delay"},
      paramLabel = "SECONDS",
      description = "how long a view stays (default: 2)")
  private double delaySeconds = 2;

  @Option(
      names = {"-n", "--views"},
      paramLabel = "N",
      description = "end after so many views")
  private int views = Integer.MAX_VALUE;

  @Override
  public Integer call() throws Exception {
    Path stats = MountedDirectory.of(mount).control("stats");
    boolean isInteractive = Terminal.isInteractive();
    Duration delay = Duration.ofMillis((long) (delaySeconds * 1000));
    Map<String, Object> before = read(stats);
    for (int i = 0; i < views; i++) {
      Thread.sleep(delay);
      Map<String, Object> now = read(stats);
      String view = new TopView(before, now).text();
      System.out.print(isInteractive ? HOME_AND_CLEAR + view : view + "\n");
      System.out.flush();
      before = now;
    }
    return 0;
  }

  private static Map<String, Object> read(Path stats) throws IOException {
    return Json.object(Files.readString(stats));
  }
}
