package org.vexfs.daemon.base;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// How often values of what size came: times in nanoseconds, sizes in bytes. Any thread may record,
/// and none waits.
///
/// A value below 256 is counted exactly, a larger one among those that have its first eight binary
/// digits: so a percentile is at most 1/128 above the value that it stands for. That is the layout
/// of Gil Tene's HdrHistogram with two decimal digits. The library itself has no module descriptor,
/// without which it cannot be linked into the image. Memory is taken for each doubling in which a
/// value has come, a kibibyte each.
public final class Histogram {
  private static final int EXACT = 256;
  private static final int STEPS = EXACT / 2;
  private static final int STEP_BITS = 7;

  /// Doublings above [#EXACT] that a positive `long` may lie in.
  private static final int DOUBLINGS = Long.SIZE - 1 - STEP_BITS - 1;

  /// The first is exact, each of the others has the values of one doubling.
  private final AtomicReferenceArray<@Nullable AtomicLongArray> counts =
      new AtomicReferenceArray<>(DOUBLINGS + 1);

  private final LongAdder sum = new LongAdder();
  private final AtomicLong max = new AtomicLong();

  /// Counts a value; one below 0 counts as 0.
  public void record(long value) {
    long counted = Math.max(value, 0);
    int shift = shift(counted);
    counts(shift).getAndIncrement((int) (counted >>> shift) - first(shift));
    sum.add(counted);
    if (counted > max.get()) {
      max.accumulateAndGet(counted, Math::max);
    }
  }

  /// By how many digits a value is shortened.
  private static int shift(long value) {
    return Math.max(0, Long.SIZE - 1 - STEP_BITS - Long.numberOfLeadingZeros(value));
  }

  /// The shortened value that a doubling begins with.
  private static int first(int shift) {
    return shift == 0 ? 0 : STEPS;
  }

  private AtomicLongArray counts(int shift) {
    @Nullable AtomicLongArray there = counts.get(shift);
    if (there != null) {
      return there;
    }
    AtomicLongArray made = new AtomicLongArray(shift == 0 ? EXACT : STEPS);
    @Nullable AtomicLongArray other = counts.compareAndExchange(shift, null, made);
    return other == null ? made : other;
  }

  /// What has been recorded by now. Values that come meanwhile may or may not be in it.
  public Snapshot snapshot() {
    long[][] copy = new long[DOUBLINGS + 1][];
    long total = 0;
    for (int shift = 0; shift <= DOUBLINGS; shift++) {
      @Nullable AtomicLongArray there = counts.get(shift);
      copy[shift] = new long[there == null ? 0 : there.length()];
      for (int i = 0; i < copy[shift].length; i++) {
        copy[shift][i] = there == null ? 0 : there.get(i);
        total += copy[shift][i];
      }
    }
    return new Snapshot(copy, total, sum.sum(), max.get());
  }

  /// The values of a moment.
  public static final class Snapshot {
    private final long[][] counts;
    private final long count;
    private final long sum;
    private final long max;

    private Snapshot(long[][] counts, long count, long sum, long max) {
      this.counts = counts;
      this.count = count;
      this.sum = sum;
      this.max = max;
    }

    /// Number of values.
    public long count() {
      return count;
    }

    /// All values together.
    public long sum() {
      return sum;
    }

    /// The largest value, exactly; 0 where there is none.
    public long max() {
      return max;
    }

    /// The least value that a share of all values, at least one of them, is not above; 0 where
    /// there is none. At most 1/128 too large.
    ///
    /// @param share 0.99 for the 99th percentile
    public long percentile(double share) {
      long rank = Math.max(1, (long) Math.ceil(share * count));
      long passed = 0;
      for (int shift = 0; shift < counts.length; shift++) {
        for (int i = 0; i < counts[shift].length; i++) {
          passed += counts[shift][i];
          if (passed >= rank) {
            return Math.min(last(shift, i), max);
          }
        }
      }
      return max;
    }

    /// How many values are at most `limit`, or counted among some that are.
    public long countUpTo(long limit) {
      long passed = 0;
      for (int shift = 0; shift < counts.length; shift++) {
        for (int i = 0; i < counts[shift].length && last(shift, i) <= limit; i++) {
          passed += counts[shift][i];
        }
      }
      return passed;
    }

    /// The largest value that is counted at a place.
    private static long last(int shift, int i) {
      return ((long) (i + first(shift) + 1) << shift) - 1;
    }
  }
}
