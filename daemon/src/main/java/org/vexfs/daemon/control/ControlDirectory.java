package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.search.Query;

/// `.vexfs` itself.
///
/// @param directory the real directory that has it
record ControlDirectory(ControlContext context, NodeId directory)
    implements VirtualNode.Directory, VirtualNode.OfItsDirectory {
  private static final List<Child> CHILDREN =
      List.of(
          Child.directory("collections"),
          Child.file("compact"),
          Child.file("errors"),
          Child.directory("find"),
          Child.file("help"),
          Child.file("import"),
          Child.directory("links"),
          Child.file("log-level"),
          Child.file("metrics"),
          Child.directory("near"),
          Child.directory("queries"),
          Child.file("search"),
          Child.file("stats"),
          Child.file("status"),
          Child.directory("vectors"));

  @Override
  public List<Child> children(Host host, Caller caller) {
    return CHILDREN;
  }

  @Override
  public Optional<VirtualNode> child(Host host, Caller caller, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "collections" -> new CollectionsDirectory(context, directory);
          case "compact" ->
              new OwnersFile(context, directory, () -> new CompactHandle(context.search().store()));
          case "errors" -> new ReportFile(context, directory, ReportFile.Report.ERRORS);
          case "find" -> new FindDirectory(context, directory);
          case "help" -> new ReportFile(context, directory, ReportFile.Report.HELP);
          case "import" -> new ImportFile(context, directory);
          case "links" -> MirrorDirectory.links(context, directory);
          case "log-level" -> new OwnersFile(context, directory, LogLevelHandle::new);
          case "metrics" -> new ReportFile(context, directory, ReportFile.Report.METRICS);
          case "near" -> MirrorDirectory.near(context, directory);
          case "queries" -> new QueriesDirectory(context, directory);
          case "search" -> new SearchFile(context, directory);
          case "stats" -> new ReportFile(context, directory, ReportFile.Report.STATS);
          case "status" -> new ReportFile(context, directory, ReportFile.Report.STATUS);
          case "vectors" -> MirrorDirectory.vectors(context, directory, Query.DEFAULT_COLLECTION);
          default -> null;
        });
  }
}
