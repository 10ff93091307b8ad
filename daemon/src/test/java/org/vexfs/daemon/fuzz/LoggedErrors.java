package org.vexfs.daemon.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Errors that were logged, which is to standard error in a test: what a request's thread does not
/// survive is seen nowhere else.
public final class LoggedErrors implements AutoCloseable {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final PrintStream original = System.err;

  private LoggedErrors() {}

  /// Watches from now on.
  public static LoggedErrors watch() {
    LoggedErrors errors = new LoggedErrors();
    System.setErr(new PrintStream(errors.copying(), true, StandardCharsets.UTF_8));
    return errors;
  }

  private OutputStream copying() {
    return new OutputStream() {
      @Override
      public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        original.write(bytes, offset, length);
        synchronized (logged) {
          logged.write(bytes, offset, length);
        }
      }
    };
  }

  /// Forgets what was logged so far.
  public void forget() {
    synchronized (logged) {
      logged.reset();
    }
  }

  /// Fails with what was logged since the last call if there was an error in it.
  public void requireNone() {
    String text;
    synchronized (logged) {
      text = logged.toString(StandardCharsets.UTF_8);
      logged.reset();
    }
    if (text.contains("ERROR")) {
      throw new AssertionError("logged as an error: " + text);
    }
  }

  /// Gives standard error back.
  @Override
  public void close() {
    System.setErr(original);
  }
}
