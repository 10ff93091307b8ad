package org.vexfs.daemon.store;

import java.util.ArrayList;
import java.util.List;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// The files of a checkpoint and their entries, read where they lie; FORMAT.md, "Parts of a
/// checkpoint".
///
/// Nothing is made of them until it is asked for, so a large store opens as fast as a small one and
/// takes no memory of its own. All rows are as of the checkpoint. Any thread may read, for as long
/// as the checkpoint is mapped.
final class CatalogueImage {
  /// Where nothing was found.
  static final int NONE = -1;

  private final CheckpointFile checkpoint;
  private final Table names;
  private final NameTexts texts;
  private final Table files;
  private final Table inodes;
  private final Table entries;

  /// By directory and name: what is there.
  static final class Names {
    static final String PART = "names";
    static final String TEXTS = "name-texts";
    static final String GROUPS = "name-groups";
    static final int PARENT = 0;
    static final int FILE = 1;
    static final int COLUMNS = 2;

    private Names() {}
  }

  /// By file and name: its inode, and the row of the name in [Names].
  static final class Files {
    static final String PART = "file-names";
    static final int FILE = 0;
    static final int INODE = 1;
    static final int NAME = 2;
    static final int COLUMNS = 3;

    private Files() {}
  }

  /// By inode and file.
  static final class Inodes {
    static final String PART = "inodes";
    static final int INODE = 0;
    static final int FILE = 1;
    static final int COLUMNS = 2;

    private Inodes() {}
  }

  /// By file and collection: rows, first slot, where the record lies, and where the file does: one
  /// more than the id of its directory, or 0 where it has several names.
  static final class Entries {
    static final String PART = "entries";
    static final int FILE = 0;
    static final int COLLECTION = 1;
    static final int ROWS = 2;
    static final int SLOT = 3;
    static final int SEGMENT = 4;
    static final int POSITION = 5;
    static final int PARENT = 6;
    static final int COLUMNS = 7;

    private Entries() {}
  }

  /// By slot, a part a collection: one more than the row of the entry that has it; 0 for nobody's.
  static final class Slots {
    static final int ENTRY = 0;
    static final int COLUMNS = 1;

    private Slots() {}

    static String part(int collection) {
      return "slots-" + collection;
    }
  }

  /// The tables of a sound checkpoint.
  CatalogueImage(CheckpointFile checkpoint) throws StoreBroken {
    this.checkpoint = checkpoint;
    this.names = Table.of(checkpoint.part(Names.PART), Names.COLUMNS);
    this.texts =
        new NameTexts(checkpoint.part(Names.TEXTS), Table.of(checkpoint.part(Names.GROUPS), 1));
    this.files = Table.of(checkpoint.part(Files.PART), Files.COLUMNS);
    this.inodes = Table.of(checkpoint.part(Inodes.PART), Inodes.COLUMNS);
    this.entries = Table.of(checkpoint.part(Entries.PART), Entries.COLUMNS);
  }

  Table names() {
    return names;
  }

  NameTexts texts() {
    return texts;
  }

  Table files() {
    return files;
  }

  Table inodes() {
    return inodes;
  }

  Table entries() {
    return entries;
  }

  /// Who has the slots of a collection.
  Table slots(int collection) throws StoreBroken {
    return Table.of(checkpoint.part(Slots.part(collection)), Slots.COLUMNS);
  }

  /// The first row of the names in a directory, or where it would be; those after it lie there,
  /// too, up to the same of the next id.
  int firstNameIn(long directory) {
    return names.firstNotBelow(Names.PARENT, directory);
  }

  /// The row of a name in a directory; [#NONE] where there is none.
  int findName(long directory, String name) {
    int low = firstNameIn(directory);
    int high = firstNameIn(directory + 1);
    while (low < high) {
      int middle = (low + high) >>> 1;
      int order = texts.get(middle).compareTo(name);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return NONE;
  }

  /// The row of an inode's last file in [Inodes]; [#NONE] where there is none.
  int findInode(long inode) {
    int row = inodes.firstNotBelow(Inodes.INODE, inode + 1) - 1;
    return row >= 0 && inodes.get(row, Inodes.INODE) == inode ? row : NONE;
  }

  /// The first row of a file in [Files]; [#NONE] where it is not there.
  int findFile(long file) {
    return find(files, Files.FILE, file);
  }

  /// The rows of a file's entries.
  List<Integer> entriesOf(long file) {
    return rows(entries, Entries.FILE, file);
  }

  /// The rows of a file in [Files].
  List<Integer> rowsOf(long file) {
    return rows(files, Files.FILE, file);
  }

  private static int find(Table table, int column, long number) {
    int row = table.firstNotBelow(column, number);
    return row < table.rows() && table.get(row, column) == number ? row : NONE;
  }

  private static List<Integer> rows(Table table, int column, long number) {
    List<Integer> rows = new ArrayList<>(1);
    for (int row = table.firstNotBelow(column, number);
        row < table.rows() && table.get(row, column) == number;
        row++) {
      rows.add(row);
    }
    return rows;
  }
}
