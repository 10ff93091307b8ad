package org.vexfs.daemon.app;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `vexfs search`.
@Command(name = "search")
final class SearchCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 1;
  }
}
