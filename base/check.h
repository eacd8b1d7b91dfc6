// INVARIANT: a broken invariant ends the process, in release builds too. A ledger that goes on after its own
// state has become impossible does more harm than one that stops.
#pragma once

namespace touchstone {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace touchstone

#define INVARIANT(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) [[unlikely]]                                                    \
            ::touchstone::check_failed(#condition, __FILE__, __LINE__);                   \
    } while (false)
