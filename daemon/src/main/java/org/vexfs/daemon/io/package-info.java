/// The host: its system calls, storage files, mapped regions, checksums.
package org.vexfs.daemon.io;
