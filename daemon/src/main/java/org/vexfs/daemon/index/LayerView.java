package org.vexfs.daemon.index;

/// What a search reads of a layer.
sealed interface LayerView permits ImageLayer, Layer {
  /// What a slot that is not on the layer has for a number of links.
  int ABSENT = -1;

  /// Copies the outgoing links of `slot` into an array with room for as many as a node may have.
  ///
  /// @return how many they are; [#ABSENT] where the slot is not on the layer
  int read(int slot, int[] into);

  /// Whether `slot` is on the layer.
  boolean contains(int slot);

  /// One more than the greatest slot that the layer has had room for.
  int slots();
}
