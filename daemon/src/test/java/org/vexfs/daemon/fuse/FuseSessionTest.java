package org.vexfs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vexfs.daemon.base.Errno;

/// How a session begins and ends.
final class FuseSessionTest {
  @TempDir Path directory;

  @Test
  void open_unknownOption_isRefused() throws Exception {
    try (SocketMount mount = new SocketMount(directory)) {
      FuseSession.SessionException refusal =
          assertThrows(
              FuseSession.SessionException.class,
              () -> mount.openAnother(List.of("no_such_option")));
      assertTrue(refusal.toString().contains("no_such_option"), refusal.toString());
    }
  }

  @Test
  void mount_noConnection_isRefused() throws Exception {
    try (SocketMount mount = new SocketMount(directory);
        FuseSession session = mount.openAnother(List.of())) {
      assertThrows(FuseSession.SessionException.class, () -> session.mount("/dev/fd/" + (1 << 20)));
    }
  }

  @Test
  void awaitContact_kernelThatHangsUp_isToldSo() throws Exception {
    try (SocketMount mount = new SocketMount(directory);
        SocketKernel silent = new SocketKernel();
        FuseSession session = mount.openAnother(List.of())) {
      session.mount(silent.mountpoint());
      session.start();
      silent.hangUp();

      assertThrows(FuseSession.SessionException.class, session::awaitContact);
    }
  }

  @Test
  void request_beforeTheHandshake_isEIO() throws Exception {
    try (SocketMount mount = new SocketMount(directory);
        SocketKernel hasty = new SocketKernel();
        FuseSession session = mount.openAnother(List.of())) {
      session.mount(hasty.mountpoint());
      session.start();

      assertEquals(
          Errno.EIO, hasty.call(Opcode.LOOKUP, SocketMount.ROOT, Payload.name("a")).errno());
      assertEquals(0, hasty.init().errno());
      session.awaitContact();
      hasty.hangUp();
    }
  }
}
