package org.vexfs.daemon.overlay;

import java.lang.foreign.MemorySegment;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;

/// Takes the entries of a directory for one reply, as many as fit.
public interface Listing {
  /// Whether entries are wanted with attributes, each counted as a look-up (`readdirplus`).
  boolean withAttributes();

  /// Bytes of the reply: about as many as the entries that fit take in the host's own format.
  int capacityBytes();

  /// Takes an entry without attributes; in a listing with attributes, one that is not looked up
  /// (`.` and `..`).
  ///
  /// @param inode the number to show
  /// @param mode the file's type, as in `st_mode`
  /// @param nextOffset where a later request goes on
  /// @return whether it fitted; if not, the listing is full
  boolean add(String name, long inode, int mode, long nextOffset);

  /// Takes an entry with attributes, for a listing that wants them.
  ///
  /// An entry whose look-up fails is listed without its attributes, so that the listing stays
  /// complete: whoever wants them asks again and is told the error.
  ///
  /// @param inode the number to show where the look-up fails
  /// @param mode the file's type, as in `st_mode`, for the same case
  /// @param nextOffset where a later request goes on
  /// @param lookup looks the name up into the `struct stat` it is given; called only where the
  ///   entry fits
  /// @return whether it fitted
  boolean addLookedUp(String name, long inode, int mode, long nextOffset, Lookup lookup);

  /// Looks up the name that is being listed.
  @FunctionalInterface
  interface Lookup {
    /// Fills `stat` and counts a look-up of the node it returns.
    NodeId lookup(MemorySegment stat) throws ErrnoException, VectorFailure;
  }
}
