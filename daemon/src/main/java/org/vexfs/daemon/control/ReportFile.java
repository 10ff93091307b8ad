package org.vexfs.daemon.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.Host;

/// `.vexfs/status`, `stats`, `metrics`, `errors` and `help`.
///
/// @param directory the directory that has it
/// @param report which of them
record ReportFile(ControlContext context, NodeId directory, Report report)
    implements VirtualNode.File, VirtualNode.OfItsDirectory {
  private static final int READABLE_BY_ALL = 0444;

  /// What a file reports.
  enum Report {
    /// Readiness and figures, as JSON.
    STATUS,
    /// The last failures, as JSON lines.
    ERRORS,
    /// Figures, as JSON.
    STATS,
    /// The same figures, as Prometheus reads them.
    METRICS,
    /// How to use all this.
    HELP
  }

  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    return context.original(host, subject(host)).withPermissions(READABLE_BY_ALL);
  }

  @Override
  public boolean isWritable() {
    return false;
  }

  @Override
  public VirtualHandle open(Host host, Caller caller, int flags) throws ErrnoException {
    return new FixedHandle(
        switch (report) {
          case STATUS -> context.status();
          case ERRORS -> context.errors().toJsonLines(subject(host), caller);
          case STATS -> context.figures().toJson();
          case METRICS -> context.figures().toPrometheus();
          case HELP -> help();
        });
  }

  private static byte[] help() {
    try (InputStream text =
        Objects.requireNonNull(ReportFile.class.getResourceAsStream("help.txt"))) {
      return text.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
