package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class NodeTableTest {
  private static final long SEED = 3;
  private static final int NUMBERS = 500;

  @Test
  void table_agreesWithAMap_overRandomOperations() {
    Random random = new Random(SEED);
    NodeTable<FileNode> table = new NodeTable<>(FileNode::inode);
    Map<Long, FileNode> model = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      // Few distinct low bits, so that numbers collide and wrap around the table's end.
      long number = (long) random.nextInt(NUMBERS) << (random.nextInt(3) * 20);
      FileNode node = new FileNode(step, number);
      FileNode present = model.get(number);
      if (random.nextBoolean()) {
        table.put(node);
        model.put(number, node);
      } else if (present != null) {
        table.remove(node);
        table.remove(present);
        model.remove(number);
      }
      assertEquals(model.size(), table.size());
      assertEquals(Optional.ofNullable(model.get(number)), table.find(number));
    }
    assertEquals(new HashSet<>(model.values()), new HashSet<>(table.stream().toList()));
    model.forEach((number, node) -> assertEquals(Optional.of(node), table.find(number)));
  }
}
