package org.vexfs.daemon.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vexfs.daemon.base.Limits;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure.StoreBroken;

/// The bodies of records; FORMAT.md, "Bodies". Integers are little-endian; a name is its length as
/// u16 and its bytes.
final class RecordCodec {
  /// What the values of a [LogRecord.Put] begin at a multiple of, in the file.
  static final int VALUE_ALIGNMENT = 64;

  /// Bytes from the start of a put to where its values begin at the earliest.
  private static final int PUT_FIXED_BYTES = RecordHeader.BYTES + 24;

  private static final byte COLLECTION = 1;
  private static final byte NODE = 2;
  private static final byte LINK = 3;
  private static final byte MOVE = 4;
  private static final byte EXCHANGE = 5;
  private static final byte UNLINK = 6;
  private static final byte REBIND = 7;
  private static final byte PUT = 8;
  private static final byte DELETE = 9;
  private static final byte SEAL = 10;
  private static final byte RELOCATE = 11;
  private static final byte EXCHANGE_OF_NODES = 12;
  private static final byte INTENT = 13;
  private static final byte SETTLED = 14;
  private static final byte STATE = 15;
  private static final byte RETIRED = 16;

  private static final byte FILE_KIND = 0;
  private static final byte DIRECTORY_KIND = 1;

  private RecordCodec() {}

  /// Whether this version can read records of this type.
  static boolean isKnown(byte type) {
    return type >= COLLECTION && type <= RETIRED;
  }

  static byte type(LogRecord record) {
    return switch (record) {
      case LogRecord.DefineCollection _ -> COLLECTION;
      case LogRecord.CreateNode _ -> NODE;
      case LogRecord.Link _ -> LINK;
      case LogRecord.Move _ -> MOVE;
      case LogRecord.Exchange exchange -> exchange.node() == 0 ? EXCHANGE : EXCHANGE_OF_NODES;
      case LogRecord.Unlink _ -> UNLINK;
      case LogRecord.Rebind _ -> REBIND;
      case LogRecord.Put _ -> PUT;
      case LogRecord.Relocate _ -> RELOCATE;
      case LogRecord.Delete _ -> DELETE;
      case LogRecord.Seal _ -> SEAL;
      case LogRecord.Intend _ -> INTENT;
      case LogRecord.Settle _ -> SETTLED;
      case LogRecord.Restate _ -> STATE;
      case LogRecord.Retire _ -> RETIRED;
    };
  }

  /// Bytes of the whole record where it lies at `position` of a segment.
  static long length(LogRecord record, long position) {
    long exact =
        switch (record) {
          case LogRecord.DefineCollection(_, String name, String metric, _, String embedder) ->
              RecordHeader.BYTES + 8 + bytes(name) + bytes(metric) + bytes(embedder);
          case LogRecord.CreateNode(_, _, String name, _, _) ->
              RecordHeader.BYTES + 25 + bytes(name);
          case LogRecord.Link(_, _, String name) -> RecordHeader.BYTES + 16 + bytes(name);
          case LogRecord.Move(_, _, String from, _, String to) ->
              RecordHeader.BYTES + 24 + bytes(from) + bytes(to);
          case LogRecord.Exchange(long node, _, _, String name, _, String other) ->
              RecordHeader.BYTES + (node == 0 ? 16 : 32) + bytes(name) + bytes(other);
          case LogRecord.Unlink(_, _, String name) -> RecordHeader.BYTES + 16 + bytes(name);
          case LogRecord.Rebind _ -> RecordHeader.BYTES + 16;
          case LogRecord.Put(_, _, int rows, int dimension) ->
              entryBytes(rows, dimension, position);
          case LogRecord.Relocate(_, _, int rows, int dimension) ->
              entryBytes(rows, dimension, position);
          case LogRecord.Delete _ -> RecordHeader.BYTES + 12;
          case LogRecord.Seal _, LogRecord.Settle _ -> RecordHeader.BYTES;
          case LogRecord.Intend(Intent intent) ->
              RecordHeader.BYTES
                  + 18
                  + bytes(intent.path().bytes())
                  + bytes(intent.other().bytes());
          case LogRecord.Restate(_, _, _, List<LogRecord.Place> names, List<Integer> collections) ->
              RecordHeader.BYTES
                  + 25
                  + names.stream().mapToLong(place -> Long.BYTES + bytes(place.name())).sum()
                  + (long) collections.size() * Integer.BYTES;
          case LogRecord.Retire(List<LogRecord.Numbers> segments) ->
              RecordHeader.BYTES + Integer.BYTES + segments.size() * 2L * Long.BYTES;
        };
    return aligned(exact, RecordHeader.ALIGNMENT);
  }

  /// Bytes of a record at `position` of a segment that holds a matrix, without its padding.
  private static long entryBytes(int rows, int dimension, long position) {
    return valuesOffset(position) + (long) rows * dimension * Float.BYTES;
  }

  /// Bytes of the whole record at `position` of a segment that holds a matrix.
  static long entryLength(int rows, int dimension, long position) {
    return aligned(entryBytes(rows, dimension, position), RecordHeader.ALIGNMENT);
  }

  /// Bytes from the start of a put at `position` of a segment to its values.
  static int valuesOffset(long position) {
    return (int) (aligned(position + PUT_FIXED_BYTES, VALUE_ALIGNMENT) - position);
  }

  private static long aligned(long value, int alignment) {
    return (value + alignment - 1) / alignment * alignment;
  }

  private static int bytes(String name) {
    return Short.BYTES + name.length();
  }

  /// Writes the body of a record that lies at `offset` of `bytes`, zeros so far, and at `position`
  /// of its segment. `values` are a put's.
  static void encode(
      LogRecord record, float[] values, MemorySegment bytes, long offset, long position) {
    ByteBuffer body =
        bytes
            .asSlice(offset, length(record, position))
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(RecordHeader.BYTES);
    switch (record) {
      case LogRecord.DefineCollection(
              int id,
              String name,
              String metric,
              int dimension,
              String embedder) -> {
        body.putInt(id).putInt(dimension);
        putName(putName(putName(body, name), metric), embedder);
      }
      case LogRecord.CreateNode(long id, long parent, String name, boolean directory, long inode) ->
          putName(
              body.putLong(id).putLong(parent).putLong(inode).put((byte) (directory ? 1 : 0)),
              name);
      case LogRecord.Link(long node, long parent, String name) ->
          putName(body.putLong(node).putLong(parent), name);
      case LogRecord.Move(long node, long from, String fromName, long to, String toName) ->
          putName(putName(body.putLong(node).putLong(from).putLong(to), fromName), toName);
      case LogRecord.Exchange exchange -> encode(exchange, body);
      case LogRecord.Unlink(long node, long parent, String name) ->
          putName(body.putLong(node).putLong(parent), name);
      case LogRecord.Rebind(long node, long inode) -> body.putLong(node).putLong(inode);
      case LogRecord.Put(long node, int collection, int rows, int dimension) -> {
        body.putLong(node).putInt(collection).putInt(dimension).putInt(rows);
        putValues(body, values, bytes, offset, position);
      }
      case LogRecord.Relocate(long node, int collection, int rows, int dimension) -> {
        body.putLong(node).putInt(collection).putInt(dimension).putInt(rows);
        putValues(body, values, bytes, offset, position);
      }
      case LogRecord.Delete(long node, int collection) -> body.putLong(node).putInt(collection);
      case LogRecord.Seal _, LogRecord.Settle _ -> {}
      case LogRecord.Intend(Intent intent) -> encode(intent, body);
      case LogRecord.Restate restated -> encode(restated, body);
      case LogRecord.Retire(List<LogRecord.Numbers> segments) -> {
        body.putInt(segments.size());
        segments.forEach(numbers -> body.putLong(numbers.first()).putLong(numbers.last()));
      }
    }
  }

  private static void encode(LogRecord.Exchange exchange, ByteBuffer body) {
    if (exchange.node() != 0) {
      body.putLong(exchange.node()).putLong(exchange.otherNode());
    }
    body.putLong(exchange.parent()).putLong(exchange.otherParent());
    putName(putName(body, exchange.name()), exchange.otherName());
  }

  private static void encode(Intent intent, ByteBuffer body) {
    body.put((byte) intent.kind().code).put((byte) intent.fate().code);
    body.putLong(intent.inode()).putLong(intent.otherInode());
    putName(putName(body, intent.path().bytes()), intent.other().bytes());
  }

  private static void encode(LogRecord.Restate restated, ByteBuffer body) {
    body.putLong(restated.node()).putLong(restated.inode());
    body.put(restated.directory() ? DIRECTORY_KIND : FILE_KIND);
    body.putInt(restated.names().size()).putInt(restated.collections().size());
    restated.names().forEach(place -> putName(body.putLong(place.parent()), place.name()));
    restated.collections().forEach(body::putInt);
  }

  private static void putValues(
      ByteBuffer body, float[] values, MemorySegment bytes, long offset, long position) {
    int valuesOffset = valuesOffset(position);
    body.putInt(valuesOffset);
    MemorySegment.copy(
        values,
        0,
        bytes,
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
        offset + valuesOffset,
        values.length);
  }

  private static ByteBuffer putName(ByteBuffer body, String name) {
    return body.putShort((short) name.length()).put(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Reads the body of a record whose checksum holds, at `offset` of `bytes` and `position` of its
  /// segment.
  ///
  /// @throws StoreBroken where the body is none that this version, or an earlier one, writes
  static LogRecord decode(RecordHeader header, MemorySegment bytes, long offset, long position)
      throws StoreBroken {
    ByteBuffer body =
        bytes
            .asSlice(offset, header.length())
            .asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .position(RecordHeader.BYTES);
    LogRecord record;
    try {
      record = decode(header.type(), body);
    } catch (BufferUnderflowException e) {
      throw new StoreBroken("a record of type " + header.type() + " is too short");
    }
    switch (record) {
      case LogRecord.Put(_, _, int rows, int dimension) -> check(rows, dimension, body, position);
      case LogRecord.Relocate(_, _, int rows, int dimension) ->
          check(rows, dimension, body, position);
      case LogRecord.DefineCollection _,
          LogRecord.CreateNode _,
          LogRecord.Link _,
          LogRecord.Move _,
          LogRecord.Exchange _,
          LogRecord.Unlink _,
          LogRecord.Rebind _,
          LogRecord.Delete _,
          LogRecord.Seal _,
          LogRecord.Intend _,
          LogRecord.Settle _,
          LogRecord.Restate _,
          LogRecord.Retire _ -> {}
    }
    if (length(record, position) != header.length()) {
      throw new StoreBroken("a record's length does not fit what it says: " + record);
    }
    return record;
  }

  private static LogRecord decode(byte type, ByteBuffer body) throws StoreBroken {
    return switch (type) {
      case COLLECTION -> {
        int id = body.getInt();
        int dimension = body.getInt();
        yield new LogRecord.DefineCollection(id, name(body), name(body), dimension, name(body));
      }
      case NODE -> {
        long id = body.getLong();
        long parent = body.getLong();
        long inode = body.getLong();
        boolean directory = body.get() == 1;
        yield new LogRecord.CreateNode(id, parent, name(body), directory, inode);
      }
      case LINK -> new LogRecord.Link(body.getLong(), body.getLong(), name(body));
      case MOVE -> {
        long node = body.getLong();
        long from = body.getLong();
        long to = body.getLong();
        yield new LogRecord.Move(node, from, name(body), to, name(body));
      }
      case EXCHANGE -> {
        long parent = body.getLong();
        long otherParent = body.getLong();
        yield new LogRecord.Exchange(0, 0, parent, name(body), otherParent, name(body));
      }
      case EXCHANGE_OF_NODES -> {
        long node = body.getLong();
        long otherNode = body.getLong();
        long parent = body.getLong();
        long otherParent = body.getLong();
        yield new LogRecord.Exchange(node, otherNode, parent, name(body), otherParent, name(body));
      }
      case UNLINK -> new LogRecord.Unlink(body.getLong(), body.getLong(), name(body));
      case REBIND -> new LogRecord.Rebind(body.getLong(), body.getLong());
      case PUT -> {
        long node = body.getLong();
        int collection = body.getInt();
        int dimension = body.getInt();
        yield new LogRecord.Put(node, collection, body.getInt(), dimension);
      }
      case RELOCATE -> {
        long node = body.getLong();
        int collection = body.getInt();
        int dimension = body.getInt();
        yield new LogRecord.Relocate(node, collection, body.getInt(), dimension);
      }
      case DELETE -> new LogRecord.Delete(body.getLong(), body.getInt());
      case SEAL -> new LogRecord.Seal();
      case INTENT -> new LogRecord.Intend(intent(body));
      case SETTLED -> new LogRecord.Settle();
      case STATE -> restated(body);
      case RETIRED -> {
        List<LogRecord.Numbers> segments = new ArrayList<>();
        for (int left = count(body, 2 * Long.BYTES); left > 0; left--) {
          segments.add(new LogRecord.Numbers(body.getLong(), body.getLong()));
        }
        yield new LogRecord.Retire(segments);
      }
      default -> throw new StoreBroken("a record is of the unknown type " + type);
    };
  }

  private static Intent intent(ByteBuffer body) throws StoreBroken {
    Optional<Intent.Kind> kind = Intent.Kind.of(body.get());
    Optional<Intent.Fate> fate = Intent.Fate.of(body.get());
    if (kind.isEmpty() || fate.isEmpty()) {
      throw new StoreBroken("a record says that something unknown is about to happen");
    }
    long inode = body.getLong();
    long otherInode = body.getLong();
    TreePath path = new TreePath(name(body));
    return new Intent(kind.get(), path, inode, new TreePath(name(body)), otherInode, fate.get());
  }

  private static LogRecord.Restate restated(ByteBuffer body) throws StoreBroken {
    long node = body.getLong();
    long inode = body.getLong();
    boolean directory = body.get() == DIRECTORY_KIND;
    int nameCount = count(body, Long.BYTES);
    int collectionCount = count(body, Integer.BYTES);
    List<LogRecord.Place> names = new ArrayList<>();
    for (int left = nameCount; left > 0; left--) {
      names.add(new LogRecord.Place(body.getLong(), name(body)));
    }
    List<Integer> collections = new ArrayList<>();
    for (int left = collectionCount; left > 0; left--) {
      collections.add(body.getInt());
    }
    return new LogRecord.Restate(node, directory, inode, names, collections);
  }

  /// How many follow, of so many bytes each at least.
  private static int count(ByteBuffer body, int bytesEach) throws StoreBroken {
    int count = body.getInt();
    if (count < 0 || (long) count * bytesEach > body.remaining()) {
      throw new StoreBroken("a record says that it holds " + count + " things");
    }
    return count;
  }

  private static void check(int rows, int dimension, ByteBuffer body, long position)
      throws StoreBroken {
    if (rows < 1
        || dimension < 1
        || dimension > Limits.MAX_DIMENSION
        || (long) rows * dimension * Float.BYTES > Limits.MAX_ENTRY_BYTES
        || body.remaining() < Integer.BYTES
        || body.getInt() != valuesOffset(position)) {
      throw new StoreBroken(
          "a record describes vectors that cannot be: " + rows + " x " + dimension);
    }
  }

  private static String name(ByteBuffer body) {
    byte[] name = new byte[Short.toUnsignedInt(body.getShort())];
    body.get(name);
    return new String(name, StandardCharsets.ISO_8859_1);
  }
}
