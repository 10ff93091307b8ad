package org.vexfs.daemon.app;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.store.NpyFormat;
import org.vexfs.daemon.store.VectorCollection;
import org.vexfs.daemon.store.VectorStore;

/// The archive that carries vectors between machines and versions: a tar of
///
/// - `manifest.jsonl`: a line `{"format":"vexfs-export","version":1,"collections":[…]}`, each
///   collection with `name`, `metric`, `dimension` and, if it has one, `embedder`; then a line an
///   entry, `{"member":…,"collection":…,"paths":[…]}`, with all names of its file;
/// - the entries as NumPy files of float32, `vectors/1.npy` and so on, in the manifest's order;
///   shape `(d,)` for a vector and `(n, d)` for a matrix.
///
/// The manifest comes first, so that the archive can be read front to back.
final class VectorArchive {
  static final String MANIFEST = "manifest.jsonl";
  static final String FORMAT = "vexfs-export";
  static final long VERSION = 1;

  private static final JsonFactory JSON = new JsonFactory();

  private VectorArchive() {}

  /// Puts a store that nobody changes into an archive, one entry at a time.
  static final class Writing {
    private final VectorStore store;
    private final TarWriter archive;
    private final Path scratch;

    /// @param scratch a directory for the manifest, which must be complete before the archive
    ///   begins
    Writing(VectorStore store, TarWriter archive, Path scratch) {
      this.store = store;
      this.archive = archive;
      this.scratch = scratch;
    }

    /// Writes everything; returns the number of entries.
    long write() throws IOException, VectorFailure {
      Path manifest = scratch.resolve(MANIFEST);
      long[] listed = {0};
      try (BufferedWriter lines = Files.newBufferedWriter(manifest)) {
        lines.write(head());
        StoreEntries.forEach(
            store,
            (collection, paths) ->
                lines.write(line(member(++listed[0]), collection.name(), paths)));
      }
      archive.add(MANIFEST, manifest);
      long[] written = {0};
      StoreEntries.forEach(
          store,
          (collection, paths) -> {
            Optional<VectorMatrix> matrix = store.get(paths.getFirst(), 0, collection.name());
            VectorMatrix present =
                matrix.orElseThrow(() -> new IOException(paths + " has lost its vectors"));
            archive.add(member(++written[0]), NpyFormat.encode(present, present.rows() == 1));
          });
      return written[0];
    }

    private static String member(long number) {
      return "vectors/" + number + ".npy";
    }

    private String head() throws IOException {
      StringWriter text = new StringWriter();
      try (JsonGenerator json = JSON.createGenerator(text)) {
        json.writeStartObject();
        json.writeStringField("format", FORMAT);
        json.writeNumberField("version", VERSION);
        json.writeArrayFieldStart("collections");
        for (VectorCollection collection : store.collections()) {
          json.writeStartObject();
          json.writeStringField("name", TreePath.textOfBytes(collection.name()));
          json.writeStringField("metric", collection.metric().id());
          json.writeNumberField("dimension", collection.dimension());
          if (collection.embedder().isPresent()) {
            json.writeStringField("embedder", collection.embedder().get());
          }
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      return text + "\n";
    }

    private static String line(String member, String collection, List<TreePath> paths)
        throws IOException {
      StringWriter text = new StringWriter();
      try (JsonGenerator json = JSON.createGenerator(text)) {
        json.writeStartObject();
        json.writeStringField("member", member);
        json.writeStringField("collection", TreePath.textOfBytes(collection));
        json.writeArrayFieldStart("paths");
        for (TreePath path : paths) {
          json.writeString(path.toText());
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      return text + "\n";
    }
  }
}
