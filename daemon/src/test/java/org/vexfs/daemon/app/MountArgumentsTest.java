package org.vexfs.daemon.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The short way to read a command line against the library's: they never differ.
final class MountArgumentsTest {
  private static final List<String> USUAL =
      List.of(
          "mount a b",
          "mount a b --notify",
          "mount -o ro a b",
          "mount a b -o ro,allow_other -o max_read=131072",
          "mount a --store /s b --durability always",
          "mount --durability=process --store=/s --log=/l a b",
          "mount a b --ready-timeout 0.5 --foreground",
          "mount --shared-source a b -o noatime",
          "mount a b -o remount,ro --notify",
          "mount a b --metrics-listen 127.0.0.1:9469",
          "mount ./a=b c/-d");

  private static final List<String> UNUSUAL =
      List.of(
          "",
          "status a",
          "mount",
          "mount a",
          "mount a b c",
          "mount --help",
          "mount -h a b",
          "mount a b --unknown",
          "mount a b --store",
          "mount a b --store=",
          "mount a b --store -x",
          "mount a b --store x --store y",
          "mount a b --foreground --foreground",
          "mount a b --foreground=true",
          "mount a b -f",
          "mount a b -oro",
          "mount a b -o",
          "mount @file b",
          "mount a b --log @file",
          "mount a b --ready-timeout soon",
          "mount a b --durability ALWAYS",
          "mount a b --durability never",
          "mount -- a b");

  private static Stream<String> usual() {
    return USUAL.stream();
  }

  private static Stream<String> unusual() {
    return UNUSUAL.stream();
  }

  @ParameterizedTest
  @MethodSource("usual")
  void read_usualForm_saysWhatTheLibrarySays(String line) {
    String[] arguments = line.split(" ");
    MountCommand command =
        (MountCommand)
            Main.commandLine().parseArgs(arguments).subcommand().commandSpec().userObject();
    assertEquals(Optional.of(command.arguments()), MountArguments.read(arguments));
  }

  @ParameterizedTest
  @MethodSource("unusual")
  void read_unusualForm_isLeftToTheLibrary(String line) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
    assertEquals(Optional.empty(), MountArguments.read(arguments));
  }
}
