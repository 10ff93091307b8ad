package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vexfs.daemon.base.Caller;

/// What directories of links showed last, each to each of its users: listing one asks its query,
/// and looking a name up in it never does. So a name leads where the last listing had it, and
/// nowhere where there was none, or it is so long ago that others took its place.
final class LinkListings {
  /// Links that are remembered in all.
  private static final int MAX_LINKS = 100_000;

  @GuardedBy("this")
  private final LinkedHashMap<Shown, Map<String, VirtualNode>> listings =
      new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private int links;

  /// A directory and who has seen it.
  private record Shown(VirtualNode directory, int uid, int gid) {}

  /// Notes what `directory` shows to `caller`.
  synchronized void show(VirtualNode directory, Caller caller, List<VirtualNode.Child> children) {
    Map<String, VirtualNode> byName = new HashMap<>();
    children.forEach(child -> child.node().ifPresent(node -> byName.put(child.name(), node)));
    Shown shown = new Shown(directory, caller.uid(), caller.gid());
    Optional<Map<String, VirtualNode>> before = Optional.ofNullable(listings.put(shown, byName));
    links += byName.size() - before.map(Map::size).orElse(0);
    Iterator<Map<String, VirtualNode>> oldest = listings.values().iterator();
    while (links > MAX_LINKS) {
      links -= oldest.next().size();
      oldest.remove();
    }
  }

  /// What `name` led to when `caller` last listed `directory`.
  synchronized Optional<VirtualNode> find(VirtualNode directory, Caller caller, String name) {
    return Optional.ofNullable(listings.get(new Shown(directory, caller.uid(), caller.gid())))
        .flatMap(byName -> Optional.ofNullable(byName.get(name)));
  }
}
