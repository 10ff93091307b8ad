/// Tests of the finished program through a real mount on this host: the linked image's launcher is
/// started, the kernel mounts, and the tests work as users do, with files, attributes and commands.
///
/// They need root (other users' views, device nodes, dropping the kernel's caches), `/dev/fuse`,
/// and the everyday tools that they test with; where one is missing they fail and say which.
///
/// Start reading at [NativeMount], which owns whatever a test leaves on the host, then [SearchIT].
package org.vexfs.daemon.mount;
