package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vexfs.daemon.store.CatalogueImage.Entries;
import org.vexfs.daemon.store.CatalogueImage.Files;
import org.vexfs.daemon.store.CatalogueImage.Inodes;
import org.vexfs.daemon.store.CatalogueImage.Names;

/// The files of the checkpoint that the store was opened with, as far as nobody changed them since.
///
/// They *rest*: of each there are only rows of the [CatalogueImage], and an object is made when
/// somebody asks, and forgotten. Whoever is about to change one *wakes* it, which makes it one of
/// the catalogue's own nodes for as long as the store is open. Directories do not rest: they are
/// few, and every look-up goes through them.
///
/// What is asked by id, name or inode is for those who hold the store's `naming` lock. What is
/// asked by row is as of the checkpoint, and for anybody: who has a slot says whether it still
/// counts.
final class FilesAtRest {
  private final CatalogueImage image;
  private final DirectoryNode[] directories;
  private final Map<Integer, VectorCollection> collections = new HashMap<>();
  private final List<LogSegment> segments = new ArrayList<>();
  private final Map<Long, Integer> segmentNumbers = new HashMap<>();

  /// Of each segment, what holds all that the checkpoint knows of it.
  private final MemorySegment[] regions;

  private final NodeIds woken = new NodeIds();

  /// All files of an image, which lie in these directories, collections and segments.
  FilesAtRest(
      CatalogueImage image,
      Stream<DirectoryNode> directories,
      Iterable<VectorCollection> collections,
      Iterable<LogSegment> segments) {
    this.image = image;
    this.directories =
        directories.sorted(Comparator.comparingLong(Node::id)).toArray(DirectoryNode[]::new);
    collections.forEach(collection -> this.collections.put(collection.id(), collection));
    for (LogSegment segment : segments) {
      segmentNumbers.put(segment.number(), this.segments.size());
      this.segments.add(segment);
    }
    this.regions =
        this.segments.stream()
            .map(segment -> segment.file().region())
            .toArray(MemorySegment[]::new);
    for (DirectoryNode directory : this.directories) {
      directory.addResting(
          image.firstNameIn(directory.id() + 1) - image.firstNameIn(directory.id()));
    }
  }

  /// Whether the file with this id rests: then every object that was made of it is true.
  boolean rests(long id) {
    return !woken.contains(id) && image.findFile(id) != CatalogueImage.NONE;
  }

  /// The file with this id, if it rests.
  Optional<FileNode> find(long id) {
    return rests(id) ? Optional.of(file(id)) : Optional.empty();
  }

  /// The file of this name, if it rests.
  Optional<FileNode> find(DirectoryNode directory, String name) {
    if (directory.resting() == 0) {
      return Optional.empty();
    }
    int row = image.findName(directory.id(), name);
    return row == CatalogueImage.NONE ? Optional.empty() : find(image.names().get(row, Names.FILE));
  }

  /// The file that was last seen as this inode, if it rests.
  Optional<FileNode> findInode(long inode) {
    int row = image.findInode(inode);
    return row == CatalogueImage.NONE
        ? Optional.empty()
        : find(image.inodes().get(row, Inodes.FILE));
  }

  /// Those that rest in a directory, as they are when they are come to.
  Stream<FileNode> in(DirectoryNode directory) {
    return IntStream.range(image.firstNameIn(directory.id()), image.firstNameIn(directory.id() + 1))
        .mapToObj(row -> find(image.names().get(row, Names.FILE)))
        .flatMap(Optional::stream)
        .distinct();
  }

  /// All that rest.
  Stream<FileNode> all() {
    Table files = image.files();
    return IntStream.range(0, files.rows())
        .filter(row -> row == 0 || files.get(row, Files.FILE) != files.get(row - 1, Files.FILE))
        .mapToObj(row -> find(files.get(row, Files.FILE)))
        .flatMap(Optional::stream);
  }

  /// Lets a file count as woken: what is found of it from now on is the caller's.
  void wake(FileNode file) {
    woken.add(file.id());
    for (Name name : file.names()) {
      name.parent().addResting(-1);
    }
  }

  /// The rows of the entries.
  Table entries() {
    return image.entries();
  }

  /// The entry at a row, and its file.
  Entry entry(int row) {
    FileNode file = file(entries().get(row, Entries.FILE));
    int collection = entries().getInt(row, Entries.COLLECTION);
    return file.entries().stream()
        .filter(entry -> entry.collection().id() == collection)
        .findFirst()
        .orElseThrow();
  }

  /// Whether the file that has the entry at a row lies in a directory or below it.
  boolean isWithin(int row, DirectoryNode directory) {
    long parent = entries().get(row, Entries.PARENT);
    return parent == 0
        ? file(entries().get(row, Entries.FILE)).isWithin(directory)
        : directory(parent - 1).isWithin(directory);
  }

  /// The regions of the log that the checkpoint knows; not to be written to.
  MemorySegment[] regions() {
    return regions;
  }

  /// Which of the regions holds the record of the entry at a row.
  int regionOf(int row) {
    return Objects.requireNonNull(segmentNumbers.get(entries().get(row, Entries.SEGMENT)));
  }

  private FileNode file(long id) {
    List<Integer> rows = image.rowsOf(id);
    FileNode file = new FileNode(id, image.files().get(rows.getFirst(), Files.INODE));
    for (int row : rows) {
      int name = image.files().getInt(row, Files.NAME);
      DirectoryNode parent = directory(image.names().get(name, Names.PARENT));
      file.addName(new Name(parent, image.texts().get(name)));
    }
    for (int row : image.entriesOf(id)) {
      file.addEntry(entry(file, row));
    }
    return file;
  }

  private Entry entry(FileNode file, int row) {
    int collection = entries().getInt(row, Entries.COLLECTION);
    long position = entries().get(row, Entries.POSITION);
    int region = regionOf(row);
    Entry entry =
        new Entry(
            file,
            Objects.requireNonNull(collections.get(collection)),
            entries().getInt(row, Entries.ROWS),
            new LogPosition(segments.get(region), position, regions[region], position));
    entry.occupy(entries().getInt(row, Entries.SLOT));
    return entry;
  }

  private DirectoryNode directory(long id) {
    int low = 0;
    int high = directories.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (directories[middle].id() < id) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return directories[low];
  }
}
