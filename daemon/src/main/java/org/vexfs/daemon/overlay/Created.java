package org.vexfs.daemon.overlay;

import org.vexfs.daemon.base.NodeId;

/// A file that was made and opened in one step.
///
/// @param node the file
/// @param opened its handle
public record Created(NodeId node, Opened opened) {}
