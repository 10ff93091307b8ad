package org.vexfs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Packed queries by `ioctl(2)`: a hundred files on a line, as Python's `struct` and as C see them.
@Timeout(60)
final class IoctlIT {
  private static final Path PROJECT =
      Path.of(System.getProperty("vexfs.project", "..")).toAbsolutePath().normalize();

  private static NativeMount mount;

  @BeforeAll
  static void start() throws Exception {
    mount = NativeMount.start();
    mount.directory("inner");
    for (int i = 0; i < 100; i++) {
      Attributes.attach(mount.file("inner/f" + i, "x".repeat(i)), i, 0);
    }
    Attributes.set(mount.file("é", ""), "vexfs.vector.other", Forms.raw(1, 2, 3));
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  /// What the documentation shows.
  private static String example() throws IOException {
    String text = Files.readString(PROJECT.resolve("daemon/docs/QUERIES.md"));
    int start = text.indexOf("```python\n") + "```python\n".length();
    return text.substring(start, text.indexOf("```", start));
  }

  /// The same functions, and other things done with them.
  private static String python(String more) throws IOException {
    String example = example();
    String functions = example.substring(0, example.indexOf("with open("));
    return Command.python(
            functions
                + "import errno, os\n"
                + "def refused(call, *arguments):\n"
                + "    try:\n"
                + "        return call(*arguments)\n"
                + "    except OSError as e:\n"
                + "        return errno.errorcode[e.errno]\n"
                + "handle = os.open(sys.argv[1] + '/.vexfs/search', os.O_RDWR)\n"
                + more,
            mount.mountPoint())
        .output();
  }

  @Test
  void example_inPython_isTrue() throws IOException {
    assertEquals(
        "1 inner/f0 0.0\n2 inner/f1 1.0\n3 inner/f2 2.0\n",
        Command.python(example(), mount.mountPoint()).output());
    assertEquals(
        "1 f0 0.0",
        Command.python(example(), mount.path("inner")).output().lines().findFirst().orElseThrow());
  }

  @Test
  void moreThanFits_comesInPieces() throws IOException {
    String found =
        python(
            """
            paths, rounds = [], 0
            while True:
                hits, found = search(handle, [0, 0], k=100 - len(paths), offset=len(paths), size=700)
                rounds += 1
                paths += [path.decode() for path, *_ in hits]
                assert found == 100 - len(paths) + len(hits), found
                if len(hits) == found:
                    break
            assert rounds > 3
            print(paths == [f"inner/f{i}" for i in range(100)])
            print(search(handle, [0, 0], size=40))
            """);
    assertEquals(List.of("True", "([], 10)"), found.lines().toList());
  }

  @Test
  void filterAndCollection_areTaken() throws IOException {
    String found =
        python(
            """
            hits, _ = search(handle, [0, 0], k=2, filter=b'{"key":"size","range":{"gt":50}}')
            print([hit[0].decode() for hit in hits])
            buffer = bytearray(200)
            struct.pack_into("<4sHHIIIfII3f5s", buffer, 0, b"VXQ1", 1, 5, 3, 0, 0, 0, 3, 0, 1, 2, 3, b"other")
            print(fcntl.ioctl(handle, 3 << 30 | 200 << 16 | 0x5651, buffer), "é".encode() in buffer)
            buffer[40:46] = b"absent"
            struct.pack_into("<4sHHIIIfII3f6s", buffer, 0, b"VXQ1", 1, 6, 3, 0, 0, 0, 3, 0, 1, 2, 3, b"absent")
            print(refused(fcntl.ioctl, handle, 3 << 30 | 200 << 16 | 0x5651, buffer))
            """);
    assertEquals(List.of("['inner/f51', 'inner/f52']", "1 True", "ENOENT"), found.lines().toList());
  }

  @Test
  void whatIsNoQuery_isEINVALWithACause_andTheHandleGoesOn() throws IOException {
    String found =
        python(
            """
            print(refused(search, handle, [0, 0], 0))
            print(refused(search, handle, [0, float("nan")]))
            print(refused(search, handle, [0, 0, 0]))
            print(refused(search, handle, [0, 0], 1, 0, b"{"))
            print(refused(fcntl.ioctl, handle, 3 << 30 | 16 << 16 | 0x5651, bytearray(16)))
            print(refused(fcntl.ioctl, handle, 1 << 30 | 64 << 16 | 0x5651, bytearray(64)))
            print(refused(fcntl.ioctl, handle, 2 << 30 | 64 << 16 | 0x5651, bytearray(64)))
            print(refused(fcntl.ioctl, handle, 0x5651, 0))
            print(len(search(handle, [0, 0])[0]))
            """);
    assertEquals("EINVAL\n".repeat(8) + "10\n", found);
    String errors = Files.readString(mount.path(".vexfs/errors"));
    for (String cause : List.of("has k 0", "not finite", "3 values", "malformed JSON", "_IOWR")) {
      assertTrue(errors.contains(cause), cause + " in " + errors);
    }
  }

  @Test
  void anyBytes_areRefusedOrAnswered() throws IOException {
    String found =
        python(
            """
            import random
            random.seed(7)
            start = struct.pack("<4sHHIIIfII", b"VXQ1", 0, 0, 1, 0, 0, 0.0, 2, 0)
            def hostile():
                query = bytearray(start) + random.randbytes(32)
                for _ in range(random.randrange(3)):
                    query[random.randrange(32)] = random.randrange(256)
                return query
            outcomes = {refused(fcntl.ioctl, handle, 3 << 30 | 64 << 16 | 0x5651, hostile()) for _ in range(500)}
            print(outcomes <= {"EINVAL", "ENOENT", 0, 1} and "EINVAL" in outcomes)
            print(len(search(handle, [0, 0])[0]))
            """);
    assertEquals("True\n10\n", found);
  }

  @Test
  void otherCommandsAndFiles_areENOTTY() throws IOException {
    String found =
        python(
            """
            query = bytearray(64)
            for command in (0x5401, 3 << 30 | 64 << 16 | 0x5650, 3 << 30 | 64 << 16 | 0x5751, 0x5413):
                print(refused(fcntl.ioctl, handle, command, query))
            for name in ("/inner/f1", "/inner", "/.vexfs", "/.vexfs/status", "/.vexfs/vectors/inner/f1.npy"):
                other = os.open(sys.argv[1] + name, os.O_RDONLY)
                print(refused(fcntl.ioctl, other, 3 << 30 | 64 << 16 | 0x5651, query))
            """);
    assertEquals("ENOTTY\n".repeat(9), found);
  }

  @Test
  void conversation_isNotTouched() throws IOException {
    String found =
        python(
            """
            os.write(handle, b'{"vector":[0,0],"k":1}')
            search(handle, [50, 0])
            print(os.pread(handle, 4096, 0).decode().splitlines()[0])
            """);
    assertTrue(found.contains("\"path\":\"inner/f0\""), found);
  }

  @Test
  void mountThatIsReadOnly_answers() throws Exception {
    try (var own = NativeMount.start()) {
      Attributes.attach(own.file("file", "text"), 1, 0);
      own.unmount();
      Command.of(NativeMount.launcher(), "mount", own.source(), own.mountPoint(), "-o", "ro")
          .output();
      String found = Command.python(example().replace("r+b", "rb"), own.mountPoint()).output();
      assertEquals("1 file 1.0\n", found);
    }
  }

  @Test
  void manyAtOnceOnOneHandle_areEachAnsweredRight() throws IOException {
    String found =
        python(
            """
            from concurrent.futures import ThreadPoolExecutor
            def ask(i):
                hits, _ = search(handle, [i % 100, 0], k=1)
                return hits[0][0] == b"inner/f%d" % (i % 100)
            with ThreadPoolExecutor(64) as pool:
                print(all(pool.map(ask, range(3000))))
            """);
    assertEquals("True\n", found);
  }

  @Test
  void header_inC_isTheSameLayout() throws IOException {
    Path directory = mount.beside("header");
    Path program = directory.resolve("search");
    Path source =
        Files.writeString(
            directory.resolve("search.c"),
            """
            #include "vexfs.h"
            #include <fcntl.h>
            #include <stdio.h>
            #include <string.h>
            int main(int count, char **arguments) {
              union { struct vexfs_query query; struct vexfs_answer answer; char bytes[4096]; } b = {0};
              float vector[2] = {3.25f, 0};
              b.query = (struct vexfs_query){.magic = VEXFS_QUERY_MAGIC, .flags = VEXFS_QUERY_EXACT | VEXFS_QUERY_MAX_DISTANCE,
                                             .k = 5, .offset = 1, .max_distance = 1, .dimension = 2};
              memcpy(b.bytes + sizeof b.query, vector, sizeof vector);
              int handle = open(arguments[1], O_RDWR);
              int hits = ioctl(handle, VEXFS_IOC_SEARCH(sizeof b), &b);
              if (hits < 0) { perror("ioctl"); return 1; }
              struct vexfs_hit *hit = (struct vexfs_hit *)(b.bytes + sizeof b.answer);
              printf("%d %u %u %d\\n", hits, b.answer.hits, b.answer.found, b.answer.magic == VEXFS_ANSWER_MAGIC);
              for (int i = 0; i < hits; i++)
                printf("%u %s %g %u\\n", hit[i].rank, b.bytes + hit[i].path_offset, hit[i].distance, hit[i].row);
              return 0;
            }
            """);
    Command.of(
            "gcc",
            "-Wall",
            "-Werror",
            "-I",
            PROJECT.resolve("native-headers"),
            "-o",
            program,
            source)
        .output();
    assertEquals(
        "1 1 1 1\n2 inner/f4 0.75 0\n", Command.of(program, mount.path(".vexfs/search")).output());
  }
}
