package org.vexfs.daemon.io;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/// A directory in memory whose disk fails on demand.
///
/// It remembers what was not synced. [#afterPowerLoss] is what a disk may then hold: of each
/// unsynced write all, nothing, or some of its sectors; of each size, the synced or the last; of
/// each name, the file that had it when the directory was synced or the last one. [#afterKill] is
/// what the page cache keeps when only the process dies.
///
/// Mappings end with their arena, as those of real files do.
public final class MemoryDirectory implements StorageDirectory {
  private static final int DEFAULT_CAPACITY_BYTES = 1 << 20;
  private static final int SECTOR_BYTES = 512;

  private final int capacityBytes;
  private final Map<String, Content> files = new TreeMap<>();
  private Map<String, Content> durableFiles = new TreeMap<>();
  private Runnable beforeOperation = () -> {};
  private boolean locked;
  private long freeBytes = Long.MAX_VALUE;
  private int writeLimit = Integer.MAX_VALUE;
  private boolean failing;
  private int flushes;

  /// A directory whose files may have 1 MiB.
  public MemoryDirectory() {
    this(DEFAULT_CAPACITY_BYTES);
  }

  /// A directory whose files may have so many bytes.
  public MemoryDirectory(int capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  private static final class Content {
    final MemorySegment bytes;
    int size;
    byte[] durable = new byte[0];
    final List<int[]> unsynced = new ArrayList<>();
    final AtomicInteger mappings = new AtomicInteger();

    /// The least size since the last sync.
    int leastSize;

    Content(int capacityBytes) {
      bytes = Arena.ofAuto().allocate(capacityBytes);
    }

    /// A journal orders what happens to a size: a file that was cut and grew again shows nothing of
    /// what was cut off.
    void grow(int newSize) {
      if (newSize > size) {
        durable = Arrays.copyOf(durable, Math.min(durable.length, leastSize));
        size = newSize;
      }
    }
  }

  /// Lets this many more bytes be written until the disk is full.
  public synchronized void limitFreeBytes(long bytes) {
    freeBytes = bytes;
  }

  /// Lets no write take more than this many bytes.
  public synchronized void limitWrite(int bytes) {
    writeLimit = bytes;
  }

  /// Makes every write and sync fail, or work again.
  public synchronized void fail(boolean failing) {
    this.failing = failing;
  }

  /// Has `hook` run before everything that changes the disk or makes it durable.
  public synchronized void beforeOperation(Runnable hook) {
    beforeOperation = hook;
  }

  /// How many mappings of the files that are here have not ended.
  public synchronized int mappings() {
    return files.values().stream().mapToInt(content -> content.mappings.get()).sum();
  }

  /// How often a file was synced.
  public synchronized int flushes() {
    return flushes;
  }

  /// The bytes of a file.
  public synchronized byte[] bytes(String name) {
    Content content = Objects.requireNonNull(files.get(name));
    return content.bytes.asSlice(0, content.size).toArray(ValueLayout.JAVA_BYTE);
  }

  /// Gives a file these bytes, durably.
  public synchronized MemoryDirectory with(String name, byte[] bytes) {
    Content content = new Content(capacityBytes);
    MemorySegment.copy(bytes, 0, content.bytes, ValueLayout.JAVA_BYTE, 0, bytes.length);
    content.size = bytes.length;
    content.leastSize = bytes.length;
    content.durable = bytes.clone();
    files.put(name, content);
    durableFiles.put(name, content);
    return this;
  }

  /// What is left when the process dies.
  public synchronized MemoryDirectory afterKill() {
    MemoryDirectory left = new MemoryDirectory(capacityBytes);
    files.keySet().forEach(name -> left.with(name, bytes(name)));
    return left;
  }

  /// What is left when the power goes and takes all that was not synced.
  public synchronized MemoryDirectory afterSyncedOnly() {
    MemoryDirectory left = new MemoryDirectory(capacityBytes);
    durableFiles.forEach((name, content) -> left.with(name, content.durable));
    return left;
  }

  /// What may be left when the power goes.
  public synchronized MemoryDirectory afterPowerLoss(Random random) {
    MemoryDirectory left = new MemoryDirectory(capacityBytes);
    Set<String> names = new TreeSet<>(files.keySet());
    names.addAll(durableFiles.keySet());
    for (String name : names) {
      Content content = (random.nextBoolean() ? files : durableFiles).get(name);
      if (content != null) {
        left.with(name, torn(content, random));
      }
    }
    return left;
  }

  private static byte[] torn(Content content, Random random) {
    int size = random.nextBoolean() ? content.size : content.durable.length;
    byte[] image = Arrays.copyOf(content.durable, size);
    int mood = random.nextInt(3);
    for (int[] write : content.unsynced) {
      for (int at = write[0]; at < write[0] + write[1]; ) {
        int end = Math.min((at / SECTOR_BYTES + 1) * SECTOR_BYTES, write[0] + write[1]);
        boolean kept = mood == 0 || (mood == 1 && random.nextBoolean());
        for (; at < end; at++) {
          if (kept && at < size && at < content.size) {
            image[at] = content.bytes.get(ValueLayout.JAVA_BYTE, at);
          }
        }
      }
    }
    return image;
  }

  @Override
  public String describe() {
    return "memory";
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public synchronized StorageFile create(String name) throws IOException {
    if (files.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    check();
    Content content = new Content(capacityBytes);
    files.put(name, content);
    return new MemoryFile(name, content);
  }

  @Override
  public synchronized StorageFile open(String name) throws IOException {
    Content content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return new MemoryFile(name, content);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    check();
    files.put(to, Objects.requireNonNull(files.remove(from)));
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    check();
    if (files.remove(name) == null) {
      throw new NoSuchFileException(name);
    }
  }

  @Override
  public synchronized void sync() throws IOException {
    check();
    durableFiles = new TreeMap<>(files);
  }

  @Override
  public synchronized Closeable lock(String name) throws StorageBusyException {
    if (locked) {
      throw new StorageBusyException("locked");
    }
    locked = true;
    return () -> locked = false;
  }

  private void check() throws IOException {
    beforeOperation.run();
    if (failing) {
      throw new IOException("Input/output error");
    }
  }

  private final class MemoryFile implements StorageFile {
    private final String name;
    private final Content content;

    MemoryFile(String name, Content content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean hasItsName() {
      synchronized (MemoryDirectory.this) {
        return files.get(name) == content;
      }
    }

    @Override
    public long size() {
      synchronized (MemoryDirectory.this) {
        return content.size;
      }
    }

    @Override
    public Instant modified() {
      return Instant.EPOCH;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      synchronized (MemoryDirectory.this) {
        check();
        int count = (int) Math.min(Math.min(source.remaining(), writeLimit), freeBytes);
        if (count == 0) {
          throw new StorageFullException(name + " is full");
        }
        freeBytes -= count;
        ByteBuffer part = source.slice(source.position(), count);
        source.position(source.position() + count);
        MemorySegment.copy(MemorySegment.ofBuffer(part), 0, content.bytes, position, count);
        content.grow((int) position + count);
        content.unsynced.add(new int[] {(int) position, count});
        return count;
      }
    }

    @Override
    public int read(ByteBuffer target, long position) {
      synchronized (MemoryDirectory.this) {
        int count = (int) Math.min(target.remaining(), content.size - position);
        if (count <= 0) {
          return -1;
        }
        target.put(content.bytes.asSlice(position, count).asByteBuffer());
        return count;
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (MemoryDirectory.this) {
        check();
        if (size < content.size) {
          content.bytes.asSlice(size, content.size - size).fill((byte) 0);
          content.size = (int) size;
          content.leastSize = Math.min(content.leastSize, (int) size);
        }
      }
    }

    @Override
    public void extend(long size) throws IOException {
      synchronized (MemoryDirectory.this) {
        check();
        content.grow((int) size);
      }
    }

    @Override
    public void sync() throws IOException {
      synchronized (MemoryDirectory.this) {
        check();
        flushes++;
        content.durable = content.bytes.asSlice(0, content.size).toArray(ValueLayout.JAVA_BYTE);
        content.leastSize = content.size;
        content.unsynced.clear();
      }
    }

    @Override
    public MemorySegment map(long position, long length, Arena arena) throws IOException {
      synchronized (MemoryDirectory.this) {
        if (position + length > content.size) {
          throw new IOException(name + " ends before " + (position + length));
        }
        // The cleanup also keeps the memory from being collected before the arena closes.
        MemorySegment mapped = content.bytes.asSlice(position, length);
        content.mappings.incrementAndGet();
        return mapped.reinterpret(arena, _ -> content.mappings.decrementAndGet()).asReadOnly();
      }
    }

    @Override
    public void close() {}
  }
}
