package org.vexfs.daemon.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.store.VectorValues;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs search`.
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    description = {
      "Finds the files below a directory of a mount that are nearest to a file, to words, or to a"
          + " vector.",
      "Prints a table on a terminal, JSON lines otherwise."
    },
    footer = {
      "",
      "Examples:",
      "  vexfs search /mnt/notes --like letters/insurance.txt",
      "  vexfs search /mnt/notes --text 'tax return' -k 5",
      "  vexfs search /mnt/notes --vector query.npy --filter"
          + " '{\"must\":[{\"key\":\"name\",\"match\":{\"glob\":\"*.md\"}}]}'",
      "  vexfs search /mnt/notes --batch queries.fvecs -k 100 >hits.jsonl"
    })
final class SearchCommand implements Callable<Integer> {
  /// Values of the vectors that are asked for at a time.
  private static final int BATCH_VALUES = 1_000_000;

  private static final String QUERY_KEY = "{\"query\":";

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @ArgGroup(multiplicity = "1")
  private Target target = new Target();

  @Option(names = "-k", paramLabel = "N", description = "hits wanted (default: 10)")
  private int k = 10;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "the collection to search (default: default)")
  private String collection = "default";

  @Option(names = "--exact", description = "compare every vector")
  private boolean exact;

  @Option(
      names = "--ef",
      paramLabel = "N",
      description = "candidates that an approximate search keeps: more find more, more slowly")
  private int ef;

  @Option(names = "--offset", paramLabel = "N", description = "hits to leave out at the front")
  private int offset;

  @Option(
      names = "--max-distance",
      paramLabel = "D",
      description = "the largest distance that still is a hit")
  private @Nullable Double maxDistance;

  @Option(
      names = "--filter",
      paramLabel = "JSON",
      description =
          "which files may be hits: {\"must\":[…],\"should\":[…],\"must_not\":[…]} of conditions"
              + " on path, name, size, mtime, uid, gid, mode and user.* attributes")
  private @Nullable String filter;

  @Option(
      names = "--with",
      paramLabel = "WHAT",
      split = ",",
      description = "what JSON lines tell besides: vector, attributes")
  private List<String> with = new ArrayList<>();

  @Option(names = "--json", description = "print JSON lines on a terminal too")
  private boolean json;

  /// What hits are to be near to.
  private static final class Target {
    @Option(names = "--like", paramLabel = "PATH", description = "a file below MOUNT")
    private @Nullable Path like;

    @Option(
        names = "--text",
        paramLabel = "WORDS",
        description = "words, for a collection that 'vexfs index' made")
    private @Nullable String text;

    @Option(
        names = "--vector",
        paramLabel = "FILE",
        description = "a file with a vector: .npy, text or raw float32; - for standard input")
    private @Nullable Path vector;

    @Option(
        names = "--batch",
        paramLabel = "FILE",
        description =
            "a file with many vectors, each a search of its own: .npy, .fvecs, .bvecs," + " .fbin")
    private @Nullable Path batch;
  }

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    if (target.batch != null) {
      searchBatch(directory, target.batch);
    } else {
      print(search(directory, query(directory, Optional.empty())), 0);
    }
    return 0;
  }

  private static String search(MountedDirectory directory, byte[] query) throws CommandException {
    try {
      return ask(directory.control("search"), query);
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
  }

  /// As many vectors at a time as make a query of some megabytes.
  private void searchBatch(MountedDirectory directory, Path batch)
      throws IOException, VectorFailure, CommandException {
    try (Arena arena = Arena.ofConfined()) {
      MatrixFile matrix = MatrixFile.open(batch, arena);
      int step = Math.max(1, BATCH_VALUES / matrix.dimension());
      for (long row = 0; row < matrix.rows(); row += step) {
        int rows = (int) Math.min(step, matrix.rows() - row);
        float[] values = new float[rows * matrix.dimension()];
        for (int i = 0; i < rows; i++) {
          matrix.read(row + i, values, i * matrix.dimension());
        }
        VectorMatrix part = new VectorMatrix(rows, matrix.dimension(), values);
        print(search(directory, query(directory, Optional.of(part))), row);
      }
    }
  }

  /// Prints an answer whose first query is the one of this number.
  private void print(String answer, long first) throws IOException {
    if (Terminal.isInteractive() && !json) {
      printTable(answer, first);
    } else if (first == 0) {
      System.out.print(answer);
    } else {
      answer.lines().forEach(line -> System.out.println(renumbered(line, first)));
    }
  }

  private static String renumbered(String line, long first) {
    int end = line.indexOf(',');
    long query = Long.parseLong(line.substring(QUERY_KEY.length(), end)) + first;
    return QUERY_KEY + query + line.substring(end);
  }

  private byte[] query(MountedDirectory directory, Optional<VectorMatrix> batch)
      throws IOException, VectorFailure, CommandException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(bytes)) {
      generator.writeStartObject();
      if (batch.isPresent()) {
        generator.writeFieldName("vector");
        writeRows(generator, batch.get());
      } else {
        writeTarget(generator, directory);
      }
      generator.writeNumberField("k", k);
      generator.writeStringField("collection", collection);
      generator.writeBooleanField("exact", exact);
      writeOptions(generator);
      generator.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// What is not said is left to the mount; what is wrong, too.
  private void writeOptions(JsonGenerator generator) throws IOException {
    if (ef != 0) {
      generator.writeNumberField("ef", ef);
    }
    if (offset != 0) {
      generator.writeNumberField("offset", offset);
    }
    if (maxDistance != null) {
      generator.writeNumberField("max_distance", maxDistance);
    }
    if (filter != null) {
      generator.writeFieldName("filter");
      generator.writeRawValue(filter);
    }
    if (!with.isEmpty()) {
      generator.writeFieldName("with");
      generator.writeStartArray();
      for (String extra : with) {
        generator.writeString(extra);
      }
      generator.writeEndArray();
    }
  }

  private void writeTarget(JsonGenerator generator, MountedDirectory directory)
      throws IOException, VectorFailure, CommandException {
    if (target.like != null) {
      generator.writeStringField("like", relative(directory.path(), target.like));
    } else if (target.text != null) {
      generator.writeStringField("text", target.text);
    } else if (target.vector != null) {
      VectorMatrix matrix =
          VectorValues.parse(VectorInput.read(target.vector), OptionalInt.empty());
      generator.writeFieldName("vector");
      writeRows(generator, matrix);
    }
  }

  /// A path may be given as seen from MOUNT, or absolute or from here as the shell completes it.
  private static String relative(Path directory, Path path) throws CommandException {
    if (!path.isAbsolute() && Files.exists(directory.resolve(path))) {
      return path.normalize().toString();
    }
    Path absolute = path.toAbsolutePath().normalize();
    if (!absolute.startsWith(directory)) {
      throw new CommandException(path + " does not lie below " + directory);
    }
    return directory.relativize(absolute).toString();
  }

  private static void writeRows(JsonGenerator generator, VectorMatrix matrix) throws IOException {
    generator.writeStartArray();
    for (int row = 0; row < matrix.rows(); row++) {
      generator.writeStartArray();
      for (int i = 0; i < matrix.dimension(); i++) {
        generator.writeNumber(matrix.values()[row * matrix.dimension() + i]);
      }
      generator.writeEndArray();
    }
    generator.writeEndArray();
  }

  private static String ask(Path search, byte[] query) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(search.toFile(), "rw")) {
      file.write(query);
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      byte[] part = new byte[1 << 16];
      int read;
      while ((read = file.read(part)) > 0) {
        answer.write(part, 0, read);
      }
      return answer.toString(StandardCharsets.UTF_8);
    }
  }

  private void printTable(String answer, long first) throws IOException {
    long last = -1;
    for (String line : answer.lines().toList()) {
      Map<String, Object> object = Json.object(line);
      if (target.batch != null && object.get("query") instanceof Long query && query != last) {
        last = query;
        System.out.println("query " + (first + query));
      }
      if (object.get("rank") instanceof Long rank && object.get("score") instanceof Number score) {
        System.out.printf("%3d  %.4f  %s%n", rank, score.doubleValue(), object.get("path"));
      } else if (Long.valueOf(0).equals(object.get("hits"))) {
        System.out.println("no hits");
      }
    }
  }
}
