package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.vexfs.daemon.base.VectorFailure;

/// What compaction says again because the segment goes that said it, so that the log adds up to the
/// same without that segment: what each node and collection is that the segment speaks of. Of a
/// node that is gone, that it is, where an older segment that stays may still speak of it.
final class Restatement {
  private final VectorLog log;
  private final Contents contents;
  private final ReentrantLock writing;
  private final LogSegment segment;
  private final NodeIds nodes = new NodeIds();
  private final Set<Integer> collections = new TreeSet<>();

  Restatement(VectorLog log, Contents contents, ReentrantLock writing, LogSegment segment) {
    this.log = log;
    this.contents = contents;
    this.writing = writing;
    this.segment = segment;
  }

  /// Notes what a record of the segment speaks of.
  void note(LogRecord record) {
    switch (record) {
      case LogRecord.DefineCollection define -> collections.add(define.id());
      case LogRecord.CreateNode create -> nodes.add(create.id());
      case LogRecord.Link link -> nodes.add(link.node());
      case LogRecord.Move move -> nodes.add(move.node());
      case LogRecord.Exchange exchange -> {
        nodes.add(exchange.node());
        nodes.add(exchange.otherNode());
      }
      case LogRecord.Unlink unlink -> nodes.add(unlink.node());
      case LogRecord.Rebind rebind -> nodes.add(rebind.node());
      case LogRecord.Delete delete -> nodes.add(delete.node());
      case LogRecord.Restate restated -> nodes.add(restated.node());
      case LogRecord.Put _,
          LogRecord.Relocate _,
          LogRecord.Seal _,
          LogRecord.Intend _,
          LogRecord.Settle _,
          LogRecord.Retire _ -> {}
    }
  }

  /// Appends it all to the log, and that the segment was compacted.
  void write(Pace pace) throws VectorFailure, InterruptedException {
    if (!segment.header().isOfThisVersion()) {
      // Earlier versions said nothing again, so segments that they removed may be missed.
      noteEverything();
    }
    for (int collection : collections) {
      say(() -> Optional.of(contents.definition(contents.collection(collection))));
    }
    for (long node : nodes.sorted()) {
      pace.await(0);
      say(() -> stateOf(node));
    }
    say(this::retirement);
  }

  private void noteEverything() {
    writing.lock();
    try {
      contents.collectionsById().forEach(collection -> collections.add(collection.id()));
      contents.catalogue().directories().forEach(directory -> nodes.add(directory.id()));
      contents.catalogue().files().forEach(file -> nodes.add(file.id()));
    } finally {
      writing.unlock();
    }
  }

  /// Finds out what is to be said, if anything.
  @FunctionalInterface
  private interface Saying {
    Optional<LogRecord> get() throws VectorFailure;
  }

  private void say(Saying saying) throws VectorFailure {
    writing.lock();
    try {
      Optional<LogRecord> record = saying.get();
      if (record.isPresent()) {
        LogPosition at = log.append(List.of(record.get()), new float[0]).getFirst();
        contents.apply(record.get(), at);
      }
    } finally {
      writing.unlock();
    }
  }

  private Optional<LogRecord> stateOf(long id) {
    Optional<Node> node = contents.catalogue().findNode(id);
    if (node.isEmpty()) {
      return isSpokenOfBefore(id) ? Optional.of(LogRecord.Restate.gone(id)) : Optional.empty();
    }
    return switch (node.get()) {
      case DirectoryNode directory -> {
        Name name = directory.name();
        yield name == null
            ? Optional.empty()
            : Optional.of(new LogRecord.Restate(id, true, 0, List.of(place(name)), List.of()));
      }
      case FileNode file ->
          Optional.of(
              new LogRecord.Restate(
                  id,
                  false,
                  file.inode(),
                  file.names().stream().map(Restatement::place).toList(),
                  file.entries().stream().map(entry -> entry.collection().id()).toList()));
    };
  }

  private static LogRecord.Place place(Name name) {
    return new LogRecord.Place(name.parent().id(), name.text());
  }

  /// Whether a segment before this one may have a record of a node: one that was not full yet when
  /// the node was made.
  private boolean isSpokenOfBefore(long id) {
    List<LogSegment> all = log.segments();
    for (int i = 1; i < all.size() && all.get(i - 1).number() < segment.number(); i++) {
      SegmentHeader after = all.get(i).header();
      if (!after.isOfThisVersion() || after.lastNode() >= id) {
        return true;
      }
    }
    return false;
  }

  /// That all segments are compacted that are not there, and this one; nothing as long as there is
  /// one of an earlier version, which may have compacted others without saying anything again.
  private Optional<LogRecord> retirement() {
    List<LogRecord.Numbers> gone = new ArrayList<>();
    long next = 1;
    for (LogSegment other : log.segments()) {
      if (other != segment) {
        if (!other.header().isOfThisVersion()) {
          return Optional.empty();
        }
        if (other.number() > next) {
          gone.add(new LogRecord.Numbers(next, other.number() - 1));
        }
        next = other.number() + 1;
      }
    }
    return Optional.of(new LogRecord.Retire(gone));
  }
}
