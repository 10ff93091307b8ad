package org.vexfs.daemon.base;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/// A histogram for each constant of an enum.
///
/// @param <E> the enum
public final class Histograms<E extends Enum<E>> {
  private final Map<E, Histogram> histograms;

  /// Histograms without a value.
  public Histograms(Class<E> type) {
    histograms = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      histograms.put(constant, new Histogram());
    }
  }

  /// That of a constant.
  public Histogram of(E constant) {
    return Objects.requireNonNull(histograms.get(constant));
  }
}
