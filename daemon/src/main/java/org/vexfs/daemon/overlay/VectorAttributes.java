package org.vexfs.daemon.overlay;

import java.util.List;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.io.FileIdentity;

/// STUB until the store is merged.
public final class VectorAttributes {
  public static boolean isVectorName(String name) {
    return name.equals("user.vexfs.vector") || name.startsWith("user.vexfs.vector.");
  }

  boolean hasNone() {
    return true;
  }

  boolean bearsVectors(TreePath path) {
    return false;
  }

  boolean bearsVectors(TreePath path, FileIdentity file) {
    return false;
  }

  void linked(TreePath existing, FileIdentity file, TreePath added) {}

  void removed(TreePath path, boolean isDirectory) {}

  void renamed(TreePath from, TreePath to) {}

  void exchanged(TreePath a, TreePath b) {}

  byte[] get(TreePath path, FileIdentity file, String name) throws VectorFailure {
    return new byte[0];
  }

  List<String> names(TreePath path, FileIdentity file) {
    return List.of();
  }

  void set(TreePath path, FileIdentity file, String name, byte[] value, int flags)
      throws VectorFailure {}

  void remove(TreePath path, FileIdentity file, String name) throws VectorFailure {}

  void sync() throws VectorFailure {}
}
