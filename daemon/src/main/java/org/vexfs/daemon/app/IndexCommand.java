package org.vexfs.daemon.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `vexfs index`.
@Command(name = "index")
final class IndexCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 1;
  }
}
