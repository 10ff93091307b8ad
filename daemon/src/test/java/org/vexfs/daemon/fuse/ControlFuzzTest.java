package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.Fuzz;
import org.vexfs.daemon.fuse.ControlUser.Way;

/// Queries, vectors, NumPy files, imports and saved queries with bytes changed, through the files
/// that take them: each write is answered, with an errno that says what is wrong with the input and
/// never that something is wrong with the daemon, and afterwards a search is answered as before.
final class ControlFuzzTest {
  private static final List<Way> WAYS = List.of(Way.values());
  private static final int ROUNDS = 1500;
  private static final String REPLACEMENTS = "{}[]\",:\\0123456789.-etrufalsn \n\u0000\u00e9";

  @TempDir Path directory;

  private static byte[] mutated(byte[] original, Random random) {
    if (original.length == 0 || random.nextInt(10) == 0) {
      return original;
    }
    ByteArrayOutputStream mutated = new ByteArrayOutputStream();
    int rate = 2 + random.nextInt(2 * original.length);
    for (byte b : original) {
      switch (random.nextInt(rate) == 0 ? random.nextInt(4) : 4) {
        case 0 -> mutated.write(random.nextInt(256));
        case 1 -> {}
        case 2 -> mutated.write(REPLACEMENTS.charAt(random.nextInt(REPLACEMENTS.length())));
        case 3 -> mutated.writeBytes(new byte[] {b, b});
        default -> mutated.write(b);
      }
    }
    return mutated.toByteArray();
  }

  @Test
  void inputWithBytesChanged_isTakenOrRefused_andSearchesGoOn() throws Exception {
    long seed = Fuzz.seed("ControlFuzzTest", System.nanoTime());
    Random random = new Random(seed);
    Map<Way, int[]> outcomes = new EnumMap<>(Way.class);
    for (Way way : WAYS) {
      outcomes.put(way, new int[2]);
    }
    try (SocketMount mount = new SocketMount(directory)) {
      ControlUser user = new ControlUser(mount.kernel);
      user.prepare();
      String before = user.search();
      assertTrue(before.contains("\"path\":\"d\""), before);

      int rounds = Fuzz.rounds(ROUNDS);
      for (int round = 0; round < rounds; round++) {
        Way way = WAYS.get(random.nextInt(WAYS.size()));
        List<byte[]> examples = ControlUser.examples(way);
        byte[] content = mutated(examples.get(random.nextInt(examples.size())), random);
        int errno = user.give(way, content);
        assertTrue(
            ControlUser.REFUSALS.contains(errno),
            () ->
                "seed %d: %s of '%s' gave %s"
                    .formatted(seed, way, new String(content, UTF_8), Errno.nameOf(errno)));
        outcomes.getOrDefault(way, new int[2])[errno == 0 ? 0 : 1]++;
      }

      assertEquals(before, user.search(), () -> "seed " + seed);
      assertEquals(0, mount.kernel.strays().size(), () -> "seed " + seed);
      outcomes.forEach((way, counts) ->
          assertTrue(
              counts[0] > 0 && counts[1] > 0,
              () ->
                  "seed %d: %s, %d taken, %d refused".formatted(seed, way, counts[0], counts[1])));
    }
  }
}
