package org.vexfs.daemon.fuse;

import java.time.Duration;
import org.vexfs.daemon.control.Figures;

/// What a session is watched with.
public final class Instruments implements AutoCloseable {
  private final StackMonitor stack;
  private final RequestFigures requests = new RequestFigures();
  private final SlowRequests slow;
  private final boolean isCounting;

  /// What to watch, and what to report.
  ///
  /// @param stack how the native stack under callbacks is measured
  /// @param isCounting whether requests are counted and timed
  /// @param slowAfter how long a request may last before it is reported; zero for as long as it
  ///   likes
  public record Settings(StackMonitor.Limits stack, boolean isCounting, Duration slowAfter) {
    /// As where no option says otherwise.
    public static final Settings DEFAULT =
        new Settings(StackMonitor.Limits.DEFAULT, true, Duration.ofSeconds(10));

    /// The same, with the stack of every callback measured.
    Settings measuringEveryStack() {
      return new Settings(stack.withSampleEvery(1), isCounting, slowAfter);
    }
  }

  /// Instruments that nothing has been measured with.
  public Instruments(Settings settings) {
    this.stack = new StackMonitor(settings.stack());
    this.slow = new SlowRequests(settings.slowAfter());
    this.isCounting = settings.isCounting();
  }

  StackMonitor stack() {
    return stack;
  }

  SlowRequests slow() {
    return slow;
  }

  /// Begins to look for slow requests.
  void start() {
    slow.start();
  }

  /// A request was received.
  UnderWay begin(FsRequest request) {
    return isCounting ? slow.begin(request) : new UnderWay(request);
  }

  /// It has ended.
  void end(UnderWay ended) {
    ended.record();
    if (isCounting) {
      slow.end(ended);
      FsRequest request = ended.request();
      requests.ended(request.operation(), ended.nanos(), request.reply().errno());
    }
  }

  /// Adds what was measured.
  void addTo(Figures figures) {
    requests.addTo(figures);
    slow.addTo(figures);
    stack.addTo(figures);
  }

  @Override
  public void close() {
    slow.close();
  }
}
