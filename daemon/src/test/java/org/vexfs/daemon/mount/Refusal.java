package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.function.Executable;

/// Why the kernel refuses a system call, as Java tells it: by the text of `strerror`.
enum Refusal {
  EACCES("Permission denied"),
  EINVAL("Invalid argument"),
  EIO("Input/output error"),
  ENODATA("No data available"),
  ENOENT("No such file"),
  ENOSPC("No space left"),
  EPERM("Operation not permitted"),
  EROFS("Read-only file system");

  private final String text;

  Refusal(String text) {
    this.text = text;
  }

  /// Checks that `call` fails for this reason.
  void of(Executable call) {
    IOException failure = assertThrows(IOException.class, call);
    // Files' own exception for ENOENT has nothing but the path.
    boolean noSuchFile = this == ENOENT && failure instanceof NoSuchFileException;
    assertTrue(
        noSuchFile || String.valueOf(failure.getMessage()).contains(text),
        () -> name() + " expected, not " + failure);
  }
}
