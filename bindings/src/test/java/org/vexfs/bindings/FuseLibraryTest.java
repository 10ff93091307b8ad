package org.vexfs.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class FuseLibraryTest {
  @Test
  void load_installed_namesTheFileAndItsVersion() throws Exception {
    FuseLibrary library = FuseLibrary.load();

    assertTrue(Files.isRegularFile(library.path()), library.path().toString());
    assertTrue(library.path().getFileName().toString().startsWith("libfuse3.so."));
    assertTrue(
        library.version() >= 310 && library.version() < 500, "fuse_version() " + library.version());
    String[] numbers = library.packageVersion().split("\\.");
    int version = Integer.parseInt(numbers[0]) * 100 + Integer.parseInt(numbers[1]);
    assertEquals(library.version(), version, library.packageVersion());
    assertEquals(FileInfoBits.of(library.packageVersion()), library.fileInfoBits());
  }

  @Test
  void load_twice_isTheSameLibrary() throws Exception {
    assertSame(FuseLibrary.load(), FuseLibrary.load());
  }

  @Test
  void missingLibrary_message_namesThePackage() {
    String message = new FuseLibrary.MissingLibraryException().getMessage();

    assertTrue(message.contains("apt-get install fuse3 libfuse3-3"), message);
  }
}
