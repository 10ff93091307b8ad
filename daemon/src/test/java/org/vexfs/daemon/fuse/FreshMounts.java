package org.vexfs.daemon.fuse;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.fuzz.ScratchDirectory;

/// Mounts over directories of their own, one after the other: each is used for some inputs, so that
/// what hostile ones leave behind does not pile up.
final class FreshMounts implements AutoCloseable {
  private static final int USES = 500;

  private @Nullable ScratchDirectory scratch;
  private @Nullable SocketMount mount;
  private int uses;

  /// Has a mount ready; whether it is a new one.
  boolean use() throws Exception {
    if (mount != null && uses++ < USES) {
      return false;
    }
    close();
    scratch = new ScratchDirectory();
    mount = new SocketMount(scratch.path());
    uses = 1;
    return true;
  }

  SocketKernel kernel() {
    return Objects.requireNonNull(mount).kernel;
  }

  @Override
  public void close() throws IOException, VectorFailure {
    if (mount != null) {
      mount.close();
      mount = null;
    }
    if (scratch != null) {
      scratch.close();
      scratch = null;
    }
  }
}
