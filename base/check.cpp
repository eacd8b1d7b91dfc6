#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace touchstone {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "touchstone: invariant broken: %s (%s:%d). Please report this with the lines above.\n",
                 condition, file, line);
    std::abort();
}

}  // namespace touchstone
