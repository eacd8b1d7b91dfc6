// What people see while they wait: progress on stderr when it is a terminal, colours on stdout when that is one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace touchstone::tools {

enum class Colour { kNone, kGreen, kYellow, kRed, kBold };

// The text in the colour, or as it is when stdout is no terminal or NO_COLOR is set.
std::string coloured(std::string_view text, Colour colour);

// One line that is rewritten; nothing at all when stderr is no terminal. One thread.
class Progress {
  public:
    Progress(std::string what, std::uint64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void update(std::uint64_t done);
    // Takes the line away; destruction does it too.
    void clear();

  private:
    std::string what_;
    std::uint64_t total_;
    std::uint64_t shown_percent_ = 101;
    bool enabled_;
};

// A passphrase without echo. Empty when stdin is no terminal.
std::string prompt_secret(const std::string& question);

// A table whose columns are as wide as their widest cell.
class Table {
  public:
    void row(std::vector<std::string> cells);
    std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace touchstone::tools
