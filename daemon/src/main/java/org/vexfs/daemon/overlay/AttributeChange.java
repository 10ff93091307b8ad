package org.vexfs.daemon.overlay;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.vexfs.bindings.libc.Libc;

/// Attributes to set, each only where present.
///
/// @param mode permission bits with suid, sgid and sticky
/// @param uid owner
/// @param gid group
/// @param size length in bytes
/// @param accessTime time of last access
/// @param modificationTime time of last modification
public record AttributeChange(
    OptionalInt mode,
    OptionalInt uid,
    OptionalInt gid,
    OptionalLong size,
    Time accessTime,
    Time modificationTime) {

  /// A time to set.
  ///
  /// @param seconds since the epoch
  /// @param nanos of the second, or `UTIME_NOW` or `UTIME_OMIT`
  public record Time(long seconds, long nanos) {
    /// Leaves the time as it is.
    public static final Time OMIT = new Time(0, Libc.UTIME_OMIT());

    /// The host's current time.
    public static final Time NOW = new Time(0, Libc.UTIME_NOW());
  }

  /// Whether a time is to be set.
  boolean setsTimes() {
    return !accessTime.equals(Time.OMIT) || !modificationTime.equals(Time.OMIT);
  }
}
