# The image that tests of the mount run in: VexFS's own, with the tools and servers that they use.
# MountTestsInContainerIT builds it and lends it the JDK, the project and Maven's repository.

ARG DEBIAN=bookworm
FROM vexfs:test-${DEBIAN}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      acl attr git mount postgresql procps python3 python3-numpy rsync strace tar util-linux \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
ENTRYPOINT []
