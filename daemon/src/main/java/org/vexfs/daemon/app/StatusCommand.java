package org.vexfs.daemon.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `vexfs status`.
@Command(name = "status")
final class StatusCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 1;
  }
}
