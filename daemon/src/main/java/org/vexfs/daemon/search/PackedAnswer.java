package org.vexfs.daemon.search;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// An answer as `struct vexfs_answer` of `native-headers/vexfs.h` has it, for `ioctl(2)`: a header,
/// a record for each hit, and the paths that the records point to, each with a NUL behind it. Where
/// not all hits fit, it has the nearest, and says how many there are.
public final class PackedAnswer {
  /// What the bytes begin with: `VXA1`.
  static final int MAGIC = 0x3141_5856;

  /// Bytes before the first record, and of each.
  static final int HEADER_BYTES = 32;

  static final int HIT_BYTES = 24;

  private static final int EXACT = 1;

  private final byte[] bytes;
  private final int hits;

  private PackedAnswer(byte[] bytes, int hits) {
    this.bytes = bytes;
    this.hits = hits;
  }

  /// The answer in at most `room` bytes, which have to be enough for the header.
  public static PackedAnswer of(Answer.Result result, int room) {
    List<Hit> all = result.hits();
    int fitting = 0;
    int length = HEADER_BYTES;
    while (fitting < all.size()) {
      int more = HIT_BYTES + all.get(fitting).path().bytes().length() + 1;
      if (more > room - length) {
        break;
      }
      length += more;
      fitting++;
    }
    SearchSummary summary = result.summary();
    ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(fitting).putInt(all.size()).putInt(summary.exact() ? EXACT : 0);
    out.putLong(summary.searched());
    out.putInt((int) Math.min(summary.tookMicros(), Integer.MAX_VALUE)).putInt(length);
    int pathAt = HEADER_BYTES + fitting * HIT_BYTES;
    for (Hit hit : all.subList(0, fitting)) {
      byte[] path = hit.path().bytes().getBytes(ISO_8859_1);
      out.putInt(pathAt).putInt(path.length).putInt(hit.row()).putInt(hit.rank());
      out.putFloat(hit.distance()).putFloat(hit.score());
      out.put(pathAt, path);
      pathAt += path.length + 1;
    }
    return new PackedAnswer(out.array(), fitting);
  }

  /// A copy of the bytes.
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, bytes.length);
  }

  /// How many hits are in it.
  public int hits() {
    return hits;
  }
}
