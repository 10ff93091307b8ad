package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vexfs.daemon.fuse.SocketMount.ROOT;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.fuse.SocketKernel.Answer;
import org.vexfs.daemon.io.Host;

/// Many requests at once: none lost, none mixed up, nothing left behind.
final class SessionLoadTest {
  private static final int THREADS = 8;
  private static final int WRITE_BYTES = 131_072;

  @TempDir Path directory;

  /// What one thread of the kernel does.
  @FunctionalInterface
  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void inThreads(int threads, Work work) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        running.add(
            executor.submit(() -> {
              work.run(thread);
              return null;
            }));
      }
      for (Future<?> thread : running) {
        thread.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void lookups_pipelinedByThreads_areAnsweredOnceEachAndForgottenExactly() throws Exception {
    int files = 50;
    int lookupsPerThread = 1000;
    try (SocketMount mount = new SocketMount(directory)) {
      for (int i = 0; i < files; i++) {
        Files.write(mount.source.resolve("f" + i), new byte[i]);
      }
      long descriptors = mount.descriptorsIntoSource();
      long requests = mount.requestCount();
      long[] nodes = new long[files];

      inThreads(
          THREADS,
          thread -> {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < lookupsPerThread; i++) {
              answers.add(mount.kernel.send(Opcode.LOOKUP, ROOT, Payload.name("f" + (i % files))));
            }
            for (int i = 0; i < lookupsPerThread; i++) {
              Answer entry = SocketKernel.await(answers.get(i));
              assertEquals(0, entry.errno());
              assertEquals(i % files, entry.u64(40 + 8), "size");
              if (thread == 0) {
                nodes[i % files] = entry.u64(0);
              }
            }
          });

      assertEquals((long) THREADS * lookupsPerThread, mount.requestCount() - requests);
      assertEquals(0, mount.kernel.waitingCount());
      assertEquals(0, mount.kernel.strays().size());
      assertEquals(files + 1, mount.overlay.inodeCount());
      assertEquals(descriptors + files, mount.descriptorsIntoSource());

      // All but one of each, in two portions; then the file that was kept one short still answers.
      int lookups = THREADS * lookupsPerThread / files;
      Payload batch = Payload.of().u32(files, 0);
      for (long node : nodes) {
        batch.u64(node, lookups / 2);
        mount.kernel.tell(Opcode.FORGET, node, Payload.of().u64(lookups / 2 - 1));
      }
      mount.kernel.tell(Opcode.BATCH_FORGET, 0, batch);
      assertEquals(
          0, mount.kernel.call(Opcode.GETATTR, nodes[7], Payload.of().u32(0, 0).u64(0)).errno());
      assertEquals(files + 1, mount.overlay.inodeCount());

      for (long node : nodes) {
        mount.kernel.tell(Opcode.FORGET, node, Payload.of().u64(1));
      }
      mount.endSession();
      assertEquals(1, mount.overlay.inodeCount());
      assertEquals(0, mount.overlay.handleCount());
      assertEquals(descriptors, mount.descriptorsIntoSource());
    }
  }

  @Test
  void writes_moreThanThereAreBuffers_areHeldBackAndArriveIntact() throws Exception {
    int writes = 3 * ReceiveBuffers.MAX_BUFFERS;
    Semaphore entered = new Semaphore(0);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (SocketMount mount =
        new SocketMount(
            directory,
            trees ->
                new Dispatcher(trees, SocketMount.watched()) {
                  @Override
                  void handle(FsRequest request, Host host, Arena arena)
                      throws ErrnoException, VectorFailure {
                    if (!(request instanceof FsRequest.Write)) {
                      super.handle(request, host, arena);
                      return;
                    }
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    entered.release();
                    await(goOn);
                    super.handle(request, host, arena);
                    underWay.decrementAndGet();
                  }
                })) {
      Answer created =
          mount.kernel.call(Opcode.CREATE, ROOT, Payload.create("a", 0644, Libc.O_RDWR()));
      long handle = created.u64(128);
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      // Sending stops when the daemon stops receiving, so a thread of its own does it.
      Thread sender =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < writes; i++) {
                  Payload write = Payload.write(handle, (long) i * WRITE_BYTES, block(i));
                  answers.add(mount.kernel.send(Opcode.WRITE, created.u64(0), write));
                }
              });

      boolean full = entered.tryAcquire(ReceiveBuffers.MAX_BUFFERS, 20, TimeUnit.SECONDS);
      goOn.countDown();
      sender.join();

      assertTrue(full, "every buffer takes a write");
      for (CompletableFuture<Answer> answer : answers) {
        assertEquals(WRITE_BYTES, SocketKernel.await(answer).u32(0));
      }
      assertEquals(ReceiveBuffers.MAX_BUFFERS, most.get());
      assertBlocks(mount.source.resolve("a"), writes);
    }
  }

  @Test
  void writesAndReads_ofThreads_keepEveryByte() throws Exception {
    int writesPerThread = 24;
    try (SocketMount mount = new SocketMount(directory)) {
      Answer created =
          mount.kernel.call(Opcode.CREATE, ROOT, Payload.create("a", 0644, Libc.O_RDWR()));
      long node = created.u64(0);
      long handle = created.u64(128);
      inThreads(
          THREADS,
          thread -> {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = thread; i < THREADS * writesPerThread; i += THREADS) {
              Payload write = Payload.write(handle, (long) i * WRITE_BYTES, block(i));
              answers.add(mount.kernel.send(Opcode.WRITE, node, write));
            }
            for (CompletableFuture<Answer> answer : answers) {
              assertEquals(WRITE_BYTES, SocketKernel.await(answer).u32(0));
            }
            for (int i = thread; i < THREADS * writesPerThread; i += THREADS) {
              Payload read = Payload.read(handle, (long) i * WRITE_BYTES, WRITE_BYTES);
              Answer answer = mount.kernel.call(Opcode.READ, node, read);
              assertEquals(ByteBuffer.wrap(block(i)), ByteBuffer.wrap(answer.bytes()));
            }
          });
      assertBlocks(mount.source.resolve("a"), THREADS * writesPerThread);
      assertEquals(0, mount.kernel.strays().size());
    }
  }

  /// What write number `i` writes.
  private static byte[] block(int i) {
    byte[] block = new byte[WRITE_BYTES];
    new Random(i).nextBytes(block);
    return block;
  }

  private static void assertBlocks(Path file, int blocks) throws Exception {
    byte[] content = Files.readAllBytes(file);
    assertEquals(blocks * WRITE_BYTES, content.length);
    for (int i = 0; i < blocks; i++) {
      assertEquals(
          ByteBuffer.wrap(block(i)),
          ByteBuffer.wrap(content, i * WRITE_BYTES, WRITE_BYTES).slice(),
          "write " + i);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody went on");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
