package org.vexfs.daemon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.distance.Metric;

/// Lucene's graph in one segment of a mapped directory, by float32 vectors or by 7-bit codes.
///
/// Each thread fills a segment; these are then merged, on as many threads. Searches go to the
/// segment itself, without the rest of a query. What codes find is ranked by the vectors, twice as
/// many as are wanted.
final class LuceneIndex extends JavaIndex {
  private static final String VECTOR = "vector";
  private static final String INDEX = "index";
  private static final int RAM_BUFFER_MEGABYTES = 6_000;
  private static final int RANKED_PER_WANTED = 2;

  private final boolean coded;
  private final VectorSimilarityFunction similarity;
  private final Path path;
  private final MMapDirectory directory;
  private @Nullable DirectoryReader reader;
  private int[] indices = new int[0];

  LuceneIndex(DataSet data, boolean coded) throws IOException {
    super(data);
    this.coded = coded;
    // Vectors under the cosine have unit length here.
    this.similarity =
        data.metric() == Metric.COSINE
            ? VectorSimilarityFunction.DOT_PRODUCT
            : VectorSimilarityFunction.EUCLIDEAN;
    this.path = Files.createTempDirectory("lucene-");
    this.directory = new MMapDirectory(path);
  }

  @Override
  public String name() {
    return coded ? "Lucene, 7 bits" : "Lucene";
  }

  @Override
  void insertAll(int threads) throws IOException {
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      // Segments are not merged before all are there; then one merge makes one of them.
      try (IndexWriter writer =
          new IndexWriter(
              directory, config(threads, workers).setMergePolicy(NoMergePolicy.INSTANCE))) {
        AtomicInteger next = new AtomicInteger();
        Threads.run(threads, _ -> addRows(writer, next));
      }
      IndexWriterConfig merging =
          config(threads, workers)
              .setMergePolicy(new TieredMergePolicy().setMaxMergedSegmentMB(1e6));
      try (IndexWriter writer = new IndexWriter(directory, merging)) {
        writer.forceMerge(1);
      }
    }
    reader = DirectoryReader.open(directory);
    NumericDocValues values = leaf().getNumericDocValues(INDEX);
    indices = new int[leaf().maxDoc()];
    for (int document = values.nextDoc();
        document != NumericDocValues.NO_MORE_DOCS;
        document = values.nextDoc()) {
      indices[document] = (int) values.longValue();
    }
  }

  private IndexWriterConfig config(int threads, ExecutorService workers) {
    KnnVectorsFormat format =
        coded
            ? new Lucene104HnswScalarQuantizedVectorsFormat(
                ScalarEncoding.SEVEN_BIT, M, EF_CONSTRUCTION, threads, threads > 1 ? workers : null)
            : new Lucene99HnswVectorsFormat(
                M, EF_CONSTRUCTION, threads, threads > 1 ? workers : null);
    return new IndexWriterConfig()
        .setUseCompoundFile(false)
        .setRAMBufferSizeMB(RAM_BUFFER_MEGABYTES)
        .setCodec(
            new Lucene104Codec() {
              @Override
              public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
              }
            });
  }

  private void addRows(IndexWriter writer, AtomicInteger next) {
    try {
      for (int row = next.getAndIncrement();
          row < data.base().count();
          row = next.getAndIncrement()) {
        Document document = new Document();
        document.add(new KnnFloatVectorField(VECTOR, data.base().row(row), similarity));
        document.add(new NumericDocValuesField(INDEX, row));
        writer.addDocument(document);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LeafReader leaf() {
    if (reader == null || reader.leaves().size() != 1) {
      throw new IllegalStateException("not built, or not one segment");
    }
    return reader.leaves().getFirst().reader();
  }

  @Override
  public long bytesPerVector() throws IOException {
    // Its files are the graph (.vex), the codes (.veq) and the vectors (.vec).
    long bytes = 0;
    for (String file : directory.listAll()) {
      if (file.endsWith(".vex") || file.endsWith(coded ? ".veq" : ".vec")) {
        bytes += directory.fileLength(file);
      }
    }
    return bytes / data.base().count();
  }

  @Override
  Searches searches() throws IOException {
    FloatVectorValues vectors = leaf().getFloatVectorValues(VECTOR);
    return (query, ef, nearest) -> {
      float[] values = data.queries().row(query);
      TopKnnCollector collector = new TopKnnCollector(ef, Integer.MAX_VALUE);
      LeafReader leaf = leaf();
      leaf.searchNearestVectors(
          VECTOR, values, collector, AcceptDocs.fromLiveDocs(null, leaf.maxDoc()));
      ScoreDoc[] found = collector.topDocs().scoreDocs;
      if (coded) {
        found = rank(values, vectors, found, RANKED_PER_WANTED * nearest.length);
      }
      int size = Math.min(nearest.length, found.length);
      for (int rank = 0; rank < size; rank++) {
        nearest[rank] = indices[found[rank].doc];
      }
      return size;
    };
  }

  /// Each document has a vector, so that its number in the segment is that of the document.
  private ScoreDoc[] rank(float[] query, FloatVectorValues vectors, ScoreDoc[] found, int most)
      throws IOException {
    ScoreDoc[] ranked = new ScoreDoc[Math.min(most, found.length)];
    for (int i = 0; i < ranked.length; i++) {
      float score = similarity.compare(query, vectors.vectorValue(found[i].doc));
      ranked[i] = new ScoreDoc(found[i].doc, score);
    }
    Arrays.sort(ranked, (a, b) -> Float.compare(b.score, a.score));
    return ranked;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
    directory.close();
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(path);
  }
}
