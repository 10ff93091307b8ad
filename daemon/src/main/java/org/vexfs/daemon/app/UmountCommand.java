package org.vexfs.daemon.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `vexfs umount`.
@Command(name = "umount")
final class UmountCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 1;
  }
}
