package org.vexfs.daemon.index;

import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.vexfs.daemon.distance.Metric;

/// A graph that is searched where it was written, without being read first: nodes are looked at
/// when a search comes to them, and compared by their vectors. So it answers at once, though a
/// search costs several times what it does in an [HnswGraph], which is to take its place.
///
/// It has those nodes of the image whose slots are known to have the vectors that they had. The
/// others are passed through, so that what is behind them can be found.
///
/// Any thread may search. Where a search comes to a node that is damaged, it gives up.
public final class ImageGraph implements SearchableGraph, AutoCloseable {
  private final GraphImage image;
  private final GraphSearch search;
  private final BitSet slots;
  private final int size;

  /// Held by searches; the image may go once it was had alone.
  private final ReentrantReadWriteLock using = new ReentrantReadWriteLock();

  /// Written under the lock.
  private boolean closed;

  /// The graph that an image is of.
  ///
  /// @param bytes what [HnswGraph#save] wrote; stays until this is closed
  /// @param unchanged slots that have the vectors that they had when it was written
  /// @throws GraphImageFault where it is no image of a graph with these parameters
  public ImageGraph(
      Vectors vectors,
      Metric metric,
      HnswParameters parameters,
      MemorySegment bytes,
      BitSet unchanged)
      throws GraphImageFault {
    image = new GraphImage(bytes, parameters);
    try {
      slots = image.base().present();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new GraphImageFault("it is no image of a graph: " + e.getMessage(), e);
    }
    slots.and(unchanged);
    size = slots.cardinality();
    search =
        new GraphSearch(
            image,
            new Space(vectors, metric),
            new ImageSpace(vectors, metric, slots::get),
            parameters.maxLinks(0));
  }

  /// The slots that it has; not to be written to.
  public BitSet slots() {
    return slots;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int search(
      MemorySegment query,
      long queryOffset,
      int k,
      int ef,
      SlotPredicate accept,
      long most,
      SearchScratch scratch) {
    using.readLock().lock();
    try {
      if (closed) {
        return CLOSED;
      }
      SlotPredicate found = slot -> slots.get(slot) && accept.test(slot);
      search.search(query, queryOffset, k, Math.max(k, ef), found, most, scratch);
      return scratch.size();
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // As if it had been too long a way.
      scratch.giveUp();
      return 0;
    } finally {
      using.readLock().unlock();
    }
  }

  /// Waits for the searches that are under way; none begins any more.
  @Override
  public void close() {
    using.writeLock().lock();
    try {
      closed = true;
    } finally {
      using.writeLock().unlock();
    }
  }
}
