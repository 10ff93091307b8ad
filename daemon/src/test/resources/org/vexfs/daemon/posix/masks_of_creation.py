for mask in (0, 0o022, 0o027, 0o077, 0o777):
    os.umask(mask)
    os.close(os.open(f"file{mask}", os.O_CREAT | os.O_WRONLY, 0o6777))
    os.close(os.open(f"plain{mask}", os.O_CREAT | os.O_WRONLY, 0o666))
    os.mkdir(f"folder{mask}", 0o1777)
    os.mkfifo(f"pipe{mask}", 0o666)
    os.mknod(f"node{mask}", stat.S_IFREG | 0o666)
    os.mknod(f"device{mask}", stat.S_IFCHR | 0o666, os.makedev(1, 3))
for name in sorted(os.listdir(".")):
    show(name, mode(name), os.lstat(name).st_rdev)
