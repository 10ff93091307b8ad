package org.vexfs.daemon.search;

import java.util.Locale;
import org.vexfs.daemon.base.Histogram;
import org.vexfs.daemon.base.Histograms;

/// How long the stages of searches take. Any thread may record.
public final class SearchTimes {
  /// A part of a search.
  public enum Stage {
    /// Waiting until fewer searches run.
    WAIT,
    /// Finding what the query is about: the vectors of a file, or of words, and the scope.
    TARGET,
    /// A round of candidates: rows near to the target, by the graph or by comparing.
    CANDIDATES,
    /// Making hits of them: names, access, filters, the soundness of what is stored.
    HITS;

    /// What figures call it.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Histograms<Stage> stages = new Histograms<>(Stage.class);
  private final boolean isOn;

  /// Times of no search yet.
  ///
  /// @param isOn whether to look at the clock at all
  public SearchTimes(boolean isOn) {
    this.isOn = isOn;
  }

  /// When a stage begins, for [#end].
  long begin() {
    return isOn ? System.nanoTime() : 0;
  }

  /// A stage has ended that began at `begun`.
  void end(Stage stage, long begun) {
    if (isOn) {
      stages.of(stage).record(System.nanoTime() - begun);
    }
  }

  /// The times of a stage in nanoseconds.
  public Histogram.Snapshot of(Stage stage) {
    return stages.of(stage).snapshot();
  }
}
