package org.vexfs.daemon.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The daemon in containers with little memory: vectors, searches and large files, and nothing is
/// killed or wrong.
final class MemoryLimits {
  private static final boolean FULL = Boolean.getBoolean("vexfs.scenario.full");
  private static final long SEED = 128;
  private static final List<Integer> MEBIBYTES = FULL ? List.of(128, 192, 256) : List.of(128);
  private static final int DIMENSION = 128;
  private static final int FILE_BYTES = 1 << 20;
  private static final int MAX_ANSWER_BYTES = 4_096;
  private static final long STACK_AIM_BYTES = 6 << 10;
  private static final Pattern STACK = Pattern.compile("\"stack_bytes\":\\{[^}]*\"max\":(\\d+)");
  private static final Pattern PEAK = Pattern.compile("\"resident_peak_bytes\":(\\d+)");

  private MemoryLimits() {}

  /// Runs it; what there is to say.
  static String run() throws Exception {
    StringBuilder report = new StringBuilder();
    for (int mebibytes : MEBIBYTES) {
      report.append("SCENARIO memory-limits, %d MiB%n".formatted(mebibytes));
      try (var mount = new ContainerMount(Deployment.LEAST_PRIVILEGED_ON_TRIXIE)) {
        mount.limitMemory((long) mebibytes << 20);
        mount.mountWith("stack_sample=1");
        mount.start();
        report.append(work(mount)).append("SCENARIO memory-limits: passed\n");
        mount.stop();
      }
    }
    return report.toString();
  }

  private static String work(ContainerMount mount) throws Exception {
    int count = FULL ? 10_000 : 1_500;
    Path top = mount.mountPoint();
    float[][] vectors = vectors(count);
    long start = System.nanoTime();
    attach(top, vectors);
    long attached = System.nanoTime();
    int searches = FULL ? 10_000 : 300;
    for (int i = 0; i < searches; i++) {
      int wanted = (int) ((long) i * count / searches);
      String hit = "\"path\":\"f" + wanted + "\"";
      String answer = ask(top, "{\"k\":1,\"vector\":" + Arrays.toString(vectors[wanted]) + "}");
      assertTrue(answer.contains(hit), () -> "asked for " + wanted + ", got " + answer);
    }
    long searched = System.nanoTime();
    int files = FULL ? 1_000 : 100;
    byte[] content = new byte[FILE_BYTES];
    new Random(SEED).nextBytes(content);
    for (int i = 0; i < files; i++) {
      Path file = top.resolve("large-" + i % 50);
      Files.write(file, content);
      assertEquals(-1, Arrays.mismatch(content, Files.readAllBytes(file)), file.toString());
    }
    assertTrue(mount.isWell(), "something was killed for want of memory");
    String stats = Files.readString(top.resolve(".vexfs/stats"));
    long stack = most(STACK, stats);
    assertTrue(stack > 0 && stack < STACK_AIM_BYTES, stack + " bytes of callback stack");
    return String.format(
        Locale.ROOT,
        "  %d vectors attached in %.1f s, %d searches in %.1f s, %d files of 1 MiB written and read"
            + " in %.1f s%n  at most %d MiB resident; callback stack at most %d bytes%n",
        count,
        (attached - start) / 1e9,
        searches,
        (searched - attached) / 1e9,
        files,
        (System.nanoTime() - searched) / 1e9,
        most(PEAK, stats) >> 20,
        stack);
  }

  private static long most(Pattern pattern, String text) {
    long most = 0;
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      most = Math.max(most, Long.parseLong(matcher.group(1)));
    }
    return most;
  }

  private static float[][] vectors(int count) {
    Random random = new Random(SEED);
    float[][] vectors = new float[count][DIMENSION];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = random.nextFloat();
      }
    }
    return vectors;
  }

  private static void attach(Path top, float[][] vectors) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < vectors.length; i++) {
      Files.createFile(top.resolve("f" + i));
      lines.append("{\"path\":\"f" + i + "\",\"vector\":" + Arrays.toString(vectors[i]) + "}\n");
    }
    Files.writeString(
        top.resolve(".vexfs/import"), lines, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
  }

  private static String ask(Path top, String query) throws IOException {
    try (FileChannel search =
        FileChannel.open(
            top.resolve(".vexfs/search"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int _ = search.write(ByteBuffer.wrap(query.getBytes(StandardCharsets.UTF_8)));
      ByteBuffer answer = ByteBuffer.allocate(MAX_ANSWER_BYTES);
      int _ = search.read(answer);
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }
  }
}
