// Public test data, which is not part of the project: in ../shared/data beside it, or where TOUCHSTONE_TEST_DATA says.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace touchstone::test {

// nullopt, with a visible warning, when the data is not there; the test then returns.
inline std::optional<std::filesystem::path> test_data(const std::string& name) {
    const char* const folder = std::getenv("TOUCHSTONE_TEST_DATA");
    const std::filesystem::path path = std::filesystem::path(folder != nullptr ? folder : "../shared/data") / name;
    if (std::filesystem::exists(path)) return path;
    WARN("SKIPPED: no public test data at " << path.string() << "; set TOUCHSTONE_TEST_DATA to its folder");
    return std::nullopt;
}

}  // namespace touchstone::test
