package org.vexfs.daemon.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// The memory of layer 0: a block for each slot, outside the heap, with all that a search reads of
/// a node: the code of its vector, where there are codes, and its links.
///
/// ```
/// 0     the code, codeBytes rounded up to 4
/// c     parent in the spanning tree, int32; -1 for none
/// c+4   1 + the number of links, int32; 0 where the slot is not in the graph
/// c+8   the links, int32 each, room for maxLinks
///       room that reading a code may run over, where the links do not give it
/// ```
///
/// Blocks begin on a cache line. They lie in pages, which are made when a slot of theirs is first
/// prepared, and never taken away or moved.
///
/// **Addresses.** A block is reached by its address in [#MEMORY], which spans all memory: looking
/// up the segment of a page for each of the hundreds of nodes that a search visits costs more than
/// it protects. So this class hands out an address only for a slot that it has a page for, and
/// whoever reads or writes through one stays within the block.
///
/// **Lifetime.** The garbage collector frees the pages with this object. Whoever holds addresses
/// keeps it alive by a reachability fence; [HnswGraph] does so in each of its methods.
final class NodeBlocks {
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  static final int CACHE_LINE = 64;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();

  /// Pages are about this large: small enough for small collections, large enough that the
  /// directory of a million vectors stays in the cache.
  private static final int PAGE_BYTES = 1 << 18;

  private static final int MAX_PAGE_BITS = 10;
  private static final int LINKS_OFFSET = 8;

  /// The pages and where each begins; 0 where there is none. Never written to once published.
  private static final class Directory {
    final MemorySegment[] pages;
    final long[] addresses;

    Directory(MemorySegment[] pages, long[] addresses) {
      this.pages = pages;
      this.addresses = addresses;
    }
  }

  private final int maxLinks;
  private final int headerOffset;
  private final int blockBytes;
  private final int pageBits;
  private final int pageMask;

  private volatile Directory directory = new Directory(new MemorySegment[0], new long[0]);

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
    return (int) Math.min((long) directory.addresses.length << pageBits, Integer.MAX_VALUE);
  }

  /// Whether there is memory for `slot`; without, it is not in the graph.
  boolean has(int slot) {
    long[] addresses = directory.addresses;
    int page = slot >>> pageBits;
    return page < addresses.length && addresses[page] != 0;
  }

  /// Where in [#MEMORY] the block of `slot`, and hence its code, begins.
  ///
  /// @throws IndexOutOfBoundsException where it has no memory
  long address(int slot) {
    long page = directory.addresses[slot >>> pageBits];
    if (page == 0) {
      throw new IndexOutOfBoundsException("no block for slot " + slot);
    }
    return page + (long) (slot & pageMask) * blockBytes;
  }

  /// The number of links of `slot`, which has memory; negative where it is not in the graph.
  int count(int slot) {
    return (int) INT.getAcquire(MEMORY, address(slot) + headerOffset + Integer.BYTES) - 1;
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
        ? (int) INT.getAcquire(MEMORY, address(slot) + headerOffset)
        : SpanningTree.NONE;
  }

  void setParent(int slot, int parent) {
    INT.setRelease(MEMORY, address(slot) + headerOffset, parent);
  }

  /// Makes memory for `slot` where there is none.
  void reserve(int slot) {
    if (!has(slot)) {
      addPage(slot >>> pageBits);
    }
  }

  private synchronized void addPage(int index) {
    Directory before = directory;
    if (index < before.addresses.length && before.addresses[index] != 0) {
      return;
    }
    int length = Math.max(before.addresses.length, index + 1);
    MemorySegment[] pages = Arrays.copyOf(before.pages, length);
    Arrays.fill(pages, before.pages.length, length, MemorySegment.NULL);
    long[] addresses = Arrays.copyOf(before.addresses, length);
    MemorySegment page = Arena.ofAuto().allocate((long) blockBytes << pageBits, CACHE_LINE);
    for (long block = 0; block < page.byteSize(); block += blockBytes) {
      page.set(ValueLayout.JAVA_INT, block + headerOffset, SpanningTree.NONE);
    }
    pages[index] = page;
    addresses[index] = page.address();
    directory = new Directory(pages, addresses);
  }
}
