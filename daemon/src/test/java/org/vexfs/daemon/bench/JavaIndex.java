package org.vexfs.daemon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;

/// An index in this process.
abstract class JavaIndex implements AnnIndex {
  private static final double NANOS = 1e9;

  protected final DataSet data;

  JavaIndex(DataSet data) {
    this.data = data;
  }

  /// What one thread searches with.
  @FunctionalInterface
  interface Searches {
    /// Searches for the nearest to a query.
    ///
    /// @param query its index among the queries
    /// @param ef breadth of the search
    /// @param nearest where the indices of the nearest go
    /// @return how many they are
    int search(int query, int ef, int[] nearest) throws IOException;
  }

  /// Inserts the whole base.
  abstract void insertAll(int threads) throws IOException;

  /// Something to search with, for one thread.
  abstract Searches searches() throws IOException;

  @Override
  public final double build(int threads) throws IOException {
    long start = System.nanoTime();
    insertAll(threads);
    return (System.nanoTime() - start) / NANOS;
  }

  @Override
  public final int[][] find(int ef) throws IOException {
    Searches searches = searches();
    int[][] found = new int[data.queries().count()][];
    for (int query = 0; query < found.length; query++) {
      int[] nearest = new int[Truth.K];
      int size = searches.search(query, ef, nearest);
      found[query] = Arrays.copyOf(nearest, size);
    }
    return found;
  }

  @Override
  public final double speed(int ef, int threads, double seconds) {
    DoubleAdder speed = new DoubleAdder();
    Threads.run(threads, index -> speed.add(speedOfThread(index, ef, seconds)));
    return speed.sum();
  }

  private double speedOfThread(int thread, int ef, double seconds) {
    try {
      Searches searches = searches();
      int[] nearest = new int[Truth.K];
      // Threads are apart, so that one does not fetch what the other is about to read.
      int query = thread * data.queries().count() / 2 % data.queries().count();
      long searched = 0;
      long start = System.nanoTime();
      double elapsed = 0;
      while (elapsed < seconds) {
        int size = searches.search(query, ef, nearest);
        if (size == 0) {
          throw new IllegalStateException("nothing found");
        }
        searched++;
        query = query + 1 == data.queries().count() ? 0 : query + 1;
        elapsed = (System.nanoTime() - start) / NANOS;
      }
      return searched / elapsed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
