package org.vexfs.daemon.container;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;

/// The two documented ways to let a container mount.
enum Privileges {
  /// `--privileged`.
  ALL {
    @Override
    void grant(HostConfig config) {
      config.withPrivileged(true);
    }
  },
  /// `--cap-add SYS_ADMIN --device /dev/fuse --security-opt apparmor=unconfined`.
  LEAST {
    @Override
    void grant(HostConfig config) {
      config
          .withCapAdd(Capability.SYS_ADMIN)
          .withDevices(new Device("rwm", "/dev/fuse", "/dev/fuse"))
          .withSecurityOpts(List.of("apparmor=unconfined"));
    }
  };

  abstract void grant(HostConfig config);
}
