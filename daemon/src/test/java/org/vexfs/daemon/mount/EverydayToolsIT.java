package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/// The tools of every day, inside the mount. The same work is done in a plain directory, and must
/// come to the same, byte by byte.
@Timeout(180)
final class EverydayToolsIT {
  private static final long SEED = 7;
  private static final Duration BUILD_DEADLINE = Duration.ofMinutes(2);

  private static NativeMount mount;
  private static Path sample;
  private Path directory;
  private Path plain;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
    sample = mount.beside("sample");
    fill(sample);
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @BeforeEach
  void makeDirectories(TestInfo test) throws IOException {
    String name = test.getTestMethod().orElseThrow().getName();
    directory = mount.directory(name);
    plain = mount.beside("plain/" + name);
  }

  @Test
  void cpRecursive_copiesContent() throws IOException {
    both("cp -r \"$2\" copy; cp -r copy again; rm -r copy", sample);
  }

  @Test
  void cpArchive_keepsVectorsAndEverythingElse() throws IOException {
    both("cp -a \"$2\" copy", sample);
    Attributes.attach(directory.resolve("copy/text"), 1, 2, 3);
    Attributes.set(directory.resolve("copy/text"), "note", "n");

    Command.script("cd \"$1\"; cp -a copy again", directory).output();

    Path copied = directory.resolve("again/text");
    assertEquals(List.of(1f, 2f, 3f), Attributes.vector(copied));
    assertEquals(List.of("note", Attributes.VECTOR), Attributes.names(copied));
    assertEquals(2, Conversation.ask(directory, "[1,2,3]").lines().size());
    assertSameTree(directory.resolve("copy"), directory.resolve("again"));
  }

  @Test
  void tar_packsAndUnpacks() throws IOException {
    both(
        """
        cp -a "$2" in; tar -C in -cf packed.tar --sort=name --mtime=@0 .
        mkdir out; tar -C out -xpf packed.tar
        """,
        sample);
    assertTrue(Files.size(directory.resolve("packed.tar")) > 1_000_000);
  }

  @Test
  void git_clonesCommitsAndStaysClean() throws IOException {
    Path origin = mount.beside("origin");
    String identity =
        "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b"
            + " GIT_AUTHOR_DATE='2001-01-01T00:00:00Z' GIT_COMMITTER_DATE='2001-01-01T00:00:00Z'\n";
    Command.script(
            identity
                + """
                cd "$1"; git init -q -b main .; cp -a "$2"/. .; git add -A; git commit -qm first
                for i in 1 2 3; do echo $i >> text; git commit -qam $i; done
                """,
            origin,
            sample)
        .output();
    String work =
        identity
            + """
            cd "$1"; git clone -q --no-hardlinks "$2" clone; cd clone
            test -z "$(git status --porcelain)"
            echo changed > text; git mv folder moved; git add -A; git commit -qm second
            test -z "$(git status --porcelain)"
            git fsck --strict --no-progress; git gc -q; git fsck --strict --no-progress
            git checkout -q HEAD~2; git checkout -q main; git stash -q || true
            git rev-parse HEAD; git ls-files -s
            """;
    String expected = Command.script(work, plain, origin).within(BUILD_DEADLINE).output();
    assertEquals(expected, Command.script(work, directory, origin).within(BUILD_DEADLINE).output());
    assertEquals(
        "",
        Command.of("diff", "-r", "--no-dereference", "--exclude=.git", plain, directory).output());
    assertFalse(Files.exists(directory.resolve("clone/.git/index.lock")));
  }

  @Test
  void rsync_transfersOnce() throws IOException {
    both("rsync -a \"$2\"/ copy", sample);
    String again =
        Command.of("rsync", "-a", "--itemize-changes", sample + "/", directory.resolve("copy"))
            .output();
    assertEquals("", again);
    String back =
        Command.of("rsync", "-a", "--checksum", directory + "/", mount.beside("back")).output();
    assertEquals("", back);
    assertSameTree(directory, mount.beside("back"));
  }

  @Test
  void editor_savesByRename() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    Command.python(
            """
            import os, sys
            path = sys.argv[1]
            for version in range(50):
                with open(path + "~", "w") as draft:
                    draft.write(f"version {version}\\n" * 100)
                    draft.flush()
                    os.fsync(draft.fileno())
                os.rename(path + "~", path)
                with open(path) as saved:
                    assert saved.read() == f"version {version}\\n" * 100, version
                folder = os.open(os.path.dirname(path), os.O_RDONLY)
                os.fsync(folder)
                os.close(folder)
            """,
            file)
        .output();
    assertEquals("version 49\n".repeat(100), Files.readString(file));
  }

  @Test
  void sed_editsInPlace() throws IOException {
    both("cp \"$2\"/text file; chmod 640 file; sed -i -e 's/line/row/' -e '2d' file", sample);
  }

  @Test
  void maven_packagesASmallProject() throws IOException {
    for (Path project : new Path[] {plain, directory}) {
      writeProject(project);
      Command.of("mvn", "-o", "-q", "-B", "package").in(project).within(BUILD_DEADLINE).output();
      String listing = Command.of("jar", "tf", project.resolve("target/small-1.jar")).output();
      assertTrue(listing.contains("small/Small.class"), listing);
    }
    assertEquals(
        -1,
        Files.mismatch(
            plain.resolve("target/classes/small/Small.class"),
            directory.resolve("target/classes/small/Small.class")));
    assertEquals(
        -1,
        Files.mismatch(
            plain.resolve("target/small-1.jar"), directory.resolve("target/small-1.jar")));
  }

  @Test
  void walkers_neverMeetTheControlDirectory() throws IOException {
    Command.script("cd \"$1\"; cp -a \"$2\" copy", directory, sample).output();
    Attributes.attach(directory.resolve("copy/text"), 1, 2, 3);
    for (String walk :
        new String[] {
          "find .", "ls -aR", "du -a", "tar -cf - . | tar -t", "rsync -rn --list-only ."
        }) {
      String listing = Command.script("cd \"$1\"; " + walk, mount.mountPoint()).output();
      assertTrue(listing.contains("copy"), listing);
      assertFalse(listing.contains(".vexfs"), walk);
    }
  }

  /// Runs the script in the mount and in the plain directory, and compares the trees that it
  /// leaves.
  private void both(String script, Path argument) {
    for (Path at : new Path[] {plain, directory}) {
      Command.script("cd \"$1\"\n" + script, at, argument).output();
    }
    assertSameTree(plain, directory);
  }

  /// Compares names, types, modes, owners, sizes, link targets and times to the second, then bytes.
  private static void assertSameTree(Path expected, Path actual) {
    String list =
        "cd \"$1\"; find . -mindepth 1 \\( -type d -printf '%P %y %m %U:%G\\n' -o"
            + " -printf '%P %y %m %U:%G %s %l\\n' \\) | sort; find . -type f -print0 | sort -z"
            + " | xargs -0 sha256sum";
    assertEquals(Command.script(list, expected).output(), Command.script(list, actual).output());
  }

  /// A tree with a bit of everything that tools copy.
  private static void fill(Path root) throws IOException {
    Random random = new Random(SEED);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 2_000; i++) {
      text.append("line ").append(i).append('\n');
    }
    Files.writeString(root.resolve("text"), text);
    Files.createFile(root.resolve("empty"));
    byte[] large = new byte[3_000_001];
    random.nextBytes(large);
    Files.write(root.resolve("large"), large);
    Path folder = Files.createDirectories(root.resolve("folder/inner"));
    for (int i = 0; i < 100; i++) {
      byte[] small = new byte[random.nextInt(10_000)];
      random.nextBytes(small);
      Files.write(folder.resolve("small " + i), small);
    }
    Files.createSymbolicLink(root.resolve("link"), Path.of("folder/inner"));
    Command.script("cd \"$1\"; chmod 700 folder; chmod 755 text; touch -d @1000000000 text", root)
        .output();
  }

  /// A project that needs no plugin but those that this build has fetched already.
  private static void writeProject(Path project) throws IOException {
    String own =
        Files.readString(Path.of(System.getProperty("vexfs.project", "..")).resolve("pom.xml"));
    int from = own.indexOf("<pluginManagement>");
    String end = "</pluginManagement>";
    String plugins = own.substring(from, own.indexOf(end) + end.length());
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>small</groupId>
          <artifactId>small</artifactId>
          <version>1</version>
          <properties>
            <maven.compiler.release>11</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
            <project.build.outputTimestamp>2026-01-01T00:00:00Z</project.build.outputTimestamp>
          </properties>
          <build>
        %s
          </build>
        </project>
        """
            .formatted(plugins));
    Path sources = Files.createDirectories(project.resolve("src/main/java/small"));
    Files.writeString(
        sources.resolve("Small.java"), "package small; public class Small { int one = 1; }\n");
    Path resources = Files.createDirectories(project.resolve("src/main/resources"));
    Files.writeString(resources.resolve("small.properties"), "one=1\n");
  }
}
