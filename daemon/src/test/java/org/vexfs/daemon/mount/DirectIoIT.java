package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Files that are read and written past the page cache (`O_DIRECT`), and by other ways at the same
/// time.
@Timeout(60)
final class DirectIoIT {
  /// Databases do both to one file.
  private static final String DIRECT_AND_MAPPED =
      """
      import mmap, os, sys
      file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT | os.O_DIRECT)
      page = mmap.mmap(-1, mmap.PAGESIZE)
      page[:] = b"1" * len(page)
      print(os.pwrite(file, page, 0))
      shared = mmap.mmap(file, len(page))
      print(shared[:4])
      shared[:] = b"2" * len(page)
      print(os.preadv(file, [page], 0), page[-4:])
      page[:] = b"3" * len(page)
      print(os.pwrite(file, page, 0), shared[-4:])
      cached = os.open(sys.argv[1], os.O_RDWR)
      print(os.pwrite(cached, b"4444", 0))
      print(os.preadv(file, [page], 0), page[:8], shared[:8])
      """;

  @Test
  void openFile_directAndMapped_showsOneContent() throws Exception {
    try (var mount = NativeMount.start()) {
      Path plain = mount.beside("plain").resolve("file");

      String expected = Command.python(DIRECT_AND_MAPPED, plain).output();

      assertEquals(expected, Command.python(DIRECT_AND_MAPPED, mount.path("file")).output());
    }
  }
}
