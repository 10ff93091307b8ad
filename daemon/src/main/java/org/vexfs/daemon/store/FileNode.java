package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A file that has entries. It keeps its id while it is renamed; one that lost its last name or
/// entry is dead, and lies nowhere.
///
/// What the store hands out of a file at rest ([FilesAtRest]) is what the file was at that moment.
public final class FileNode extends Node {
  /// Both immutable lists, replaced whole under the store's `naming` lock.
  private volatile List<Name> names = List.of();

  private volatile List<Entry> entries = List.of();

  /// Changed and read under the store's `naming` lock.
  private long inode;

  FileNode(long id, long inode) {
    super(id);
    this.inode = inode;
  }

  /// Whether this lies in `directory` or below it, by any of its names. Takes no lock, so that a
  /// search may ask it of every candidate.
  public boolean isWithin(DirectoryNode directory) {
    for (Name name : names) {
      if (name.parent().isWithin(directory)) {
        return true;
      }
    }
    return false;
  }

  List<Name> names() {
    return names;
  }

  void addName(Name name) {
    if (names.isEmpty()) {
      names = List.of(name);
      return;
    }
    List<Name> more = new ArrayList<>(names);
    more.add(name);
    names = List.copyOf(more);
  }

  void removeName(Name name) {
    names = names.stream().filter(other -> !other.equals(name)).toList();
  }

  List<Entry> entries() {
    return entries;
  }

  Optional<Entry> entry(VectorCollection collection) {
    for (Entry entry : entries) {
      if (entry.collection() == collection) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  void addEntry(Entry entry) {
    if (entries.isEmpty()) {
      entries = List.of(entry);
      return;
    }
    List<Entry> more = new ArrayList<>(entries);
    more.add(entry);
    entries = List.copyOf(more);
  }

  void removeEntry(Entry entry) {
    entries = entries.stream().filter(other -> other != entry).toList();
  }

  /// The file's [org.vexfs.daemon.io.Fingerprint]; 0 where it is not known.
  long inode() {
    return inode;
  }

  void bind(long inode) {
    this.inode = inode;
  }
}
