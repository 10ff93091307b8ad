package org.vexfs.daemon.store;

/// A row of a collection that was found by its slot. Of a file at rest ([FilesAtRest]) it is made
/// anew each time, so whoever needs several things of it finds it once.
public final class FoundRow {
  private final Entry entry;
  private final int slot;

  FoundRow(Entry entry, int slot) {
    this.entry = entry;
    this.slot = slot;
  }

  /// The file whose row it is, or was.
  public FileNode file() {
    return entry.file();
  }

  /// Which of its file's rows it is, from 0.
  public int number() {
    return slot - entry.firstSlot();
  }

  Entry entry() {
    return entry;
  }
}
