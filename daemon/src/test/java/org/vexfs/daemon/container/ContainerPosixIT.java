package org.vexfs.daemon.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.vexfs.daemon.mount.PosixBehaviour;

/// [PosixBehaviour] over a mount that a container with the least privileges makes, as its host sees
/// it.
final class ContainerPosixIT extends PosixBehaviour {
  private static ContainerMount mount;

  @BeforeAll
  static void start() throws Exception {
    assertTrue(Files.exists(Path.of("/dev/fuse")), "/dev/fuse is missing: nothing can be mounted");
    mount = new ContainerMount(Deployment.LEAST_PRIVILEGED);
    mount.start();
  }

  @AfterAll
  static void end() throws Exception {
    mount.close();
  }

  @Override
  protected Path mounted() {
    return mount.mountPoint();
  }

  @Override
  protected Path plain() throws IOException {
    return mount.beside("plain");
  }
}
