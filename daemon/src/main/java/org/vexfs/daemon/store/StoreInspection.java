package org.vexfs.daemon.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.StoreTooNew;
import org.vexfs.daemon.io.Fingerprint;
import org.vexfs.daemon.io.StorageDirectory;
import org.vexfs.daemon.io.StorageFile;

/// Reads all of a store, every checksum and every name, and changes nothing.
public final class StoreInspection {
  private final StorageDirectory directory;
  private final StoreOptions options;
  private final HostProbe probe;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<TreePath, Long> missing = new TreeMap<>();
  private final List<TreePath> vanished = new ArrayList<>();
  private final List<Moved> moved = new ArrayList<>();
  private final List<String> unsoundGraphs = new ArrayList<>();

  /// Where recovery would cut, where it would.
  private Optional<RecoveryReport.Tear> tear = Optional.empty();

  /// What is to be done about something that was found.
  public enum Remedy {
    /// Repairing the store puts it right.
    REPAIR,
    /// Only people can: restore a copy, or attach vectors again.
    NONE_HERE,
    /// Nothing is wrong.
    NOT_NEEDED
  }

  /// Something that was found, told to people.
  public record Finding(Remedy remedy, String text) {}

  /// A file that was moved while the store was not in use.
  ///
  /// @param from where the store has it
  /// @param to where it is
  /// @param inode its fingerprint
  public record Moved(TreePath from, TreePath to, long inode) {}

  private StoreInspection(StorageDirectory directory, StoreOptions options, HostProbe probe) {
    this.directory = directory;
    this.options = options;
    this.probe = probe;
  }

  /// Inspects the store in these files.
  static StoreInspection of(
      StorageDirectory directory, StoreOptions options, List<String> names, HostProbe probe)
      throws IOException, StoreTooNew {
    StoreInspection inspection = new StoreInspection(directory, options, probe);
    inspection.recoverDry(names);
    for (String name : names) {
      if (SegmentHeader.isFileName(name)) {
        inspection.scan(name);
      }
    }
    inspection.lookForMissing();
    return inspection;
  }

  /// What was found, in no order that matters.
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /// Paths at which the store has vectors and SOURCE has nothing.
  public List<TreePath> vanished() {
    return List.copyOf(vanished);
  }

  /// Files that are elsewhere than the store has them.
  public List<Moved> moved() {
    return List.copyOf(moved);
  }

  /// Files that hold no sound graph.
  public List<String> unsoundGraphs() {
    return List.copyOf(unsoundGraphs);
  }

  private void lookForMissing() {
    Set<Long> lasting =
        missing.values().stream().filter(Fingerprint::isLasting).collect(Collectors.toSet());
    Map<Long, TreePath> found = lasting.isEmpty() ? Map.of() : probe.find(lasting);
    missing.forEach((path, inode) -> {
      TreePath to = found.get(inode);
      if (to == null) {
        vanished.add(path);
        add(Remedy.REPAIR, path + " has vectors, and there is no such file");
      } else {
        moved.add(new Moved(path, to, inode));
        add(Remedy.REPAIR, path + " has vectors, and the file is now " + to);
      }
    });
  }

  private void recoverDry(List<String> names) throws IOException, StoreTooNew {
    List<LogSegment> segments = new ArrayList<>();
    try (Checkpoints checkpoints = Checkpoints.among(directory, names)) {
      for (String name : names) {
        if (CheckpointHead.isFileName(name) && !isSound(name)) {
          add(Remedy.REPAIR, name + " holds no sound checkpoint: nothing is lost by it");
        }
      }
      LogReader reader = LogReader.thatChangesNothing(directory, options, segments);
      RecoveryReport report =
          reader.read(names.stream().filter(SegmentHeader::isFileName).toList(), checkpoints);
      if (report.rebuilt()) {
        add(Remedy.REPAIR, "no checkpoint is left; the log has everything");
      }
      tear = report.tear();
      tear.ifPresent(torn -> add(Remedy.REPAIR, torn.describe()));
      compare(reader.contents());
      for (String name : names) {
        if (GraphFiles.isFileName(name)) {
          GraphFiles.fault(directory, name, reader.store(), reader.contents())
              .ifPresent(fault -> {
                unsoundGraphs.add(name);
                add(
                    Remedy.REPAIR,
                    name + " holds no sound graph, which a mount builds anew: " + fault);
              });
        }
      }
    } catch (StoreTooNew e) {
      throw e;
    } catch (VectorFailure e) {
      add(Remedy.NONE_HERE, String.valueOf(e.getMessage()));
    } finally {
      for (LogSegment segment : segments) {
        segment.close();
      }
    }
  }

  private boolean isSound(String checkpoint) throws IOException, StoreTooNew {
    Optional<CheckpointFile> file = CheckpointFile.open(directory, checkpoint);
    boolean sound = file.isPresent() && file.get().isSound();
    file.ifPresent(CheckpointFile::close);
    return sound;
  }

  /// The catalogue against the tree of files, and the values of every entry.
  private void compare(Contents contents) {
    contents
        .catalogue()
        .files()
        .forEach(file -> {
          List<TreePath> paths = contents.catalogue().paths(file);
          for (Entry entry : file.entries()) {
            if (!entry.isSound()) {
              add(
                  Remedy.NONE_HERE,
                  "the vectors of "
                      + paths
                      + " in collection "
                      + entry.collection().name()
                      + " are damaged: attach them again");
            }
          }
          paths.forEach(path -> compare(path, file));
        });
  }

  private void compare(TreePath path, FileNode file) {
    long inode = probe.inodeAt(path);
    if (inode == 0) {
      missing.put(path, file.inode());
    } else if (inode != file.inode()
        && Fingerprint.isLasting(inode)
        && Fingerprint.isLasting(file.inode())) {
      add(
          Remedy.NOT_NEEDED,
          path + " is another file than the one that got the vectors; it keeps them");
    }
  }

  /// Every record of a segment, those included that a checkpoint stands for.
  private void scan(String name) throws IOException, StoreTooNew {
    try (StorageFile file = directory.open(name);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = file.map(0, file.size(), arena);
      Optional<SegmentHeader> header = SegmentHeader.read(bytes, name);
      long flaw = 0;
      if (header.isPresent()) {
        SegmentScan scan =
            SegmentScan.of(
                header.get(), bytes, name, SegmentHeader.BYTES, header.get().firstSequence());
        if (!scan.flawed()) {
          return;
        }
        flaw = scan.end();
      }
      if (!isTear(name, flaw)) {
        add(Remedy.NONE_HERE, name + " is damaged at byte " + flaw);
      }
    }
  }

  private boolean isTear(String name, long position) {
    return tear.filter(torn -> torn.file().equals(name) && torn.offset() == position).isPresent();
  }

  private void add(Remedy remedy, String text) {
    findings.add(new Finding(remedy, text));
  }
}
