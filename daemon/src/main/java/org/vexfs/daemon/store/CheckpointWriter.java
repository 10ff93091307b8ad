package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vexfs.daemon.io.StorageFile;

/// Writes the parts of a checkpoint one after another, and then its head: a file that was cut off
/// before its end has no sound head.
final class CheckpointWriter {
  private final int partCount;
  private final ChecksummedOutput output;
  private final List<CheckpointHead.Part> parts = new ArrayList<>();

  private long partStart;

  /// Writes to `file`, which is empty, `parts` parts.
  CheckpointWriter(StorageFile file, int parts) {
    this.partCount = parts;
    this.partStart = CheckpointHead.bytes(parts);
    this.output = new ChecksummedOutput(file, partStart);
  }

  /// Appends to the part that ends with the next [#endPart].
  void write(MemorySegment bytes) throws IOException {
    output.write(bytes);
  }

  /// What was written since the last part is the part `name`.
  void endPart(String name) throws IOException {
    output.flush();
    long end = output.position();
    parts.add(new CheckpointHead.Part(name, partStart, end - partStart, output.checksum()));
    partStart = end;
  }

  /// Writes the head, which gets the parts that were written.
  void finish(CheckpointHead head) throws IOException {
    if (parts.size() != partCount) {
      throw new IllegalStateException(parts.size() + " parts instead of " + partCount);
    }
    CheckpointHead whole =
        new CheckpointHead(
            head.store(),
            head.number(),
            head.segment(),
            head.position(),
            head.sequence(),
            head.lastNode(),
            parts);
    output.writeAt(whole.encode(), 0);
  }
}
