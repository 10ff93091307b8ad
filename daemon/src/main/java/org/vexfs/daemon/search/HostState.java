package org.vexfs.daemon.search;

import java.util.Set;

/// What an answer depends on besides the store: who asks, and what was changed on the host.
///
/// @param uid who asks
/// @param groups all groups of the asker, as far as they matter
/// @param names grows with every change of names, owners and permissions made through the mount
/// @param contents grows with every change of files' contents and attributes made through the mount
/// @param trustNanos for how long changes behind the mount may go unseen
public record HostState(int uid, Set<Integer> groups, long names, long contents, long trustNanos) {
  /// Makes the set immutable.
  public HostState {
    groups = Set.copyOf(groups);
  }
}
