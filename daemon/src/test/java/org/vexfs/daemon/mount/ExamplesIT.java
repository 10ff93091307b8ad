package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The programs in `daemon/examples` do what they say.
@Timeout(120)
final class ExamplesIT {
  private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
  private static final Pattern CODE = Pattern.compile("`(cat|ls) [^`]*`");

  private NativeMount mount;

  @BeforeEach
  void start() throws Exception {
    mount = NativeMount.start();
  }

  @AfterEach
  void end() throws Exception {
    mount.close();
  }

  @Test
  void python_withNumPyAlone() throws IOException {
    Path directory = mount.directory("python");
    String printed =
        Command.of("/usr/bin/python3", EXAMPLES.resolve("notes.py"), directory)
            .with("VEXFS", NativeMount.launcher().toString())
            .with("EXPORT", mount.beside("python").resolve("notes.npy").toString())
            .output();
    assertEquals(
        """
        like pancakes.txt: ['waffles.txt', 'garden.txt']
        like 'income deadline': taxes.txt of 4 searched
        batch: ['pancakes.txt', 'garden.txt']
        stored as given: True
        exported: (4, 26) ['garden.txt', 'pancakes.txt', 'taxes.txt', 'waffles.txt']
        by hand: pancakes.txt
        """,
        printed);
  }

  @Test
  void shell_withCoreutilsAndAttrAlone() throws IOException {
    String printed = Command.of("sh", EXAMPLES.resolve("notes.sh"), mount.mountPoint()).output();
    assertEquals(
        """
        read back:  1 1
        near the bakery:
        1  0.5000  cafe.vec
        2  0.1239  station
        3  0.1103  harbour
        4  0.1082  museum
        nearest to (8, 3):
        "rank":1,"path":"station"
        "rank":2,"path":"museum"
        "hits":2,"exact":true
        01-1.0000-museum
        02-0.4142-station
        museum
        station
        refused: "cause":"text: the vector has dimension 3, the collection 2"}
        """,
        printed);
  }

  /// Every command of the description works, with the files of an indexed directory.
  @Test
  void agent_withLsAndCatAlone() throws IOException {
    Path directory = mount.directory("agent");
    Files.createDirectory(directory.resolve("FOLDER"));
    Files.writeString(directory.resolve("PATH"), "a text about words and paths");
    Files.writeString(directory.resolve("FOLDER/NAME"), "another text about names and words");
    Files.writeString(directory.resolve("FOLDER/other"), "a third text, of other words");
    Command.of(NativeMount.launcher(), "index", mount.mountPoint()).output();
    Path query = Files.createDirectory(directory.resolve(".vexfs/queries/NAME"));
    Files.writeString(query.resolve("query"), "{\"text\":\"words\"}");

    String description = Files.readString(EXAMPLES.resolve("agent.md"));
    List<String> commands =
        CODE.matcher(description)
            .results()
            .map(match -> match.group().replace("`", "").replace("\\|", "|"))
            .filter(command -> command.contains("DIR"))
            .map(command -> command.replace("DIR", directory.toString()))
            .toList();
    assertTrue(commands.size() >= 8, commands::toString);
    for (String command : commands) {
      String printed = Command.script(command).output();
      assertFalse(printed.isBlank() && !command.contains("errors"), command);
    }
  }
}
