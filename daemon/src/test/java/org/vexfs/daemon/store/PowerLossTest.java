package org.vexfs.daemon.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.io.MemoryDirectory;

/// A store on a disk that loses power in the middle of anything it does, over and over.
///
/// A schedule is a run of changes, syncs, checkpoints, compactions, written graphs and restarts,
/// during which slots are freed, gathered and given to others, and power goes three times: before
/// an operation of the disk that the seed picks, among them every write, sync, rename and removal
/// of a checkpoint or compaction. What the disk then holds is drawn as
/// [MemoryDirectory#afterPowerLoss] says. The store that comes out of it has to be one that was
/// there since the last sync that returned, whole; and so has the one that comes of its log alone,
/// without the checkpoints. The graphs that it has lead to all that lives, once what they lack was
/// inserted.
///
/// `-Dvexfs.powerLoss.schedules=N` runs N schedules, `-Dvexfs.powerLoss.seed=S` begins at seed S.
final class PowerLossTest {
  private static final int SCHEDULES = Integer.getInteger("vexfs.powerLoss.schedules", 250);
  private static final long FIRST_SEED = Long.getLong("vexfs.powerLoss.seed", 1);
  private static final StoreOptions OPTIONS = new StoreOptions(2 << 10, 512);
  private static final int CAPACITY_BYTES = 32 << 10;
  private static final int LOSSES = 3;
  private static final int STEPS = 40;
  private static final int OPERATIONS = 160;

  private int checkpointsUsed;
  private int segmentsEmptied;
  private int tears;
  private int inTheMiddle;
  private int rebuilds;
  private int gatherings;
  private final StoredGraphs graphs = new StoredGraphs();

  @Test
  void powerLoss_anywhere_keepsAllSyncedAndInventsNothing() throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
      Random random = new Random(seed);
      MemoryDirectory disk = new MemoryDirectory(CAPACITY_BYTES);
      for (int loss = 0; loss < LOSSES; loss++) {
        disk = loseOnce(disk, random, "seed " + seed + ", loss " + loss);
      }
    }
    System.out.printf(
        "%d schedules from seed %d: %d losses, %d of them within a step; %d recoveries used a"
            + " checkpoint, %d cut a torn tail, %d did without checkpoint and compacted segments;"
            + " %d segments were compacted; %d times slots were gathered; %d graphs were used"
            + " again, %d of their nodes known to be what they were%n",
        SCHEDULES,
        FIRST_SEED,
        SCHEDULES * LOSSES,
        inTheMiddle,
        checkpointsUsed,
        tears,
        rebuilds,
        segmentsEmptied,
        gatherings,
        graphs.used(),
        graphs.marked());
    assertTrue(checkpointsUsed > SCHEDULES / 10, "hardly any recovery used a checkpoint");
    assertTrue(segmentsEmptied > SCHEDULES / 10, "hardly anything was compacted");
    assertTrue(inTheMiddle > SCHEDULES / 2, "power hardly ever went within a step");
    assertTrue(tears > 0, "nothing was ever torn");
    assertTrue(gatherings > SCHEDULES / 20, "slots were hardly ever gathered");
    assertTrue(graphs.used() > SCHEDULES / 10, "hardly any graph was used again");
    assertTrue(graphs.marked() > SCHEDULES / 10, "hardly any node was known to be what it was");
    assertTrue(rebuilds > SCHEDULES / 10, "hardly any log had to do without a checkpoint");
  }

  /// What power leaves of a disk, before the operation that the seed picks.
  private static final class Outage implements Runnable {
    private final MemoryDirectory disk;
    private final Random random;
    private int operationsLeft;
    private Optional<MemoryDirectory> left = Optional.empty();

    Outage(MemoryDirectory disk, Random random) {
      this.disk = disk;
      this.random = new Random(random.nextLong());
      this.operationsLeft = random.nextInt(OPERATIONS);
    }

    @Override
    public void run() {
      if (operationsLeft-- == 0) {
        left = Optional.of(disk.afterPowerLoss(random));
      }
    }
  }

  private void compact(VectorStore store) throws Exception {
    int before = slotLimits(store);
    segmentsEmptied += store.upkeep().compact(true, Pace.FULL).segments();
    gatherings += slotLimits(store) < before ? 1 : 0;
  }

  private static int slotLimits(VectorStore store) {
    return store.collections().stream().mapToInt(VectorCollection::slotLimit).sum();
  }

  private MemoryDirectory loseOnce(MemoryDirectory disk, Random random, String when)
      throws Exception {
    VectorStore store = recover(disk).store();
    Outage outage = new Outage(disk, random);
    disk.beforeOperation(outage);
    RandomChanges changes = new RandomChanges(random);
    List<Map<String, VectorMatrix>> possible = new ArrayList<>();
    possible.add(StoreModel.actual(store));
    for (int step = 0; step < STEPS && outage.left.isEmpty(); step++) {
      boolean durable = false;
      int action = random.nextInt(15);
      switch (action) {
        case 0 -> {
          store.sync();
          durable = true;
        }
        case 1 -> store.upkeep().checkpoint();
        case 2 -> compact(store);
        case 3 -> {
          if (random.nextInt(3) == 0) {
            store.close();
            store = recover(disk).store();
            durable = true;
          }
        }
        case 4 -> store.upkeep().releaseSlots();
        case 5 -> graphs.write(store);
        case 6 -> {
          if (random.nextInt(5) == 0) {
            changes.changeMany(store);
          }
        }
        default -> changes.change(store);
      }
      if (action < 6) {
        assertEquals(possible.getLast(), StoreModel.actual(store), when + ", action " + action);
      }
      if (durable && outage.left.isEmpty()) {
        possible.clear();
      }
      possible.add(StoreModel.actual(store));
    }
    inTheMiddle += outage.left.isPresent() ? 1 : 0;
    disk.beforeOperation(() -> {});
    MemoryDirectory left = outage.left.orElse(disk).afterPowerLoss(random);
    check(left, possible, when);
    return left;
  }

  private void check(MemoryDirectory left, List<Map<String, VectorMatrix>> possible, String when)
      throws Exception {
    try {
      UnrecoveredStore.Recovered recovered = recover(left.afterKill());
      checkpointsUsed += recovered.report().checkpoint().isPresent() ? 1 : 0;
      tears += recovered.report().tear().isPresent() ? 1 : 0;
      Map<String, VectorMatrix> actual = StoreModel.actual(recovered.store());
      assertTrue(possible.contains(actual), "a state that never was");
      graphs.check(recovered.store());
      recovered.store().close();
      MemoryDirectory bare = left.afterKill();
      for (String name : bare.list()) {
        if (CheckpointHead.isFileName(name)) {
          bare.delete(name);
        }
      }
      UnrecoveredStore.Recovered rebuilt = recover(bare);
      rebuilds += rebuilt.report().rebuilt() ? 1 : 0;
      assertEquals(actual, StoreModel.actual(rebuilt.store()), "without checkpoints");
      assertEquals(actual, StoreModel.actual(recover(left.afterKill()).store()));
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when + ": " + e.getMessage(), e);
    }
  }

  private static UnrecoveredStore.Recovered recover(MemoryDirectory directory) throws Exception {
    try (UnrecoveredStore unrecovered = UnrecoveredStore.open(directory, OPTIONS)) {
      return unrecovered.recover(_ -> 0);
    }
  }
}
