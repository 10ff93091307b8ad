package org.vexfs.daemon.app;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/// `vexfs completion`.
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script that has bash and zsh complete commands and options of vexfs.",
      "For one session: source <(vexfs completion). For all:"
          + " vexfs completion >/etc/bash_completion.d/vexfs"
    })
final class CompletionCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.out.println(AutoComplete.bash("vexfs", Main.commandLine()));
    return 0;
  }
}
