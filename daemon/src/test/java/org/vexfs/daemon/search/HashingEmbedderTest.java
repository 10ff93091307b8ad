package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HashingEmbedderTest {
  private static final HashingEmbedder EMBEDDER = new HashingEmbedder();

  private static float[] embed(String text) {
    return EMBEDDER.embed(text).orElseThrow().values();
  }

  private static double dot(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
    }
    return dot;
  }

  @Test
  void embed_anyText_hasUnitLengthAnd512Values() {
    for (String text :
        new String[] {"a", "the", "a longer text, of words", "日本語", "x".repeat(5000)}) {
      float[] vector = embed(text);
      assertEquals(512, vector.length);
      assertEquals(1, dot(vector, vector), 1e-5, text);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "!? -- *** …", "\u0301"})
  void embed_textWithoutAWord_hasNoVector(String text) {
    assertEquals(Optional.empty(), EMBEDDER.embed(text));
  }

  /// Vectors are stored, so this must never change under the same name.
  @Test
  void embed_knownText_givesTheVectorOfAllVersions() {
    assertEquals("hashing-512", HashingEmbedder.NAME);
    assertEquals(-1528225532, Arrays.hashCode(rounded(embed("Hello, hello World"))));
    assertEquals(228194692, Arrays.hashCode(rounded(embed("Ein Straßenfest am 3. Mai: 東京"))));
  }

  private static int[] rounded(float[] vector) {
    int[] rounded = new int[vector.length];
    for (int i = 0; i < vector.length; i++) {
      rounded[i] = Math.round(vector[i] * 10_000);
    }
    return rounded;
  }

  @Test
  void embed_caseWidthAndPunctuation_makeNoDifference() {
    assertArrayEquals(embed("hello world 12"), embed("  HELLO, (world)… １２"));
    assertArrayEquals(embed("caf\u00e9"), embed("CAFE\u0301"));
  }

  @Test
  void embed_relatedTexts_areNearerThanOthers() {
    float[] query = embed("configuration of the database");
    double endings = dot(query, embed("configuring databases"));
    double misspelt = dot(query, embed("confguration databse"));
    double other = dot(query, embed("a poem on winter mornings"));
    assertTrue(endings > other + 0.2, endings + " against " + other);
    assertTrue(misspelt > other + 0.2, misspelt + " against " + other);
  }

  @Test
  void embed_functionWords_countLittle() {
    double similarity = dot(embed("the license of this and that"), embed("license"));
    assertTrue(similarity > 0.9, "similarity " + similarity);
  }

  @Test
  void embed_distinctiveWords_findTheirTextAmongTheFirstTen() throws IOException {
    long seed = 20_260_104;
    List<String> texts = capdocs();
    Map<String, Integer> frequency = new HashMap<>();
    texts.forEach(text -> words(text).forEach(word -> frequency.merge(word, 1, Integer::sum)));
    List<float[]> vectors = texts.stream().map(HashingEmbedderTest::embed).toList();
    Random random = new Random(seed);
    int found = 0;
    int foundMisspelt = 0;
    for (int i = 0; i < 200; i++) {
      int id = random.nextInt(texts.size());
      List<String> query =
          words(texts.get(id)).stream()
              .sorted(Comparator.comparingInt(frequency::get))
              .limit(4)
              .toList();
      found += rank(vectors, embed(String.join(" ", query)), id) < 10 ? 1 : 0;
      List<String> misspelt = query.stream().map(HashingEmbedderTest::misspell).toList();
      foundMisspelt += rank(vectors, embed(String.join(" ", misspelt)), id) < 10 ? 1 : 0;
    }
    assertTrue(found >= 190, "found " + found + " of 200, seed " + seed);
    assertTrue(foundMisspelt >= 80, "misspelt: " + foundMisspelt + " of 200, seed " + seed);
  }

  private static String misspell(String word) {
    return word.substring(0, word.length() / 2) + word.substring(word.length() / 2 + 1);
  }

  private static Set<String> words(String text) {
    Set<String> words = new TreeSet<>();
    for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z]+", -1)) {
      if (word.length() >= 4) {
        words.add(word);
      }
    }
    return words;
  }

  /// How many texts are nearer to the query than the one that is meant.
  private static long rank(List<float[]> vectors, float[] query, int id) {
    double wanted = dot(query, vectors.get(id));
    return vectors.stream().filter(vector -> dot(query, vector) > wanted).count();
  }

  private static List<String> capdocs() throws IOException {
    List<String> texts = new ArrayList<>();
    try (JsonParser json =
        new JsonFactory().createParser(SharedData.file("capdocs.jsonl").toFile())) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.VALUE_STRING && json.currentName().equals("text")) {
          texts.add(json.getText());
        }
      }
    }
    assertEquals(2681, texts.size());
    return texts;
  }
}
