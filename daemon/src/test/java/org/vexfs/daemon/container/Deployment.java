package org.vexfs.daemon.container;

/// What a container is made from and what it may do.
enum Deployment {
  PRIVILEGED(Debian.BOOKWORM, Privileges.ALL),
  LEAST_PRIVILEGED(Debian.BOOKWORM, Privileges.LEAST),
  LEAST_PRIVILEGED_ON_TRIXIE(Debian.TRIXIE, Privileges.LEAST);

  private final Debian debian;
  private final Privileges privileges;

  Deployment(Debian debian, Privileges privileges) {
    this.debian = debian;
    this.privileges = privileges;
  }

  Debian debian() {
    return debian;
  }

  Privileges privileges() {
    return privileges;
  }
}
