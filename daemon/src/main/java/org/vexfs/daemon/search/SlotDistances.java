package org.vexfs.daemon.search;

import java.util.HashMap;
import java.util.Map;
import org.vexfs.daemon.index.NearestHeap;

/// The least distance that each of some slots was found at, by several searches.
final class SlotDistances {
  private final Map<Integer, Float> distances = new HashMap<>();

  /// Takes in what one search found.
  void addAll(NearestHeap found) {
    found.sort();
    for (int i = 0; i < found.size(); i++) {
      distances.merge(found.slot(i), found.distance(i), Math::min);
    }
  }

  /// The `count` nearest, each once.
  NearestHeap nearest(int count) {
    NearestHeap nearest = new NearestHeap(count);
    distances.forEach(nearest::offer);
    return nearest;
  }
}
