package org.vexfs.daemon.mount;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;

/// A file whose opening waits, whoever opens it, until [#release]: by fanotify(7), whose permission
/// events a program of this object leaves unanswered. Needs root. The kernel lets everybody go on
/// when that program ends.
final class HeldFile implements AutoCloseable {
  private static final String HOLD =
      """
      import ctypes, os, select, struct, sys
      FAN_CLASS_CONTENT, FAN_MARK_ADD, FAN_OPEN_PERM, FAN_ALLOW = 4, 1, 0x10000, 1
      AT_FDCWD, HEADER = -100, 24
      libc = ctypes.CDLL(None, use_errno=True)
      group = libc.fanotify_init(FAN_CLASS_CONTENT, os.O_RDONLY)
      mask = ctypes.c_uint64(FAN_OPEN_PERM)
      if group < 0 or libc.fanotify_mark(group, FAN_MARK_ADD, mask, AT_FDCWD, os.fsencode(sys.argv[1])) != 0:
          sys.exit("fanotify: " + os.strerror(ctypes.get_errno()))
      print("watching", flush=True)
      held, released = [], False
      while True:
          ready, _, _ = select.select([group, sys.stdin], [], [])
          if sys.stdin in ready:
              if not sys.stdin.readline():
                  break
              released = True
          if group in ready:
              events = os.read(group, 4096)
              for at in range(0, len(events), HEADER):
                  held.append(struct.unpack_from("i", events, at + 16)[0])
              if not released:
                  print("held", flush=True)
          if released:
              for file in held:
                  os.write(group, struct.pack("iI", file, FAN_ALLOW))
                  os.close(file)
              held.clear()
      """;

  private final Process process;
  private final BufferedReader said;

  /// Lets nobody open `file` from now on.
  HeldFile(Path file) throws IOException {
    process =
        new ProcessBuilder("/usr/bin/python3", "-c", HOLD, file.toString())
            .redirectErrorStream(true)
            .start();
    said = process.inputReader();
    expect("watching");
  }

  /// Returns once somebody waits to open the file.
  void awaitOpening() throws IOException {
    expect("held");
  }

  private void expect(String line) throws IOException {
    String read = said.readLine();
    if (!line.equals(read)) {
      throw new AssertionError(line + " expected, not " + read);
    }
  }

  /// Lets everybody open it.
  void release() throws IOException {
    process.outputWriter().write("release\n");
    process.outputWriter().flush();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
