package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SlotSetTest {
  private static final long SEED = 20_260_501L;
  private static final int SLOTS = 10_000;

  @Test
  void randomChanges_asABitSetHasThem() {
    Random random = new Random(SEED);
    SlotSet set = new SlotSet();
    BitSet expected = new BitSet();
    for (int step = 0; step < 20_000; step++) {
      int slot = random.nextInt(1 + random.nextInt(SLOTS));
      if (random.nextInt(3) == 0) {
        set.remove(slot);
        expected.clear(slot);
      } else {
        set.add(slot);
        expected.set(slot);
      }
      assertEquals(expected.cardinality(), set.size(), "seed " + SEED);
      int from = random.nextInt(SLOTS);
      int to = from + random.nextInt(300);
      int next = expected.nextSetBit(from);
      assertEquals(next < 0 || next >= to ? to : next, set.next(from, to), "seed " + SEED);
      assertEquals(expected.get(from), set.test(from), "seed " + SEED);
    }
  }

  @Test
  void next_emptyRange_isItsEnd() {
    SlotSet set = new SlotSet();
    set.add(5);
    assertEquals(5, set.next(5, 5));
    assertEquals(5, set.next(0, 5));
    assertEquals(5, set.next(0, 6));
    assertEquals(1_000_000, set.next(6, 1_000_000));
  }
}
