package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
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
          new Child("collections", true),
          new Child("compact", false),
          new Child("errors", false),
          new Child("find", true),
          new Child("help", false),
          new Child("near", true),
          new Child("search", false),
          new Child("status", false),
          new Child("vectors", true));

  @Override
  public List<Child> children(Host host) {
    return CHILDREN;
  }

  @Override
  public Optional<VirtualNode> child(Host host, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "collections" -> new CollectionsDirectory(context, directory);
          case "compact" -> new CompactFile(context, directory);
          case "errors" -> new ReportFile(context, directory, ReportFile.Report.ERRORS);
          case "find" -> new FindDirectory(context, directory);
          case "help" -> new ReportFile(context, directory, ReportFile.Report.HELP);
          case "near" -> MirrorDirectory.near(context, directory);
          case "search" -> new SearchFile(context, directory);
          case "status" -> new ReportFile(context, directory, ReportFile.Report.STATUS);
          case "vectors" -> MirrorDirectory.vectors(context, directory, Query.DEFAULT_COLLECTION);
          default -> null;
        });
  }
}
