package org.vexfs.daemon.search;

import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vexfs.daemon.base.VectorMatrix;

/// Turns text into a vector without a model: by the words in it and their parts.
///
/// It is *lexical*: texts are near to each other where they share words, or words that look alike
/// (another ending, a typing error); it knows nothing of meaning. In return it needs no weights, no
/// network and no training, and takes some tens of microseconds a page.
///
/// Words are runs of letters, digits and the marks on them, after Unicode's NFKC and lower-casing;
/// an ideograph is a word by itself. Each distinct word becomes two kinds of *features*: the word,
/// and the n-grams of 3 to 5 characters of the word between its boundary marks. A feature adds its
/// weight to one of 512 places, with a sign; a 64-bit hash chooses both (Weinberger et al., Feature
/// Hashing for Large Scale Multitask Learning, 2009), so that collisions cancel on average. The sum
/// is brought to unit length.
///
/// Weights: a word that occurs tf times has `(1 + ln tf) · w`; its n-grams together have
/// [#GRAM_WEIGHT] times that as a vector, whatever their number. Without a corpus there is no
/// document frequency, so `w` stands in for it: it grows with the length of the word, since long
/// words are rare ones, and is small for the commonest function words of English.
///
/// The vectors are stored. Everything that goes into them is therefore fixed under [#NAME]: another
/// hash, weight or tokenisation is another embedder with another name.
///
/// Any thread may use an embedder.
public final class HashingEmbedder {
  /// Names this embedder and its dimension, as a collection records it.
  public static final String NAME = "hashing-512";

  /// Values a vector; a power of two, whose logarithm is [#PLACE_BITS].
  public static final int DIMENSION = 512;

  /// Characters of a text that count; the rest of a longer one is left out.
  public static final int MAX_TEXT_CHARS = 1 << 20;

  private static final int PLACE_BITS = 9;

  /// Code points of a word that count: longer ones are data rather than words.
  private static final int MAX_WORD_LENGTH = 64;

  private static final int MIN_GRAM = 3;
  private static final int MAX_GRAM = 5;

  /// Stand at both ends of a word in its n-grams, and occur in no word.
  private static final int WORD_START = 2;

  private static final int WORD_END = 3;

  private static final double GRAM_WEIGHT = 1.25;
  private static final double FUNCTION_WORD_WEIGHT = 0.15;
  private static final double BASE_WEIGHT = 0.4;
  private static final double WEIGHT_PER_CHARACTER = 0.1;

  /// Keep a word apart from the n-gram of the same characters.
  private static final long WORD_SEED = 0x5EED_0001L;

  private static final long GRAM_SEED = 0x5EED_0002L;

  private static final Set<String> FUNCTION_WORDS =
      Set.of(
          "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "did", "do",
          "does", "for", "from", "had", "has", "have", "how", "if", "in", "into", "is", "it", "its",
          "may", "not", "of", "on", "or", "our", "should", "so", "such", "than", "that", "the",
          "their", "them", "then", "there", "these", "they", "this", "those", "to", "was", "we",
          "were", "what", "when", "where", "which", "who", "will", "with", "would", "you", "your");

  /// The vector of a text; empty where there is no word in it.
  public Optional<VectorMatrix> embed(String text) {
    double[] sums = new double[DIMENSION];
    // In order of first occurrence, so that sums are rounded alike wherever the text is embedded.
    countWords(text)
        .forEach((word, count) -> addWord(sums, word, (1 + StrictMath.log(count)) * weight(word)));
    double squares = 0;
    for (double sum : sums) {
      squares += sum * sum;
    }
    if (squares == 0) {
      return Optional.empty();
    }
    double norm = Math.sqrt(squares);
    float[] values = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      values[i] = (float) (sums[i] / norm);
    }
    return Optional.of(VectorMatrix.ofVector(values));
  }

  private static Map<String, Integer> countWords(String text) {
    String bounded = text.substring(0, Math.min(text.length(), MAX_TEXT_CHARS));
    String folded = Normalizer.normalize(bounded, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    Map<String, Integer> counts = new LinkedHashMap<>();
    StringBuilder word = new StringBuilder();
    int length = 0;
    for (int i = 0; i < folded.length(); ) {
      int codePoint = folded.codePointAt(i);
      i += Character.charCount(codePoint);
      boolean ideograph = Character.isIdeographic(codePoint);
      boolean continues = Character.isLetterOrDigit(codePoint) || (length > 0 && isMark(codePoint));
      if (ideograph || !continues) {
        count(counts, word);
        length = 0;
      }
      if (continues && length++ < MAX_WORD_LENGTH) {
        word.appendCodePoint(codePoint);
      }
      if (ideograph) {
        count(counts, word);
        length = 0;
      }
    }
    count(counts, word);
    return counts;
  }

  private static void count(Map<String, Integer> counts, StringBuilder word) {
    if (!word.isEmpty()) {
      counts.merge(word.toString(), 1, Integer::sum);
      word.setLength(0);
    }
  }

  private static boolean isMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static double weight(String word) {
    return FUNCTION_WORDS.contains(word)
        ? FUNCTION_WORD_WEIGHT
        : Math.min(1, BASE_WEIGHT + WEIGHT_PER_CHARACTER * word.length());
  }

  private static void addWord(double[] sums, String word, double weight) {
    int[] marked = new int[MAX_WORD_LENGTH + 2];
    int length = 0;
    marked[length++] = WORD_START;
    for (int i = 0; i < word.length(); i += Character.charCount(word.codePointAt(i))) {
      marked[length++] = word.codePointAt(i);
    }
    marked[length++] = WORD_END;
    add(sums, hash(WORD_SEED, marked, 0, length), weight);
    int grams = 0;
    for (int n = MIN_GRAM; n <= Math.min(MAX_GRAM, length); n++) {
      grams += length - n + 1;
    }
    double gramWeight = weight * GRAM_WEIGHT / Math.sqrt(grams);
    for (int n = MIN_GRAM; n <= Math.min(MAX_GRAM, length); n++) {
      for (int from = 0; from + n <= length; from++) {
        add(sums, hash(GRAM_SEED, marked, from, n), gramWeight);
      }
    }
  }

  private static void add(double[] sums, long hash, double weight) {
    sums[(int) (hash >>> (Long.SIZE - PLACE_BITS))] += (hash & 1) == 0 ? weight : -weight;
  }

  /// Multiplies and folds once a character and twice at the end; the multipliers are odd, of about
  /// half their bits set. What is needed is only that places and signs come out evenly.
  private static long hash(long seed, int[] codePoints, int from, int count) {
    long hash = seed + count;
    for (int i = from; i < from + count; i++) {
      hash = (hash ^ codePoints[i]) * 0x9D3C_6A5B_17E4_C8F3L;
      hash ^= hash >>> 31;
    }
    hash *= 0xC4B1_39D7_E86A_5D25L;
    hash ^= hash >>> 29;
    hash *= 0xA7E9_5C1B_346D_F28BL;
    return hash ^ (hash >>> 32);
  }
}
