package org.vexfs.daemon.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.NodeId;
import org.vexfs.daemon.control.ErrorLog;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.overlay.FileTree;
import org.vexfs.daemon.overlay.Listing;

/// Holes, allocation and copies of ranges of files; listings of which a part fails.
final class RangesTest {
  private static final int BLOCK = 4096;
  private static final int ENXIO = 6;

  @TempDir Path directory;
  private SocketMount mount;
  private SocketKernel kernel;

  @BeforeEach
  void mount() throws Exception {
    mount = new SocketMount(directory);
    kernel = mount.kernel;
  }

  @AfterEach
  void close() throws Exception {
    assertEquals(0, kernel.strays().size(), () -> "stray answers: " + kernel.strays());
    mount.close();
  }

  private Answer ok(int opcode, long node, Payload payload) {
    Answer answer = kernel.call(opcode, node, payload);
    assertEquals(0, answer.errno(), () -> Errno.nameOf(answer.errno()));
    return answer;
  }

  private long lookup(String name) {
    return ok(Opcode.LOOKUP, ROOT, Payload.name(name)).u64(0);
  }

  private long open(long node, int flags) {
    return ok(Opcode.OPEN, node, Payload.open(flags)).u64(0);
  }

  private byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(5).nextBytes(content);
    return content;
  }

  @Test
  void lseek_sparseFile_findsDataAndHoles() throws Exception {
    Files.write(mount.source.resolve("a"), new byte[0]);
    long node = lookup("a");
    long handle = open(node, Libc.O_RDWR());
    ok(Opcode.SETATTR, node, Payload.setSize(100 * BLOCK));
    ok(Opcode.WRITE, node, Payload.write(handle, 40 * BLOCK, random(BLOCK)));

    Payload data = Payload.lseek(handle, 0, Libc.SEEK_DATA());
    Payload hole = Payload.lseek(handle, 40 * BLOCK, Libc.SEEK_HOLE());
    Payload beyond = Payload.lseek(handle, 41 * BLOCK, Libc.SEEK_DATA());

    assertEquals(40 * BLOCK, ok(Opcode.LSEEK, node, data).u64(0));
    assertEquals(41 * BLOCK, ok(Opcode.LSEEK, node, hole).u64(0));
    assertEquals(ENXIO, kernel.call(Opcode.LSEEK, node, beyond).errno());
    assertEquals(
        Errno.EINVAL,
        kernel.call(Opcode.LSEEK, node, Payload.lseek(handle, 0, Libc.SEEK_END())).errno());
  }

  @Test
  void fallocate_eachMode_doesWhatTheHostDoes() throws Exception {
    Path file = Files.write(mount.source.resolve("a"), random(3 * BLOCK));
    byte[] punched = Files.readAllBytes(file);
    Arrays.fill(punched, BLOCK, 2 * BLOCK, (byte) 0);
    long node = lookup("a");
    long handle = open(node, Libc.O_RDWR());
    int keepSize = Libc.FALLOC_FL_KEEP_SIZE();
    int punch = Libc.FALLOC_FL_PUNCH_HOLE() | keepSize;

    ok(Opcode.FALLOCATE, node, Payload.fallocate(handle, punch, BLOCK, BLOCK));
    ok(Opcode.FALLOCATE, node, Payload.fallocate(handle, keepSize, 0, 64 * BLOCK));
    assertArrayEquals(punched, Files.readAllBytes(file));
    ok(Opcode.FALLOCATE, node, Payload.fallocate(handle, 0, 0, 64 * BLOCK));
    assertEquals(64 * BLOCK, Files.size(file));

    long readOnly = open(node, Libc.O_RDONLY());
    Payload refused = Payload.fallocate(readOnly, 0, 0, BLOCK);
    Payload nothing = Payload.fallocate(handle, 0, 0, 0);
    assertEquals(Errno.EBADF, kernel.call(Opcode.FALLOCATE, node, refused).errno());
    assertEquals(Errno.EINVAL, kernel.call(Opcode.FALLOCATE, node, nothing).errno());
  }

  @Test
  void copyFileRange_betweenFiles_copiesWithinOneTreeOnly() throws Exception {
    byte[] content = random(10 * BLOCK);
    Files.write(mount.source.resolve("a"), content);
    Files.write(mount.source.resolve("b"), new byte[0]);
    long from = lookup("a");
    long to = lookup("b");
    long read = open(from, Libc.O_RDONLY());
    long write = open(to, Libc.O_WRONLY());
    int size = 5 * BLOCK + 7;

    int copied =
        ok(Opcode.COPY_FILE_RANGE, from, Payload.copy(read, 3, to, write, 11, size)).u32(0);

    assertEquals(size, copied);
    byte[] expected = new byte[11 + size];
    System.arraycopy(content, 3, expected, 11, size);
    assertArrayEquals(expected, Files.readAllBytes(mount.source.resolve("b")));
    long control = lookup(".vexfs");
    Payload across = Payload.copy(read, 0, control, 1, 0, 1);
    assertEquals(Errno.EXDEV, kernel.call(Opcode.COPY_FILE_RANGE, from, across).errno());
  }

  @Test
  void readdirplus_entryThatCannotBeLookedUp_isListedWithoutAttributes() throws Exception {
    close();
    mount =
        new SocketMount(
            directory,
            trees -> {
              FileTree files = withoutLookupOf("b", trees.of(NodeId.ROOT));
              FileTree control = trees.ofChild(NodeId.ROOT, ".vexfs");
              return new Dispatcher(
                  new Trees(files, control, new ErrorLog()), SocketMount.watched());
            });
    kernel = mount.kernel;
    for (String name : new String[] {"a", "b", "c"}) {
      Files.writeString(mount.source.resolve(name), "");
    }
    long handle = ok(Opcode.OPENDIR, ROOT, Payload.open(0)).u64(0);

    ByteBuffer entries = ok(Opcode.READDIRPLUS, ROOT, Payload.read(handle, 0, BLOCK)).body();

    Map<String, Long> nodes = new HashMap<>();
    Map<String, Long> inodes = new HashMap<>();
    for (int at = 0; at < entries.limit(); ) {
      byte[] text = new byte[entries.getInt(at + 128 + 16)];
      entries.get(at + 128 + 24, text);
      String name = new String(text, ISO_8859_1);
      nodes.put(name, entries.getLong(at));
      inodes.put(name, entries.getLong(at + 128));
      at += 128 + 24 + (text.length + 7) / 8 * 8;
    }
    assertEquals(Set.of(".", "..", "a", "b", "c"), nodes.keySet());
    assertEquals(0L, nodes.get("b"));
    assertNotEquals(0L, nodes.get("a"));
    assertNotEquals(0L, nodes.get("c"));
    assertEquals(Files.getAttribute(mount.source.resolve("b"), "unix:ino"), inodes.get("b"));
  }

  /// `files`, but for the look-up of one name, which fails in listings.
  private static FileTree withoutLookupOf(String name, FileTree files) {
    return (FileTree)
        Proxy.newProxyInstance(
            FileTree.class.getClassLoader(),
            new Class<?>[] {FileTree.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("readdir")) {
                arguments[3] = failing(name, (Listing) arguments[3]);
              }
              try {
                return method.invoke(files, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Listing failing(String unavailable, Listing listing) {
    return new Listing() {
      @Override
      public boolean withAttributes() {
        return listing.withAttributes();
      }

      @Override
      public int capacityBytes() {
        return listing.capacityBytes();
      }

      @Override
      public boolean add(String name, long inode, int mode, long nextOffset) {
        return listing.add(name, inode, mode, nextOffset);
      }

      @Override
      public boolean addLookedUp(
          String name, long inode, int mode, long nextOffset, Lookup lookup) {
        Lookup failing =
            stat -> {
              throw ErrnoException.of(Errno.EACCES);
            };
        return listing.addLookedUp(
            name, inode, mode, nextOffset, name.equals(unavailable) ? failing : lookup);
      }
    };
  }
}
