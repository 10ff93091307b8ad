package org.vexfs.daemon.index;

/// Layer 0, which every node is on: links in [NodeBlocks], changed in place.
///
/// Each link is stored with release and loaded with acquire. So whoever reads a link sees what was
/// done before it was made: the block that it leads to, with its code, and the page of that block.
/// The number of links is published after the links that it counts.
///
/// A reader amid a change may see some links of before and some of after. Each leads to a node that
/// is, or was, in the graph, and what is reached by a link that is gone does no harm. Nor is a link
/// overlooked that was there before the change and is there after it: links that stay keep their
/// place, except that when a list grows shorter those at its end are copied to gaps before it, and
/// their old places are left as they were. Only a reader that two changes of the same list overtake
/// may miss a link, as it might have missed a change; its search goes on with the others.
final class BaseLayer extends Layer {
  private static final int[] NO_LINKS = new int[0];

  private final NodeBlocks blocks;

  BaseLayer(NodeBlocks blocks) {
    this.blocks = blocks;
  }

  @Override
  public int read(int slot, int[] into) {
    return blocks.read(slot, into);
  }

  @Override
  int[] links(int slot) {
    int count = blocks.has(slot) ? blocks.count(slot) : ABSENT;
    if (count <= 0) {
      return NO_LINKS;
    }
    int[] links = new int[count];
    long from = blocks.links(slot);
    for (int i = 0; i < count; i++) {
      links[i] = NodeBlocks.link(from, i);
    }
    return links;
  }

  @Override
  public boolean contains(int slot) {
    return blocks.has(slot) && blocks.count(slot) != ABSENT;
  }

  @Override
  public int slots() {
    return blocks.slots();
  }

  /// Links that stay keep their place; new ones take the places of those that go.
  @Override
  protected void publish(int slot, int[] links) {
    blocks.reserve(slot);
    long to = blocks.links(slot);
    int[] before = links(slot);
    int kept = Math.min(before.length, links.length);
    int next = 0;
    for (int place = 0; place < links.length; place++) {
      if (place < kept && contains(links, before[place])) {
        continue;
      }
      while (stays(before, kept, links, next)) {
        next++;
      }
      blocks.setLink(to, place, links[next]);
      next++;
    }
    blocks.setCount(slot, links.length);
  }

  /// Whether the link at `index` has a place below `kept` already.
  private static boolean stays(int[] before, int kept, int[] links, int index) {
    for (int place = 0; place < kept; place++) {
      if (before[place] == links[index]) {
        return true;
      }
    }
    return false;
  }

  @Override
  protected void publishOneMore(int slot, int[] before, int link) {
    blocks.setLink(blocks.links(slot), before.length, link);
    blocks.setCount(slot, before.length + 1);
  }

  @Override
  protected void withdraw(int slot) {
    blocks.setCount(slot, ABSENT);
  }
}
