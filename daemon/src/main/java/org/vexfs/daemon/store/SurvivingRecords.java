package org.vexfs.daemon.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// What a log adds up to whose compacted segments are gone and of which no checkpoint is left.
///
/// What a removed segment said and what still counts of it, compaction has said again
/// ([LogRecord.Restate]). So for every node the last such record, and what follows it, say what the
/// node is; what stands before may speak of nodes that are not known, and leave names behind that
/// were given to others since. Only in the end does it all fit, and it has to: what then
/// contradicts itself is damage. FORMAT.md, "Without a checkpoint", says why this is all that there
/// was.
final class SurvivingRecords {
  private final Map<Long, Survivor> nodes = new HashMap<>();
  private final Map<Integer, LogRecord.DefineCollection> collections = new TreeMap<>();
  private final LogRecord.Retire retired;
  private Optional<LogRecord.Intend> intent = Optional.empty();
  private long lastNode;

  /// A node, as far as it is known.
  private static final class Survivor {
    final long id;
    boolean directory;
    long inode;
    Set<LogRecord.Place> names = new LinkedHashSet<>(2);
    final Map<Integer, Spot> entries = new TreeMap<>();

    /// Collections in which it must have an entry.
    final Set<Integer> promised = new HashSet<>(2);

    Survivor(long id) {
      this.id = id;
    }
  }

  /// An entry, and where its record lies.
  private record Spot(long node, int collection, int rows, int dimension, LogPosition at) {
    LogRecord.Put put() {
      return new LogRecord.Put(node, collection, rows, dimension);
    }
  }

  /// @param retired the segments that were compacted, none of whose records are added
  SurvivingRecords(LogRecord.Retire retired) {
    this.retired = retired;
  }

  /// Takes the next record.
  void add(LogRecord record, LogPosition at) {
    if (Contents.closesIntent(record)) {
      intent = Optional.empty();
    }
    Contents.countSaidAgain(record, at);
    switch (record) {
      case LogRecord.DefineCollection define -> {
        if (define.equals(collections.put(define.id(), define))) {
          at.segment().addLiveBytes(RecordCodec.length(define, at.position()));
        }
      }
      case LogRecord.CreateNode(long id, long parent, String name, boolean directory, long inode) ->
          become(id, directory, inode, List.of(new LogRecord.Place(parent, name)));
      case LogRecord.Link(long node, long parent, String name) ->
          node(node).names.add(new LogRecord.Place(parent, name));
      case LogRecord.Move move ->
          move(
              node(move.node()),
              new LogRecord.Place(move.fromParent(), move.fromName()),
              new LogRecord.Place(move.toParent(), move.toName()));
      case LogRecord.Exchange exchange -> exchange(exchange);
      case LogRecord.Unlink(long node, long parent, String name) ->
          unlink(node(node), new LogRecord.Place(parent, name));
      case LogRecord.Rebind(long node, long inode) -> node(node).inode = inode;
      case LogRecord.Put(long node, int collection, int rows, int dimension) ->
          node(node).entries.put(collection, new Spot(node, collection, rows, dimension, at));
      case LogRecord.Relocate(long node, int collection, int rows, int dimension) ->
          node(node).entries.put(collection, new Spot(node, collection, rows, dimension, at));
      case LogRecord.Delete(long node, int collection) -> {
        node(node).entries.remove(collection);
        node(node).promised.remove(collection);
      }
      case LogRecord.Restate restated -> restate(restated);
      case LogRecord.Intend intend -> intent = Optional.of(intend);
      case LogRecord.Seal _, LogRecord.Settle _, LogRecord.Retire _ -> {}
    }
  }

  private Survivor node(long id) {
    lastNode = Math.max(lastNode, id);
    return nodes.computeIfAbsent(id, Survivor::new);
  }

  private void become(long id, boolean directory, long inode, List<LogRecord.Place> names) {
    Survivor node = node(id);
    node.directory = directory;
    node.inode = inode;
    node.names = new LinkedHashSet<>(names);
  }

  private static void move(Survivor node, LogRecord.Place from, LogRecord.Place to) {
    if (node.directory) {
      node.names.clear();
    } else {
      node.names.remove(from);
    }
    node.names.add(to);
  }

  private static void unlink(Survivor node, LogRecord.Place name) {
    if (node.directory) {
      node.names.clear();
    } else {
      node.names.remove(name);
    }
  }

  private void exchange(LogRecord.Exchange exchange) {
    LogRecord.Place place = new LogRecord.Place(exchange.parent(), exchange.name());
    LogRecord.Place other = new LogRecord.Place(exchange.otherParent(), exchange.otherName());
    if (exchange.node() != 0) {
      move(node(exchange.node()), place, other);
      move(node(exchange.otherNode()), other, place);
      return;
    }
    List<Survivor> here = at(place);
    List<Survivor> there = at(other);
    here.forEach(node -> move(node, place, other));
    there.forEach(node -> move(node, other, place));
  }

  private List<Survivor> at(LogRecord.Place place) {
    return nodes.values().stream().filter(node -> node.names.contains(place)).toList();
  }

  private void restate(LogRecord.Restate restated) {
    become(restated.node(), restated.directory(), restated.inode(), restated.names());
    Survivor node = node(restated.node());
    node.entries.keySet().retainAll(restated.collections());
    node.promised.clear();
    node.promised.addAll(restated.collections());
  }

  /// Whether all segments with these numbers were compacted.
  boolean isRetired(LogRecord.Numbers numbers) {
    return retired.segments().stream()
        .anyMatch(range -> range.first() <= numbers.first() && numbers.last() <= range.last());
  }

  /// Puts all that is left into the contents, which are empty.
  ///
  /// @throws StoreBroken where the records contradict one another
  void into(Contents contents) throws StoreBroken {
    for (LogRecord.DefineCollection define : collections.values()) {
      contents.restoreCollection(define);
    }
    List<Spot> entries = new ArrayList<>();
    Set<Long> hung = new HashSet<>();
    for (Survivor file : nodes.values()) {
      if (!file.directory && hang(file, contents, hung)) {
        entries.addAll(file.entries.values());
      }
    }
    entries.sort(
        Comparator.comparingLong((Spot spot) -> spot.at().segment().number())
            .thenComparingLong(spot -> spot.at().position()));
    for (Spot entry : entries) {
      contents.apply(entry.put(), entry.at());
    }
    List<Runnable> _ = contents.endChange();
    contents.catalogue().skipIds(lastNode);
    intent.ifPresent(contents::resume);
  }

  /// Puts a file and the directories above it into the tree, where it has a name and entries left.
  private boolean hang(Survivor file, Contents contents, Set<Long> hung) throws StoreBroken {
    List<LogRecord.Place> names = file.names.stream().filter(this::isReachable).toList();
    if (names.isEmpty()) {
      return false;
    }
    file.promised.removeAll(file.entries.keySet());
    if (!file.promised.isEmpty()) {
      throw new StoreBroken(
          "the vectors of "
              + names.getFirst().name()
              + " in collections "
              + file.promised
              + " are in no segment, and nothing says that they were deleted");
    }
    if (file.entries.isEmpty()) {
      return false;
    }
    for (LogRecord.Place name : names) {
      hangDirectories(name, contents, hung);
    }
    LogRecord.Place first = names.getFirst();
    contents
        .catalogue()
        .create(new LogRecord.CreateNode(file.id, first.parent(), first.name(), false, file.inode));
    for (LogRecord.Place name : names.subList(1, names.size())) {
      contents.catalogue().link(new LogRecord.Link(file.id, name.parent(), name.name()));
    }
    return true;
  }

  /// Whether a name hangs below SOURCE; those below a directory that is gone do not.
  private boolean isReachable(LogRecord.Place name) {
    Set<Long> passed = new HashSet<>();
    long parent = name.parent();
    while (parent != Catalogue.ROOT_ID) {
      Survivor directory = nodes.get(parent);
      if (directory == null || directory.names.isEmpty() || !passed.add(parent)) {
        return false;
      }
      parent = directory.names.iterator().next().parent();
    }
    return true;
  }

  private void hangDirectories(LogRecord.Place name, Contents contents, Set<Long> hung)
      throws StoreBroken {
    Deque<Survivor> missing = new ArrayDeque<>();
    long parent = name.parent();
    while (parent != Catalogue.ROOT_ID && hung.add(parent)) {
      Survivor directory = Objects.requireNonNull(nodes.get(parent), "it was reached before");
      missing.push(directory);
      parent = directory.names.iterator().next().parent();
    }
    for (Survivor directory : missing) {
      LogRecord.Place place = directory.names.iterator().next();
      contents
          .catalogue()
          .create(new LogRecord.CreateNode(directory.id, place.parent(), place.name(), true, 0));
    }
  }
}
