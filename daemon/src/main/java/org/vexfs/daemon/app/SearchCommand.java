package org.vexfs.daemon.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
    })
final class SearchCommand implements Callable<Integer> {
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
        description = "a file with a vector: .npy, text or raw float32")
    private @Nullable Path vector;
  }

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    byte[] query = query(directory);
    String answer;
    try {
      answer = ask(directory.control("search"), query);
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
    boolean isTerminal = Terminal.isInteractive();
    if (isTerminal && !json) {
      printTable(answer);
    } else {
      System.out.print(answer);
    }
    return 0;
  }

  private byte[] query(MountedDirectory directory)
      throws IOException, VectorFailure, CommandException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(bytes)) {
      generator.writeStartObject();
      writeTarget(generator, directory);
      generator.writeNumberField("k", k);
      generator.writeStringField("collection", collection);
      generator.writeBooleanField("exact", exact);
      generator.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private void writeTarget(JsonGenerator generator, MountedDirectory directory)
      throws IOException, VectorFailure, CommandException {
    if (target.like != null) {
      generator.writeStringField("like", relative(directory.path(), target.like));
    } else if (target.text != null) {
      generator.writeStringField("text", target.text);
    } else if (target.vector != null) {
      VectorMatrix matrix =
          VectorValues.parse(Files.readAllBytes(target.vector), OptionalInt.empty());
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

  private static void printTable(String answer) throws IOException {
    for (String line : answer.lines().toList()) {
      Map<String, Object> object = Json.object(line);
      if (object.get("rank") instanceof Long rank && object.get("score") instanceof Number score) {
        System.out.printf("%3d  %.4f  %s%n", rank, score.doubleValue(), object.get("path"));
      } else if (Long.valueOf(0).equals(object.get("hits"))) {
        System.out.println("no hits");
      }
    }
  }
}
