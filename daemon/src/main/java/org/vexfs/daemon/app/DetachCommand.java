package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.vexfs.daemon.search.Query;
import org.vexfs.daemon.search.VectorAttribute;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vexfs detach`.
@Command(
    name = "detach",
    mixinStandardHelpOptions = true,
    description = {
      "Takes the vectors off files of a mount; the files stay as they are.",
      "Files that have none are named, and the command exits with 1."
    })
final class DetachCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "files in a mount", arity = "1..*")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--collection",
      paramLabel = "NAME",
      description = "the collection to take them out of (default: default)")
  private String collection = Query.DEFAULT_COLLECTION;

  @Override
  public Integer call() throws Exception {
    boolean all = true;
    for (Path file : files) {
      MountedFile target = MountedFile.of(file);
      try {
        target.attributes().delete(VectorAttribute.javaNameOf(collection));
      } catch (IOException e) {
        all = false;
        System.err.println(
            "vexfs: "
                + file
                + " has no vector in collection "
                + collection
                + ": "
                + e.getMessage());
      }
    }
    return all ? 0 : 1;
  }
}
