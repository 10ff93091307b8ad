package org.vexfs.daemon.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vexfs.daemon.base.VectorMatrix;
import org.vexfs.daemon.fuzz.FuzzInput;
import org.vexfs.daemon.fuzz.FuzzTarget;
import org.vexfs.daemon.fuzz.ScratchDirectory;
import org.vexfs.daemon.store.NpyFormat;

/// Files of vectors, as `vexfs import` reads them; the first byte says of which kind the rest is.
public final class MatrixFileTarget implements FuzzTarget {
  private static final String[] SUFFIXES = {"npy", "fvecs", "bvecs", "fbin"};
  private static final int ROWS_READ = 16;

  private final ScratchDirectory scratch = new ScratchDirectory();

  @Override
  public List<byte[]> seeds() throws IOException {
    VectorMatrix matrix = new VectorMatrix(2, 2, new float[] {1, 2, 3, 4});
    List<byte[]> seeds = new ArrayList<>();
    seeds.add(seed(0, NpyFormat.encode(matrix, false)));
    ByteBuffer rows = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    seeds.add(
        seed(1, rows.putInt(2).putFloat(1).putFloat(2).putInt(2).putFloat(3).putFloat(4).array()));
    seeds.add(seed(2, new byte[] {2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 3, 4}));
    rows.clear();
    seeds.add(
        seed(3, rows.putInt(2).putInt(2).putFloat(1).putFloat(2).putFloat(3).putFloat(4).array()));
    String lines =
        "{\"path\":\"a\",\"vector\":[1,2]}\n\n{\"path\":\"b\",\"vector\":\"AACAPw==\"}\n";
    seeds.add(seed(4, lines.getBytes(UTF_8)));
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(archive)) {
      tar.add(VectorArchive.MANIFEST, lines.getBytes(UTF_8));
      tar.add("vectors/1.npy", NpyFormat.encode(matrix, false));
    }
    seeds.add(seed(5, archive.toByteArray()));
    return seeds;
  }

  private static byte[] seed(int kind, byte[] content) {
    return ByteBuffer.allocate(1 + content.length).put((byte) kind).put(content).array();
  }

  @Override
  public void test(byte[] bytes) throws IOException {
    FuzzInput input = new FuzzInput(bytes);
    int kind = input.next(SUFFIXES.length + 2);
    byte[] content = input.rest();
    try {
      if (kind < SUFFIXES.length) {
        readMatrix(content, SUFFIXES[kind]);
      } else if (kind == SUFFIXES.length) {
        readLines(content);
      } else {
        readArchive(content);
      }
    } catch (CommandException refused) {
      requireReason(refused);
    }
  }

  private void readMatrix(byte[] content, String suffix) throws IOException, CommandException {
    Path file = Files.write(scratch.path().resolve("m." + suffix), content);
    try (Arena arena = Arena.ofConfined()) {
      MatrixFile matrix = MatrixFile.open(file, arena);
      float[] row = new float[matrix.dimension()];
      for (long i = 0; i < Math.min(matrix.rows(), ROWS_READ); i++) {
        matrix.read(i, row, 0);
      }
      if (matrix.rows() > 0) {
        matrix.read(matrix.rows() - 1, row, 0);
      }
    }
  }

  private static void readLines(byte[] content) throws IOException, CommandException {
    try (JsonRows rows =
        new JsonRows("input", new ByteArrayInputStream(content), content.length, "default")) {
      while (rows.next().isPresent()) {}
    }
  }

  private static void readArchive(byte[] content) {
    try (TarReader archive = new TarReader(new ByteArrayInputStream(content))) {
      for (Optional<TarReader.Member> member = archive.next();
          member.isPresent();
          member = archive.next()) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        archive.copyTo(read);
        if (member.get().name().equals(VectorArchive.MANIFEST)) {
          for (String line : read.toString(UTF_8).lines().toList()) {
            Map<String, Object> _ = Json.object(line);
          }
        }
      }
    } catch (IOException refused) {
      requireReason(refused);
    }
  }

  private static void requireReason(Exception refused) {
    if (refused.getMessage() == null && !(refused instanceof EOFException)) {
      throw new AssertionError("no reason", refused);
    }
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
