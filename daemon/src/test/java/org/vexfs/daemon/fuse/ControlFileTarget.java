package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.fuse.ControlUser.Way;
import org.vexfs.daemon.fuzz.FuzzInput;
import org.vexfs.daemon.fuzz.FuzzTarget;
import org.vexfs.daemon.fuzz.LoggedErrors;

/// What users write to control files, files of vectors and attributes; the first byte says where.
/// It is taken, or refused with an errno that says what is wrong with it, and now and then a search
/// is seen to answer as before.
public final class ControlFileTarget implements FuzzTarget {
  private static final List<Way> WAYS = List.of(Way.values());
  private static final int INPUTS_A_SEARCH = 64;

  /// What one ioctl or one attribute may carry.
  private static final int MAX_BYTES = 16_000;

  private final LoggedErrors errors = LoggedErrors.watch();
  private final FreshMounts mounts = new FreshMounts();
  private String before = "";
  private int inputs;

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int way = 0; way < WAYS.size(); way++) {
      for (byte[] example : ControlUser.examples(WAYS.get(way))) {
        ByteBuffer seed = ByteBuffer.allocate(1 + example.length);
        seeds.add(seed.put((byte) way).put(example).array());
      }
    }
    return seeds;
  }

  @Override
  public void test(byte[] bytes) throws Exception {
    boolean isFresh = mounts.use();
    ControlUser user = new ControlUser(mounts.kernel());
    if (isFresh) {
      // The session before ended, which it takes for a failure of the kernel's.
      errors.forget();
      user.prepare();
      before = user.search();
      assertTrue(before.contains("\"path\":\"d\""), before);
    }
    FuzzInput input = new FuzzInput(bytes);
    Way way = WAYS.get(input.next(WAYS.size()));
    int errno = user.give(way, input.take(MAX_BYTES));
    assertTrue(ControlUser.REFUSALS.contains(errno), () -> way + ": " + Errno.nameOf(errno));
    if (inputs++ % INPUTS_A_SEARCH == 0) {
      assertEquals(before, user.search());
    }
    assertEquals(0, mounts.kernel().strays().size());
    errors.requireNone();
  }

  @Override
  public void close() throws IOException, VectorFailure {
    mounts.close();
    errors.close();
  }
}
