package org.vexfs.daemon.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `vexfs`, the command line.
@Command(
    name = "vexfs",
    description = "A mounted file system in which files carry vectors and are found by similarity.",
    footer = {
      "",
      "First steps:",
      "  vexfs mount ~/notes /mnt/notes",
      "  vexfs index /mnt/notes",
      "  vexfs search /mnt/notes --text 'tax return'",
      "  cat /mnt/notes/.vexfs/help",
      "  vexfs umount /mnt/notes",
      "",
      "Exit status: 0 done, 1 failed or done in part, 2 misused; fsck has those of fsck(8)."
    },
    mixinStandardHelpOptions = true,
    version = "vexfs 0.1.0",
    subcommands = {
      MountCommand.class,
      UmountCommand.class,
      SearchCommand.class,
      AttachCommand.class,
      DetachCommand.class,
      IndexCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      CollectionsCommand.class,
      StatusCommand.class,
      StatsCommand.class,
      TopCommand.class,
      CompactCommand.class,
      SnapshotCommand.class,
      FsckCommand.class,
      CompletionCommand.class,
      RehearseCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {
  @Spec private @org.jspecify.annotations.Nullable CommandSpec spec;

  private Main() {}

  /// Runs the command that the arguments name and exits with its status: 0 done, 1 failed, 2
  /// misused, where the command does not have others.
  public static void main(String[] args) {
    System.exit(
        MountArguments.read(args).map(Main::mount).orElseGet(() -> commandLine().execute(args)));
  }

  private static int mount(MountArguments arguments) {
    try {
      arguments.run();
      return CommandLine.ExitCode.OK;
    } catch (Exception failure) {
      report(failure);
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /// The commands, as the library that reads command lines has them.
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler((failure, command, result) -> {
      report(failure);
      return command.getCommandSpec().exitCodeOnExecutionException();
    });
    return commandLine;
  }

  private static void report(Exception failure) {
    String message =
        failure instanceof CommandException ? failure.getMessage() : failure.toString();
    System.err.println("vexfs: " + message);
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "which command?");
    }
  }
}
