package org.vexfs.daemon.control;

import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.io.Host;

/// A hit of a query as a symbolic link that opens it.
///
/// @param directory the directory that has the `.vexfs`
/// @param target relative to where the link lies
record HitLink(ControlContext context, NodeId directory, String target)
    implements VirtualNode.Link, VirtualNode.OfItsDirectory {
  @Override
  public Appearance appearance(Host host) throws ErrnoException {
    Appearance original = context.original(host, subject(host));
    int forAll = Libc.__S_IFLNK() | 0777;
    return new Appearance(forAll, original.uid(), original.gid(), target.length());
  }
}
