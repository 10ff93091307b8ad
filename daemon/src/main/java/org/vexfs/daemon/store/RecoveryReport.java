package org.vexfs.daemon.store;

import java.util.List;
import java.util.Optional;

/// What opening a store found.
///
/// @param segments files of the log
/// @param records records that were replayed
/// @param checkpoint the file of the checkpoint after which they were replayed; nothing where all
///   were
/// @param unsound files that should have held a checkpoint and do not; nothing is lost by them
/// @param rebuilt whether no checkpoint was left and the log, parts of which had been compacted,
///   had to do without
/// @param tear what was cut off
public record RecoveryReport(
    int segments,
    long records,
    Optional<String> checkpoint,
    List<String> unsound,
    boolean rebuilt,
    Optional<Tear> tear) {
  /// The end of the log that a crash left torn and that was cut off: changes which nobody had been
  /// told are safe from power loss.
  ///
  /// @param file the log segment
  /// @param offset where it was cut
  /// @param bytes how many were cut
  /// @param soundRecords records among them that were whole, but came after one that was not
  public record Tear(String file, long offset, long bytes, long soundRecords) {
    /// For people.
    public String describe() {
      return file
          + ": a torn tail of "
          + bytes
          + " bytes was cut off at byte "
          + offset
          + (soundRecords == 0 ? "" : ", " + soundRecords + " sound records among them");
    }
  }
}
