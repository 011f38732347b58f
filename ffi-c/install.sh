#!/bin/sh
# Installs headers, libraries and a pkg-config file:  install.sh <prefix> [folder of the built library]
# Without a folder the library is built first, optimized. DESTDIR is put in front of every path.
set -eu

if [ $# -lt 1 ]; then
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
prefix=$1
to=${DESTDIR:-}$prefix
version=$(sed -n 's/^#define MINDEE_VERSION "\(.*\)"$/\1/p' "$here/include/mindee.h")

if [ $# -gt 1 ]; then
    from=$2
else
    (cd "$here" && cargo build --release -p mindee-ffi)
    from=${CARGO_TARGET_DIR:-$here/target}/release
fi

install -d "$to/include" "$to/lib/pkgconfig"
install -m 644 "$here/include/mindee.h" "$here/include/mindee.hpp" "$to/include"
install -m 644 "$from/libmindee.a" "$to/lib"
install -m 755 "$from/libmindee.so" "$to/lib/libmindee.so.$version"
# Programs ask for the name with the version, the linker for the one without.
ln -sf "libmindee.so.$version" "$to/lib/libmindee.so"
cat > "$to/lib/pkgconfig/mindee.pc" <<END
prefix=$prefix
includedir=\${prefix}/include
libdir=\${prefix}/lib

Name: mindee
Description: Client core for the Mindee V2 document API
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lmindee
Libs.private: -lgcc_s -lutil -lrt -lpthread -lm -ldl
END
