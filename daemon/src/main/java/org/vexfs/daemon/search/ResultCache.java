package org.vexfs.daemon.search;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.TreePath;

/// The answers given last, for the same questions asked again.
///
/// An answer counts for exactly the query that it was given to, below the same directory, for the
/// same asker, and as long as nothing was changed that it depends on: the collection, the names and
/// permissions of files, and, where a filter asks the host, what files hold. Changes behind the
/// mount are told by nobody, so an answer counts for no longer than they may go unseen, and whoever
/// uses one looks again at the files that it names.
final class ResultCache {
  /// Bytes, estimated, of all that is kept, and of the largest answer.
  private static final long MAX_BYTES = 8 << 20;

  private static final long MAX_ANSWER_BYTES = 256 << 10;

  private static final long ENTRY_BYTES = 500;
  private static final long HIT_BYTES = 200;

  @GuardedBy("this")
  private final Map<Key, Kept> answers = new LinkedHashMap<>(16, 0.75f, true);

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private long lookups;

  @GuardedBy("this")
  private long hits;

  /// What an answer is to.
  record Key(Query query, TreePath directory, int uid, Set<Integer> groups) {}

  /// What it depends on.
  ///
  /// @param collection [org.vexfs.daemon.store.VectorCollection#version]
  /// @param moves [org.vexfs.daemon.store.VectorStore#moves]
  /// @param names [HostState#names]
  /// @param contents [HostState#contents], or 0 where it does not depend on that
  record Version(long collection, long moves, long names, long contents) {}

  private record Kept(Answer answer, Version version, long nanos, long bytes) {}

  /// Whether answers to a query are kept: a large batch is asked once, and to compare it costs more
  /// than it is worth.
  static boolean keeps(Query query) {
    return bytesOf(query.target()) <= MAX_ANSWER_BYTES / 4;
  }

  /// What an answer to `key` was at this version, no longer than `trustNanos` ago.
  synchronized Optional<Answer> find(Key key, Version version, long trustNanos) {
    lookups++;
    @Nullable Kept kept = answers.get(key);
    if (kept == null
        || !kept.version().equals(version)
        || System.nanoTime() - kept.nanos() >= trustNanos) {
      return Optional.empty();
    }
    return Optional.of(kept.answer());
  }

  /// Keeps an answer that was found by a search which began at this version, at that time.
  synchronized void keep(Key key, Version version, long nanos, Answer answer) {
    Kept kept = new Kept(answer, version, nanos, bytesOf(key, answer));
    if (kept.bytes() > MAX_ANSWER_BYTES) {
      return;
    }
    @Nullable Kept before = answers.put(key, kept);
    bytes += kept.bytes() - (before == null ? 0 : before.bytes());
    Iterator<Kept> oldest = answers.values().iterator();
    while (bytes > MAX_BYTES && oldest.hasNext()) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  /// An answer that was found still counts, and was given again.
  synchronized void hit() {
    hits++;
  }

  /// Figures of this moment.
  synchronized CacheFigures figures() {
    return new CacheFigures(lookups, hits, answers.size(), bytes);
  }

  private static long bytesOf(Query.Target target) {
    return switch (target) {
      case Query.ByVector vector -> (long) vector.vectors().values().length * Float.BYTES;
      case Query.ByRaw raw -> raw.bytes().length;
      case Query.ByText text -> text.text().length();
      case Query.LikePath like -> like.path().bytes().length();
      case Query.Fused _ -> Long.MAX_VALUE;
    };
  }

  private static long bytesOf(Key key, Answer answer) {
    long sum = ENTRY_BYTES + bytesOf(key.query().target());
    for (Answer.Result result : answer.results()) {
      for (Hit hit : result.hits()) {
        sum += HIT_BYTES + hit.path().bytes().length();
        sum += hit.vector().map(vector -> (long) vector.values().length * Float.BYTES).orElse(0L);
      }
    }
    return sum;
  }
}
