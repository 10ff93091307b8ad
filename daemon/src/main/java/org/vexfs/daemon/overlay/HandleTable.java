package org.vexfs.daemon.overlay;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.Errno;
import org.vexfs.daemon.base.ErrnoException;
import org.vexfs.daemon.base.HandleId;

/// What is open, by the number that the kernel was given for it.
///
/// @param <T> an open file or directory
public final class HandleTable<T> {
  private final ConcurrentHashMap<Long, T> open = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();

  /// Registers `opened`.
  public HandleId add(T opened) {
    HandleId id = new HandleId(lastId.incrementAndGet());
    open.put(id.value(), opened);
    return id;
  }

  /// What `id` stands for.
  public T get(HandleId id) throws ErrnoException {
    @Nullable T opened = open.get(id.value());
    if (opened == null) {
      throw ErrnoException.of(Errno.EBADF);
    }
    return opened;
  }

  /// Takes `id` out and hands what it stood for to `closer`.
  public void remove(HandleId id, Consumer<? super T> closer) {
    @Nullable T opened = open.remove(id.value());
    if (opened != null) {
      closer.accept(opened);
    }
  }

  /// How many are open.
  public int size() {
    return open.size();
  }

  /// Takes everything out and hands it to `closer`.
  public void clear(Consumer<? super T> closer) {
    open.keySet().forEach(id -> remove(new HandleId(id), closer));
  }
}
