package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A tree larger than the daemon may have descriptors.
@Timeout(120)
final class DescriptorsIT {
  private static final int FILES = 5_000;
  private static final int LIMIT = 600;

  @Test
  void treeLargerThanTheLimitOfDescriptors_isWalkedReadAndChanged() throws Exception {
    try (var mount = NativeMount.prepare()) {
      for (int i = 0; i < FILES; i++) {
        Path directory = Files.createDirectories(mount.source().resolve("d" + i / 100));
        Files.writeString(directory.resolve("f" + i), "text " + i);
      }
      mountLimited(mount);

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
      mountLimited(mount);

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

  /// Mounts without the capability by which root would raise the limit again.
  private static void mountLimited(NativeMount mount) {
    Command.script(
            "ulimit -n "
                + LIMIT
                + "; exec setpriv --bounding-set -sys_resource \"$1\" mount \"$2\" \"$3\"",
            NativeMount.launcher(),
            mount.source(),
            mount.mountPoint())
        .output();
  }
}
