package org.vexfs.daemon.index;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vexfs.daemon.io.AnonymousMemory;
import org.vexfs.daemon.io.NativeMemory;

/// The memory of layer 0: a block for each slot, outside the heap, with all that a search reads of
/// a node: the code of its vector, where there are codes, and its links.
///
/// ```
/// 0     the code, codeBytes rounded up to 4
/// c     1 + the parent in the spanning tree, int32; 0 for none
/// c+4   1 + the number of links, int32; 0 where the slot is not in the graph
/// c+8   the links, int32 each, room for maxLinks
///       room that reading a code may run over, where the links do not give it
/// ```
///
/// So a block of zeros is that of a slot that is not in the graph. Blocks begin on a cache line.
/// They lie in pages, which are made when a slot of theirs is first prepared, and never taken away
/// or moved. Once there is some, memory for several pages is taken at a time, for large pages of
/// the system, on which a search waits less ([AnonymousMemory]).
///
/// **Addresses.** A block is reached by its address in [#MEMORY], which spans all memory: looking
/// up the segment of a page for each of the hundreds of nodes that a search visits costs more than
/// it protects. So this class hands out an address only for a slot that it has a page for, and
/// whoever reads or writes through one stays within the block.
///
/// **Lifetime.** The garbage collector frees the pages with this object. Whoever holds addresses
/// keeps it alive by a reachability fence; [HnswGraph] does so in each of its methods.
final class NodeBlocks {
  static final MemorySegment MEMORY = NativeMemory.ALL;

  static final int CACHE_LINE = 64;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  /// Pages are about this large: small enough for small collections, large enough that the
  /// directory of a million vectors stays in the cache.
  private static final int PAGE_BYTES = 1 << 18;

  private static final int MAX_PAGE_BITS = 10;

  /// A small collection takes a page at a time; with so many bytes it is not small any more.
  private static final int SMALL_BYTES = 1 << 20;

  /// Others take an eighth of what they have, and at least this much.
  private static final int LEAST_EXTENT_BYTES = 2 * AnonymousMemory.LARGE_PAGE_BYTES;

  private static final int LINKS_OFFSET = 8;

  private final int maxLinks;
  private final int headerOffset;
  private final int blockBytes;
  private final int pageBits;
  private final int pageMask;

  /// Where each page begins; 0 where there is none. Never written to once published.
  private volatile long[] directory = new long[0];

  /// What holds the pages, so that they are kept.
  @GuardedBy("this")
  private final List<MemorySegment> extents = new ArrayList<>();

  @GuardedBy("this")
  private long pages;

  /// Blocks for at most `maxLinks` links and codes of this size, 0 for none, of which
  /// `overreadBytes` more may be read.
  NodeBlocks(int maxLinks, int codeBytes, int overreadBytes) {
    this.maxLinks = maxLinks;
    this.headerOffset = (codeBytes + Integer.BYTES - 1) / Integer.BYTES * Integer.BYTES;
    int used = headerOffset + LINKS_OFFSET + Integer.BYTES * maxLinks;
    int needed = Math.max(used, codeBytes + overreadBytes);
    this.blockBytes = (needed + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    int slots = Math.max(1, PAGE_BYTES / blockBytes);
    this.pageBits = Math.min(MAX_PAGE_BITS, 31 - Integer.numberOfLeadingZeros(slots));
    this.pageMask = (1 << pageBits) - 1;
  }

  int maxLinks() {
    return maxLinks;
  }

  /// Size of a block.
  int blockBytes() {
    return blockBytes;
  }

  /// One more than the greatest slot that there are pages for.
  int slots() {
    return (int) Math.min((long) directory.length << pageBits, Integer.MAX_VALUE);
  }

  /// Whether there is memory for `slot`; without, it is not in the graph.
  boolean has(int slot) {
    long[] pageAddresses = directory;
    int page = slot >>> pageBits;
    return page < pageAddresses.length && pageAddresses[page] != 0;
  }

  /// Where in [#MEMORY] the block of `slot`, and hence its code, begins.
  ///
  /// @throws IndexOutOfBoundsException where it has no memory
  long address(int slot) {
    long page = directory[slot >>> pageBits];
    if (page == 0) {
      throw new IndexOutOfBoundsException("no block for slot " + slot);
    }
    return page + (long) (slot & pageMask) * blockBytes;
  }

  /// The number of links of `slot`, which has memory; negative where it is not in the graph.
  int count(int slot) {
    return (int) INT.getAcquire(MEMORY, address(slot) + headerOffset + Integer.BYTES) - 1;
  }

  /// Copies the links of `slot` to `into`, which has room for all; returns how many they are,
  /// negative where it is not in the graph.
  int read(int slot, int[] into) {
    long[] pageAddresses = directory;
    int page = slot >>> pageBits;
    if (page >= pageAddresses.length || pageAddresses[page] == 0) {
      return -1;
    }
    long header = pageAddresses[page] + (long) (slot & pageMask) * blockBytes + headerOffset;
    int count = (int) INT.getAcquire(MEMORY, header + Integer.BYTES) - 1;
    for (int i = 0; i < count; i++) {
      into[i] = link(header + LINKS_OFFSET, i);
    }
    return count;
  }

  /// Publishes the number of links; -1 takes the slot out of the graph.
  void setCount(int slot, int count) {
    INT.setRelease(MEMORY, address(slot) + headerOffset + Integer.BYTES, count + 1);
  }

  /// Where the links of `slot` begin, for [#link] and [#setLink].
  long links(int slot) {
    return address(slot) + headerOffset + LINKS_OFFSET;
  }

  static int link(long links, int index) {
    return (int) INT.getAcquire(MEMORY, links + (long) Integer.BYTES * index);
  }

  /// Publishes a link, and with it all that was written before.
  void setLink(long links, int index, int slot) {
    if (index >= maxLinks) {
      throw new IndexOutOfBoundsException("link " + index + " of at most " + maxLinks);
    }
    INT.setRelease(MEMORY, links + (long) Integer.BYTES * index, slot);
  }

  /// The parent of `slot` in the spanning tree; [SpanningTree#NONE] where it has no memory.
  int parent(int slot) {
    return has(slot)
        ? (int) INT.getAcquire(MEMORY, address(slot) + headerOffset) - 1
        : SpanningTree.NONE;
  }

  void setParent(int slot, int parent) {
    INT.setRelease(MEMORY, address(slot) + headerOffset, parent + 1);
  }

  /// Makes memory for `slot` where there is none.
  void reserve(int slot) {
    if (!has(slot)) {
      addPage(slot >>> pageBits);
    }
  }

  /// Makes the page at `index`, and with it some of those behind it, which are likely to be next.
  private synchronized void addPage(int index) {
    long[] before = directory;
    if (index < before.length && before[index] != 0) {
      return;
    }
    long pageBytes = (long) blockBytes << pageBits;
    int wanted = pagesAtOnce(pageBytes);
    int last = index;
    while (last + 1 < index + wanted && (last + 1 >= before.length || before[last + 1] == 0)) {
      last++;
    }
    MemorySegment extent = AnonymousMemory.allocate((last - index + 1) * pageBytes);
    long[] grown = Arrays.copyOf(before, Math.max(before.length, last + 1));
    for (int page = index; page <= last; page++) {
      grown[page] = extent.address() + (page - index) * pageBytes;
    }
    extents.add(extent);
    pages += last - index + 1;
    directory = grown;
  }

  @GuardedBy("this")
  private int pagesAtOnce(long pageBytes) {
    long bytes = pages * pageBytes;
    return bytes < SMALL_BYTES ? 1 : (int) (Math.max(LEAST_EXTENT_BYTES, bytes / 8) / pageBytes);
  }
}
