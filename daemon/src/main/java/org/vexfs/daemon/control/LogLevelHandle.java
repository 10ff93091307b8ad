package org.vexfs.daemon.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vexfs.daemon.base.LogLevel;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;

/// An open `log-level`: each write is a level, and holds at once.
final class LogLevelHandle implements VirtualHandle {
  private static final Logger LOG = LoggerFactory.getLogger(LogLevelHandle.class);

  @Override
  public Content read(Host host, long offset, int size) {
    byte[] line = (LogLevel.threshold().label() + "\n").getBytes(US_ASCII);
    return Content.OfBytes.range(line, offset, size);
  }

  @Override
  public void write(Host host, long offset, byte[] data) throws VectorFailure {
    String text = new String(data, ISO_8859_1).strip();
    LogLevel level =
        LogLevel.of(text)
            .orElseThrow(
                () -> new VectorFailure.InvalidRequest("log-level: one of " + LogLevel.NAMES));
    level.hold();
    LOG.warn("The log level is {} from now on", level.label());
  }
}
