package org.vexfs.daemon.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.distance.Metric;

/// A graph that was written down and read again.
final class GraphImageTest {
  private static final GraphWork ALONE =
      (from, to, action) -> IntStream.range(from, to).forEach(action);

  private static final GraphWork SHARED =
      (from, to, action) -> IntStream.range(from, to).parallel().forEach(action);

  private final SearchScratch scratch = new SearchScratch();

  private static HnswParameters parameters(TestVectors vectors) {
    return HnswParameters.forDimension(vectors.dimension());
  }

  private static HnswGraph graphOf(TestVectors vectors, int count) {
    HnswGraph graph = new HnswGraph(vectors, Metric.EUCLIDEAN, parameters(vectors));
    IntStream.range(0, count).forEach(graph::insert);
    return graph;
  }

  private static byte[] imageOf(HnswGraph graph) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    graph.save(piece -> bytes.writeBytes(piece.toArray(ValueLayout.JAVA_BYTE)));
    return bytes.toByteArray();
  }

  private static HnswGraph load(
      TestVectors vectors, byte[] image, SlotPredicate accept, GraphWork work)
      throws GraphImageFault {
    return HnswGraph.load(
        vectors, Metric.EUCLIDEAN, parameters(vectors), mapped(image), accept, work);
  }

  /// In native memory, as a mapping is.
  private static MemorySegment mapped(byte[] image) {
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(1, image.length));
    memory.copyFrom(MemorySegment.ofArray(image));
    return memory.asSlice(0, image.length);
  }

  private List<Long> search(SearchableGraph graph, TestVectors vectors, int query) {
    int found =
        graph.search(
            vectors.memory(),
            vectors.offset(query),
            10,
            50,
            SlotPredicate.ALL,
            Long.MAX_VALUE,
            scratch);
    return IntStream.range(0, found)
        .mapToObj(i -> Ranking.of(scratch.slot(i), scratch.distance(i)))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 40})
  void image_readAgain_isTheSameGraph(int dimension) throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(1), 6_000, dimension);
    HnswGraph graph = graphOf(vectors, 5_900);
    byte[] image = imageOf(graph);
    HnswGraph loaded = load(vectors, image, SlotPredicate.ALL, SHARED);
    assertEquals(graph.check(), loaded.check());
    for (int query = 5_900; query < 6_000; query++) {
      assertEquals(search(graph, vectors, query), search(loaded, vectors, query));
    }
    assertTrue(image.length < 5_900 * 80, image.length + " bytes");
    assertEquals(List.of(image.length), List.of(imageOf(loaded).length));
  }

  @Test
  void image_readAgain_canGrowAndShrink() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(2), 1_200, 40);
    HnswGraph loaded = load(vectors, imageOf(graphOf(vectors, 1_000)), SlotPredicate.ALL, ALONE);
    IntStream.range(1_000, 1_200).forEach(loaded::insert);
    IntStream.range(300, 700).forEach(loaded::remove);
    assertEquals(List.of(), loaded.check().faults());
    assertEquals(800, loaded.size());
  }

  @Test
  void image_ofAnEmptyGraph_isEmpty() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(3), 10, 40);
    HnswGraph loaded = load(vectors, imageOf(graphOf(vectors, 0)), SlotPredicate.ALL, ALONE);
    assertEquals(0, loaded.size());
    loaded.insert(3);
    assertEquals(List.of(), loaded.check().faults());
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6, 7})
  void slots_thatChanged_areLeftOut(long seed) throws Exception {
    Random random = new Random(seed);
    TestVectors vectors = TestVectors.gaussian(random, 2_000, 40);
    byte[] image = imageOf(graphOf(vectors, 2_000));
    int[] kinds = random.ints(2_000, 0, 16).toArray();
    for (int slot = 0; slot < 2_000; slot++) {
      if (kinds[slot] == 1) {
        vectors.set(slot, random.nextInt(40), 9);
      }
    }
    HnswGraph loaded = load(vectors, image, slot -> kinds[slot] != 0, SHARED);
    assertEquals(List.of(), loaded.check().faults());
    for (int slot = 0; slot < 2_000; slot++) {
      assertEquals(kinds[slot] > 1, loaded.contains(slot), "slot " + slot);
      if (kinds[slot] <= 1) {
        loaded.insert(slot);
      }
    }
    assertEquals(List.of(), loaded.check().faults());
  }

  @Test
  void image_ofAnotherCollection_isRefused() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(8), 500, 40);
    byte[] image = imageOf(graphOf(vectors, 500));
    TestVectors others = TestVectors.gaussian(new Random(9), 500, 40);
    assertThrows(GraphImageFault.class, () -> load(others, image, SlotPredicate.ALL, ALONE));
  }

  @Test
  void image_cutAnywhere_isRefused() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(10), 60, 40);
    byte[] image = imageOf(graphOf(vectors, 60));
    for (int length = 0; length < image.length; length++) {
      byte[] cut = Arrays.copyOf(image, length);
      assertThrows(
          GraphImageFault.class, () -> load(vectors, cut, SlotPredicate.ALL, ALONE), "" + length);
    }
  }

  @Test
  void image_withAnyByteFlipped_isRefused() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(11), 60, 40);
    byte[] image = imageOf(graphOf(vectors, 60));
    for (int at = 0; at < image.length; at++) {
      byte[] flipped = image.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      assertThrows(
          GraphImageFault.class,
          () -> load(vectors, flipped, SlotPredicate.ALL, ALONE),
          "byte " + at);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 40})
  void image_searchedWhereItLies_findsWhatItsGraphFinds(int dimension) throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(12), 6_000, dimension);
    HnswGraph graph = graphOf(vectors, 5_900);
    IntStream.range(0, 800).forEach(slot -> graph.remove(slot * 7 + slot % 3));
    try (ImageGraph image = imageGraph(vectors, imageOf(graph), all(6_000))) {
      assertEquals(graph.size(), image.size());
      assertEquals(
          IntStream.range(0, 5_900).filter(graph::contains).boxed().toList(),
          image.slots().stream().boxed().toList());
      long same = 0;
      for (int query = 5_900; query < 6_000; query++) {
        // In another order where codes differ, and ranked by the vectors in both.
        List<Long> expected = search(graph, vectors, query);
        same += search(image, vectors, query).stream().filter(expected::contains).count();
      }
      assertTrue(same >= 970, same + " of 1,000");
    }
  }

  @Test
  void image_searchedWhereItLies_passesThroughWhatChangedAndDoesNotFindIt() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(13), 2_000, 40);
    byte[] image = imageOf(graphOf(vectors, 2_000));
    BitSet unchanged = all(2_000);
    IntStream.range(0, 2_000).filter(slot -> slot % 3 != 0).forEach(unchanged::clear);
    try (ImageGraph graph = imageGraph(vectors, image, unchanged)) {
      assertEquals(667, graph.size());
      int found =
          graph.search(
              vectors.memory(),
              vectors.offset(0),
              667,
              2_000,
              SlotPredicate.ALL,
              Long.MAX_VALUE,
              scratch);
      assertEquals(
          unchanged.stream().boxed().toList(),
          IntStream.range(0, found).mapToObj(scratch::slot).sorted().toList());
    }
  }

  @Test
  void image_searchedWhereItLiesAndDamaged_neverFindsPart() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(14), 300, 40);
    byte[] image = imageOf(graphOf(vectors, 300));
    int gaveUp = 0;
    int refused = 0;
    for (int at = 0; at < image.length; at += 11) {
      byte[] flipped = image.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      try (ImageGraph graph = imageGraph(vectors, flipped, all(300))) {
        int found =
            graph.search(
                vectors.memory(),
                vectors.offset(5),
                300,
                300,
                SlotPredicate.ALL,
                Long.MAX_VALUE,
                scratch);
        // Nodes of the upper layers need not be on the way.
        assertEquals(scratch.isComplete() ? 300 : 0, found, "byte " + at);
        gaveUp += scratch.isComplete() ? 0 : 1;
      } catch (GraphImageFault e) {
        refused++;
      }
    }
    assertTrue(gaveUp > refused && refused > 20, gaveUp + " gave up, " + refused + " refused");
  }

  @Test
  void image_closed_isSearchedNoMore() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(15), 100, 40);
    ImageGraph graph = imageGraph(vectors, imageOf(graphOf(vectors, 100)), all(100));
    graph.close();
    assertEquals(
        SearchableGraph.CLOSED,
        graph.search(vectors.memory(), 0, 10, 50, SlotPredicate.ALL, Long.MAX_VALUE, scratch));
  }

  private static BitSet all(int slots) {
    BitSet all = new BitSet(slots);
    all.set(0, slots);
    return all;
  }

  private static ImageGraph imageGraph(TestVectors vectors, byte[] image, BitSet unchanged)
      throws GraphImageFault {
    return new ImageGraph(vectors, Metric.EUCLIDEAN, parameters(vectors), mapped(image), unchanged);
  }

  @Test
  void check_ofAnImage_findsNothingWrongWithWhatWasWritten() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(8), 5_000, 12);
    HnswGraph graph = graphOf(vectors, 5_000);
    IntStream.range(0, 900).forEach(slot -> graph.remove(slot * 3));
    assertEquals(graph.check(), checkOf(imageOf(graph), parameters(vectors)));
    HnswGraph none = graphOf(vectors, 0);
    assertEquals(none.check(), checkOf(imageOf(none), parameters(vectors)));
  }

  private static GraphReport checkOf(byte[] image, HnswParameters parameters)
      throws GraphImageFault {
    return HnswGraph.check(MemorySegment.ofArray(image), parameters);
  }

  /// A changed number leads a link elsewhere, which alone may be as good; changing each in turn
  /// breaks everything that must hold.
  @Test
  void check_ofAnImageWithOtherLinks_findsEveryKindOfFault() throws Exception {
    TestVectors vectors = TestVectors.gaussian(new Random(9), 400, 12);
    HnswGraph graph = graphOf(vectors, 400);
    IntStream.range(100, 140).forEach(graph::remove);
    byte[] image = imageOf(graph);
    StringBuilder found = new StringBuilder();
    int end = ImageSeal.directory(image);
    for (int at = GraphImageWriter.HEAD_BYTES - 72; at < end; at++) {
      byte[] changed = image.clone();
      changed[at] ^= 1;
      try {
        checkOf(ImageSeal.renew(changed), parameters(vectors)).faults().forEach(found::append);
      } catch (GraphImageFault refused) {
        found.append(refused.getMessage());
      }
    }
    for (String fault :
        List.of(
            "is linked to what is not on the layer",
            "are not linked",
            "the spanning tree has",
            "is not on the layer below",
            "the entry",
            "linked to itself",
            "linked twice")) {
      assertTrue(found.indexOf(fault) >= 0, fault + " was never found");
    }
  }
}
