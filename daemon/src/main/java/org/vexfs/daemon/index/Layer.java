package org.vexfs.daemon.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// One layer of the graph: which slots are on it and the links of each.
///
/// A node's *outgoing* links are what searches follow. They are an array that is never written to
/// once it is published; a change publishes another in its place. Its *incoming* links, the nodes
/// that link to it, are known to the writer alone: they let a node be unlinked without looking at
/// every other.
///
/// Readers need no lock. The slots are cut into pages; the directory of pages is replaced as a
/// whole, through a volatile field, when a page is added, and pages are never taken away. An
/// outgoing array is published by a release store and read by an acquire load, so whoever sees it
/// sees its elements, and sees every page that the writer added before: a link never leads beyond
/// the directory.
final class Layer {
  /// What a slot that is not on the layer has for links; told apart by identity.
  static final int[] ABSENT = new int[0];

  /// The links of a node that has none.
  private static final int[] NO_LINKS = new int[0];

  private static final VarHandle LISTS = MethodHandles.arrayElementVarHandle(int[][].class);
  private static final int PAGE_BITS = 8;
  private static final int PAGE_SLOTS = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_SLOTS - 1;
  private static final Page EMPTY_PAGE = new Page();

  /// Bags of incoming links: the count, then as many slots, in no order. Only the empty one is
  /// shared, and having no room it is never written to.
  private static final int[] NO_INCOMING = {0};

  private static final class Page {
    final int[][] outgoing = new int[PAGE_SLOTS][];
    final int[][] incoming = new int[PAGE_SLOTS][];

    Page() {
      Arrays.fill(outgoing, ABSENT);
      Arrays.fill(incoming, NO_INCOMING);
    }
  }

  private volatile Page[] pages = new Page[0];

  /// Nodes on the layer; the writer's.
  private int size;

  /// The outgoing links of `slot`, not to be written to; [#ABSENT] where it is not on the layer.
  int[] links(int slot) {
    Page[] directory = pages;
    int page = slot >>> PAGE_BITS;
    if (page >= directory.length) {
      return ABSENT;
    }
    return (int[]) LISTS.getAcquire(directory[page].outgoing, slot & PAGE_MASK);
  }

  boolean contains(int slot) {
    return !isAbsent(links(slot));
  }

  /// By identity: a node may have no links and yet be there.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isAbsent(int[] links) {
    return links == ABSENT;
  }

  /// One more than the greatest slot that the layer has had room for.
  int slots() {
    return pages.length << PAGE_BITS;
  }

  /// Nodes on the layer. The writer's, as is everything below.
  int size() {
    return size;
  }

  /// The nodes that link to `slot`, as a copy.
  int[] incoming(int slot) {
    int[] bag = bag(slot);
    return Arrays.copyOfRange(bag, 1, 1 + bag[0]);
  }

  /// The first node of the layer other than `node`; there is one.
  int anyNodeBut(int node) {
    for (int slot = 0; slot < slots(); slot++) {
      if (slot != node && contains(slot)) {
        return slot;
      }
    }
    throw new IllegalStateException("the layer has no node but " + node);
  }

  /// Makes `links` the outgoing links of `slot`, which thereby is on the layer. The array is handed
  /// over.
  void setLinks(int slot, int[] links) {
    Page page = pageForWriting(slot);
    int[] before = page.outgoing[slot & PAGE_MASK];
    for (int to : links) {
      if (!contains(before, to)) {
        addIncoming(to, slot);
      }
    }
    for (int to : before) {
      if (!contains(links, to)) {
        dropIncoming(to, slot);
      }
    }
    if (isAbsent(before)) {
      size++;
    }
    LISTS.setRelease(page.outgoing, slot & PAGE_MASK, links.length == 0 ? NO_LINKS : links);
  }

  /// Takes `slot`, to which nothing may link any more, off the layer.
  void remove(int slot) {
    Page page = pageForWriting(slot);
    for (int to : page.outgoing[slot & PAGE_MASK]) {
      dropIncoming(to, slot);
    }
    size--;
    LISTS.setRelease(page.outgoing, slot & PAGE_MASK, ABSENT);
    page.incoming[slot & PAGE_MASK] = NO_INCOMING;
  }

  static boolean contains(int[] links, int slot) {
    for (int link : links) {
      if (link == slot) {
        return true;
      }
    }
    return false;
  }

  private int[] bag(int slot) {
    return pages[slot >>> PAGE_BITS].incoming[slot & PAGE_MASK];
  }

  private void addIncoming(int to, int from) {
    int[] bag = bag(to);
    int count = bag[0];
    if (count + 1 == bag.length) {
      bag = Arrays.copyOf(bag, Math.max(8, bag.length + (bag.length >>> 1)));
      pages[to >>> PAGE_BITS].incoming[to & PAGE_MASK] = bag;
    }
    bag[count + 1] = from;
    bag[0] = count + 1;
  }

  private void dropIncoming(int to, int from) {
    int[] bag = bag(to);
    int count = bag[0];
    for (int i = 1; i <= count; i++) {
      if (bag[i] == from) {
        bag[i] = bag[count];
        bag[0] = count - 1;
        return;
      }
    }
    throw new IllegalStateException("no incoming link " + from + " -> " + to);
  }

  private Page pageForWriting(int slot) {
    int index = slot >>> PAGE_BITS;
    Page[] directory = pages;
    if (index < directory.length && directory[index] != EMPTY_PAGE) {
      return directory[index];
    }
    int length = Math.max(directory.length, index + 1);
    Page[] grown = Arrays.copyOf(directory, length);
    Arrays.fill(grown, directory.length, length, EMPTY_PAGE);
    grown[index] = new Page();
    pages = grown;
    return grown[index];
  }
}
