package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.fuzz.FuzzTarget;
import org.vexfs.daemon.fuzz.InputRandom;
import org.vexfs.daemon.fuzz.LoggedErrors;

/// Requests that no kernel would send, all at once, as many as the input decides on: each gets one
/// answer, nothing is logged as an error, and the session answers as before.
public final class RequestTarget implements FuzzTarget {
  private static final int MAX_REQUESTS = 32;
  private static final int SEEDS = 16;
  private static final int SEED_BYTES = 512;

  private final LoggedErrors errors = LoggedErrors.watch();
  private final FreshMounts mounts = new FreshMounts();

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < SEEDS; i++) {
      byte[] seed = new byte[SEED_BYTES];
      new Random(i).nextBytes(seed);
      seeds.add(seed);
    }
    return seeds;
  }

  @Override
  public void test(byte[] bytes) throws Exception {
    if (mounts.use()) {
      // The session before ended, which it takes for a failure of the kernel's.
      errors.forget();
    }
    InputRandom random = new InputRandom(bytes);
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < MAX_REQUESTS && !random.isSpent(); i++) {
      Optional<CompletableFuture<Answer>> answer = HostileRequests.send(mounts.kernel(), random);
      answer.ifPresent(answers::add);
    }
    for (CompletableFuture<Answer> answer : answers) {
      Answer _ = SocketKernel.await(answer);
    }
    Answer root = mounts.kernel().call(Opcode.GETATTR, ROOT, Payload.of().u32(0, 0).u64(0));
    assertEquals(0, root.errno());
    assertTrue(mounts.kernel().strays().stream().allMatch(HostileRequests::isInterrupt));
    errors.requireNone();
  }

  @Override
  public void close() throws IOException, VectorFailure {
    mounts.close();
    errors.close();
  }
}
