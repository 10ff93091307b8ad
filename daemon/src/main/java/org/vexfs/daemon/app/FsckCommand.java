package org.vexfs.daemon.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.HostDirectory;
import org.vexfs.daemon.overlay.Overlay;
import org.vexfs.daemon.store.HostProbe;
import org.vexfs.daemon.store.StoreInspection;
import org.vexfs.daemon.store.StoreInspection.Finding;
import org.vexfs.daemon.store.StoreInspection.Remedy;
import org.vexfs.daemon.store.StoreOptions;
import org.vexfs.daemon.store.UnrecoveredStore;
import org.vexfs.daemon.store.VectorStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs fsck`.
@Command(
    name = "fsck",
    mixinStandardHelpOptions = true,
    description = {
      "Reads all of the store of a directory that is not mounted: every checksum, the links of the"
          + " graphs, and whether the files that have vectors are where they were.",
      "Exits as fsck(8) does: 0 nothing was wrong, 1 all was repaired, 4 something is left, 8 it"
          + " could not be checked, 16 misused."
    },
    exitCodeOnInvalidInput = FsckCommand.MISUSED,
    exitCodeOnExecutionException = FsckCommand.FAILED)
final class FsckCommand implements Callable<Integer> {
  /// Exit statuses of fsck(8).
  static final int REPAIRED = 1;

  static final int LEFT = 4;
  static final int FAILED = 8;
  static final int MISUSED = 16;

  @Parameters(paramLabel = "SOURCE", description = "the directory that was mounted")
  private Path source = Path.of("");

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description = "where its vectors are kept (default: SOURCE/.vexfs)")
  private @Nullable Path store;

  @Option(
      names = "--repair",
      description =
          "put right what can be: cut a torn tail off, write checkpoints in place of those that are"
              + " not sound, remove graphs that are not, let vectors follow files that were moved,"
              + " drop those of files that are gone; so whatever is mounted below SOURCE should be"
              + " there")
  private boolean repair;

  @Override
  public Integer call() throws Exception {
    Path directory = store == null ? source.resolve(Overlay.CONTROL_NAME) : store;
    if (!Files.isDirectory(source) || !Files.isDirectory(directory)) {
      throw new CommandException(
          "there is no store to check: " + directory + " or " + source + " is no directory");
    }
    try (Host host = Host.borrow()) {
      int descriptor =
          host.openat(
              Libc.AT_FDCWD(),
              TreePath.bytesOfText(source.toString()),
              Libc.O_PATH() | Libc.O_DIRECTORY(),
              0);
      try {
        return check(HostDirectory.at(directory), new SourceProbe(descriptor));
      } finally {
        host.closeDescriptor(descriptor);
      }
    } catch (ErrnoException | VectorFailure e) {
      throw new CommandException(e);
    }
  }

  private int check(HostDirectory directory, HostProbe probe) throws VectorFailure {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, StoreOptions.DEFAULT)) {
      StoreInspection inspection = unrecovered.inspect(probe);
      List<Finding> findings = inspection.findings();
      findings.forEach(finding -> System.out.println(finding.text()));
      boolean repairable = has(findings, Remedy.REPAIR);
      boolean hopeless = has(findings, Remedy.NONE_HERE);
      if (!repairable && !hopeless) {
        System.out.println(directory.describe() + ": clean");
        return 0;
      }
      boolean repaired = repair && repairable && repair(unrecovered, inspection, probe);
      System.out.println(
          directory.describe()
              + (repaired
                  ? ": repaired what can be"
                  : repairable && !repair ? ": --repair puts some of it right" : ": not repaired"));
      return (repaired ? REPAIRED : 0) | (hopeless || !repaired ? LEFT : 0);
    }
  }

  private static boolean has(List<Finding> findings, Remedy remedy) {
    return findings.stream().anyMatch(finding -> finding.remedy() == remedy);
  }

  private static boolean repair(
      UnrecoveredStore unrecovered, StoreInspection inspection, HostProbe probe)
      throws VectorFailure {
    VectorStore store;
    try {
      store = unrecovered.recover(probe).store();
    } catch (VectorFailure.StoreBroken e) {
      // Said already: recovery refuses what the inspection found damaged.
      return false;
    }
    try {
      for (StoreInspection.Moved moved : inspection.moved()) {
        store.whereabouts().met(moved.to(), moved.inode());
      }
      for (TreePath path : inspection.vanished()) {
        store.unlinked(path);
      }
      for (String graph : inspection.unsoundGraphs()) {
        store.graphs().remove(graph);
      }
      store.upkeep().checkpoint();
    } finally {
      store.close();
    }
    return true;
  }
}
