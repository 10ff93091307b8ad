package org.vexfs.daemon.search;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a condition is about.
sealed interface FilterKey {
  /// What every file has.
  enum OfFile implements FilterKey {
    /// The path, relative to the directory that is searched.
    PATH(false),
    /// The last name of the path.
    NAME(false),
    /// Bytes.
    SIZE(true),
    /// Seconds of the epoch.
    MTIME(true),
    /// Owner.
    UID(true),
    /// Group.
    GID(true),
    /// Permission bits.
    MODE(true);

    private final boolean isNumber;

    OfFile(boolean isNumber) {
      this.isNumber = isNumber;
    }

    /// What queries call it.
    String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean isNumber() {
      return isNumber;
    }

    @Override
    public String toString() {
      return id();
    }
  }

  /// An extended attribute.
  ///
  /// @param name with `user.`, one char a byte
  record Attribute(String name) implements FilterKey {
    @Override
    public boolean isNumber() {
      return false;
    }
  }

  /// Whether its values are numbers, rather than text that may look like one.
  boolean isNumber();

  /// What every file has, by what queries call it.
  static Optional<OfFile> ofId(String id) {
    return Arrays.stream(OfFile.values()).filter(key -> key.id().equals(id)).findFirst();
  }
}
