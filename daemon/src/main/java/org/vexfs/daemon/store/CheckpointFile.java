package org.vexfs.daemon.store;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.Optional;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;

/// A checkpoint on disk whose head is sound, mapped. Owns the mapping: parts are readable until
/// [#close].
final class CheckpointFile implements Closeable {
  private final String name;
  private final CheckpointHead head;
  private final Instant written;
  private final MemorySegment bytes;
  private final Arena arena;

  private CheckpointFile(
      String name, CheckpointHead head, Instant written, MemorySegment bytes, Arena arena) {
    this.name = name;
    this.head = head;
    this.written = written;
    this.bytes = bytes;
    this.arena = arena;
  }

  /// Maps the checkpoint in the file `name`; nothing where its head is not sound.
  ///
  /// @throws StoreTooNew where a newer version wrote it
  static Optional<CheckpointFile> open(StorageDirectory directory, String name)
      throws IOException, StoreTooNew {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try (StorageFile file = directory.open(name)) {
      MemorySegment bytes = file.map(0, file.size(), arena);
      Optional<CheckpointHead> head = CheckpointHead.read(bytes, name);
      if (head.isEmpty() || head.get().number() != CheckpointHead.numberOf(name)) {
        return Optional.empty();
      }
      Instant written = file.modified();
      opened = true;
      return Optional.of(new CheckpointFile(name, head.get(), written, bytes, arena));
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  String name() {
    return name;
  }

  CheckpointHead head() {
    return head;
  }

  /// When it was written, as its directory has it.
  Instant written() {
    return written;
  }

  /// Whether the checksums of all parts hold.
  boolean isSound() {
    return head.parts().stream().allMatch(this::isSound);
  }

  /// Whether there is a part of this name and its checksum holds.
  boolean isSound(String part) {
    return head.parts().stream()
        .filter(candidate -> candidate.name().equals(part))
        .anyMatch(this::isSound);
  }

  private boolean isSound(CheckpointHead.Part part) {
    return fits(part)
        && ChecksummedOutput.checksum(bytes.asSlice(part.offset(), part.length()))
            == part.checksum();
  }

  /// The bytes of a part.
  ///
  /// @throws StoreBroken where there is none of this name
  MemorySegment part(String part) throws StoreBroken {
    return head.parts().stream()
        .filter(candidate -> candidate.name().equals(part))
        .findFirst()
        .map(found -> bytes.asSlice(found.offset(), found.length()))
        .orElseThrow(() -> new StoreBroken(name + " has no part " + part));
  }

  private boolean fits(CheckpointHead.Part part) {
    return part.offset() >= 0
        && part.length() >= 0
        && part.offset() <= bytes.byteSize()
        && part.length() <= bytes.byteSize() - part.offset();
  }

  @Override
  public void close() {
    arena.close();
  }
}
