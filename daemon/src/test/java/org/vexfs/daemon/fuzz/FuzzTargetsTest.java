package org.vexfs.daemon.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vexfs.daemon.base.Fuzz;

/// What fuzzing starts from, with a few bytes changed, and what it ever found: the inputs in
/// `findings-TARGET.txt`, one a line, in Base64.
final class FuzzTargetsTest {
  private static final int CHANGES = 3;

  @ParameterizedTest
  @EnumSource
  void target_survivesSeedsAndEarlierFindings(FuzzTargets each) throws Exception {
    Random random = new Random(Fuzz.seed("FuzzTargetsTest", 4));
    try (FuzzTarget target = each.open()) {
      List<byte[]> seeds = target.seeds();
      assertFalse(seeds.isEmpty());
      for (byte[] seed : seeds) {
        target.test(seed);
        for (int i = 0; i < Fuzz.rounds(CHANGES); i++) {
          target.test(changed(seed, random));
        }
      }
      for (byte[] finding : findings(each)) {
        target.test(finding);
      }
    }
  }

  private static byte[] changed(byte[] seed, Random random) {
    byte[] changed = seed.clone();
    changed[1 + random.nextInt(changed.length - 1)] = (byte) random.nextInt();
    return changed;
  }

  private static List<byte[]> findings(FuzzTargets target) throws IOException {
    List<byte[]> findings = new ArrayList<>();
    String name = "findings-" + target.label() + ".txt";
    try (@Nullable InputStream in = FuzzTargetsTest.class.getResourceAsStream(name)) {
      if (in != null) {
        for (String line :
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList()) {
          findings.add(Base64.getDecoder().decode(line));
        }
      }
    }
    return findings;
  }
}
