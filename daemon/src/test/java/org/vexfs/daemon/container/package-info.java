/// Tests of the container image, from outside: `docker/Dockerfile` is built over the linked image
/// of this build, started with Testcontainers, and used from inside a container and from the host.
///
/// They need root (a mount reaches the host only through a shared mount point, which they make), a
/// Docker engine with the base image, and `/dev/fuse`; where one is missing they fail and say
/// which.
///
/// [MountTestsInContainerIT] is the other way round: tests of the mount that run in a container,
/// with another libfuse and with servers that no build machine needs.
///
/// Start reading at [ContainerIT]; [ContainerMount] owns whatever a test leaves on the host.
package org.vexfs.daemon.container;
