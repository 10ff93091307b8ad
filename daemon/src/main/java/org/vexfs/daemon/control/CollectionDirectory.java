package org.vexfs.daemon.control;

import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.Caller;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.Host;

/// `.vexfs/collections/NAME`.
///
/// @param directory the directory that has the `.vexfs`
/// @param name the collection
record CollectionDirectory(ControlContext context, NodeId directory, String name)
    implements VirtualNode.Directory, VirtualNode.OfItsDirectory {
  private static final List<Child> CHILDREN =
      List.of(Child.file("config"), Child.file("stats"), Child.directory("vectors"));

  @Override
  public List<Child> children(Host host, Caller caller) {
    return CHILDREN;
  }

  @Override
  public Optional<VirtualNode> child(Host host, Caller caller, String child) {
    return Optional.ofNullable(
        switch (child) {
          case "config" -> new ConfigFile(context, directory, name);
          case "stats" -> new CollectionStatsFile(context, directory, name);
          case "vectors" -> MirrorDirectory.vectors(context, directory, name);
          default -> null;
        });
  }
}
