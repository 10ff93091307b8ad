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
    mixinStandardHelpOptions = true,
    version = "vexfs 0.1.0",
    subcommands = {
      MountCommand.class,
      UmountCommand.class,
      StatusCommand.class,
      CompactCommand.class,
      FsckCommand.class,
      SnapshotCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      IndexCommand.class,
      SearchCommand.class,
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
