package org.vexfs.daemon.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// VexFS in a container: what the README promises of `docker run`, with all privileges and with the
/// least, and on the libfuse of two releases of Debian.
@Timeout(180)
final class ContainerIT {
  private static final String NOBODY = "65534";

  @BeforeAll
  static void prepare() {
    assertTrue(Files.exists(Path.of("/dev/fuse")), "/dev/fuse is missing: nothing can be mounted");
  }

  @ParameterizedTest
  @EnumSource
  void files_writtenOnEitherSide_areSeenOnBoth(Deployment deployment) throws Exception {
    try (var mount = new ContainerMount(deployment)) {
      Files.writeString(mount.source().resolve("before.txt"), "there before the mount");
      mount.start();
      assertTrue(mount.isMountedOnHost());

      Path fromHost = Files.createDirectory(mount.mountPoint().resolve("host"));
      Files.writeString(fromHost.resolve("letter.txt"), "to the container");
      mount.exec("mkdir", inside("container"));
      mount.exec("cp", inside("host/letter.txt"), inside("container/copy.txt"));

      assertEquals("there before the mount", mount.exec("cat", inside("before.txt")));
      assertEquals("to the container", mount.exec("cat", inside("host/letter.txt")));
      assertEquals(
          "to the container", Files.readString(mount.mountPoint().resolve("container/copy.txt")));
      assertEquals(
          "to the container", Files.readString(mount.source().resolve("container/copy.txt")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void vectors_attachedInTheContainer_areSearchedFromBothSides(Deployment deployment)
      throws Exception {
    try (var mount = new ContainerMount(deployment)) {
      mount.start();
      attachVectors(mount);

      assertEquals(
          "0x0000803f00000000000000000000803f",
          value(
              mount.exec(
                  "getfattr", "--name=user.vexfs.vector", "--encoding=hex", inside("heron.txt"))));
      assertNearHeron(mount.exec("cat", inside(".vexfs/near/heron.txt")));
      assertNearHeron(
          HostCommand.output("cat", mount.mountPoint().resolve(".vexfs/near/heron.txt")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void words_ofIndexedTexts_findThem(Deployment deployment) throws Exception {
    try (var mount = new ContainerMount(deployment)) {
      Files.writeString(
          mount.source().resolve("heron.txt"), "The heron stands in the shallow river and waits.");
      Files.writeString(
          mount.source().resolve("volcano.txt"), "Lava and ash rose from the crater all night.");
      mount.start();
      mount.exec("vexfs", "index", inside(""));

      String found = mount.exec("cat", inside(".vexfs/find/heron river"));
      assertEquals("heron.txt", paths(found).getFirst(), found);
      assertEquals(
          found, HostCommand.output("cat", mount.mountPoint().resolve(".vexfs/find/heron river")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void stop_unmountsOnTheHost_andTheNextContainerKnowsTheVectors(Deployment deployment)
      throws Exception {
    try (var mount = new ContainerMount(deployment)) {
      mount.start();
      attachVectors(mount);
      mount.stop();

      assertFalse(mount.isMountedOnHost());
      assertEquals("heron", Files.readString(mount.source().resolve("heron.txt")));

      mount.start();
      assertNearHeron(
          HostCommand.output("cat", mount.mountPoint().resolve(".vexfs/near/heron.txt")));
      mount.stop();
      assertFalse(mount.isMountedOnHost());
    }
  }

  @ParameterizedTest
  @EnumSource
  void otherUsersOfTheHost_readWhatTheModeAllows(Deployment deployment) throws Exception {
    try (var mount = new ContainerMount(deployment)) {
      mount.start();
      Path open = Files.writeString(mount.mountPoint().resolve("open.txt"), "for all");
      Path closed = Files.writeString(mount.mountPoint().resolve("closed.txt"), "for root");
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rw-------"));

      assertEquals("for all", asNobody("cat", open).output());
      HostCommand refused = asNobody("cat", closed);
      assertNotEquals(0, refused.exitCode());
      assertTrue(refused.output().contains("Permission denied"), refused.output());
    }
  }

  private static HostCommand asNobody(Object... command) {
    Object[] words = new Object[command.length + 4];
    words[0] = "setpriv";
    words[1] = "--reuid=" + NOBODY;
    words[2] = "--regid=" + NOBODY;
    words[3] = "--clear-groups";
    System.arraycopy(command, 0, words, 4, command.length);
    return HostCommand.run(words);
  }

  /// Three files, of which `egret.txt` lies much nearer to `heron.txt` than `volcano.txt` does.
  private static void attachVectors(ContainerMount mount) throws IOException, InterruptedException {
    attachVector(mount, "heron", "[1, 0, 0, 1]");
    attachVector(mount, "egret", "[0.9, 0.1, 0, 1]");
    attachVector(mount, "volcano", "[-1, 5, 2, 0]");
  }

  private static void attachVector(ContainerMount mount, String name, String vector)
      throws IOException, InterruptedException {
    Path file = mount.mountPoint().resolve(name + ".txt");
    Files.writeString(file, name);
    mount.exec("setfattr", "--name=user.vexfs.vector", "--value=" + vector, inside(name + ".txt"));
  }

  /// `heron.txt` may head its own table; the others follow in the order of their distance.
  private static void assertNearHeron(String table) {
    List<String> others = paths(table).stream().filter(path -> !path.equals("heron.txt")).toList();
    assertEquals(List.of("egret.txt", "volcano.txt"), others, table);
  }

  /// The third column of a table `rank score path`, without its heading if it has one.
  private static List<String> paths(String table) {
    return table
        .lines()
        .map(line -> line.strip().split("\\s+", 3))
        .filter(columns -> columns.length == 3 && columns[0].matches("\\d+"))
        .map(columns -> columns[2])
        .toList();
  }

  /// The value in what `getfattr` prints for one attribute.
  private static String value(String printed) {
    return printed
        .lines()
        .filter(line -> line.startsWith("user."))
        .map(line -> line.substring(line.indexOf('=') + 1))
        .findFirst()
        .orElse(printed);
  }

  private static Path inside(String path) {
    return ContainerMount.INSIDE.resolve(path);
  }
}
