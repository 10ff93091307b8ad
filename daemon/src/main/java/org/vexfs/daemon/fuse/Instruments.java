package org.vexfs.daemon.fuse;

import org.vexfs.daemon.control.Figures;

/// What a session is watched with.
public final class Instruments {
  private final StackMonitor stack;

  /// What to watch, and what to report.
  ///
  /// @param stack how the native stack under callbacks is measured
  public record Settings(StackMonitor.Limits stack) {
    /// As where no option says otherwise.
    public static final Settings DEFAULT = new Settings(StackMonitor.Limits.DEFAULT);
  }

  /// Instruments that nothing has been measured with.
  public Instruments(Settings settings) {
    this.stack = new StackMonitor(settings.stack());
  }

  StackMonitor stack() {
    return stack;
  }

  /// Adds what was measured.
  public void addTo(Figures figures) {
    stack.addTo(figures);
  }
}
