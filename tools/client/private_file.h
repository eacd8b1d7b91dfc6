// Files that hold serials: mode 0600, synced, and never over an existing one.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace touchstone::tools {

// A failed write leaves no file. Error: file_unwritable.
[[nodiscard]] Status write_private(const std::string& path, std::string_view text);

}  // namespace touchstone::tools
