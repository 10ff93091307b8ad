package org.vexfs.daemon.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vexfs.bindings.libc.Libc;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.io.Host;
import org.vexfs.daemon.io.ProcessCalls;

/// What a daemon arranges with its host as a process.
final class HostProcess {
  private static final int[] STANDARD_DESCRIPTORS = {0, 1, 2};

  private HostProcess() {}

  /// Prepares the process for serving: modes are created as asked for, the current directory keeps
  /// no file system busy, and as many descriptors as the host allows may be open.
  static void prepare() {
    ProcessCalls.setUmask(0);
    boolean _ = ProcessCalls.changeDirectory("/");
    ProcessCalls.descriptorLimit().ifPresent(HostProcess::raiseDescriptorLimit);
  }

  /// Every file that the kernel knows takes a descriptor. The privileged may go beyond the limit
  /// they were given, up to what the host has for any process; the others to their limit.
  private static void raiseDescriptorLimit(ProcessCalls.DescriptorLimit given) {
    long most = Math.max(given.most(), mostDescriptors());
    if (!ProcessCalls.limitDescriptors(new ProcessCalls.DescriptorLimit(most, most))) {
      boolean _ =
          ProcessCalls.limitDescriptors(
              new ProcessCalls.DescriptorLimit(given.most(), given.most()));
    }
  }

  private static long mostDescriptors() {
    try {
      return Long.parseLong(Files.readString(Path.of("/proc/sys/fs/nr_open")).strip());
    } catch (IOException | NumberFormatException unknown) {
      return 0;
    }
  }

  /// Tells the launcher, which waits for this line, that what it was asked for is done.
  static void announceReady() {
    System.out.println("vexfs: ready");
    System.out.flush();
  }

  /// Lets go of the terminal or pipe that the process was started with.
  static void detach() throws ErrnoException {
    boolean _ = ProcessCalls.startSession();
    try (Host host = Host.borrow()) {
      int nothing = host.openat(Libc.AT_FDCWD(), "/dev/null", Libc.O_RDWR(), 0);
      for (int standard : STANDARD_DESCRIPTORS) {
        boolean _ = ProcessCalls.duplicate(nothing, standard);
      }
      host.closeDescriptor(nothing);
    }
  }

  /// Takes a mount out of the tree of names.
  ///
  /// @param lazily even while files in it are open: who has them keeps them until they close them
  /// @return whether it worked
  static boolean unmount(String mountpoint, boolean lazily) {
    if (ProcessCalls.effectiveUser() == 0) {
      return ProcessCalls.unmount(mountpoint, lazily ? Libc.MNT_DETACH() : 0);
    }
    String option = lazily ? "-uz" : "-u";
    return runs(List.of("fusermount3", option, TreePath.textOfBytes(mountpoint)));
  }

  /// Changes whether a mount may be written, `access` being `ro` or `rw`. Without the helper, which
  /// is this program, and with the mount's other flags as they are, which mount(8) looks up. And by
  /// `mount(2)`, as the kernel takes a change of a FUSE mount by no newer call.
  static boolean remount(Path mountpoint, String access) {
    return runs(
        List.of(
            "env",
            "LIBMOUNT_FORCE_MOUNT2=always",
            "mount",
            "--internal-only",
            "-o",
            "remount," + access,
            mountpoint.toString()));
  }

  private static boolean runs(List<String> command) {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
