package org.vexfs.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A C program that prints numbers by name, compiled against the headers that this machine has
/// installed: the other opinion on what the bindings say.
final class CProgram {
  private static final String WHAT_TO_INSTALL =
      "this test needs a C compiler and the headers of libfuse 3:"
          + " 'apt-get install gcc libc6-dev libfuse3-dev' on Debian and Ubuntu";

  private final List<String> statements = new ArrayList<>();

  /// Prints the value of the C expression `expression` under `name`.
  void print(String name, String expression) {
    statements.add("printf(\"%s %%lld\\n\", (long long) (%s));".formatted(name, expression));
  }

  /// Runs a C statement first.
  void run(String statement) {
    statements.add(statement);
  }

  /// Compiles and runs the program in `directory`; the numbers that it printed.
  Map<String, Long> results(Path directory) throws IOException, InterruptedException {
    Path headers = nativeHeaders();
    Path source = directory.resolve("numbers.c");
    Path program = directory.resolve("numbers");
    Files.writeString(
        source,
        """
        #include "%s"
        #include "%s"
        #include <stddef.h>
        #include <string.h>
        int main(void) {
        %s
        return 0;
        }
        """
            .formatted(
                headers.resolve("libc.h"),
                headers.resolve("fuse.h"),
                String.join("\n", statements)));
    List<String> compile = new ArrayList<>(List.of("gcc", "-w", "-o", program.toString()));
    compile.addAll(includeOptions());
    compile.add(source.toString());
    output(compile);
    Map<String, Long> results = new LinkedHashMap<>();
    for (String line : output(List.of(program.toString())).lines().toList()) {
      int space = line.indexOf(' ');
      results.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
    }
    return results;
  }

  private static List<String> includeOptions() throws IOException, InterruptedException {
    try {
      return List.of(output(List.of("pkg-config", "--cflags-only-I", "fuse3")).strip().split(" +"));
    } catch (AssertionError noPkgConfig) {
      return List.of("-I/usr/include/fuse3");
    }
  }

  /// The headers that the bindings were generated from, whichever folder the test is started in.
  private static Path nativeHeaders() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path headers = at.resolve("native-headers");
      if (Files.isRegularFile(headers.resolve("fuse.h"))) {
        return headers;
      }
    }
    throw new AssertionError("no native-headers/ in or above " + Path.of("").toAbsolutePath());
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException notInstalled) {
      throw new AssertionError(command.getFirst() + " cannot be run; " + WHAT_TO_INSTALL);
    }
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(
          command.getFirst() + " failed; " + WHAT_TO_INSTALL + ". It said:\n" + output);
    }
    return output;
  }
}
