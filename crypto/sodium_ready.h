// For crypto/*.cpp only: every file that calls libsodium calls this first.
#pragma once

namespace touchstone::crypto {

// libsodium picks its implementations here; safe to call from any thread, and cheap after the first time. Aborts when
// the system has no random generator.
void ensure_sodium();

}  // namespace touchstone::crypto
