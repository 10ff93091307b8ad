package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Fuzz;
import org.vexfs.daemon.fuse.SocketKernel.Answer;

/// Requests that no kernel would send, in frames that any would: whatever they say, each gets one
/// answer, and neither session nor JVM ends.
final class SessionFuzzTest {
  private static final int MESSAGES = 10_000;
  private static final int AT_ONCE = 64;

  @TempDir Path directory;

  @Test
  void session_fedWithMutatedRequests_answersEachAndLivesOn() throws Exception {
    long seed = Fuzz.seed("SessionFuzzTest", System.nanoTime());
    int messages = Fuzz.rounds(MESSAGES);
    Random random = new Random(seed);
    int successes = 0;
    try (SocketMount mount = new SocketMount(directory)) {
      for (int sent = 0; sent < messages; sent += AT_ONCE) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
          HostileRequests.send(mount.kernel, random).ifPresent(answers::add);
        }
        for (CompletableFuture<Answer> answer : answers) {
          successes += SocketKernel.await(answer).errno() == 0 ? 1 : 0;
        }
      }

      Answer root = mount.kernel.call(Opcode.GETATTR, ROOT, Payload.of().u32(0, 0).u64(0));
      assertEquals(0, root.errno());
      assertEquals(Libc.__S_IFDIR(), root.u32(16 + 60) & Libc.__S_IFMT());
      assertTrue(successes > messages / 20, "only " + successes + " requests made sense");
      assertTrue(
          mount.kernel.strays().stream().allMatch(HostileRequests::isInterrupt),
          () -> "seed " + seed + ": stray answers " + mount.kernel.strays());
    }
  }
}
