package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `vexfs compact`.
@Command(
    name = "compact",
    mixinStandardHelpOptions = true,
    description = {
      "Gives back the disk space and memory of vectors that were deleted or replaced.",
      "Searches and changes go on meanwhile. A mount also does so by itself, in its own time."
    })
final class CompactCommand implements Callable<Integer> {
  private static final int ANSWER_BYTES = 4096;

  @Parameters(paramLabel = "MOUNT", description = "the mount point or a directory in it")
  private Path mount = Path.of("");

  @Override
  public Integer call() throws Exception {
    MountedDirectory directory = MountedDirectory.of(mount);
    ByteBuffer answer = ByteBuffer.allocate(ANSWER_BYTES);
    try (FileChannel compact =
        FileChannel.open(
            directory.control("compact"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int _ = compact.write(ByteBuffer.wrap("now\n".getBytes(StandardCharsets.US_ASCII)));
      int _ = compact.read(answer);
    } catch (IOException e) {
      throw new CommandException(directory.causeOf(e));
    }
    Map<String, Object> done =
        Json.object(StandardCharsets.US_ASCII.decode(answer.flip()).toString());
    System.out.printf(
        "emptied %s segments: %s bytes moved, %s freed%n",
        done.get("segments"), done.get("moved_bytes"), done.get("freed_bytes"));
    return 0;
  }
}
