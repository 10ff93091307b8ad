package org.vexfs.daemon.control;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.overlay.Content;
import org.vexfs.daemon.overlay.ControlCall;
import org.vexfs.daemon.overlay.Controlled;
import org.vexfs.daemon.search.Answer;
import org.vexfs.daemon.search.PackedAnswer;
import org.vexfs.daemon.search.PackedQuery;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.QueryInput;

/// One open `search` file: a conversation of queries and answers.
///
/// A query is answered as soon as its last byte was written, so that the writer learns of what is
/// wrong with it. One that comes in several writes, each going on where the one before ended, is
/// put together. The answer replaces the one before.
///
/// A program that seeks to the start reads the answer from there; a shell, whose descriptor stands
/// behind the query it has just written, reads on. So the answer begins where the first read after
/// the query does, or at an earlier read if one comes.
final class SearchHandle implements VirtualHandle {
  /// The kernel may cut writes from this size on, so one that large may be the part of a query that
  /// has no end of its own (raw values).
  private static final int CUT_WRITE_BYTES = 128 << 10;

  /// Type and number of the one `ioctl(2)` that there is: `_IOC(…, 'V', 0x51, …)`.
  private static final int SEARCH_COMMAND = ('V' << 8) | 0x51;

  private static final byte[] NOTHING = {};

  private final ControlContext context;
  private final NodeId directory;
  private final Caller caller;

  /// Held while a query is answered, which is the order that a conversation has.
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final QueryInput input = new QueryInput();

  /// Whether what follows in the file goes on with the query in [#input].
  @GuardedBy("lock")
  private boolean goesOn;

  /// Whether [#input] still waits to be answered.
  @GuardedBy("lock")
  private boolean pending;

  /// Where the next part of a query would begin.
  @GuardedBy("lock")
  private long inputEnd;

  @GuardedBy("lock")
  private byte[] answer = NOTHING;

  /// Where in the file the answer begins; -1 before its first read.
  @GuardedBy("lock")
  private long answerStart = -1;

  SearchHandle(ControlContext context, NodeId directory, Caller caller) {
    this.context = context;
    this.directory = directory;
    this.caller = caller;
  }

  @Override
  public void write(Host host, long offset, byte[] data) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      if (!goesOn || offset != inputEnd) {
        input.clear();
      }
      answer = NOTHING;
      answerStart = -1;
      goesOn = false;
      pending = true;
      input.append(data, 0, data.length);
      inputEnd = offset + data.length;
      if (input.isComplete()) {
        answerWritten(host, data.length >= CUT_WRITE_BYTES);
      } else {
        goesOn = true;
      }
    } catch (VectorFailure | ErrnoException e) {
      pending = false;
      input.clear();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /// Answers a query that seems whole. Where more may come, one that does not fit yet waits for it.
  @GuardedBy("lock")
  private void answerWritten(Host host, boolean moreMayCome) throws ErrnoException, VectorFailure {
    try {
      answer(host);
      goesOn = moreMayCome;
    } catch (VectorFailure.InvalidVector e) {
      if (!moreMayCome) {
        throw e;
      }
      goesOn = true;
    }
    if (!goesOn) {
      input.clear();
    }
  }

  @GuardedBy("lock")
  private void answer(Host host) throws ErrnoException, VectorFailure {
    long start = System.nanoTime();
    Query query = input.query();
    context.counts().parsed(start);
    Answer found = context.answer(host, caller, directory, query);
    long written = System.nanoTime();
    answer = found.toJsonLines();
    context.counts().written(written);
    pending = false;
  }

  /// A packed query is answered by itself, in the memory that it came in: it is no part of the
  /// conversation, and several may be under way at once.
  @Override
  public Controlled control(Host host, ControlCall call) throws ErrnoException, VectorFailure {
    if (call.kind() != SEARCH_COMMAND) {
      throw ErrnoException.of(Errno.ENOTTY);
    }
    if (!call.goesBothWays()) {
      throw new VectorFailure.InvalidRequest(
          "packed query: the command is not _IOWR('V', 0x51, ...) of the buffer's size");
    }
    long start = System.nanoTime();
    Query query = PackedQuery.parse(call.input());
    context.counts().parsed(start);
    Answer answer = context.answer(host, caller, directory, query);
    long written = System.nanoTime();
    PackedAnswer packed = PackedAnswer.of(answer.results().getFirst(), call.room());
    byte[] bytes = packed.toBytes();
    context.counts().written(written);
    return new Controlled(packed.hits(), bytes);
  }

  @Override
  public Content read(Host host, long offset, int size) throws ErrnoException, VectorFailure {
    lock.lock();
    try {
      if (pending) {
        answerRest(host);
      }
      if (answerStart < 0 || offset < answerStart) {
        answerStart = offset;
      }
      return Content.OfBytes.range(answer, offset - answerStart, size);
    } finally {
      lock.unlock();
    }
  }

  /// Somebody wants the answer, so the query is as long as it gets; what is missing is an error
  /// now.
  @GuardedBy("lock")
  private void answerRest(Host host) throws ErrnoException, VectorFailure {
    goesOn = false;
    try {
      answer(host);
    } finally {
      pending = false;
      input.clear();
    }
  }
}
