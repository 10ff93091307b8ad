package org.vexfs.daemon.search;

import java.util.Arrays;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.base.VectorFailure.InvalidVector;
import org.vexfs.daemon.base.VectorFailure.TooLarge;

/// The bytes of a query as an open handle receives them, in one write or in several: the kernel
/// cuts large writes, and shells flush where they like.
///
/// Each byte is looked at once as it comes, so asking after every write is cheap. Not safe for
/// threads: whoever owns the handle orders its writes.
public final class QueryInput {
  private static final int INITIAL_BYTES = 512;

  private byte[] bytes = new byte[INITIAL_BYTES];
  private int length;
  private QueryShape shape = new QueryShape();

  /// Adds what one write brought. Where that fails, the input is as if nothing had been written.
  ///
  /// @throws TooLarge where the query is over [Limits#MAX_QUERY_BYTES], or is an `.npy` stream that
  ///   announces too much
  /// @throws InvalidVector where it begins an `.npy` stream that is none
  public void append(byte[] source, int offset, int count) throws TooLarge, InvalidVector {
    if (count > Limits.MAX_QUERY_BYTES - length) {
      clear();
      throw new TooLarge("a query has at most " + Limits.MAX_QUERY_BYTES + " bytes");
    }
    if (count > bytes.length - length) {
      long grown = Math.max(2L * bytes.length, (long) length + count);
      bytes = Arrays.copyOf(bytes, (int) Math.min(grown, Limits.MAX_QUERY_BYTES));
    }
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    try {
      shape.advance(bytes, length);
    } catch (TooLarge | InvalidVector failure) {
      clear();
      throw failure;
    }
  }

  /// Bytes received so far.
  public int length() {
    return length;
  }

  /// Whether the query is whole: an object or array is closed, an `.npy` stream as long as its
  /// header says. Raw values and bare numbers have no end of their own and count as whole after
  /// each write; whoever expects more of them waits until the answer is asked for.
  public boolean isComplete() {
    return shape.isComplete();
  }

  /// The query that was received, whole or not: what is missing is then reported as malformed. The
  /// input stays as it is.
  ///
  /// @throws InvalidRequest where it cannot be understood
  /// @throws InvalidVector where its vector is none
  /// @throws TooLarge where its vectors are too many
  public Query query() throws VectorFailure {
    return QueryParser.parse(bytes, length, shape);
  }

  /// Forgets everything received, and the memory that it took.
  public void clear() {
    bytes = new byte[INITIAL_BYTES];
    length = 0;
    shape = new QueryShape();
  }
}
