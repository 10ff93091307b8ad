package org.vexfs.daemon.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.vexfs.daemon.base.VectorMatrix;

/// Asks through the mount by `ioctl(2)`: one call on one open `search` file.
final class IoctlSearcher implements Searcher, AutoCloseable {
  private static final int O_RDWR = 2;
  private static final int ANSWER_HEADER_BYTES = 32;
  private static final int HIT_BYTES = 24;
  private static final int DISTANCE_OFFSET = 16;
  private static final int BUFFER_BYTES = 8 << 10;

  private static final MethodHandle OPEN =
      function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), 1);
  private static final MethodHandle IOCTL =
      function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
  private final List<byte[]> queries;
  private final int ef;
  private final int descriptor;
  private int hits;

  /// @param ef breadth of the search
  IoctlSearcher(Path mountpoint, DataSet data, int ef) throws IOException {
    this.ef = ef;
    this.queries = data.queryVectors().stream().map(vector -> packed(vector, ef)).toList();
    String path = mountpoint.resolve(".vexfs/search").toString();
    this.descriptor = call(OPEN, arena.allocateFrom(path), O_RDWR);
    if (descriptor < 0) {
      throw new IOException(path + " cannot be opened");
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor shape, int fixedArguments) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] options =
        fixedArguments < shape.argumentLayouts().size()
            ? new Linker.Option[] {Linker.Option.firstVariadicArg(fixedArguments)}
            : new Linker.Option[0];
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape, options);
  }

  private static int call(MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  private static byte[] packed(VectorMatrix vector, int ef) {
    ByteBuffer bytes =
        ByteBuffer.allocate(ANSWER_HEADER_BYTES + vector.dimension() * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("VXQ1".getBytes(StandardCharsets.US_ASCII)).putInt(0).putInt(10).putInt(ef);
    bytes.putInt(0).putFloat(0).putInt(vector.dimension()).putInt(0);
    for (float value : vector.values()) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  @Override
  public String name() {
    return "mount, ioctl, ef " + ef;
  }

  @Override
  public void ask(int query) throws IOException {
    byte[] question = queries.get(query);
    MemorySegment.copy(question, 0, buffer, JAVA_BYTE, 0, question.length);
    long command = 3L << 30 | BUFFER_BYTES << 16 | 'V' << 8 | 0x51;
    try {
      hits = (int) IOCTL.invokeExact(descriptor, command, buffer);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
    if (hits < 0) {
      throw new IOException("the query was refused");
    }
  }

  @Override
  public double[] distances() {
    double[] distances = new double[buffer.get(JAVA_INT_UNALIGNED, 4)];
    for (int i = 0; i < distances.length; i++) {
      long at = ANSWER_HEADER_BYTES + (long) i * HIT_BYTES + DISTANCE_OFFSET;
      distances[i] = buffer.get(JAVA_FLOAT_UNALIGNED, at);
    }
    return distances;
  }

  @Override
  public void close() {
    int _ = call(CLOSE, descriptor);
    arena.close();
  }
}
