/// What every package shares: paths, vectors, limits, failures, errno.
package org.vexfs.daemon.base;
