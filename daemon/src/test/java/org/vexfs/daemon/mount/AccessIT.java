package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whom a search shows what: one tree, asked by several users, each of whom is compared with what
/// the kernel lets that user read.
@Timeout(60)
final class AccessIT {
  private static final int FILES = 200;

  /// Users by their numbers: user, group, further groups.
  private static final Map<String, List<String>> USERS =
      Map.of(
          "root", List.of(),
          "owner", List.of("--reuid=4001", "--regid=4001", "--clear-groups"),
          "of the group", List.of("--reuid=4002", "--regid=4100", "--clear-groups"),
          "of the group besides", List.of("--reuid=4003", "--regid=4003", "--groups=4100,4200"),
          "on a list", List.of("--reuid=4004", "--regid=4004", "--clear-groups"),
          "of a group on a list", List.of("--reuid=4005", "--regid=4005", "--groups=4300"),
          "stranger", List.of("--reuid=4006", "--regid=4006", "--clear-groups"));

  private static NativeMount mount;

  /// The nearest are the least open: `0600`, then `0640`, then two with lists, then `0644`; the
  /// same again in a directory that the group alone may search.
  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start("-o", "allow_other");
    Files.setPosixFilePermissions(mount.mountPoint(), PosixFilePermissions.fromString("rwxr-xr-x"));
    mount.directory("closed");
    for (int i = 0; i < FILES; i++) {
      Path file = mount.file((i % 2 == 0 ? "f" : "closed/f") + i, "x");
      Attributes.attach(file, i, 0);
    }
    Command.script(
            """
            cd "$1"
            chown -R 4001:4100 .; chown root:root .
            chmod 750 closed
            for i in $(seq 0 199); do
              f=f$i; [ -e $f ] || f=closed/f$i
              if [ $i -lt 150 ]; then chmod 600 $f
              elif [ $i -lt 160 ]; then chmod 640 $f
              elif [ $i -lt 170 ]; then chmod 640 $f; setfacl -m u:4004:r $f
              elif [ $i -lt 180 ]; then chmod 640 $f; setfacl -m g:4300:r $f
              else chmod 644 $f; fi
            done
            """,
            mount.mountPoint())
        .output();
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  private static Command as(String user, String script) {
    Command command = Command.script(script, mount.mountPoint());
    return USERS.getOrDefault(user, List.of()).isEmpty()
        ? command
        : command.as(USERS.getOrDefault(user, List.of()));
  }

  /// The files that the user can read, the nearest first.
  private static List<String> readable(String user) throws IOException {
    return as(
            user,
            """
            cd "$1"
            for i in $(seq 0 199); do
              for f in f$i closed/f$i; do if { : <$f; } 2>/dev/null; then echo $f; fi; done
            done
            """)
        .output()
        .lines()
        .toList();
  }

  private static Conversation.Answer ask(String user, String query) throws IOException {
    return Conversation.parse(
        as(user, "cd \"$1\"; exec 3<>.vexfs/search; echo '" + query + "' >&3; cat <&3").output());
  }

  @Test
  void everyUser_findsTheNearestOfWhatItMayRead() throws IOException {
    for (String user : USERS.keySet()) {
      List<String> readable = readable(user);
      assertTrue(readable.size() >= 10, user + " reads " + readable.size());
      for (int k : new int[] {1, 10, 50, 1000}) {
        Conversation.Answer answer = ask(user, "{\"vector\":[0,0],\"k\":" + k + "}");
        List<String> expected = readable.subList(0, Math.min(k, readable.size()));
        assertEquals(expected, answer.paths(), user + ", k " + k);
        assertEquals(expected.size(), Json.number(answer.closing(), "hits"), user);
      }
    }
  }

  @Test
  void permissionThatIsTakenOrGiven_countsForTheNextSearch() throws IOException {
    Path file = mount.path("f198");
    String query = "{\"vector\":[198,0],\"k\":1}";
    assertEquals(List.of("f198"), ask("stranger", query).paths());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertEquals(List.of("f196"), ask("stranger", query).paths());
    Command.of("setfacl", "-m", "u:4006:r", file).output();
    assertEquals(List.of("f198"), ask("stranger", query).paths());
    Command.of("setfacl", "-b", file).output();
    assertEquals(List.of("f196"), ask("stranger", query).paths());
    Command.of("chown", "4006", file).output();
    assertEquals(List.of("f198"), ask("stranger", query).paths());
    Command.script("chown 4001 \"$1\"; chmod 644 \"$1\"", file).output();
    assertEquals(List.of("f198"), ask("stranger", query).paths());
  }

  @Test
  void answerForOne_isNotGivenToAnother() throws IOException {
    String query = "{\"vector\":[0,0],\"k\":3}";
    for (int round = 0; round < 2; round++) {
      assertEquals(List.of("f0", "closed/f1", "f2"), ask("root", query).paths());
      assertEquals(List.of("f180", "f182", "f184"), ask("stranger", query).paths());
      assertEquals(List.of("f150", "closed/f151", "f152"), ask("of the group", query).paths());
      assertEquals(
          List.of("f150", "closed/f151", "f152"), ask("of the group besides", query).paths());
    }
  }

  @Test
  void like_ofAFileThatMayNotBeRead_isOfNone() throws IOException {
    String query = "{\"like\":\"f4\",\"k\":1}";
    assertEquals(List.of("closed/f3"), ask("root", query).paths());
    assertEquals(List.of("closed/f3"), ask("owner", query).paths());
    String refused =
        as("stranger", "cd \"$1\"; exec 3<>.vexfs/search; echo '" + query + "' >&3").failure();
    assertTrue(refused.contains("No such file"), refused);
  }

  @Test
  void filter_doesNotTellOfWhatMayNotBeRead() throws IOException {
    Attributes.set(mount.path("f2"), "secret", "yes");
    Attributes.set(mount.path("f182"), "secret", "yes");
    String query =
        "{\"vector\":[0,0],\"filter\":{\"key\":\"user.secret\",\"match\":{\"value\":\"yes\"}}}";
    assertEquals(List.of("f2", "f182"), ask("root", query).paths());
    assertEquals(List.of("f182"), ask("stranger", query).paths());
  }
}
