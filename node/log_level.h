// How loud a line of the log is.
#pragma once

namespace touchstone::node {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };

}  // namespace touchstone::node
