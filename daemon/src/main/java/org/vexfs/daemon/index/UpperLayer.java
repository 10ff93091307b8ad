package org.vexfs.daemon.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// A layer above layer 0, which few slots are on.
///
/// The links of a node are an array that is never written to once it is published; a change
/// publishes another in its place. The slots are cut into pages; the directory of pages is replaced
/// as a whole, through a volatile field, when a page is added, and pages are never taken away. An
/// array is published by a release store and read by an acquire load, so whoever sees it sees its
/// elements, and sees every page that the writer added before: a link never leads beyond the
/// directory.
final class UpperLayer extends Layer {
  /// What a slot that is not on the layer has for links; told apart by identity.
  private static final int[] NOT_HERE = new int[0];

  /// The links of a node that has none.
  private static final int[] NO_LINKS = new int[0];

  private static final VarHandle LISTS = MethodHandles.arrayElementVarHandle(int[][].class);
  private static final int PAGE_BITS = 8;
  private static final int PAGE_SLOTS = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_SLOTS - 1;

  /// Shared by all pages on which there is nothing yet; never written to.
  private static final int[][] EMPTY_PAGE = newPage();

  private volatile int[][][] pages = new int[0][][];

  private static int[][] newPage() {
    int[][] page = new int[PAGE_SLOTS][];
    Arrays.fill(page, NOT_HERE);
    return page;
  }

  @Override
  public int read(int slot, int[] into) {
    int[] links = links(slot);
    System.arraycopy(links, 0, into, 0, links.length);
    return isNotHere(links) ? ABSENT : links.length;
  }

  @Override
  int[] links(int slot) {
    int[][][] directory = pages;
    int page = slot >>> PAGE_BITS;
    if (page >= directory.length) {
      return NOT_HERE;
    }
    return (int[]) LISTS.getAcquire(directory[page], slot & PAGE_MASK);
  }

  @Override
  public boolean contains(int slot) {
    return !isNotHere(links(slot));
  }

  /// By identity: a node may have no links and yet be there.
  @SuppressWarnings("ReferenceEquality")
  private static boolean isNotHere(int[] links) {
    return links == NOT_HERE;
  }

  @Override
  public int slots() {
    return pages.length << PAGE_BITS;
  }

  @Override
  protected void publish(int slot, int[] links) {
    int[] published = links.length == 0 ? NO_LINKS : links;
    LISTS.setRelease(pageForWriting(slot), slot & PAGE_MASK, published);
  }

  @Override
  protected void publishOneMore(int slot, int[] before, int link) {
    int[] more = Arrays.copyOf(before, before.length + 1);
    more[before.length] = link;
    publish(slot, more);
  }

  @Override
  protected void withdraw(int slot) {
    LISTS.setRelease(pageForWriting(slot), slot & PAGE_MASK, NOT_HERE);
  }

  private int[][] pageForWriting(int slot) {
    int index = slot >>> PAGE_BITS;
    if (!hasPage(index)) {
      addPage(index);
    }
    return pages[index];
  }

  @SuppressWarnings("ReferenceEquality")
  private boolean hasPage(int index) {
    int[][][] directory = pages;
    return index < directory.length && directory[index] != EMPTY_PAGE;
  }

  private synchronized void addPage(int index) {
    if (hasPage(index)) {
      return;
    }
    int[][][] before = pages;
    int[][][] grown = Arrays.copyOf(before, Math.max(before.length, index + 1));
    Arrays.fill(grown, before.length, grown.length, EMPTY_PAGE);
    grown[index] = newPage();
    pages = grown;
  }
}
