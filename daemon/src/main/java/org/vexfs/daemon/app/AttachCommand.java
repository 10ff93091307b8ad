package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.VectorAttribute;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs attach`.
@Command(
    name = "attach",
    mixinStandardHelpOptions = true,
    description = {
      "Gives a file of a mount a vector, in place of the one it may have.",
      "A value is a NumPy file (.npy), text ([0.1, 0.2] or 0.1,0.2; [[…],[…]] for several rows), or"
          + " raw little-endian float32."
    },
    footer = {
      "",
      "Examples:",
      "  vexfs attach /mnt/notes/a.md a.npy",
      "  vexfs attach /mnt/notes/a.md --value '[0.1, 0.2, 0.3]'",
      "  embed a.md | vexfs attach /mnt/notes/a.md -"
    })
final class AttachCommand implements Callable<Integer> {
  /// What an extended attribute holds.
  private static final int MAX_ATTRIBUTE_BYTES = 64 << 10;

  @Parameters(paramLabel = "FILE", description = "a file in a mount", index = "0")
  private Path file = Path.of("");

  @Parameters(
      paramLabel = "VECTOR",
      description = "a file with the vector, - for standard input",
      index = "1",
      arity = "0..1")
  private @Nullable Path from;

  @Option(names = "--value", paramLabel = "TEXT", description = "the vector itself, for VECTOR")
  private @Nullable String text;

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "the collection that gets the vector (default: default)")
  private String collection = Query.DEFAULT_COLLECTION;

  @Override
  public Integer call() throws Exception {
    MountedFile target = MountedFile.of(file);
    byte[] bytes = value();
    try {
      attach(target, bytes);
    } catch (IOException e) {
      throw new CommandException(target.directory().causeOf(e));
    }
    return 0;
  }

  private byte[] value() throws CommandException, IOException {
    if (from != null && text == null) {
      return VectorInput.read(from);
    }
    if (from == null && text != null) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    throw new CommandException("either VECTOR or --value is needed: a file with it, or the vector");
  }

  private void attach(MountedFile target, byte[] bytes) throws IOException {
    if (bytes.length <= MAX_ATTRIBUTE_BYTES) {
      int _ =
          target.attributes().write(VectorAttribute.javaNameOf(collection), ByteBuffer.wrap(bytes));
      return;
    }
    new CollectionSettings(target.directory(), collection).make();
    Files.write(target.vectors(collection), bytes);
  }
}
