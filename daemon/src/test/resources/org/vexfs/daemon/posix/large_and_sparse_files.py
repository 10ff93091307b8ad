GIB = 1 << 30
descriptor = os.open("file", os.O_CREAT | os.O_RDWR, 0o644)
os.pwrite(descriptor, b"start", 0)
os.pwrite(descriptor, b"middle", 5 * GIB)
os.pwrite(descriptor, b"end", 100 * GIB)
found = os.fstat(descriptor)
show(found.st_size, found.st_blocks < 1000, os.pread(descriptor, 6, 5 * GIB), os.pread(descriptor, 10, 100 * GIB - 3))
for whence in (os.SEEK_DATA, os.SEEK_HOLE):
    for offset in (0, 1, GIB, 5 * GIB + 1, 99 * GIB, 100 * GIB + 2, 100 * GIB + 3):
        attempt(f"seek {whence} {offset}", os.lseek, descriptor, offset, whence)
show(os.lseek(descriptor, -3, os.SEEK_END), os.read(descriptor, 9))
os.ftruncate(descriptor, 6 * GIB)
show(os.fstat(descriptor).st_size, os.pread(descriptor, 6, 5 * GIB))
with mmap.mmap(descriptor, mmap.PAGESIZE, offset=5 * GIB) as memory:
    show(memory[:6])
    memory[6:10] = b" map"
show(os.pread(descriptor, 10, 5 * GIB))
attempt("beyond all limits", os.ftruncate, descriptor, 1 << 62)
attempt("negative", os.ftruncate, descriptor, -1)

FALLOC_KEEP, FALLOC_PUNCH, FALLOC_ZERO = 1, 2, 16


def allocate(how, offset, length):
    return checked(libc.fallocate(descriptor, how, ctypes.c_long(offset), ctypes.c_long(length)))


os.ftruncate(descriptor, 0)
os.pwrite(descriptor, b"x" * 65536, 0)
attempt("grow", allocate, 0, 65536, 65536)
attempt("keep", allocate, FALLOC_KEEP, 200_000, 65536)
attempt("punch", allocate, FALLOC_PUNCH | FALLOC_KEEP, 4096, 8192)
attempt("zero", allocate, FALLOC_ZERO, 20_000, 100)
attempt("punch without keeping", allocate, FALLOC_PUNCH, 0, 4096)
attempt("nothing", allocate, 0, 0, 0)
show(os.fstat(descriptor).st_size, os.pread(descriptor, 70_000, 0).count(b"x"), os.lseek(descriptor, 0, os.SEEK_HOLE))

source = os.open("source", os.O_CREAT | os.O_RDWR, 0o644)
os.pwrite(source, bytes(range(256)) * 100, 0)
target = os.open("target", os.O_CREAT | os.O_RDWR, 0o644)
show(os.copy_file_range(source, target, 10_000, 5, 70_000), os.pread(target, 3, 70_000), os.fstat(target).st_size)
show(os.copy_file_range(source, target, 10, 25_595, 0), os.copy_file_range(source, target, 10, 25_600, 0))
attempt("onto itself", os.copy_file_range, source, source, 100, 0, 50)
attempt("from one for writing", os.copy_file_range, os.open("source", os.O_WRONLY), target, 10)
attempt("to one for appending", os.copy_file_range, source, os.open("target", os.O_WRONLY | os.O_APPEND), 10)
